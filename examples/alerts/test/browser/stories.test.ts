/** Whole stories in Chromium: from sign-up to a push notification that is seen, by keyboard, on a phone, without JavaScript. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import webpush from 'web-push';
import { check } from '../../src/checker/check.js';
import { testAlert } from '../../src/checker/testAlert.js';
import { truthOfAlert, truthOfSymbol, whatIf } from '../../src/checker/truth.js';
import { openPush } from '../../src/outbox/push.js';
import { pageMailer } from '../../src/outbox/mail.js';
import { startSender } from '../../src/outbox/sender.js';
import type { Sender } from '../../src/outbox/sender.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { FIRST, NETWORK, close, furnish, marketOf, poolOf } from '../checker/fixtures.js';
import type { Site } from '../web/site.js';
import { PASSWORD, openSite } from '../web/site.js';
import { openFresh } from '../storage/databases.js';
import type { Receiver } from './push.js';
import { checkedClaims, newDevice, startReceiver } from './push.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SYMBOLS = ['AAPL', 'SPX'];
const market = marketOf(SYMBOLS);
const vapid = webpush.generateVAPIDKeys();

let browser: Browser;
let receiver: Receiver;
let site: Site;
let sender: Sender;
/** Checks up to the nth session; the network foretells a plunge of AAPL. */
let checkAt: (n: number) => Promise<unknown>;

test.before(async () => {
  receiver = await startReceiver();
  const database = await openFresh();
  await migrate(database, await readMigrations());
  await furnish(database, SYMBOLS);
  site = await openSite({
    database, settings: { showMails: true, pushHosts: [receiver.host], vapidPublicKey: vapid.publicKey },
    engine: { truth: (symbol) => truthOfSymbol(database, symbol), whatIf: (terms) => whatIf(database, terms.symbol, terms), truthOfAlert: (id) => truthOfAlert(database, id), testAlert: (user, id) => testAlert(database, user, id) },
  });
  const pool = poolOf((symbol) => (symbol === 'AAPL' ? -2 : 0.1));
  checkAt = (n) => check({ db: database, source: market, pool, networks: new Map([[NETWORK, { hash: NETWORK, bytes: new Uint8Array(), full: false }]]) }, close(n) + 60_000);
  sender = startSender({ db: database, push: openPush({ vapid: { ...vapid, subject: 'mailto:ops@example.org' }, limit: 10_000, allowPrivate: () => true, ca: receiver.ca }), mailer: pageMailer, interval: 50 });
  browser = await chromium.launch({ executablePath: process.env.BPTT_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});

test.after(async () => {
  await browser.close();
  await sender.stop();
  await site.close();
  await receiver.close();
});

interface Shown { readonly title: string; readonly body: string; readonly url: string }

/**
 * The first notification of the service worker, once there is one: a promise is no condition for `waitForFunction`. Delivered again every five seconds: what DevTools
 * hand to a worker that is just being started or replaced is lost at times. One of the same tag takes the place of another.
 */
async function shownNotification(page: Page, deliver: () => Promise<unknown>): Promise<Shown> {
  for (let tries = 0; tries < 3600; tries++) {
    if (tries % 50 === 0) await deliver();
    const shown = await page.evaluate(async () => {
      const [first] = await (await navigator.serviceWorker.ready).getNotifications();
      return first && { title: first.title, body: first.body, url: (first.data as { url: string }).url };
    });
    if (shown) return shown;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no notification was shown within six minutes');
}

/** A page that fails the test where its policy is broken or a script of ours throws. */
async function open(context: BrowserContext): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // the machine may be busy
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error' && /Content Security Policy|Refused/.test(message.text())) problems.push(message.text()); });
  return { page, problems };
}

async function logIn(page: Page, email: string): Promise<void> {
  await site.member(email);
  await page.goto(`${site.url}/log-in`);
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/notifications');
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: run } = window as Window & typeof globalThis & { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await run.run()).violations.map(({ id, nodes }) => `${location.pathname} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** Stands in for the browser's push service, which is not on this machine: subscribe gives the address of ours and the keys of `device`. */
function stubSubscribe([endpoint, p256dh, auth]: readonly [string, string, string]): void {
  const subscription: PushSubscription = {
    endpoint, expirationTime: null, options: { applicationServerKey: null, userVisibleOnly: true }, getKey: () => null,
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => true,
  };
  let subscribed = false;
  PushManager.prototype.subscribe = async () => {
    subscribed = true;
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => (subscribed ? subscription : null);
}

test('from sign-up to a push notification that is seen', async () => {
  const device = newDevice();
  const endpoint = `https://${receiver.host}/device/1`;
  const context = await browser.newContext({ timezoneId: 'Europe/Vienna' });
  await context.grantPermissions(['notifications'], { origin: site.url });
  await context.addInitScript(stubSubscribe, [endpoint, device.p256dh, device.auth] as const);
  const { page, problems } = await open(context);

  await page.goto(site.url);
  await page.click('main >> text=Sign up');
  assert.is(await page.inputValue('#timeZone'), 'Europe/Vienna', 'the time zone of the browser');
  await page.fill('#email', 'mia@example.org');
  await page.click('text=Send the link');
  await page.waitForSelector('text=Look into your mails');
  await site.settled();
  await page.click('nav >> text=Mails');
  await page.click('article >> text=/confirm\\?token=/');
  await page.fill('#password', PASSWORD);
  await page.click('text=Open the account');
  await page.waitForURL('**/symbols');

  await page.goto(`${site.url}/account`);
  await page.click('#push-on');
  await page.waitForSelector('text=This device is told.');

  await page.goto(`${site.url}/symbols`);
  await page.fill('#q', 'aapl');
  await page.keyboard.press('Enter');
  await page.click('.list a');
  await page.click('text=Set an alert');
  await page.selectOption('#direction', 'plunge');
  await page.fill('#threshold', '1.5');
  await page.click('text=Save the alert');
  await page.waitForSelector('text=The alert is saved.');

  const client = await context.newCDPSession(page);
  const registrations: string[] = [];
  client.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: all }) => { registrations.push(...all.filter(({ isDeleted }) => !isDeleted).map(({ registrationId }) => registrationId)); });
  await client.send('ServiceWorker.enable');
  await page.goto(`${site.url}/notifications`);
  assert.match(await page.textContent('main') ?? '', 'None yet.');
  await checkAt(FIRST);

  await page.waitForSelector('#notifications >> text=AAPL');
  assert.is(await page.getAttribute('#unread', 'data-count'), '1', 'the list and the count come without a reload');

  const { headers, body } = await receiver.next();
  const claims = checkedClaims(headers, vapid.publicKey);
  assert.equal([claims.aud, claims.sub], [`https://${receiver.host}`, 'mailto:ops@example.org']);
  assert.ok(claims.exp > Date.now() / 1000 && claims.exp <= Date.now() / 1000 + 86_400);
  assert.match(String(headers.topic), /^[\w-]{1,32}$/);
  const pushed = device.decrypt(body);
  assert.match(pushed, 'No financial advice.');

  const { title, body: words, url } = await shownNotification(page, () => client.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId: registrations.at(-1) ?? '', data: pushed }));
  assert.match(title, 'AAPL');
  assert.match(words, 'No financial advice.');

  await page.goto(new URL(url, site.url).href);
  assert.match(await page.textContent('h1') ?? '', /Plunge of AAPL foretold: −2\.00 %/);
  assert.match(await page.textContent('main') ?? '', 'No financial advice.');
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.heat-map img')?.complete);
  assert.is(await page.getAttribute('#unread', 'data-count'), '0');
  assert.equal(problems, []);
  await context.close();
});

