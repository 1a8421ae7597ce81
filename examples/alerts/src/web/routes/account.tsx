/** Routes of the account. What cannot be undone asks for the password again. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { exportAccount } from '../../accounts/exported.js';
import { weakness } from '../../accounts/passwords.js';
import { limits, take } from '../../accounts/rateLimits.js';
import { endSession, endSessions, sessionsOf } from '../../accounts/sessions.js';
import type { MailPayload } from '../../storage/rows.js';
import type { Problems } from '../http/forms.js';
import { afterAnswer } from '../http/afterAnswer.js';
import { email, idOf, password, readForm, zone } from '../http/forms.js';
import { forgetCookie, visitorIn } from '../http/visitors.js';
import { Account, Mails } from '../pages/account.js';
import type { WebEnv, WebServices } from '../services.js';
import { frameOf } from './frame.js';

const passwordForm = z.object({ current: password, password });
const addressForm = z.object({ email, addressPassword: password });
const deleteForm = z.object({ deletePassword: password });
const zoneForm = z.object({ timeZone: zone });

const SAID: Readonly<Record<string, string>> = {
  password: 'The password is changed, and every other session has ended.',
  zone: 'The time zone is saved.',
  address: 'If the address can be used, a mail with a link is on its way there.',
  ended: 'The session has ended.',
};

export function accountRoutes(app: Hono<WebEnv>, services: WebServices): void {
  const { accounts, database, settings } = services;

  const page = async (context: Context<WebEnv>, problems: Problems = {}) => {
    const visitor = visitorIn(context);
    return context.html(
      <Account frame={await frameOf(context, services)} visitor={visitor} sessions={await sessionsOf(database, visitor.userId)} problems={problems} said={SAID[context.req.query('said') ?? '']} vapidPublicKey={settings.vapidPublicKey} />,
      Object.keys(problems).length > 0 ? 422 : 200,
    );
  };

  /** Whether the password is right; tries are counted, so that a session left open is no way to guess it. */
  async function confirmed(context: Context<WebEnv>, given: string): Promise<boolean> {
    const { userId } = visitorIn(context);
    if (await take(database, limits.passwordByAccount, userId) > 0) return false;
    return accounts.isPassword(userId, given);
  }
  const wrong = 'This is not your password, or it was tried too often.';

  app.get('/account', (context) => page(context));

  app.post('/account/password', async (context) => {
    const form = await readForm(context, passwordForm);
    if (form.problems) return page(context, form.problems);
    const { userId, email: address, sessionId } = visitorIn(context);
    const weak = weakness(form.value.password, address);
    if (weak !== undefined) return page(context, { password: weak });
    if (!await confirmed(context, form.value.current)) return page(context, { current: wrong });
    await accounts.changePassword(userId, form.value.password, sessionId);
    return context.redirect('/account?said=password', 303);
  });

  app.post('/account/address', async (context) => {
    const form = await readForm(context, addressForm);
    if (form.problems) return page(context, form.problems);
    if (!await confirmed(context, form.value.addressPassword)) return page(context, { addressPassword: wrong });
    const { userId } = visitorIn(context);
    const address = form.value.email;
    afterAnswer(context, services, 'new address', () => accounts.askAddress(userId, address));
    return context.redirect('/account?said=address', 303);
  });

  app.post('/account/time-zone', async (context) => {
    const form = await readForm(context, zoneForm);
    if (form.problems) return page(context, form.problems);
    await database.query('update users set time_zone = $2 where id = $1', [visitorIn(context).userId, form.value.timeZone]);
    return context.redirect('/account?said=zone', 303);
  });

  app.post('/account/delete', async (context) => {
    const form = await readForm(context, deleteForm);
    if (form.problems) return page(context, form.problems);
    if (!await confirmed(context, form.value.deletePassword)) return page(context, { deletePassword: wrong });
    await accounts.remove(visitorIn(context).userId);
    forgetCookie(context, services);
    return context.redirect('/', 303);
  });

  app.get('/account/export', async (context) => {
    context.header('Content-Disposition', 'attachment; filename="account.json"');
    return context.body(JSON.stringify(await exportAccount(database, visitorIn(context).userId), null, 2), 200, { 'Content-Type': 'application/json; charset=utf-8' });
  });

  app.post('/account/sessions/:id/end', async (context) => {
    const { userId, sessionId } = visitorIn(context);
    const id = idOf(context);
    if (!await endSession(database, userId, id)) return context.notFound();
    if (id !== sessionId) return context.redirect('/account?said=ended', 303);
    forgetCookie(context, services);
    return context.redirect('/log-in?said=out', 303);
  });

  app.post('/log-out', async (context) => {
    const { userId, sessionId } = visitorIn(context);
    await endSession(database, userId, sessionId);
    forgetCookie(context, services);
    return context.redirect('/log-in?said=out', 303);
  });

  app.post('/log-out-everywhere', async (context) => {
    await endSessions(database, visitorIn(context).userId);
    forgetCookie(context, services);
    return context.redirect('/log-in?said=out', 303);
  });
}

/** What would have been mailed. Only where `settings.showMails`: on this machine, without a mail server. */
export function mailRoutes(app: Hono<WebEnv>, services: WebServices): void {
  app.get('/mails', async (context) => {
    const rows = await services.database.query<{ id: string; payload: MailPayload; created_at: Date }>(`select id, payload, created_at from outbox where kind = 'mail' order by created_at desc limit 50`);
    const mails = rows.map(({ id, payload, created_at: at }) => ({ id, ...payload, at }));
    return context.html(<Mails frame={await frameOf(context, services)} mails={mails} timeZone={context.get('visitor')?.timeZone ?? services.settings.timeZone} />);
  });
}
