/** Accounts as people use them, without JavaScript. */
import { subscribe } from 'node:diagnostics_channel';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Database, Queries } from '../../src/storage/database.js';
import { openFresh } from '../storage/databases.js';
import type { Site } from './site.js';
import { PASSWORD, Person, openSite } from './site.js';

let site: Site;
/** What the service did, in order: statements, passwords hashed and checked, answers that have left. */
const done: string[] = [];
subscribe('http.server.response.finish', () => { done.push('answered'); });

const noting = (queries: Queries): Queries => ({ query: (statement, values) => { done.push(statement); return queries.query(statement, values); } });
const noted = (database: Database): Database => ({
  ...database, ...noting(database),
  transaction: async (work) => {
    done.push('begin');
    return database.transaction((transaction) => work(noting(transaction))).finally(() => { done.push('end'); });
  },
});

test.before(async () => {
  site = await openSite({
    database: noted(await openFresh()),
    passwords: (real) => ({
      hash: (password) => { done.push('hash'); return real.hash(password); },
      verify: (kept, password) => { done.push('verify'); return real.verify(kept, password); },
    }),
  });
});
test.after(() => site.close());

/** Limits are tested elsewhere. */
test.before.each(async () => { await site.database.query('delete from rate_limits'); });

test('sign up by the link of a mail, log out, log in', async () => {
  const person = new Person(site.url);
  assert.match(await person.page('/'), 'Sign up');
  assert.match(await (await person.post('/sign-up', { email: 'Ada@Example.org', timeZone: 'Europe/London' })).text(), 'Look into your mails');
  const link = await site.linkTo('Ada@Example.org');
  assert.match(await person.page(link), 'Choose a password');
  const token = new URL(link).searchParams.get('token') ?? '';
  const opened = await person.post('/confirm', { token, password: PASSWORD });
  assert.is(opened.status, 303);
  assert.match(opened.headers.get('set-cookie') ?? '', /^session=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.match(await person.page('/account'), 'Ada@Example.org');
  assert.is((await person.post('/confirm', { token, password: PASSWORD })).status, 410);
  assert.is((await person.post('/log-out')).headers.get('location'), '/log-in?said=out');
  assert.is((await person.get('/account')).status, 303);
  assert.is((await person.post('/log-in', { email: 'ada@example.ORG', password: PASSWORD })).headers.get('location'), '/');
  assert.match(await person.page('/account'), 'Europe/London');
});

/** What is answered to `path`, and all that was done for it, statement by statement, before the answer and after. */
async function asked(person: Person, path: string, fields: Readonly<Record<string, string>>): Promise<{ answer: string; before: string[]; after: string[] }> {
  await site.settled();
  done.length = 0;
  const answer = await person.post(path, fields);
  const body = await answer.text();
  await site.settled();
  const left = done.indexOf('answered');
  return {
    answer: `${answer.status} ${[...answer.headers].filter(([name]) => name !== 'date').join(' ')} ${Object.values(fields).reduce((text, value) => text.replaceAll(value, ''), body)}`,
    before: done.slice(0, left), after: done.slice(left + 1),
  };
}

test('an account that is there and one that is not get the same answers, and the same work', async () => {
  const [known, unknown] = ['member@example.org', 'nobody@example.org'];
  const member = await site.member('asks@example.org');
  await site.member(known);
  const of = async (email: string) => ({
    signUp: await asked(new Person(site.url), '/sign-up', { email, timeZone: 'UTC' }),
    forgot: await asked(new Person(site.url), '/forgot', { email }),
    logIn: await asked(new Person(site.url), '/log-in', { email, password: 'wrong password' }),
    address: await asked(member, '/account/address', { email, addressPassword: PASSWORD }),
  });
  const nobody = await of(unknown);
  assert.equal(await of(known), nobody);
  const writes = (statements: readonly string[]): number => statements.filter((statement) => /insert into (?:mail_tokens|outbox)/.test(statement)).length;
  for (const { before, after } of [nobody.signUp, nobody.forgot]) {
    assert.ok(before.every((statement) => statement.includes('rate_limits')), 'nobody was looked up before the answer had left');
    assert.is(writes(after), 2);
  }
  assert.is(writes(nobody.address.before), 0);
  assert.is(writes(nobody.address.after), 2);
  assert.is(nobody.logIn.before.filter((what) => what === 'verify').length, 1, 'one password was checked, of an account or of none');
  assert.equal(nobody.logIn.after, []);
});

test('what an address has is said in the mail alone', async () => {
  await site.member('owns@example.org');
  const subjectAfter = async (path: string, email: string): Promise<string | undefined> => {
    await new Person(site.url).post(path, { email, ...(path === '/sign-up' && { timeZone: 'UTC' }) });
    return (await site.mailTo(email))?.subject;
  };
  assert.is(await subjectAfter('/sign-up', 'owns@example.org'), 'You have an account already');
  assert.is(await subjectAfter('/forgot', 'owns@example.org'), 'Set a new password');
  assert.is(await subjectAfter('/sign-up', 'owns-not@example.org'), 'Finish your sign-up');
  assert.is(await subjectAfter('/forgot', 'owns-not@example.org'), 'There is no account with this address');
  // The link of that mail opens one, in the time zone of the service.
  const token = new URL(await site.linkTo('owns-not@example.org')).searchParams.get('token') ?? '';
  const person = new Person(site.url);
  assert.is((await person.post('/confirm', { token, password: PASSWORD })).status, 303);
  assert.match(await person.page('/account'), '<option value="Europe/Paris" selected');
});

test('who signs up with the address of another leaves no password behind', async () => {
  await site.member('owner@example.org');
  await new Person(site.url).post('/sign-up', { email: 'owner@example.org', timeZone: 'UTC' });
  assert.match(await site.linkTo('owner@example.org'), '/reset?token=');
  assert.is((await new Person(site.url).post('/log-in', { email: 'owner@example.org', password: PASSWORD })).status, 303);
});

test('a forgotten password is set anew, and every session ends', async () => {
  const before = await site.member('bob@example.org');
  await new Person(site.url).post('/forgot', { email: 'bob@example.org' });
  const token = new URL(await site.linkTo('bob@example.org')).searchParams.get('token') ?? '';
  const person = new Person(site.url);
  assert.match(await (await person.post('/reset', { token, password: 'short' })).text(), 'at least 10 characters');
  assert.match(await (await person.post('/reset', { token, password: 'qwertyuiop' })).text(), 'most used');
  assert.is((await person.post('/reset', { token, password: 'another four words' })).status, 303);
  assert.is((await before.get('/account')).status, 303, 'the old session has ended');
  assert.is((await person.get('/account')).status, 200);
  assert.is((await new Person(site.url).post('/log-in', { email: 'bob@example.org', password: PASSWORD })).status, 422);
  assert.match((await site.mailTo('bob@example.org'))?.subject ?? '', 'password was changed');
});

test('7.4.1: sessions are listed, ended one by one and all at once', async () => {
  const [one, two, three] = [await site.member('cara@example.org'), await site.member('cara@example.org'), await site.member('cara@example.org')];
  const ids = [...(await one.page('/account')).matchAll(/\/account\/sessions\/([0-9a-f-]{36})\/end/g)].map((match) => match[1] ?? '');
  assert.is(ids.length, 3);
  const own = (await site.database.query<{ id: string }>('select id from sessions order by created_at desc limit 1'))[0]?.id ?? '';
  assert.is((await one.post(`/account/sessions/${own}/end`)).status, 303);
  assert.is((await three.get('/account')).status, 303);
  assert.is((await two.get('/account')).status, 200);
  await one.post('/log-out-everywhere');
  assert.is((await two.get('/account')).status, 303);
});

test('6.2.2, 6.2.3: password and address are changed by whoever knows the password', async () => {
  const [person, other] = [await site.member('dora@example.org'), await site.member('dora@example.org')];
  assert.is((await person.post('/account/password', { current: 'not this one', password: 'a new long password' })).status, 422);
  assert.is((await person.post('/account/password', { current: PASSWORD, password: 'a new long password' })).status, 303);
  assert.is((await other.get('/account')).status, 303);
  assert.is((await person.post('/account/address', { email: 'dora2@example.org', addressPassword: 'a new long password' })).status, 303);
  const token = new URL(await site.linkTo('dora2@example.org')).searchParams.get('token') ?? '';
  assert.match(await (await new Person(site.url).post('/confirm-address', { token })).text(), 'Your address is changed');
  assert.match((await site.mailTo('dora@example.org'))?.subject ?? '', 'dora2@example.org');
  assert.match(await person.page('/account'), 'dora2@example.org');
});

test('an address that another account has is not taken, and nobody is told so', async () => {
  await site.member('taken@example.org');
  const person = await site.member('wants@example.org');
  const answer = await person.post('/account/address', { email: 'taken@example.org', addressPassword: PASSWORD });
  assert.is(answer.headers.get('location'), '/account?said=address');
  const mail = await site.mailTo('taken@example.org');
  assert.is(mail?.subject, 'Your address was not taken');
  assert.not.match(mail?.text ?? '', 'token=');
});

test('7.4.1: a session ends by itself: not used for 30 days, or 90 days after it began', async () => {
  const person = await site.member('eve@example.org');
  await site.database.query(`update sessions set seen_at = now() - interval '2 hours', created_at = now() - interval '89 days' where user_id = (select id from users where email = 'eve@example.org')`);
  assert.is((await person.get('/account')).status, 200);
  const [row] = await site.database.query<{ left: number }>(`select extract(epoch from expires_at - now())::float8 as left from sessions where user_id = (select id from users where email = 'eve@example.org')`);
  assert.ok(Math.abs((row?.left ?? 0) - 86_400) < 60, 'a day is left of 90');
  await site.database.query(`update sessions set expires_at = now() - interval '1 second'`);
  assert.is((await person.get('/account')).status, 303);
});

test('what is kept is exported, without secrets; the account is deleted with all that is its own', async () => {
  const person = await site.member('finn@example.org');
  const answer = await person.get('/account/export');
  assert.is(answer.headers.get('content-disposition'), 'attachment; filename="account.json"');
  const text = await answer.text();
  assert.match(text, 'finn@example.org');
  assert.not.match(text, /argon2|token|hash/i);
  assert.is((await person.post('/account/delete', { deletePassword: 'wrong' })).status, 422);
  assert.is((await person.post('/account/delete', { deletePassword: PASSWORD })).headers.get('location'), '/');
  assert.equal(await site.database.query(`select 1 from users where email = 'finn@example.org'`), []);
  assert.is((await person.get('/account')).status, 303);
});

test('7.2.4: a new session has a new secret, whatever cookie came with the log-in', async () => {
  const person = await site.member('gina@example.org');
  const before = person.cookies.get('session');
  await person.post('/log-in', { email: 'gina@example.org', password: PASSWORD });
  assert.is.not(person.cookies.get('session'), before);
  const old = new Person(site.url);
  old.cookies.set('session', before ?? '');
  assert.is((await old.get('/account')).status, 303);
});

test('14.2.1: the log holds no secret', () => {
  const text = site.lines.join('');
  assert.not.match(text, PASSWORD);
  assert.not.match(text, /token=|argon2|session=/);
  assert.not.match(text, /background work failed|request failed/);
});

test.run();
