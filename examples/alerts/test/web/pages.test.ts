/** What pages say to somebody who sees them for the first time, while there is nothing yet to show, and while something is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEMO_THRESHOLD } from '../../src/web/services.js';
import type { Person, Site } from './site.js';
import { addNotification, addSymbol, openSite, userId } from './site.js';

let site: Site;
let person: Person;
let alertId: string;
let notificationId: string;

test.before(async () => {
  site = await openSite({ settings: { showMails: true } });
  person = await site.member('reads@example.org');
});
test.after(() => site.close());

/** The words of `main`, as they are read. */
const words = (html: string): string => (/<main[^>]*>([^]*)<\/main>/.exec(html)?.[1] ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const read = async (path: string): Promise<string> => words(await person.page(path));

test('before the network is trained, the list says so, and how far it is', async () => {
  site.services.progress = () => 0.42;
  await site.database.query(`insert into checks (market_at, symbols, predictions, hits, problems, started_at) values (now(), 1, 0, 0, '[]', now())`);
  assert.match(await read('/notifications'), 'The network is being trained: 42 % is done.');
  site.services.progress = () => undefined;
  assert.match(await read('/notifications'), 'The network is being trained. Alerts are asked once it is.');
  site.services.progress = () => 1;
  await site.database.query(`insert into networks (hash, bar_size, settings, scores, model, trained_to, state) values ('0123456789abcdef', '1d', '{}', '{}', '', now(), 'running')`);
  assert.match(await read('/notifications'), 'Last check at ');
});

test('an empty list leads to what fills it', async () => {
  assert.match(await read('/alerts'), 'None yet. Choose a symbol');
  assert.match(await read('/notifications'), 'None yet. Choose a symbol');
  await addSymbol(site.database, 'ABC');
  const owner = await userId(site.database, 'reads@example.org');
  const [alert] = await site.database.query<{ id: string }>(
    `insert into alerts (user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to) values ($1, 'ABC', 'both', $2, 1, 0, 0, 0) returning id`, [owner, DEMO_THRESHOLD],
  );
  alertId = alert?.id ?? '';
  assert.match(await read('/notifications'), 'Your 1 alert is asked at every check');
  ({ id: notificationId } = await addNotification(site.database, owner, 'ABC', alertId));
  assert.match(await read('/symbols?q=nothing'), 'Nothing is called that here.');
});

test('an alert of the demo can be edited as it is', async () => {
  const answer = await person.get(`/alerts/${alertId}/edit`);
  assert.is(answer.status, 200);
  assert.match(await answer.text(), `value="${DEMO_THRESHOLD}"`);
});

test('where prices come from is said beside each forecast', async () => {
  for (const path of ['/notifications', `/notifications/${notificationId}`, '/symbols', '/symbols/ABC']) assert.match(await read(path), 'Made up for this test.', path);
});

test('reasons are sentences', async () => {
  await site.database.query(`update symbols set state = 'closed', reason = 'The market is closed: weekend. It opens Monday 5 June at 09:30 in New York.'`);
  const text = await read('/symbols/ABC');
  assert.match(text, 'No new forecast at the moment. The market is closed: weekend.');
  assert.not.match(text, '..');
});

test('no form stands in a paragraph: a browser ends the paragraph there, and what it lays out falls apart', async () => {
  const found: string[] = [];
  for (const path of ['/notifications', `/notifications/${notificationId}`, '/alerts', `/alerts/${alertId}`, `/alerts/${alertId}/edit`, '/alerts/new?symbol=ABC', '/symbols', '/symbols/ABC', '/account', '/mails']) {
    const html = await person.page(path);
    assert.match(html, '<main');
    for (const [, inside = ''] of html.matchAll(/<p(?:\s[^>]*)?>([^]*?)<\/p>/g)) if (/<(?:form|div|section|table|ul|dl)\b/.test(inside)) found.push(`${path}: ${inside.slice(0, 80)}`);
  }
  assert.equal(found, []);
});

test.run();
