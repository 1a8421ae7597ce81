/** Addresses that are wrong, servers that are none, passwords that no message holds, TLS. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, BackendError } from '../../src/errors.js';
import { gridSearch } from '../../src/forecast/search/search.js';
import { redisQueue } from '../../src/node/redis.js';
import { redisAddress } from '../../src/node/redisAddress.js';
import { joinQueue } from '../../src/node/redisWorker.js';
import { thrown } from '../forecast/support.js';
import { RedisStage, freePort, prints } from './redisServer.js';

const stage = new RedisStage();
const worker = new URL('./searchTrials.js', import.meta.url);
const PASSWORD = 'p@s:s/w#o?r%d"é';
const ENCODED = encodeURIComponent(PASSWORD);
/** What must not be seen: the password as it is, as it is written in an address or in JSON, and pieces of it. */
const SECRET = [PASSWORD, ENCODED, JSON.stringify(PASSWORD).slice(1, -1), 's:s/w', 'w#o', 'o?r', 'r%d', '%40s', 'd%22'];

/** Everything that an error holds, hidden properties and causes too. */
function all(error: Error): string {
  return [error.message, error.stack, inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error, Object.getOwnPropertyNames(error))].join('\n');
}

function hidesSecrets(error: Error): void {
  for (const secret of SECRET) assert.not.ok(all(error).includes(secret), `${secret} in ${all(error)}`);
}

test.before(async () => { await stage.server('--requirepass', PASSWORD); });
test.after(() => stage.close());

test('an address is read as it is written', () => {
  const { connection, shown } = redisAddress('test', { url: `redis://me:${ENCODED}@host:7000/3` });
  assert.equal([connection.host, connection.port, connection.db, connection.username, connection.password, connection.tls], ['host', 7000, 3, 'me', PASSWORD, undefined]);
  assert.is(shown, 'redis://host:7000/3');
  const plain = redisAddress('test', { url: 'redis://[::1]' }).connection;
  assert.equal([plain.host, plain.port, plain.db, 'password' in plain, 'username' in plain], ['::1', 6379, 0, false, false]);
  assert.equal(redisAddress('test', { url: 'rediss://host', tls: { servername: 'a' } }).connection.tls, { servername: 'a' });
  assert.equal(redisAddress('test', { url: 'rediss://host/' }).connection.tls, {});
});

test('an address that cannot be read is refused without showing any of it', async () => {
  for (const url of [
    `redis://:${PASSWORD}@host:6379`, 'redis://:p@s:s/w@host:6379', 'redis://user:1/s:s/w@host:6379', 'redis://user:1?r%d@host:6379', 'redis://user:1#o?r@host:6379', 'redis://:r%d@host:6379',
    `https://:${ENCODED}@host`, `redis:${ENCODED}@host`, `:${ENCODED}@host`, ENCODED, '', 'redis://', `redis://host/${ENCODED}`, `redis://host:${ENCODED}`, `redis://host?password=${ENCODED}`, 'redis://host/1/2', 'redis://host/-1',
  ]) {
    const error = await thrown(ArgumentError, async () => redisAddress('test', { url }));
    assert.match(error.message, /url must be redis:\/\/.*percent-encoded/, url);
    hidesSecrets(error);
  }
  const error = await thrown(ArgumentError, () => redisQueue({ url: `redis://:${ENCODED}@host`, tls: { passphrase: PASSWORD }, worker }));
  assert.match(error.message, /rediss:/);
  hidesSecrets(error);
  assert.match((await thrown(ArgumentError, async () => redisAddress('test', { url: 'rediss://host', tls: { certificate: 'x' } as object }))).message, /tls: option 'certificate'/);
});

test('errors lose their secrets at any depth, and keep what tells', () => {
  const { conceal } = redisAddress('test', { url: `redis://:${ENCODED}@host` });
  const inner = Object.assign(new Error(`AUTH ${PASSWORD} ${JSON.stringify(PASSWORD)}`), { code: 'EAUTH', command: { args: [PASSWORD] }, input: ENCODED });
  const error = new AggregateError([inner, new RangeError(ENCODED, { cause: inner }), PASSWORD], `all failed: ${ENCODED}`, { cause: new AggregateError([inner], 'x', { cause: PASSWORD }) });
  const copy = conceal(error);
  hidesSecrets(copy);
  assert.is(copy.message, 'all failed: …');
  assert.ok(copy instanceof AggregateError);
  if (copy instanceof AggregateError) assert.equal(copy.errors.map((each: Error) => `${each.name} ${each.message}`), ['Error AUTH … "…"', 'RangeError …', 'Error …']);
  assert.ok(copy.cause instanceof AggregateError && copy.cause.errors[0] instanceof Error && 'code' in copy.cause.errors[0] && copy.cause.errors[0].code === 'EAUTH');
  const round: Error = new Error('round');
  round.cause = round;
  assert.is(conceal(round).message, 'round');
});

