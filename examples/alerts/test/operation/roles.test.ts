/**
 * The three roles as processes of their own over one PostgreSQL, started as the docs say: an alert is set on `web`, decided by `checker`, and its push is sent by
 * `sender`, as are mails, through a mail server. None does what another is for.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listSymbols } from '../../src/data/listSymbols.js';
import { openReplay } from '../../src/data/replay.js';
import { keepNetwork } from '../../src/network/store.js';
import { openStorage } from '../../src/storage/open.js';
import { certainNetwork } from '../network/certain.js';
import { startMailServer } from '../outbox/mailServer.js';
import { browserKeys, startPushService } from '../outbox/pushService.js';
import { startCluster } from '../storage/databases.js';
import { PASSWORD, Person } from '../web/site.js';
import { killAll, start } from './command.js';

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error(`never: ${what}`);
}

test('web, checker and sender as processes over one database', async () => {
  const [cluster, push, mails, folder] = [await startCluster(), await startPushService(), await startMailServer(), mkdtempSync(join(tmpdir(), 'alerts-roles-'))];
  const db = await openStorage({ folder: '', databaseUrl: cluster.url });
  try {
    await listSymbols(db, await openReplay({ simulated: 0, seed: 1 }));
    await keepNetwork(db, certainNetwork(), { symbol: null, barSize: '1d', full: false, state: 'running', scores: {} });
    writeFileSync(join(folder, 'ca.pem'), push.ca);
    const environment = {
      DATABASE_URL: cluster.url, SMTP_URL: `smtp://alerts:hunter2@127.0.0.1:${mails.port}`, MAIL_FROM: 'alerts@alerts.example', PUSH_HOSTS: new URL(push.origin).host,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), SPEED: '8640',
    };
    const role = (name: string) => start(['--role', name, '--port', '0'], environment);
    const [web, first] = [role('web'), role('sender')];
    const [, url = ''] = await web.said(/"event":"started","url":"([^"]+)"/);

    const person = new Person(url);
    assert.is((await person.post('/sign-up', { email: 'mia@example.org', timeZone: 'UTC' })).status, 200);
    const token = async (n: number): Promise<string> => /token=([\w-]{43})/.exec((await mails.mailTo('mia@example.org', n)).text)?.[1] ?? '';
    assert.is((await person.post('/confirm', { token: await token(0), password: PASSWORD })).status, 303);
    assert.ok(mails.heard.includes('AUTH PLAIN …'));
    first.child.kill('SIGTERM');
    assert.is((await first.ended).code, 0);

    const list = async (): Promise<boolean> => (await person.page('/notifications')).includes('/notifications/');
    const endpoint = `${push.origin}/device`;
    assert.is((await person.json('/push/subscribe', { endpoint, keys: browserKeys() })).status, 201);
    const set = await person.post('/alerts', { symbol: 'AAPL', direction: 'surge', threshold: '0.05', checks: '1', pause: '43200', from: '00:00', to: '00:00' });
    assert.match(set.headers.get('location') ?? '', /^\/alerts\/.*said=saved$/);
    await pause(1500);
    assert.equal(await db.query('select 1 from checks'), [], 'nobody checks yet');
    const checker = role('checker');
    await until('the alert is decided', list);
    await pause(1500);
    assert.is(push.received.length, 0, 'nobody sends yet');
    const sender = role('sender');
    await until('the push is there', () => push.received.length > 0);
    assert.equal(push.received.map(({ path }) => path), ['/device']);
    await until('it is noted', async () => (await db.query(`select 1 from outbox where kind = 'push' and sent_at is not null`)).length === 1);

    // A forgotten password, through the mail server.
    await new Person(url).post('/forgot', { email: 'mia@example.org' });
    const again = new Person(url);
    assert.is((await again.post('/reset', { token: await token(1), password: 'another four words' })).status, 303);
    assert.is((await new Person(url).post('/log-in', { email: 'mia@example.org', password: PASSWORD })).status, 422);
    assert.is((await new Person(url).post('/log-in', { email: 'mia@example.org', password: 'another four words' })).status, 303);
    assert.match((await mails.mailTo('mia@example.org', 2)).subject, 'password was changed');

    for (const { child } of [web, checker, sender]) child.kill('SIGTERM');
    for (const { ended } of [web, checker, sender]) {
      const { code, text } = await ended;
      assert.is(code, 0, text);
      assert.not.match(text, /hunter2|token=|"level":"error"/);
    }
  } finally {
    killAll();
    await db.close();
    await Promise.all([push.close(), mails.close(), cluster.stop()]);
    rmSync(folder, { recursive: true });
  }
});

test.run();
