/** Bodies, paths and headers that no page sends: whatever comes, the answer is one of a client's fault or of success, never of a fault of ours. */
import fc from 'fast-check';
import { Person } from './site.js';
import type { Site } from './site.js';

const PATHS = [
  '/', '/sign-up', '/confirm', '/reset', '/forgot', '/log-in', '/confirm-address', '/account', '/account/password', '/account/address', '/account/time-zone', '/account/delete',
  '/alerts', '/alerts/new', '/push/subscribe', '/push/unsubscribe', '/notifications', '/notifications/read-all', '/symbols', '/healthz', '/metrics', '/mails', '/live',
];
const FIELDS = ['email', 'password', 'current', 'token', 'timeZone', 'symbol', 'direction', 'threshold', 'checks', 'pause', 'from', 'to', 'deletePassword', 'addressPassword', 'endpoint', 'q', 'before', '__proto__'];
const id = fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 40 }).map(encodeURIComponentSafely), fc.constantFrom('..%2f..', '%00', '%', '1', 'null'));
const path = fc.oneof(
  { arbitrary: fc.constantFrom(...PATHS), weight: 4 },
  { arbitrary: fc.tuple(fc.constantFrom('/alerts/', '/notifications/', '/pictures/', '/symbols/', '/account/sessions/'), id, fc.constantFrom('', '/edit', '/pause', '/delete', '/test', '/end')).map((parts) => parts.join('')), weight: 3 },
  { arbitrary: id.map((text) => `/${text}`), weight: 1 },
);
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('', '0', '-1', '1e999', 'NaN', 'AAPL', 'both', 'UTC', '09:30', 'a@example.org', '\0', '\uFFFF', "'; drop table users; --", 'x'.repeat(5_000)), fc.integer().map(String), fc.double().map(String),
);
const fields = fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { maxLength: 10 });
const query = fc.oneof({ arbitrary: fc.constant(''), weight: 3 }, { arbitrary: fields.map((pairs) => `?${form(pairs)}`), weight: 1 });
const body = fc.oneof(
  fields.map(form), fc.json({ maxDepth: 4 }), fc.uint8Array({ maxLength: 400 }), fc.constantFrom('', '{', '[]', 'null', '"x"', '{"endpoint":{}}', '%', '&&==', 'a=%ff', '\0', 'x'.repeat(20_000)),
  fc.record({ endpoint: value, keys: fc.record({ p256dh: value, auth: value }) }).map((subscription) => JSON.stringify(subscription)),
);
const type = fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'application/json; charset=utf-8', 'multipart/form-data; boundary=x', 'text/plain', '', 'APPLICATION/JSON', 'x');
const requests = fc.record({ method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'), path, query, body, type, member: fc.boolean(), origin: fc.constantFrom(true, true, true, false) });

function form(pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(pairs.map(([name, text]) => [name, text])).toString();
}

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));
}

/** Sends `count` requests; returns lines on those that were answered as a fault of ours, or not at all, and how often each status came. */
export async function fuzz(site: Site, seed: number, count: number): Promise<{ faults: string[]; statuses: Map<number, number> }> {
  const [member, stranger] = [await site.member('fuzz@example.org'), new Person(site.url)];
  const cookie = member.cookies.get('session') ?? '';
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  for (const [i, { method, path: at, query: asked, body: sent, type: kind, member: known, origin }] of fc.sample(requests, { seed, numRuns: count }).entries()) {
    if (i % 100 === 0) await site.database.query('delete from rate_limits');
    const person = known ? member : stranger;
    if (known) person.cookies.set('session', cookie);
    const bare = method === 'GET' || method === 'HEAD';
    try {
      const answer = await person.ask(`${at}${asked}`, {
        method, ...(bare ? {} : { body: typeof sent === 'string' ? sent : Uint8Array.from(sent) }), signal: AbortSignal.timeout(at === '/live' ? 1_500 : 60_000),
        headers: { ...(bare ? {} : { 'content-type': kind }), ...(origin ? { origin: new URL(site.url).origin } : {}) },
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500) faults.push(`${answer.status} ${method} ${at}${asked}`);
      if (at === '/live') await answer.body?.cancel();
      else await answer.arrayBuffer();
    } catch (error) {
      if (at !== '/live') faults.push(`${String(error)} ${method} ${at}${asked}`);
    }
  }
  return { faults, statuses };
}
