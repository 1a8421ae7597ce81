/** `kill -9` of senders at the moments that matter: before the first byte as often as one likes, after it twice at most. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import webpush from 'web-push';
import type { Database } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openServer } from '../../src/storage/server.js';
import { person, subscribe } from '../checker/fixtures.js';
import { startRole } from '../soak/process.js';
import type { Role } from '../soak/process.js';
import type { Cluster } from '../storage/databases.js';
import { startCluster } from '../storage/databases.js';
import { browserKeys, startPushService } from './pushService.js';

let cluster: Cluster;
let db: Database;
test.before(async () => {
  cluster = await startCluster();
  db = await openServer(cluster.url);
  await migrate(db, await readMigrations());
});
test.after(async () => {
  await db.close();
  await cluster.stop();
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`it never came to hold: ${JSON.stringify(await db.query('select attempts, lost, taken_until, called_at, sent_at, gave_up_at, problem from outbox'))}`);
}

interface Tools { readonly start: () => Promise<Role>; readonly file: (endpoint: string) => Promise<void>; readonly ca: string }

/** Senders as processes, whose leases run out after a second. */
async function withSenders(ca: string, work: (tools: Tools) => Promise<void>): Promise<void> {
  await db.execute('truncate users cascade; truncate outbox');
  const folder = mkdtempSync(join(tmpdir(), 'alerts-killed-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, ca);
  const roles: Role[] = [];
  const vapid = { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@example.org' };
  try {
    await work({
      ca,
      start: async () => {
        const role = await startRole({ roles: ['sender'], databaseUrl: cluster.url, folder, simulated: 0, lease: 1, vapid, ca: file, quick: true, limit: 30_000 });
        roles.push(role);
        return role;
      },
      file: async (endpoint) => {
        const subscription = await subscribe(db, await person(db), endpoint, browserKeys());
        await db.query(`insert into outbox (kind, subscription_id, topic, payload) values ('push', $1, $2, '{"title": "t"}')`, [subscription, randomUUID().replaceAll('-', '')]);
      },
    });
  } finally {
    for (const role of roles) await role.kill();
    rmSync(folder, { recursive: true });
  }
}

test('killed three times before the first byte: sent once, by the fourth', async () => {
  const service = await startPushService();
  // A port that accepts and says nothing, until it leads to the service.
  let open = false;
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (!open) return;
    const through = connect(Number(new URL(service.origin).port), '127.0.0.1').on('error', () => undefined);
    socket.pipe(through).pipe(socket);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  await withSenders(service.ca, async ({ start, file }) => {
    await file(`https://localhost:${(front.address() as AddressInfo).port}/x`);
    for (let n = 1; n <= 3; n++) {
      const role = await start();
      await until(() => sockets.size === n);
      await role.kill();
    }
    assert.equal(await db.query('select attempts, lost from outbox'), [{ attempts: 0, lost: 0 }]);
    open = true;
    await start();
    await until(async () => (await db.query('select 1 from outbox where sent_at is not null')).length === 1);
    assert.is(service.received.length, 1);
  });
  for (const socket of sockets) socket.destroy();
  front.close();
  await service.close();
});

test('killed twice after it: twice on the wire with one topic, and never a third time', async () => {
  const service = await startPushService(() => 'hang');
  await withSenders(service.ca, async ({ start, file }) => {
    await file(`${service.origin}/x`);
    for (let n = 1; n <= 2; n++) {
      const role = await start();
      await until(() => service.received.length === n);
      await role.kill();
    }
    await start();
    await until(async () => (await db.query('select 1 from outbox where gave_up_at is not null')).length === 1);
    assert.equal(await db.query('select attempts, lost from outbox'), [{ attempts: 2, lost: 2 }]);
    assert.is(service.received.length, 2);
    assert.is(new Set(service.received.map(({ topic }) => topic)).size, 1);
  });
  await service.close();
});

test.run();