test('no server, a server that wants another password, a server without one: an error that tells, and no secret in it', async () => {
  const closed = await freePort();
  for (const [url, message] of [
    [`redis://:${ENCODED}@127.0.0.1:${closed}`, /ECONNREFUSED/],
    [`redis://:${ENCODED}@localhost:${closed}/2`, /ECONNREFUSED|AggregateError/],
    [`redis://:${ENCODED}@nowhere.invalid:${closed}`, /ENOTFOUND|EAI_AGAIN/],
    [`redis://:${ENCODED}-not@127.0.0.1:${stage.port}`, /WRONGPASS/],
    [`redis://me:${ENCODED}@127.0.0.1:${stage.port}`, /WRONGPASS/],
    [`redis://127.0.0.1:${stage.port}`, /NOAUTH/],
    [`redis://:${ENCODED}@127.0.0.1:${stage.port}/99`, /out of range/],
    [`rediss://:${ENCODED}@127.0.0.1:${stage.port}`, /no answer|SSL|disconnected|closed|ECONNRESET/],
  ] as const) {
    const opens = [() => redisQueue({ url, worker }), () => joinQueue({ url })];
    for (const open of url.startsWith('rediss') ? opens.slice(1) : opens) {
      const error = await thrown(BackendError, open);
      assert.match(all(error), message, url);
      assert.match(error.message, /url must be the address of a Redis server/);
      hidesSecrets(error);
    }
  }
});

test('with the right password it works', async () => {
  const url = `redis://:${ENCODED}@127.0.0.1:${stage.port}/1`;
  const joined = await joinQueue({ url, workers: 1 });
  const runner = await redisQueue({ url, worker });
  assert.is((await gridSearch({ space: { x: [1] }, runner })).trials[0]?.status, 'done');
  await runner.close();
  await joined.close();
});

test('a server that never answers, and one that is no Redis: an error in bounded time', async () => {
  const sockets = new Set<{ destroy(): unknown }>();
  const listen = async (answer: string): Promise<Server> => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      if (answer) socket.write(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  await Promise.all([['', /no answer within 5 s/], ['HTTP/1.1 400 Bad Request\r\n\r\n', /RESP type|Protocol error/]].map(async ([answer, message]) => {
    const server = await listen(String(answer));
    const address = server.address();
    const error = await thrown(BackendError, () => redisQueue({ url: `redis://:${ENCODED}@127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, worker }));
    assert.match(error.message, message ?? '');
    hidesSecrets(error);
    server.close();
  }));
  for (const socket of sockets) socket.destroy();
});

test('TLS: with the certificate of its maker it works, without it is refused', async () => {
  const file = (name: string): string => join(stage.folder, name);
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout', file('key.pem'), '-out', file('cert.pem'),
  ], { stdio: 'ignore' });
  const port = await freePort();
  const server = stage.start('redis-server', [
    '--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--tls-cert-file', file('cert.pem'), '--tls-key-file', file('key.pem'), '--tls-ca-cert-file', file('cert.pem'),
    '--tls-auth-clients', 'yes', '--save', '', '--dir', stage.folder, '--requirepass', PASSWORD,
  ]);
  await prints(server, 'Ready to accept connections');
  const url = `rediss://:${ENCODED}@localhost:${port}`;
  const [ca, cert, key] = ['cert.pem', 'cert.pem', 'key.pem'].map((name) => readFileSync(file(name), 'utf8'));
  const refused = await thrown(BackendError, () => redisQueue({ url, worker }));
  assert.match(refused.message, /self[- ]signed/);
  hidesSecrets(refused);
  hidesSecrets(await thrown(BackendError, () => redisQueue({ url, tls: { ca }, worker })));
  const child = stage.start(process.execPath, ['scripts/worker.mjs', '--redis', url, '--workers', '1', '--ca', file('cert.pem'), '--cert', file('cert.pem'), '--key', file('key.pem')]);
  await prints(child, 'joined');
  const runner = await redisQueue({ url, tls: { ca, cert, key }, worker });
  assert.is((await gridSearch({ space: { x: [1] }, runner })).trials[0]?.status, 'done');
  await runner.close();
});

test('the worker command: help, unknown flags, flags without values, and never the address', () => {
  const run = (...args: string[]): { status: number | null; text: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/worker.mjs', ...args], { encoding: 'utf8' });
    return { status, text: stdout + stderr };
  };
  const help = run('--help');
  assert.is(help.status, 0);
  for (const flag of ['redis', 'name', 'workers', 'patience', 'ca', 'cert', 'key', 'help']) assert.match(help.text, `--${flag} `);
  const url = `redis://:${ENCODED}@127.0.0.1:1`;
  for (const [args, message] of [
    [[], /--redis is missing/], [['--redis'], /'--redis' needs a value/], [['--redis='], /needs a value/], [[url], /stands without a flag/], [['--redis', url, url], /stands without a flag/],
    [['--reddis', url], /Unknown flag '--reddis'. Did you mean '--redis'/], [[`--url=${url}`], /Unknown flag '--url'/], [['--redis', url, '--worker', '2'], /Did you mean '--workers'/], [['-r', url], /Unknown flag '-r'/],
    [['--redis', url, '--workers', 'many'], /workers must be a whole number/], [['--redis', url, '--patience', '-'], /patience/], [['--redis', url, '--ca', '/nowhere'], /--ca: ENOENT/],
    [['--redis', url], /ECONNREFUSED/], [['--redis', `redis://:${PASSWORD}@host`], /percent-encoded/],
  ] as const) {
    const { status, text } = run(...args);
    assert.is(status, 2, text);
    assert.match(text, message);
    for (const secret of SECRET) assert.not.ok(text.includes(secret), text);
  }
});

test.run();
