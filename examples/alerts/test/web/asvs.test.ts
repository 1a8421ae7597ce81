/**
 * OWASP ASVS 5.0, level 1: each of its 70 points stands first in the name of a test, here or in accounts.test.ts, and in the table of docs/alerts.md; points of
 * what the service does not have are tests that it does not.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import webpush from 'web-push';
import { weakness } from '../../src/accounts/passwords.js';
import { limits } from '../../src/accounts/rateLimits.js';
import { only } from '../../src/storage/database.js';
import { openPush } from '../../src/outbox/push.js';
import { clientAddress, limitKey } from '../../src/web/http/guard.js';
import { isPushEndpoint } from '../../src/web/routes/push.js';
import { browserKeys, startPushService } from '../outbox/pushService.js';
import type { Site } from './site.js';
import { PASSWORD, Person, addNotification, addSymbol, openSite, userId } from './site.js';

const workspace = join(import.meta.dirname, '../../..');
const docs = readFileSync(join(workspace, '../../docs/alerts.md'), 'utf8');
const ALERT = { symbol: 'AAPL', direction: 'both', threshold: '1', checks: '2', pause: '60', from: '09:30', to: '16:00' };
const KEYS = { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) };

let site: Site;
let ann: Person;
let ben: Person;
/** Something of each kind that belongs to Ann, by its path. */
let alertId = '';
let told: { id: string; picture: string };

test.before(async () => {
  site = await openSite({ settings: { trustedProxies: 1 } });
  await addSymbol(site.database, 'AAPL');
  ann = await site.member('ann@example.org');
  ben = await site.member('ben@example.org');
  alertId = ((await ann.post('/alerts', ALERT)).headers.get('location') ?? '').slice('/alerts/'.length, '/alerts/'.length + 36);
  told = await addNotification(site.database, await userId(site.database, 'ann@example.org'), 'AAPL', alertId);
});
test.after(() => site.close());
test.before.each(async () => { await site.database.query('delete from rate_limits'); });

