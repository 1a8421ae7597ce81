/** The service as a process: it starts, says where, guards its folder, answers for its health, stops when asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { killAll, start } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'alerts-process-'));
test.after(() => {
  killAll();
  rmSync(folder, { recursive: true });
});

/** What ends by itself, begun at once: a start takes seconds. */
const [helped, mistaken, unreachable] = [
  start(['--help']).ended, start(['--port', 'x'], { SPEED: 'fast' }).ended, start([], { DATABASE_URL: 'postgres://alerts:hunter2@127.0.0.1:1/x' }).ended,
];

test('--help and wrong values end at once, with lines for people', async () => {
  const help = await helped;
  assert.is(help.code, 0);
  assert.match(help.text, 'DATABASE_URL');
  const wrong = await mistaken;
  assert.is(wrong.code, 2);
  assert.match(wrong.text, /--port must be [^\n]*\nSPEED must be [^\n]*\n[^\n]*--help says/);
});

test('a database that does not answer is said without its password', async () => {
  const { code, text } = await unreachable;
  assert.is(code, 2);
  assert.match(text, 'ECONNREFUSED');
  assert.not.match(text, 'hunter2');
});

test('it starts, refuses a second process in its folder, and stops when asked, in the midst of its first training', async () => {
  const first = start(['--port', '0', '--data', folder]);
  const [, url = ''] = await first.said(/"event":"started","url":"([^"]+)"/);
  assert.is(await (await fetch(`${url}/healthz`)).text(), 'ok\n');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^# TYPE http_requests_total counter$/m);
  assert.match(metrics, /^alerts_outbox_waiting 0$/m);
  const second = await start(['--port', '0', '--data', folder]).ended;
  assert.is(second.code, 2);
  assert.match(second.text, /^The folder .* is in use by process \d+/);
  first.child.kill('SIGTERM');
  const { code, text } = await first.ended;
  assert.is(code, 0);
  assert.match(text, '"event":"stopped"');
  for (const line of text.trim().split('\n')) assert.type(JSON.parse(line), 'object');

  const again = start(['--port', '0', '--data', folder]);
  await again.said(/"event":"started"/);
  again.child.kill('SIGKILL');
  await again.ended;
  const third = start(['--port', '0', '--data', folder]);
  await third.said(/"event":"started"/);
  third.child.kill('SIGINT');
  assert.is((await third.ended).code, 0, 'the folder of a killed process is taken over');
});

test.run();
