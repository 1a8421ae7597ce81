/**
 * `kill -9` of web, checker, sender and database in turn at random moments, on a server and embedded: every due notification is once in the list and on the wire,
 * there at most once more with the same topic; no alert is decided twice for a bar; and what a page has answered for is kept.
 *
 *   node dist/test/soak/kill.js [--share X] [--seed N] [--kind server|embedded]
 */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomStream } from 'bptt';
import webpush from 'web-push';
import { openSession } from '../../src/accounts/sessions.js';
import { listSymbols } from '../../src/data/listSymbols.js';
import { REPLAY_START, openReplay } from '../../src/data/replay.js';
import type { Database } from '../../src/storage/database.js';
import { openStorage } from '../../src/storage/open.js';
import { browserKeys, startPushService } from '../outbox/pushService.js';
import { startCluster } from '../storage/databases.js';
import { alertOf, furnish, person, subscribe } from '../checker/fixtures.js';
import { startRole } from './process.js';
import type { Role } from './process.js';
import type { RoleOptions } from './role.js';

const { values } = parseArgs({ options: { share: { type: 'string', default: '1' }, seed: { type: 'string' }, kind: { type: 'string', multiple: true, default: ['server', 'embedded'] } } });
const seed = Number(values.seed ?? randomInt(2 ** 31));
const KILLS = Math.max(1, Math.round(50 * Number(values.share)));
const [SIMULATED, USERS, MEMBERS] = [4, 12, 10];
const SYMBOLS = SIMULATED + 2;
/** Seconds: short, so that rows of the dead are sent within the run; longer than any exchange here. */
const LEASE = 5;
/** Milliseconds within which a bar must be checked: a busy machine takes long to start what was killed. */
const LONGEST = 600_000;

