/** Mails through a server on this machine: a forgotten password, and what is said where the server will not. */
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { smtpMailer } from '../../src/outbox/mail.js';
import { openPush } from '../../src/outbox/push.js';
import { startSender } from '../../src/outbox/sender.js';
import type { Delivered } from '../../src/outbox/sender.js';
import { Person, openSite } from '../web/site.js';
import type { Reply } from './mailServer.js';
import { startMailServer } from './mailServer.js';

const FROM = 'Alerts <alerts@alerts.example>';
const MAIL = { to: 'mia@example.org', subject: 'Grüße', text: 'A line.\n..a line that begins with dots\nhttps://alerts.example/reset?token=abc' };
const vapid = { publicKey: '', privateKey: '', subject: 'mailto:ops@example.org' };

test('a forgotten password comes by mail, once, and its text is kept nowhere', async () => {
  const [site, mails] = [await openSite(), await startMailServer()];
  const sender = startSender({ db: site.database, push: openPush({ vapid, limit: 1000, allowPrivate: () => false }), mailer: smtpMailer({ url: `smtp://127.0.0.1:${mails.port}`, from: FROM, limit: 30_000 }), interval: 20 });
  await site.member('mia@example.org');
  await new Person(site.url).post('/forgot', { email: 'mia@example.org' });
  const { text, messageId } = await mails.mailTo('mia@example.org');
  assert.match(messageId, /^<[0-9a-f-]{32,36}@alerts\.example>$/);
  const link = /https?:\/\/\S+/.exec(text)?.[0] ?? '';
  assert.match(link, `${site.url}/reset?token=`);
  const person = new Person(site.url);
  assert.match(await person.page(link), 'Choose a password');
  assert.is((await person.post('/reset', { token: new URL(link).searchParams.get('token') ?? '', password: 'another four words' })).status, 303);
  await mails.mailTo('mia@example.org', 1);
  await new Person(site.url).post('/forgot', { email: 'nobody@example.org' });
  assert.match((await mails.mailTo('nobody@example.org')).subject, 'no account');
  await sender.stop();
  assert.equal(mails.received.map(({ to }) => to), ['mia@example.org', 'mia@example.org', 'nobody@example.org']);
  assert.not.match(JSON.stringify(await site.database.query('select payload from outbox')), 'token=');
  await site.close();
  await mails.close();
});

const answering = (reply: Reply) => async (work: (send: () => Promise<unknown>, mails: Awaited<ReturnType<typeof startMailServer>>) => Promise<void>): Promise<void> => {
  const mails = await startMailServer(reply);
  const mailer = smtpMailer({ url: `smtp://alerts:hunter2@127.0.0.1:${mails.port}`, from: FROM, limit: 500 });
  await work(() => mailer.send(MAIL, 'topic'), mails);
  mailer.close();
  await mails.close();
};

test('a mail arrives as it was written', async () => {
  await answering(() => undefined)(async (send, mails) => {
    assert.equal(await send(), { kind: 'sent' });
    assert.is(mails.received[0]?.text.replaceAll('\r\n', '\n').trimEnd(), MAIL.text);
    assert.is(mails.received[0]?.messageId, '<topic@alerts.example>');
  });
});

for (const [what, reply, wanted] of [
  ['an address that it does not know', (line: string) => (line.startsWith('RCPT') ? '550 nobody of that name' : undefined), { kind: 'refused', problem: 'the mail server answered 550' }],
  ['a full mailbox', (line: string) => (line.startsWith('RCPT') ? '452 full' : undefined), { kind: 'later', problem: 'the mail server answered 452' }],
  ['a mail that it will not have', (line: string) => (line === 'end of data' ? '554 looks like spam' : undefined), { kind: 'refused', problem: 'the mail server answered 554' }],
  ['a busy server', (line: string) => (line === 'greeting' ? '421 come again' : undefined), { kind: 'later', problem: 'the mail server answered 421' }],
  ['a server that says nothing', (line: string) => (line === 'greeting' ? 'silence' : undefined), { kind: 'later', problem: 'the mail server did not answer: ETIMEDOUT' }],
  ['a server that falls silent', (line: string) => (line.startsWith('RCPT') ? 'silence' : undefined), { kind: 'later', problem: 'the mail server did not answer: ETIMEDOUT' }],
] as const) {
  test(`said without the password: ${what}`, async () => {
    await answering(reply)(async (send) => { assert.equal(await send(), wanted); });
  });
}

test('a password that the mail server refuses is the mail server’s fault, not the mail’s: it is tried again, and heard of', async () => {
  const [site, mails] = [await openSite(), await startMailServer((line) => (line.startsWith('AUTH') ? '535 wrong' : undefined))];
  const heard: Delivered[] = [];
  const sender = startSender({
    db: site.database, push: openPush({ vapid, limit: 1000, allowPrivate: () => false }), mailer: smtpMailer({ url: `smtp://alerts:hunter2@127.0.0.1:${mails.port}`, from: FROM, limit: 30_000 }), interval: 20,
    hear: (event) => { if (!('failed' in event)) heard.push(event); },
  });
  await new Person(site.url).post('/sign-up', { email: 'mia@example.org', timeZone: 'UTC' });
  for (let i = 0; i < 600 && heard.length === 0; i++) await pause(50);
  await sender.stop();
  assert.equal(heard, [{ kind: 'mail', outcome: 'later', problem: 'the mail server answered 535' }]);
  assert.equal(await site.database.query('select attempts, problem, gave_up_at from outbox'), [{ attempts: 1, problem: 'the mail server answered 535', gave_up_at: null }]);
  await site.close();
  await mails.close();
});

test.run();
