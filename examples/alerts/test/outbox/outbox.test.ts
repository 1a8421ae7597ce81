/** Deliveries: each at most once unless its fate is unknown, growing pauses, dead endpoints dropped, none held up by another. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import webpush from 'web-push';
import { isPublic, publicLookup, refusal } from '../../src/outbox/endpointGuard.js';
import { pageMailer, smtpMailer } from '../../src/outbox/mail.js';
import { outcomeOf, pauseAfter, retryAfter } from '../../src/outbox/outcome.js';
import { openPush } from '../../src/outbox/push.js';
import { openQueue } from '../../src/outbox/queue.js';
import { startSender } from '../../src/outbox/sender.js';
import type { SenderOptions } from '../../src/outbox/sender.js';
import type { Database } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { person, subscribe } from '../checker/fixtures.js';
import { openFresh } from '../storage/databases.js';
import { browserKeys, startPushService } from './pushService.js';
import type { Answer } from './pushService.js';

const vapid = { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@example.org' };
const db = await openFresh();
await migrate(db, await readMigrations());
test.after(() => db.close());
test.before.each(() => db.execute('truncate users cascade; truncate outbox'));

async function file(subscription: string | null, topic = randomUUID().replaceAll('-', '')): Promise<void> {
  await db.query(
    `insert into outbox (kind, subscription_id, topic, payload) values ($1, $2, $3, $4)`,
    [subscription === null ? 'mail' : 'push', subscription, topic, JSON.stringify(subscription === null ? { to: 'a@example.org', subject: 's', text: 'secret link' } : { title: 't', body: 'b', url: '/', tag: 'x' })],
  );
}

interface OutboxState { sent: number; waiting: number; given: number }
async function state(): Promise<OutboxState> {
  const [row] = await db.query<OutboxState>(
    'select count(*) filter (where sent_at is not null)::int as sent, count(*) filter (where sent_at is null and gave_up_at is null)::int as waiting, count(*) filter (where gave_up_at is not null)::int as given from outbox',
  );
  return row!;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2400; i++) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`it never came to hold: ${JSON.stringify(await state())}`);
}

/** A sender at a push service that answers so, until what the test tells is done. */
async function sending(answer: (path: string, count: number) => Answer, tell: (tools: { origin: string; received: { path: string; topic: string }[]; restart: () => void }) => Promise<void>, options: Partial<SenderOptions> = {}, limit = 30_000): Promise<void> {
  const service = await startPushService(answer);
  const push = openPush({ vapid, limit, allowPrivate: () => true, ca: service.ca });
  const open = () => startSender({ db, push, mailer: pageMailer, interval: 20, ...options });
  let sender = open();
  try {
    await tell({ origin: service.origin, received: service.received, restart: () => { void sender.stop(); sender = open(); } });
  } finally {
    await sender.stop();
    push.close();
    await service.close();
  }
}

const accept = (): Answer => 201;

test('every row once, those of one endpoint in their order', async () => {
  const someone = await person(db);
  await sending(accept, async ({ origin, received }) => {
    const endpoints = await Promise.all(Array.from({ length: 5 }, (_, i) => subscribe(db, someone, `${origin}/${i}`, browserKeys())));
    for (let n = 0; n < 8; n++) for (const endpoint of endpoints) await file(endpoint, `topic${n}`);
    await until(async () => (await state()).sent === 40);
    assert.is(received.length, 40);
    for (let i = 0; i < 5; i++) assert.is(received.filter(({ path }) => path === `/${i}`).length, 8);
  });
});

test('404 and 410 drop the endpoint and what waits for it; 413 gives the message up', async () => {
  const someone = await person(db);
  await sending((path) => ({ '/gone': 410, '/never': 404, '/large': 413 })[path] ?? 201, async ({ origin, received }) => {
    for (const name of ['gone', 'never', 'large', 'fine']) {
      const endpoint = await subscribe(db, someone, `${origin}/${name}`, browserKeys());
      await file(endpoint);
      await file(endpoint);
    }
    await until(async () => { const { sent, given } = await state(); return sent === 2 && given === 2; });
    await until(async () => (await state()).waiting === 0);
    const left = await db.query<{ endpoint: string }>('select endpoint from push_subscriptions order by endpoint');
    assert.equal(left.map(({ endpoint }) => endpoint.slice(origin.length)), ['/fine', '/large']);
    assert.is(received.filter(({ path }) => path === '/gone').length, 1);
  });
});