test('the page can be installed', async () => {
  const context = await browser.newContext();
  const { page } = await open(context);
  await page.goto(site.url);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  const client = await context.newCDPSession(page);
  const { errors } = await client.send('Page.getAppManifest');
  assert.equal(errors, []);
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  // A browser that is not headless installs from an ordinary window alone.
  assert.equal(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
  await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page breaks a rule of axe, and none is wider than a phone: ${colorScheme}`, async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme });
    const { page, problems } = await open(context);
    const found: string[] = [];
    const look = async (path: string): Promise<void> => {
      await page.goto(`${site.url}${path}`);
      found.push(...await violations(page));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) found.push(`${path} is ${width} pixels wide`);
      // Of what is told and of sessions nothing hides at the side: what came, and the button that ends one.
      if (await page.evaluate(() => [...document.querySelectorAll('.scroll:has(.stacked)')].some((box) => box.scrollWidth > box.clientWidth))) found.push(`${path} has a table that must be scrolled`);
    };
    for (const path of ['/', '/sign-up', '/forgot', '/log-in', '/mails', '/reset?token=x', '/nothing']) await look(path);
    await logIn(page, `axe-${colorScheme}@example.org`);
    await page.goto(`${site.url}/alerts/new?symbol=AAPL`);
    await page.click('text=Save the alert');
    await page.waitForSelector('text=The alert is saved.');
    const alert = new URL(page.url()).pathname;
    await page.click('text=Test this alert now');
    await page.waitForURL('**/notifications/*');
    const told = new URL(page.url()).pathname;
    for (const path of ['/notifications', told, '/alerts', alert, `${alert}/edit`, '/alerts/new?symbol=SPX&threshold=x', '/symbols', '/symbols?q=none', '/symbols/AAPL', '/account']) await look(path);
    assert.equal(found, []);
    assert.equal(problems, []);
    await context.close();
  });
}

test('by keyboard: the first tab leads to the content, and an alert is set without a mouse', async () => {
  const context = await browser.newContext();
  const { page } = await open(context);
  await logIn(page, 'keys@example.org');
  await page.goto(`${site.url}/alerts/new?symbol=SPX`);
  await page.keyboard.press('Tab');
  assert.is(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.is(await page.evaluate(() => document.activeElement?.id), 'direction');
  await page.keyboard.press('Tab');
  await page.keyboard.type('0.7');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=The alert is saved.');
  await context.close();
});

test('without JavaScript: alerts are tried on the past, set, paused, tested and deleted by forms', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await open(context);
  await logIn(page, 'plain@example.org');
  await page.goto(`${site.url}/alerts/new?symbol=AAPL`);
  await page.fill('#threshold', '0.4');
  await page.click('text=Show what it would have done');
  assert.is(await page.inputValue('#threshold'), '0.4');
  await page.click('text=Save the alert');
  await page.click('main >> text=Pause');
  assert.match(await page.textContent('main') ?? '', 'It is paused.');
  await page.click('text=Test this alert now');
  assert.match(await page.textContent('main') ?? '', 'This is a test of the alert');
  await page.click('text=The alert, and how often it was right');
  await page.click('text=Delete');
  assert.match(await page.textContent('main') ?? '', 'The alert is deleted.');
  await context.close();
});

test.run();