let [passed, failed] = [0, 0];
function verdict(name: string, holds: boolean, figure: string): void {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${figure}`);
}

async function run(kind: 'server' | 'embedded'): Promise<void> {
  const random = randomStream(seed, kind);
  const uniform = (): number => (random.next() >>> 0) / 2 ** 32;
  const folder = mkdtempSync(join(tmpdir(), 'alerts-kill-'));
  const service = await startPushService();
  const cluster = kind === 'server' ? await startCluster() : undefined;
  const data = join(folder, 'data');
  const base = { databaseUrl: cluster?.url, folder: data, simulated: SIMULATED, lease: LEASE, vapid: { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@example.org' }, ca: join(folder, 'ca.pem'), quick: true, limit: 20_000 };
  writeFileSync(base.ca, service.ca);
  const open = async (): Promise<Database> => openStorage({ folder: data, databaseUrl: cluster?.url });
  const source = await openReplay({ simulated: SIMULATED, seed: 1 });
  const sessions = (await source.bars('AAPL', REPLAY_START, Infinity)).map(({ closesAt }) => closesAt);
  const symbols = (await source.search('')).map(({ symbol }) => symbol);

  const furnished = await open();
  await listSymbols(furnished, source);
  await furnish(furnished, []);
  for (let i = 0; i < USERS; i++) {
    const someone = await person(furnished);
    for (let j = 0; j < 5; j++) await alertOf(furnished, someone.user, symbols[(i + j) % SYMBOLS] ?? '', { threshold: 0.3 * (j + 1), inRow: 1 + (j % 2) });
    await subscribe(furnished, someone, `${service.origin}/${randomUUID()}`, browserKeys());
  }
  const members: string[] = [];
  const cookies: string[] = [];
  for (let i = 0; i < MEMBERS; i++) {
    const { user } = await person(furnished);
    members.push(user);
    cookies.push(await openSession(furnished, user, '127.0.0.1', 'soak'));
  }
  await furnished.close();

  /** Embedded, one process is everything; on a server each role has its own. */
  const plans: Record<string, RoleOptions['roles']> = kind === 'server' ? { web: ['web'], checker: ['checker'], sender: ['sender'] } : { service: ['web', 'checker', 'sender'] };
  const running = new Map<string, Role>();
  const revive = async (name: string): Promise<Role> => {
    for (let tries = 0; ; tries++) {
      try {
        const role = await startRole({ ...base, roles: plans[name] ?? [] });
        running.set(name, role);
        return role;
      } catch (error) {
        if (tries === 100) throw error;
        await pause(200);
      }
    }
  };
  for (const name of Object.keys(plans)) await revive(name);
  const victims = kind === 'server' ? ['web', 'checker', 'sender', 'database'] : ['service'];
  const [checkerName, webName] = kind === 'server' ? ['checker', 'web'] : ['service', 'service'];

  let [killed, bar, checks] = [0, 0, 0];
  /** One bar: it is checked until a check of it succeeds, whatever dies meanwhile. */
  const checkBar = async (): Promise<void> => {
    const now = sessions[bar++] ?? NaN;
    for (const started = performance.now(); performance.now() - started < LONGEST;) {
      const role = running.get(checkerName);
      if (role?.child.exitCode !== null || role.child.signalCode !== null) { await pause(50); continue; }
      const told = role.next('checked').catch(() => undefined);
      role.order({ now });
      checks++;
      const answer = await told;
      if (answer?.checked.states.every((state) => /^(predicted|waiting|closed)/.test(state))) return;
      await pause(100);
    }
    throw new Error(`bar ${bar} was never checked`);
  };
  const kill = async (victim: string): Promise<void> => {
    killed++;
    if (victim === 'database') {
      cluster?.process.kill('SIGKILL');
      await pause(300);
      for (let tries = 0; ; tries++) {
        try { await cluster?.restart(); break; } catch (error) { if (tries === 3) throw error; }
      }
      return;
    }
    await running.get(victim)?.kill();
    await revive(victim);
  };
  const killing = (async () => {
    while (killed < KILLS) {
      // Long enough for some to die in the middle of a check, and some between two.
      await pause(200 + (kind === 'server' ? 1500 : 4000) * uniform());
      await kill(victims[killed % victims.length] ?? '');
    }
  })();
  let done = false;
  void killing.finally(() => { done = true; });
  const using = Promise.all(cookies.map(async (cookie) => useWeb(cookie, symbols[0] ?? '', () => running.get(webName)?.url ?? '', () => done)));
  while (!done && bar < sessions.length - 1) await checkBar();
  await killing;
  const people = await using;
  await checkBar();

  // What waits is sent: leases run out, pauses after failures too.
  const drained = async (db: Database): Promise<number> => {
    await db.execute('update outbox set due_at = now() where sent_at is null and gave_up_at is null and due_at > now(); update push_subscriptions set resting_until = null where resting_until is not null');
    const [row] = await db.query<{ n: number }>('select count(*)::int as n from outbox where sent_at is null and gave_up_at is null');
    return row?.n ?? NaN;
  };
  if (kind === 'server') {
    const db = await open();
    for (let i = 0; i < 360 && await drained(db) > 0; i++) await pause(500);
    await db.close();
  } else {
    const waiting = async (): Promise<boolean> => !/^alerts_outbox_waiting 0$/m.test(await (await fetch(`${running.get('service')?.url ?? ''}/metrics`)).text());
    for (let i = 0; i < 360 && await waiting(); i++) await pause(500);
  }
  for (const role of running.values()) await role.kill();

  const db = await open();
  const left = await drained(db);
  const [counts] = await db.query<{ notes: number; twice: number; decisions: number; possible: number; forecasts: number; lost: number }>(
    `select (select count(*) from notifications)::int as notes,
       (select count(*) from (select 1 from notifications group by alert_id, bar_at having count(*) > 1) as d)::int as twice,
       (select sum(decisions) from alerts where user_id <> all($1))::int as decisions,
       (select count(*) from alerts a join predictions p on p.symbol = a.symbol where a.user_id <> all($1))::int as possible,
       (select count(*) from predictions)::int as forecasts,
       (select count(*) from outbox where gave_up_at is not null)::int as lost`, [members],
  );
  const due = await dueNotifications(db, members);
  const listed = new Set((await db.query<{ key: string }>(`select alert_id || ' ' || bar_at as key from notifications`)).map(({ key }) => key));
  const missing = due.filter((key) => !listed.has(key)).length;
  const wire = new Map<string, number>();
  for (const { path, topic } of service.received) wire.set(`${path} ${topic}`, (wire.get(`${path} ${topic}`) ?? 0) + 1);
  const topics = new Set(service.received.map(({ topic }) => topic));
  const unsent = (await db.query<{ topic: string }>('select topic from outbox')).filter(({ topic }) => !topics.has(topic)).length;
  const kept = new Set((await db.query<{ id: string }>('select id from alerts where user_id = any($1)', [members])).map(({ id }) => id));
  const again = [...wire.values()].filter((n) => n > 1).length;
  const title = `${kind}, ${killed} kills of ${victims.join(', ')}, ${bar} bars, ${checks} checks`;
  verdict(`${title}: due notifications in the list`, missing === 0 && due.length === counts?.notes && counts.twice === 0, `${counts?.notes} of ${due.length} due, ${counts?.twice} twice, ${missing} missing`);
  verdict(`${title}: decisions`, counts?.decisions === counts?.possible, `${counts?.decisions} of ${counts?.possible}, one an alert and bar`);
  verdict(`${title}: pushes`, left === 0 && unsent === 0 && wire.size === due.length && [...wire.values()].every((n) => n <= 2), `${wire.size} on the wire, ${again} of them once more with the same topic, none oftener; ${unsent} never there, ${counts?.lost} of unknown fate twice, ${left} left`);
  const all = <T>(list: (used: Used) => readonly T[]): T[] => people.flatMap(list);
  const sum = (count: (used: Used) => number): number => people.reduce((n, used) => n + count(used), 0);
  const [made, removed, wrong] = [all((used) => used.made), all((used) => used.removed), all((used) => used.wrong)];
  const forgotten = made.filter((id) => !kept.has(id)).length + removed.filter((id) => kept.has(id)).length;
  verdict(`${title}: pages`, forgotten === 0 && wrong.length === 0 && made.length > 0, `${made.length + removed.length} alerts set and ${removed.length} deleted by forms, ${forgotten} of them not as answered; ${sum((used) => used.unanswered)} requests unanswered, ${sum((used) => used.broken)} by 5xx${wrong.map((what) => `; ${what}`).join('')}`);
  await db.close();
  await service.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

interface Used { readonly made: string[]; readonly removed: string[]; readonly wrong: string[]; unanswered: number; broken: number }

/** Milliseconds between somebody's rounds of two changes: 600 in a quarter of an hour are allowed. */
const PAUSE = 3_100;

/** Somebody who sets alerts, looks whether all are listed, and deletes them again: what was answered for must hold; what was not, may. */
async function useWeb(cookie: string, symbol: string, url: () => string, done: () => boolean): Promise<Used> {
  const used: Used = { made: [], removed: [], wrong: [], unanswered: 0, broken: 0 };
  const ask = async (path: string, fields?: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly to: string; readonly text: string } | undefined> => {
    const origin = url();
    try {
      const answer = await fetch(`${origin}${path}`, {
        redirect: 'manual', signal: AbortSignal.timeout(20_000), headers: { cookie: `session=${cookie}`, origin, 'content-type': 'application/x-www-form-urlencoded' },
        ...(fields && { method: 'POST', body: new URLSearchParams(fields).toString() }),
      });
      if (answer.status >= 500) used.broken++;
      return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
    } catch {
      used.unanswered++;
      return undefined;
    }
  };
  while (!done()) {
    const set = await ask('/alerts', { symbol, direction: 'both', threshold: '50', checks: '1', pause: '0', from: '00:00', to: '00:00' });
    const id = /^\/alerts\/([0-9a-f-]{36})\?/.exec(set?.to ?? '')?.[1];
    if (id !== undefined) used.made.push(id);
    const list = await ask('/alerts');
    if (list?.status === 200 && used.made.some((each) => !list.text.includes(each))) used.wrong.push('a list without an alert that was set');
    for (const answer of [set, list]) if (answer && ![200, 303].includes(answer.status) && answer.status < 500) used.wrong.push(`status ${answer.status}`);
    const oldest = used.made.length > 5 ? used.made.shift() : undefined;
    if (oldest !== undefined && (await ask(`/alerts/${oldest}/delete`, {}))?.status === 303) used.removed.push(oldest);
    await pause(PAUSE);
  }
  return used;
}

/** What should be in the list, worked out from the forecasts alone, bar by bar. */
async function dueNotifications(db: Database, members: readonly string[]): Promise<string[]> {
  const alerts = await db.query<{ id: string; symbol: string; threshold: number; row: number }>('select id, symbol, threshold_percent as threshold, checks_in_row as row from alerts where user_id <> all($1)', [members]);
  const forecasts = await db.query<{ symbol: string; at: string; percent: number }>('select symbol, bar_at::text as at, change_percent as percent from predictions order by bar_at');
  return alerts.flatMap(({ id, symbol, threshold, row }) => {
    let inRow = 0;
    return forecasts.filter((forecast) => forecast.symbol === symbol).flatMap(({ at, percent }) => {
      inRow = Math.abs(percent) >= threshold ? inRow + 1 : 0;
      if (inRow < row) return [];
      inRow = 0;
      return [`${id} ${at}`];
    });
  });
}

console.log(`seed ${seed}`);
for (const kind of values.kind) if (kind === 'server' || kind === 'embedded') await run(kind);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