test('a busy service is tried again after a growing pause, with the same topic, and the endpoint rests meanwhile', async () => {
  const someone = await person(db);
  await sending((path, count) => (count === 1 ? { status: 429, after: 100 } : count === 2 ? 503 : 201), async ({ origin, received }) => {
    const endpoint = await subscribe(db, someone, `${origin}/busy`, browserKeys());
    await file(endpoint, 'thesame');
    await file(endpoint, 'another');
    await until(async () => (await db.query('select 1 from outbox where problem is not null')).length === 1);
    const [row] = await db.query<{ pause: number; rest: number }>(
      `select extract(epoch from o.due_at - now())::float8 as pause, extract(epoch from s.resting_until - now())::float8 as rest from outbox o join push_subscriptions s on s.id = o.subscription_id where o.problem = 'answered 429'`,
    );
    assert.ok(row!.pause > 90 && row!.pause <= 100 && row!.rest > 90, JSON.stringify(row));
    await pause(200);
    assert.is(received.length, 1, 'nothing else is sent to an endpoint that rests');
    const come = () => db.execute('update outbox set due_at = now(); update push_subscriptions set resting_until = null');
    await come();
    await until(async () => (await db.query(`select 1 from outbox where problem = 'answered 503'`)).length === 1);
    const [second] = await db.query<{ pause: number }>(`select extract(epoch from due_at - now())::float8 as pause from outbox where problem = 'answered 503'`);
    assert.ok(second!.pause > 10 && second!.pause <= 30);
    await come();
    await until(async () => (await state()).sent === 2);
    assert.ok(received.filter(({ topic }) => topic === 'thesame').length <= 3);
    const [rested] = await db.query<{ failures: number }>('select failures from push_subscriptions');
    assert.is(rested!.failures, 0);
  });
});

test('after a day nothing is tried any more', async () => {
  const someone = await person(db);
  await sending(() => 500, async ({ origin }) => {
    await file(await subscribe(db, someone, `${origin}/down`, browserKeys()));
    await until(async () => (await db.query('select 1 from outbox where problem is not null')).length === 1);
    await db.execute(`update outbox set created_at = now() - interval '25 hours', due_at = now(); update push_subscriptions set resting_until = null`);
    await until(async () => (await state()).given === 1);
  });
});

test('endpoints that hang hold up nobody: the others are served while they wait', async () => {
  const someone = await person(db);
  await sending((path) => (path.startsWith('/hang') ? 'hang' : 201), async ({ origin, received }) => {
    for (let i = 0; i < 6; i++) await file(await subscribe(db, someone, `${origin}/hang${i}`, browserKeys()));
    await pause(100);
    for (let i = 0; i < 20; i++) await file(await subscribe(db, someone, `${origin}/fine${i}`, browserKeys()));
    await until(async () => (await state()).sent === 20);
    // On a busy machine some have been tried again by now.
    assert.is(new Set(received.map(({ path }) => path)).size, 26);
    await until(async () => (await db.query(`select 1 from outbox where problem = 'no answer within 6000 ms'`)).length === 6);
  }, { places: 2, patience: 50 }, 6000);
});

