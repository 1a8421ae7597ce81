/** Routes of those who are not logged in. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { weakness } from '../../accounts/passwords.js';
import { limits, take } from '../../accounts/rateLimits.js';
import { afterAnswer } from '../http/afterAnswer.js';
import { check, email, fieldsOf, password, readForm, secret, zone } from '../http/forms.js';
import { limitKey } from '../http/guard.js';
import { logIn, safePath, tryOut } from '../http/visitors.js';
import { ChoosePassword, ConfirmAddress, DeadLink, Forgot, Landing, LogIn, Message, Sent, SignUp } from '../pages/entry.js';
import type { WebEnv, WebServices } from '../services.js';
import { frameOf } from './frame.js';

const signUpForm = z.object({ email, timeZone: zone });
const passwordForm = z.object({ token: secret, password });
const tokenForm = z.object({ token: secret });
const logInForm = z.object({ email, password });
const forgotForm = z.object({ email });

export function entryRoutes(app: Hono<WebEnv>, services: WebServices): void {
  const { accounts, settings, database } = services;

  const tooMany = async (context: Context<WebEnv>, seconds: number) => {
    context.header('Retry-After', String(seconds));
    return context.html(<Message frame={await frameOf(context, services)} title="Too many tries" text={`Wait ${Math.ceil(seconds / 60)} min, then try again.`} />, 429);
  };
  const deadLink = async (context: Context<WebEnv>) => context.html(<DeadLink frame={await frameOf(context, services)} />, 410);
  const queryOf = (context: Context<WebEnv>) => fieldsOf(new URL(context.req.url).search);

  app.get('/', async (context) => (context.get('visitor') ? context.redirect('/notifications', 303) : context.html(<Landing frame={await frameOf(context, services)} demo={settings.demo} sourceNote={services.sourceNote} />)));

  app.get('/sign-up', async (context) => context.html(<SignUp frame={await frameOf(context, services)} raw={{ timeZone: settings.timeZone }} problems={{}} />));
  app.post('/sign-up', async (context) => {
    const form = await readForm(context, signUpForm);
    const frame = await frameOf(context, services);
    if (form.problems) return context.html(<SignUp frame={frame} raw={form.raw} problems={form.problems} />, 422);
    const { value } = form;
    const wait = await tryOut(context, services, limits.mailByAddress, limits.mailByAccount, value.email);
    if (wait > 0) return tooMany(context, wait);
    afterAnswer(context, services, 'sign up', () => accounts.signUp(value.email, value.timeZone));
    return context.html(<Sent frame={frame} showMails={settings.showMails} />);
  });

  app.get('/forgot', async (context) => context.html(<Forgot frame={await frameOf(context, services)} raw={{}} problems={{}} />));
  app.post('/forgot', async (context) => {
    const form = await readForm(context, forgotForm);
    const frame = await frameOf(context, services);
    if (form.problems) return context.html(<Forgot frame={frame} raw={form.raw} problems={form.problems} />, 422);
    const { value } = form;
    const wait = await tryOut(context, services, limits.mailByAddress, limits.mailByAccount, value.email);
    if (wait > 0) return tooMany(context, wait);
    afterAnswer(context, services, 'forgotten password', () => accounts.forgot(value.email, settings.timeZone));
    return context.html(<Sent frame={frame} showMails={settings.showMails} />);
  });

  for (const to of ['/confirm', '/reset'] as const) {
    // The link itself changes nothing: programs that look at mails follow links.
    app.get(to, async (context) => {
      const query = check(tokenForm, queryOf(context));
      if (query.problems) return deadLink(context);
      return context.html(<ChoosePassword frame={await frameOf(context, services)} to={to} token={query.value.token} raw={{}} problems={{}} />);
    });
    app.post(to, async (context) => {
      const form = await readForm(context, passwordForm);
      if (form.problems?.token !== undefined) return deadLink(context);
      const wait = await take(database, limits.linkByAddress, limitKey(context.get('address')));
      if (wait > 0) return tooMany(context, wait);
      const weak = form.problems?.password ?? weakness(form.value?.password ?? '', '');
      if (weak !== undefined || !form.value) {
        return context.html(<ChoosePassword frame={await frameOf(context, services)} to={to} token={form.raw.token ?? ''} raw={{}} problems={{ password: weak }} />, 422);
      }
      const { token, password: chosen } = form.value;
      const userId = await (to === '/confirm' ? accounts.finishSignUp(token, chosen) : accounts.reset(token, chosen));
      if (userId === undefined) return deadLink(context);
      await logIn(context, services, userId);
      return context.redirect(to === '/confirm' ? '/symbols' : '/account?said=password', 303);
    });
  }

  app.get('/confirm-address', async (context) => {
    const query = check(tokenForm, queryOf(context));
    return query.problems ? deadLink(context) : context.html(<ConfirmAddress frame={await frameOf(context, services)} token={query.value.token} />);
  });
  app.post('/confirm-address', async (context) => {
    const form = await readForm(context, tokenForm);
    const wait = await take(database, limits.linkByAddress, limitKey(context.get('address')));
    if (wait > 0) return tooMany(context, wait);
    if (form.problems || !await accounts.changeAddress(form.value.token)) return deadLink(context);
    return context.html(<Message frame={await frameOf(context, services)} title="Your address is changed" text="Log in with the new one from now on." />);
  });

  app.get('/log-in', async (context) => context.html(<LogIn frame={await frameOf(context, services)} raw={{}} problems={{}} next={safePath(context.req.query('next'))} said={context.req.query('said') === 'out' ? 'You are logged out.' : undefined} />));
  app.post('/log-in', async (context) => {
    const form = await readForm(context, logInForm);
    const next = safePath(context.req.query('next'));
    const refuse = async () => context.html(<LogIn frame={await frameOf(context, services)} raw={form.raw} problems={{ form: 'Address and password do not belong together.' }} next={next} />, 422);
    if (form.problems) return refuse();
    const wait = await tryOut(context, services, limits.logInByAddress, limits.logInByAccount, form.value.email);
    if (wait > 0) return tooMany(context, wait);
    const userId = await accounts.logIn(form.value.email, form.value.password);
    if (userId === undefined) {
      services.log.warn('log-in refused', { address: context.get('address') });
      return refuse();
    }
    services.log.info('logged in', { user: userId, address: context.get('address') });
    await logIn(context, services, userId);
    return context.redirect(next, 303);
  });
}