const sources = (folder: string): string => readdirSync(join(workspace, folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');

const HTML = '"><script>alert(1)</script>\'&';

test('1.2.1, 3.2.2: what people write is text on every page', async () => {
  const person = await site.member('html@example.org');
  const searched = await person.page(`/symbols?q=${encodeURIComponent(HTML)}`);
  const refused = await (await person.post('/alerts', { ...ALERT, threshold: HTML })).text();
  await site.database.query(`update symbols set name = $1 where symbol = 'AAPL'`, [HTML]);
  const named = await person.page('/symbols/AAPL');
  await site.database.query(`update symbols set name = 'Apple' where symbol = 'AAPL'`);
  for (const page of [searched, refused, named]) {
    assert.match(page, '&lt;script&gt;alert(1)');
    assert.not.match(page, '<script>alert');
  }
  assert.not.match(sources('assets'), /innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
});

test('1.2.2: addresses are built with what people write encoded, and lead nowhere else', async () => {
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/%0d%0aSet-Cookie:x']) {
    const person = new Person(site.url);
    const answer = await person.post(`/log-in?next=${encodeURIComponent(next)}`, { email: 'ann@example.org', password: PASSWORD });
    assert.is(answer.headers.get('location'), '/', next);
  }
});

test('1.2.3, 1.3.1, 1.5.1: no script is built from data, and neither HTML nor XML of others is read', async () => {
  for (const page of [await ann.page('/alerts'), await ann.page('/symbols/AAPL'), await ann.page('/notifications'), await new Person(site.url).page('/')]) {
    for (const [tag] of page.matchAll(/<script[^>]*>/g)) assert.match(tag, /^<script type="module" src="\/[\w.-]+">$/);
    assert.not.match(page, /<[^>]* on[a-z]+=|javascript:/i);
  }
  assert.not.match(sources('src'), /dangerouslySetInnerHTML|DOMParser|xml2js|fast-xml|sax|sanitize/i);
  // What is put onto pages as it is: the doctype, and charts that bptt has drawn from numbers.
  assert.equal([...sources('src').matchAll(/\braw\(([^)]*)/g)].map(([, what]) => what).sort(), ["'<!doctype html>'", 'plot.at(NARROW', 'plot.unstyled']);
});

test('1.2.4: statements take values as parameters: quotes and patterns are found as they are', async () => {
  assert.match(await ann.page(`/symbols?q=${encodeURIComponent("' or 1=1 --")}`), 'Nothing is called that here');
  assert.match(await ann.page('/symbols?q=%25'), 'Nothing is called that here');
  assert.match(await ann.page('/symbols?q=aap'), '/symbols/AAPL');
});

test('1.2.5, 1.3.2, 3.4.2: no command is run, no text is executed, no other origin is let in', async () => {
  const all = sources('src') + sources('assets');
  assert.not.match(all, /child_process|\beval\(|new Function\(/);
  assert.not.match(all, /Access-Control-Allow-Origin/i);
  assert.is((await ann.ask('/symbols', { headers: { origin: 'https://evil.example' } })).headers.get('access-control-allow-origin'), null);
});

test('2.1.1, 2.2.1, 2.2.2: the server takes only what a form allows', async () => {
  for (const wrong of [
    { threshold: '0' }, { threshold: '-1' }, { threshold: '51' }, { threshold: '1e3' }, { threshold: 'NaN' }, { checks: '0' }, { checks: '21' }, { checks: '1.5' }, { pause: '43201' },
    { pause: '-1' }, { from: '24:00' }, { to: 'noon' }, { direction: 'sideways' },
  ]) assert.is((await ann.post('/alerts', { ...ALERT, ...wrong })).status, 422, JSON.stringify(wrong));
  assert.is((await ann.post('/alerts', { ...ALERT, symbol: 'NONE' })).status, 404);
  assert.is((await ann.ask('/alerts', { method: 'POST', body: 'symbol=AAPL&symbol=AAPL', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.url } })).status, 400);
  assert.is((await ann.post('/account/time-zone', { timeZone: 'Mars/Olympus' })).status, 422);
  // Rules are written down beside the routes, and no route takes a body past them.
  assert.not.match(sources('src/web/routes'), /parseBody|req\.(?:json|text|formData|arrayBuffer)\(/);
});

test('2.3.1, 6.4.1: a link of a mail is good once, for one purpose, for a short time', async () => {
  const person = new Person(site.url);
  await person.post('/forgot', { email: 'ben@example.org' });
  const token = new URL(await site.linkTo('ben@example.org')).searchParams.get('token') ?? '';
  assert.match(token, /^[\w-]{43}$/);
  assert.is((await person.post('/confirm', { token, password: 'some long password' })).status, 410, 'a reset is no sign-up');
  assert.is((await person.post('/confirm-address', { token })).status, 410);
  await site.database.query(`update mail_tokens set expires_at = expires_at - interval '61 minutes'`);
  assert.is((await person.post('/reset', { token, password: 'some long password' })).status, 410);
});

test('3.2.1, 3.4.1, 4.1.1: every answer says what it is, and what a browser may do with it', async () => {
  const safe = await openSite({ database: { ...site.database, close: async () => {} }, settings: { origins: ['https://alerts.example'], secure: true } });
  for (const path of ['/', '/log-in', '/styles.css', '/app.js', '/service-worker.js', '/manifest.webmanifest', '/icon-192.png', '/nothing', '/healthz', '/account', '/metrics']) {
    const answer = await requestAs(safe.url, 'alerts.example', path);
    const policy = answer.headers['content-security-policy'] ?? '';
    assert.match(String(policy), `default-src 'none'`, path);
    assert.not.match(String(policy), /unsafe|\*|data:/);
    assert.is(answer.headers['x-content-type-options'], 'nosniff');
    assert.is(answer.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
    if (answer.body !== '') assert.match(answer.headers['content-type'] ?? '', /^(text\/(html|css|javascript|plain).*; charset=utf-8|application\/manifest\+json|image\/png)$/i, path);
  }
  const refused = await requestAs(safe.url, 'evil.example', '/');
  assert.is(refused.status, 421);
  assert.is(refused.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
  await safe.close();
});

test('3.3.1: over TLS the cookie is Secure and bound to this host', async () => {
  const safe = await openSite({ database: { ...site.database, close: async () => {} }, settings: { origins: ['https://alerts.example'], secure: true } });
  const answer = await requestAs(safe.url, 'alerts.example', '/log-in', new URLSearchParams({ email: 'ann@example.org', password: PASSWORD }).toString(), 'https://alerts.example');
  assert.match(String(answer.headers['set-cookie']), /^__Host-session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  await safe.close();
});

test('3.5.1–3.5.3: what changes something is a POST from a page of our own', async () => {
  const path = `/alerts/${alertId}/pause`;
  assert.is((await ann.get(path)).status, 404, 'no GET changes anything');
  for (const headers of [{ origin: 'https://evil.example' } as Record<string, string>, { origin: 'null' }, { origin: site.url, 'sec-fetch-site': 'cross-site' }, { origin: site.url, 'sec-fetch-site': 'same-site' }]) {
    assert.is((await ann.post(path, {}, headers)).status, 403, JSON.stringify(headers));
  }
  const bare = await ann.ask(path, { method: 'POST', body: '', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.is(bare.status, 403, 'without Origin');
  assert.is((await new Person(site.url).post('/log-in', { email: 'ann@example.org', password: PASSWORD }, { origin: 'https://evil.example' })).status, 403, 'logging in neither');
  assert.is((await ann.ask('/push/subscribe', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain', origin: site.url } })).status, 415);
  assert.is(only(await site.database.query<{ paused: boolean }>('select paused from alerts where id = $1', [alertId])).paused, false);
});

test('4.4.1, 5.2.1, 5.2.2, 5.3.1, 9.1.1–9.2.1, 10.4.1–10.4.5: no WebSocket, no uploads, no self-contained tokens, no OAuth', async () => {
  const { dependencies } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  assert.equal(Object.keys(dependencies).filter((name) => /socket|^ws$|jwt|jose|oauth|oidc|openid|multer|busboy|upload/.test(name)), []);
  assert.not.match(sources('src') + sources('assets'), /WebSocket|multipart|type="file"|jsonwebtoken|access_token/);
  const upload = new FormData();
  upload.set('symbol', new Blob(['AAPL']), 'symbol.txt');
  assert.is((await ann.ask('/alerts', { method: 'POST', body: upload, headers: { origin: site.url } })).status, 415);
  assert.is((await ann.post('/alerts', { ...ALERT, symbol: 'x'.repeat(20_000) })).status, 413);
});

test('5.3.2: pictures are rows by their digest; no path of a request becomes one of a file', async () => {
  for (const path of ['/pictures/..%2f..%2fpackage.json', '/..%2fpackage.json', '/assets/app.js', '/.git/config', '/pictures/%00']) assert.is((await ann.get(path)).status, 404, path);
});

test('6.2.1, 6.2.4, 6.2.5: length and the list of the most used ones decide, kinds of characters do not', () => {
  assert.match(weakness('ninechars', '') ?? '', 'at least 10');
  assert.match(weakness('1234567890', '') ?? '', 'most used');
  assert.match(weakness('Qwertyuiop', '') ?? '', 'most used');
  assert.match(weakness('ann@example.org', 'ann@example.org') ?? '', 'your address');
  for (const fine of ['a'.repeat(200), 'ζωή μου σας αγαπώ', '          .', '🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆']) assert.is(weakness(fine, 'ann@example.org'), undefined, fine);
});

test('6.2.6, 6.2.7, 6.4.2: password fields are of that type, tell password managers what they are, and stop no paste', async () => {
  const pages = [await new Person(site.url).page('/log-in'), await ann.page('/account')];
  for (const page of pages) for (const [input] of page.matchAll(/<input[^>]*assword"[^>]*>/g)) assert.match(input, /type="password"[^>]*autocomplete="(?:current|new)-password"/);
  assert.not.match(sources('assets') + pages.join(''), /onpaste|secret question|autocomplete="off"[^>]*password/i);
});

test('6.2.8: a password is taken as it is, to the last character', async () => {
  const long = `${'x'.repeat(150)} Ä ß\t!`;
  await site.member('long@example.org', long);
  const tryWith = async (password: string): Promise<number> => (await new Person(site.url).post('/log-in', { email: 'long@example.org', password })).status;
  assert.equal([await tryWith(long), await tryWith(long.slice(0, -1)), await tryWith(long.toLowerCase()), await tryWith(`${long} `)], [303, 422, 422, 422]);
});

test('6.1.1, 6.3.1: guessing stops by account and by address, whatever X-Forwarded-For claims', async () => {
  const at = (address: string): Person => new Person(site.url, { 'x-forwarded-for': address });
  const tries = limits.logInByAccount.tries;
  for (let i = 0; i < tries; i++) assert.is((await at(`203.0.113.${i}`).post('/log-in', { email: 'Ben@example.org', password: 'wrong password' })).status, 422);
  const stopped = await at('203.0.113.200').post('/log-in', { email: 'ben@example.org', password: PASSWORD });
  assert.is(stopped.status, 429, 'the account, from another address, with the right password');
  assert.ok(Number(stopped.headers.get('retry-after')) > 0);
  assert.is((await at('203.0.113.200').post('/log-in', { email: 'ann@example.org', password: PASSWORD })).status, 303, 'others are not held up');
  // By address: only the last hop counts, which the one proxy wrote; what stands before it is anybody's.
  await site.database.query('delete from rate_limits');
  for (let i = 0; i < limits.mailByAddress.tries; i++) await at(`198.51.100.${i}, 203.0.113.1`).post('/forgot', { email: `nobody${i}@example.org` });
  assert.is((await at('198.51.100.99, 203.0.113.1').post('/forgot', { email: 'nobody99@example.org' })).status, 429);
  assert.is((await at('203.0.113.2').post('/forgot', { email: 'nobody99@example.org' })).status, 200);
  await site.database.query(`update rate_limits set opened_at = opened_at - interval '61 minutes'`);
  assert.is((await at('203.0.113.1').post('/forgot', { email: 'nobody99@example.org' })).status, 200, 'an hour later');
});

test('6.3.1: a proxy is believed only where there is one, and only as far', () => {
  assert.is(clientAddress('10.0.0.9', '1.1.1.1', 0), '10.0.0.9');
  assert.is(clientAddress('10.0.0.9', '9.9.9.9, 1.1.1.1', 1), '1.1.1.1');
  assert.is(clientAddress('10.0.0.9', '9.9.9.9, 1.1.1.1', 2), '9.9.9.9');
  assert.is(clientAddress('10.0.0.9', undefined, 2), '10.0.0.9');
  assert.is(clientAddress('::ffff:10.0.0.9', '', 0), '10.0.0.9');
  assert.is(clientAddress('10.0.0.9', '<script>', 1), '10.0.0.9');
  assert.is(limitKey('2001:db8:1:2:3:4:5:6'), limitKey('2001:db8:1:2::9'));
  assert.is.not(limitKey('2001:db8:1:2::9'), limitKey('2001:db8:1:3::9'));
  assert.is(limitKey('1.2.3.4'), '1.2.3.4');
});

test('6.3.2: there is no account that nobody opened', async () => {
  const fresh = await openSite({ database: { ...site.database, close: async () => {} } });
  assert.equal(await site.database.query(`select email from users where email not like '%@example.org'`), []);
  await fresh.close();
});

test('7.2.1–7.2.3: a session is a random secret that the database knows by its digest', async () => {
  const secret = ann.cookies.get('session') ?? '';
  assert.is(Buffer.from(secret, 'base64url').length, 32);
  const other = new Person(site.url);
  for (const wrong of [secret.slice(0, -1), `${secret}x`, secret.toLowerCase(), 'x'.repeat(43), '']) {
    other.cookies.set('session', wrong);
    assert.is((await other.get('/account')).status, 303);
  }
  const rows = JSON.stringify(await site.database.query('select s.*, encode(token_hash, \'escape\') as shown from sessions s'));
  assert.not.match(rows, secret);
});

test('7.4.2, 14.3.1: an account that is deleted takes its sessions along, and browsers forget', async () => {
  const [one, two] = [await site.member('gone@example.org'), await site.member('gone@example.org')];
  const answer = await one.post('/account/delete', { deletePassword: PASSWORD });
  assert.is(answer.headers.get('clear-site-data'), '"cache", "storage"');
  assert.is((await two.get('/account')).status, 303);
  assert.is((await ann.get('/account')).headers.get('cache-control'), 'no-store');
});

test('8.1.1, 8.2.1, 8.3.1: who is not logged in reaches nothing of anybody', async () => {
  const stranger = new Person(site.url);
  for (const path of ['/account', '/account/export', '/alerts', '/alerts/new?symbol=AAPL', `/alerts/${alertId}`, '/notifications', `/notifications/${told.id}`, `/pictures/${told.picture}`, '/symbols', '/symbols/AAPL', '/live']) {
    const answer = await stranger.get(path);
    assert.ok(answer.status === 303 || answer.status === 401, path);
  }
  for (const path of ['/alerts', `/alerts/${alertId}/delete`, '/account/delete', '/push/subscribe', '/log-out-everywhere']) assert.is((await stranger.post(path)).status, 401, path);
});

test('8.2.2: two users do not reach each other\'s things by any id, and cannot tell them from what is not there', async () => {
  const session = only(await site.database.query<{ id: string }>('select id from sessions where user_id = $1', [await userId(site.database, 'ann@example.org')])).id;
  const nothing = '00000000-0000-4000-8000-000000000000';
  const before = JSON.stringify(await site.database.query('select * from alerts order by id'));
  const same = async (ask: (id: string) => Promise<Response>, id: string, none: string): Promise<void> => {
    const [theirs, missing] = [await ask(id), await ask(none)];
    assert.is(theirs.status, 404);
    assert.is(missing.status, 404);
    assert.is((await theirs.text()).replaceAll(id, ''), (await missing.text()).replaceAll(none, ''));
  };
  for (const path of ['', '/edit']) await same((id) => ben.get(`/alerts/${id}${path}`), alertId, nothing);
  for (const path of ['', '/pause', '/resume', '/delete', '/test']) await same((id) => ben.post(`/alerts/${id}${path}`, ALERT), alertId, nothing);
  await same((id) => ben.get(`/notifications/${id}`), told.id, nothing);
  await same((id) => ben.get(`/pictures/${id}`), told.picture, 'f'.repeat(64));
  await same((id) => ben.post(`/account/sessions/${id}/end`), session, nothing);
  assert.not.match(await ben.page(`/notifications?before=${told.id}`), told.id);
  await ben.post('/notifications/read-all');
  assert.is(only(await site.database.query<{ read_at: Date | null }>('select read_at from notifications where id = $1', [told.id])).read_at, null);
  assert.is(JSON.stringify(await site.database.query('select * from alerts order by id')), before);
  assert.not.match(await (await ben.get('/account/export')).text(), 'ann@example.org');
  assert.is((await ann.get(`/pictures/${told.picture}`)).status, 200);
  assert.is((await ann.get(`/alerts/${alertId}`)).status, 200);
});

test('8.2.2: a device is told only what its user is told', async () => {
  const endpoint = 'https://push.example.org/device/1';
  assert.is((await ann.json('/push/subscribe', { endpoint, keys: KEYS })).status, 201);
  assert.is((await ben.json('/push/unsubscribe', { endpoint })).status, 200);
  assert.is((await site.database.query('select 1 from push_subscriptions where endpoint = $1', [endpoint])).length, 1, 'not ended by another');
  assert.is((await ben.json('/push/subscribe', { endpoint, keys: KEYS })).status, 201);
  const owners = await site.database.query<{ email: string }>('select u.email from push_subscriptions p join users u on u.id = p.user_id where endpoint = $1', [endpoint]);
  assert.equal(owners, [{ email: 'ben@example.org' }], 'who holds the device now');
  await ben.post('/log-out');
  assert.equal(await site.database.query('select 1 from push_subscriptions where endpoint = $1', [endpoint]), [], 'logged out, it is told nothing more');
  ben = await site.member('ben@example.org');
});

test('12.1.1, 12.2.1, 12.2.2: what the server calls it calls over TLS, and believes no certificate that it does not know', async () => {
  const service = await startPushService();
  const push = openPush({ vapid: { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@example.org' }, limit: 30_000, allowPrivate: () => true });
  const send = (endpoint: string) => push.send({ endpoint, ...browserKeys(), topic: 't', payload: '{}' });
  const outcome = await send(`${service.origin}/x`);
  assert.equal([outcome.kind, 'problem' in outcome && outcome.problem.includes('certificate')], ['later', true]);
  assert.equal(await send(`${service.origin.replace('https', 'http')}/x`), { kind: 'gone', problem: 'the endpoint is not https' });
  assert.is(service.received.length, 0);
  assert.not.match(sources('src'), /rejectUnauthorized|minVersion|maxVersion/);
  push.close();
  await service.close();
});

test('a push endpoint is a public address, never one of our own network', () => {
  for (const wrong of ['http://push.example.org/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://10.1.2.3/x', 'https://localhost/x', 'https://printer.local/x', 'https://db/x', 'https://169.254.169.254/x', 'https://push.example.org:8443/x', 'https://a:b@push.example.org/x', 'file:///etc/passwd', 'nonsense', 'https://2130706433/x', 'https://0x7f.1/x']) {
    assert.is(isPushEndpoint(wrong, []), false, wrong);
  }
  assert.is(isPushEndpoint('https://fcm.googleapis.com/fcm/send/abc', []), true);
});

test('11.3.1, 11.3.2, 11.4.1: no cipher of our own, and passwords are kept by argon2id', async () => {
  assert.not.match(sources('src'), /createCipher|createDecipher|createHash\('(?:md5|sha1)'/);
  const { password_hash: kept } = only(await site.database.query<{ password_hash: string }>(`select password_hash from users where email = 'ann@example.org'`));
  assert.match(kept, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('13.4.1, 15.3.1: only what is listed is served, and only what a page shows', async () => {
  const text = await (await ann.get('/account/export')).text();
  assert.not.match(text, /password_hash|token_hash|p256dh/);
  assert.not.match(readFileSync(join(workspace, 'src/web/routes/assets.ts'), 'utf8'), /serveStatic/);
});

test('15.1.1, 15.2.1: how soon holes are mended is written down, and no package of the service has an install script', () => {
  assert.match(docs, /is mended within a week, others within a month/);
  const lock = JSON.parse(readFileSync(join(workspace, '../../package-lock.json'), 'utf8')) as { packages: Record<string, { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string>; hasInstallScript?: boolean }> };
  const seen = new Set<string>();
  const queue = Object.keys(lock.packages['examples/alerts']?.dependencies ?? {}).filter((name) => name !== 'bptt');
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const all = Object.entries(lock.packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    for (const [path, { dependencies = {}, optionalDependencies = {}, hasInstallScript }] of all) {
      assert.not.ok(hasInstallScript, path);
      queue.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
    }
  }
  assert.ok(seen.size > 20);
});

/** Chapters of level 1, each section with its last point. */
const LEVEL_1 = [
  '1.2.5', '1.3.2', '1.5.1', '2.1.1', '2.2.2', '2.3.1', '3.2.2', '3.3.1', '3.4.2', '3.5.3', '4.1.1', '4.4.1', '5.2.2', '5.3.2', '6.1.1', '6.2.8', '6.3.2', '6.4.2', '7.2.4', '7.4.2',
  '8.1.1', '8.2.2', '8.3.1', '9.1.3', '9.2.1', '10.4.5', '11.3.2', '11.4.1', '12.1.1', '12.2.2', '13.4.1', '14.2.1', '14.3.1', '15.1.1', '15.2.1', '15.3.1',
].flatMap((last) => {
  const [section, count] = [last.slice(0, last.lastIndexOf('.')), Number(last.slice(last.lastIndexOf('.') + 1))];
  return Array.from({ length: count }, (_, i) => `${section}.${i + 1}`);
});

/** Points that a text begins with: numbers and ranges, parted by commas. */
function pointsOf(text: string): string[] {
  return (/^(?:\d+\.\d+\.\d+(?:–\d+\.\d+\.\d+)?(?:, )?)+/.exec(text)?.[0] ?? '').split(', ').filter((part) => part !== '').flatMap((part) => {
    const [from = '', to = from] = part.split('–');
    return LEVEL_1.slice(LEVEL_1.indexOf(from), LEVEL_1.indexOf(to) + 1);
  });
}

test('each point of level 1 stands in the table of the docs and in the name of a test', () => {
  assert.is(LEVEL_1.length, 70);
  const sorted = (points: readonly string[]): string[] => LEVEL_1.filter((point) => points.includes(point));
  const listed = [...docs.matchAll(/^\| (\d+\.\d+\.\d+[^|]*)\|/gm)].flatMap(([, cell = '']) => pointsOf(cell));
  const tested = ['asvs', 'accounts'].flatMap((name) => [...readFileSync(join(workspace, `test/web/${name}.test.ts`), 'utf8').matchAll(/^test\('([^']*)/gm)].flatMap(([, title = '']) => pointsOf(title)));
  assert.equal(sorted(listed), LEVEL_1);
  assert.is(listed.length, new Set(listed).size, 'none is listed twice');
  assert.equal(sorted(tested), LEVEL_1);
});

/** A request with another Host than the address, which fetch forbids. */
async function requestAs(url: string, host: string, path: string, body?: string, origin?: string): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {

  return new Promise((resolve, reject) => {
    const call = request(new URL(path, url), { method: body === undefined ? 'GET' : 'POST', headers: { host, ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...(origin === undefined ? {} : { origin }) } }, (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }); });
    });
    call.on('error', reject).end(body);
  });
}

test.run();