test('rows of a sender that died are sent by another; only what it had begun to send counts, and after two such it is not sent a third time', async () => {
  const someone = await person(db);
  const service = await startPushService();
  await file(await subscribe(db, someone, `${service.origin}/a`, browserKeys()), 'again');
  const dies = async (begins: boolean): Promise<number[][]> => {
    const queue = openQueue(db, 0.05);
    const rows = await queue.take(10, []);
    if (begins) assert.is((await queue.begin(rows)).size, rows.length);
    await pause(100);
    return rows.map(({ attempts, lost }) => [attempts, lost]);
  };
  assert.equal([await dies(false), await dies(false), await dies(false)], [[[0, 0]], [[0, 0]], [[0, 0]]]);
  assert.equal([await dies(true), await dies(true)], [[[0, 0]], [[1, 1]]]);
  const push = openPush({ vapid, limit: 30_000, allowPrivate: () => true, ca: service.ca });
  const sender = startSender({ db, push, mailer: pageMailer, interval: 20 });
  await until(async () => (await state()).given === 1);
  assert.is(service.received.length, 0);
  await file((await db.query<{ id: string }>('select id from push_subscriptions'))[0]!.id, 'other');
  for (let n = 0; n < 3; n++) await dies(false);
  await until(async () => (await state()).sent === 1);
  await sender.stop();
  push.close();
  await service.close();
});

test('a sender that lives keeps its rows, however long they take', async () => {
  const someone = await person(db);
  await sending((path) => (path === '/slow' ? 'hang' : 201), async ({ origin, received }) => {
    await file(await subscribe(db, someone, `${origin}/slow`, browserKeys()));
    await until(async () => received.length === 1);
    const other = openQueue(db, 1);
    for (let i = 0; i < 30; i++) {
      assert.equal(await other.take(1, []), []);
      await pause(100);
    }
    assert.is(received.length, 1);
  }, { lease: 1 }, 5000);
});

test('who lost a row may neither send it nor put it back, but what was sent is not sent again', async () => {
  const someone = await person(db);
  await file(await subscribe(db, someone, 'https://push.example/a'));
  const [slow, quick] = [openQueue(db, 0.05), openQueue(db, 60)];
  const rows = await slow.take(1, []);
  await pause(100);
  const taken = await quick.take(1, []);
  assert.is(taken.length, 1);
  assert.is((await slow.begin(rows)).size, 0);
  await slow.renew(rows);
  for (const outcome of [{ kind: 'untouched' }, { kind: 'later', problem: 'p' }, { kind: 'refused', problem: 'p' }] as const) await slow.settle(rows.map((row) => ({ row, outcome })), false);
  assert.equal(await openQueue(db, 60).take(1, []), [], 'it is still held');
  assert.equal([(await state()).waiting, (await db.query('select 1 from outbox where problem is not null')).length], [1, 0]);
  await slow.settle(rows.map((row) => ({ row, outcome: { kind: 'sent' } })), false);
  assert.is((await quick.begin(taken)).size, 0);
  assert.is((await state()).sent, 1);
});

test('a lease keeps others away, and a sender that stops leaves nothing taken', async () => {
  const someone = await person(db);
  const endpoint = await subscribe(db, someone, 'https://push.example/a');
  for (let i = 0; i < 3; i++) await file(endpoint);
  const [one, other] = [openQueue(db, 60), openQueue(db, 60)];
  const first = await one.take(2, []);
  assert.equal([first.length, (await other.take(10, [])).length, (await other.take(10, [])).length], [2, 1, 0]);
  await one.begin(first);
  await one.settle(first.map((row) => ({ row, outcome: { kind: 'untouched' } })), false);
  const again = await other.take(10, []);
  assert.equal(again.map(({ attempts, lost }) => [attempts, lost]), [[0, 0], [0, 0]]);
});

test('a message that may not begin is not on the wire', async () => {
  const service = await startPushService();
  const push = openPush({ vapid, limit: 5000, allowPrivate: () => true, ca: service.ca });
  const message = { endpoint: `${service.origin}/x`, ...browserKeys(), topic: 't', payload: '{}' };
  for (let n = 0; n < 2; n++) {
    assert.equal(await push.send(message, async () => false), { kind: 'untouched' });
    assert.is(service.received.length, n);
    assert.equal(await push.send(message), { kind: 'sent' });
  }
  push.close();
  await service.close();
});

test('mails: kept whole for the page, without their text once really sent, and tried again', async () => {
  await file(null);
  const text = async (): Promise<unknown> => (await db.query<{ payload: { text: string } }>('select payload from outbox'))[0]?.payload.text;
  await sending(accept, async () => { await until(async () => (await state()).sent === 1); });
  assert.is(await text(), 'secret link');
  await db.execute('truncate outbox');
  await file(null);
  await sending(accept, async () => { await until(async () => (await state()).sent === 1); }, { mailer: { ...pageMailer, keepsText: false } });
  assert.is(await text(), '');
  const nobody = smtpMailer({ url: 'smtp://127.0.0.1:1', from: 'Alerts <alerts@example.org>', limit: 500 });
  const outcome = await nobody.send({ to: 'a@example.org', subject: 's', text: 't' }, 'topic');
  assert.is(outcome.kind, 'later');
  nobody.close();
});

test('pauses grow to two hours, and what a service asks for is heard up to six', () => {
  assert.equal([1, 2, 3, 20].map((attempts) => pauseAfter(attempts)), [15, 30, 60, 7200]);
  assert.is(pauseAfter(1, 600), 600);
  assert.is(pauseAfter(1, 1e9), 6 * 3600);
  assert.is(retryAfter('120'), 120);
  assert.is(retryAfter('Thu, 01 Jan 1970 00:02:00 GMT', 60_000), 60);
  assert.is(retryAfter('soon'), 0);
  assert.equal([201, 301, 400, 403, 404, 408, 410, 413, 429, 500].map((status) => outcomeOf(status).kind), ['sent', 'refused', 'refused', 'refused', 'gone', 'later', 'gone', 'refused', 'later', 'later']);
});

test('addresses of one’s own network are never called, by name or by number', async () => {
  for (const address of ['10.1.2.3', '127.0.0.1', '169.254.169.254', '172.20.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', 'not an address']) {
    assert.is(isPublic(address), false, address);
  }
  for (const address of ['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:2800:220:1::1']) assert.is(isPublic(address), true, address);
  for (const endpoint of ['http://push.example/x', 'https://10.0.0.1/x', 'https://[::1]/x', 'https://2130706433/x', 'https://0x7f.1/x', 'https://u:p@push.example/', 'nonsense', 'file:///x']) assert.ok(refusal(endpoint), endpoint);
  for (const endpoint of ['https://push.example/x', 'https://8.8.8.8/x']) assert.is(refusal(endpoint), undefined, endpoint);
  const failed = await new Promise((resolve) => { publicLookup('localhost', { all: true }, (error) => { resolve(error?.message); }); });
  assert.match(String(failed), 'not public');
  const service = await startPushService();
  const push = openPush({ vapid, limit: 1000, allowPrivate: () => false, ca: service.ca });
  const outcome = await push.send({ endpoint: `${service.origin}/x`, ...browserKeys(), topic: 't', payload: '{}' });
  assert.equal([outcome.kind, 'problem' in outcome && outcome.problem.includes('not public')], ['later', true]);
  assert.is(service.received.length, 0);
  push.close();
  await service.close();
});

test('a subscription whose keys are none is refused, not thrown', async () => {
  const push = openPush({ vapid, limit: 1000, allowPrivate: () => true });
  assert.is((await push.send({ endpoint: 'https://push.example/x', p256dh: 'k', auth: 'a', topic: 't', payload: '{}' })).kind, 'refused');
  push.close();
});

test('a database that goes away and comes back costs no row and sends none twice', async () => {
  const someone = await person(db);
  let down = false;
  const shaky: Database = { ...db, query: async (...given) => { if (down) throw new Error('down'); return db.query(...given); }, transaction: async (work) => { if (down) throw new Error('down'); return db.transaction(work); } };
  const heard: unknown[] = [];
  await sending(() => { down = true; return 201; }, async ({ origin, received }) => {
    await file(await subscribe(db, someone, `${origin}/a`, browserKeys()));
    await until(async () => received.length === 1);
    await pause(100);
    down = false;
    await until(async () => (await state()).sent === 1);
    assert.is(received.length, 1);
    assert.ok(heard.length > 0);
  }, { db: shaky, hear: (event) => { if ('failed' in event) heard.push(event); } });
});

test.run();
