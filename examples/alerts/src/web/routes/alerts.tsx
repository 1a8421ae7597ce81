/** Routes of alerts. */
import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { limits, take } from '../../accounts/rateLimits.js';
import { only } from '../../storage/database.js';
import type { AlertRow } from '../../storage/rows.js';
import type { Raw, Read } from '../http/forms.js';
import { check, fieldsOf, idOf, readForm, whole } from '../http/forms.js';
import { visitorIn } from '../http/visitors.js';
import { clockOf, minutesOf } from '../http/words.js';
import { AlertForm, AlertView, Alerts, termsOf } from '../pages/alerts.js';
import type { Terms, WebEnv, WebServices } from '../services.js';
import { frameOf } from './frame.js';
import { symbolBy } from './market.js';

/** Of one user. */
const MOST_ALERTS = 200;

const clock = z.string('Write a time such as 09:30.').transform((text, issue) => {
  const minutes = minutesOf(text);
  if (minutes !== undefined) return minutes;
  issue.addIssue({ code: 'custom', message: 'Write a time such as 09:30.' });
  return z.NEVER;
});
const PER_CENT = 'Write a number from 0.01 to 50.';
const alertForm = z.object({
  symbol: z.string(),
  direction: z.enum(['both', 'surge', 'plunge'], 'Choose one.'),
  threshold: z.string(PER_CENT).trim().regex(/^[0-9]{1,2}(?:[.,][0-9]{1,4})?$/, PER_CENT).transform((text) => Number(text.replace(',', '.'))).pipe(z.number().min(0.01, PER_CENT).max(50, PER_CENT)),
  checks: whole(1, 20),
  pause: whole(0, 43_200),
  from: clock,
  to: clock,
});
type AlertFormValue = z.output<typeof alertForm>;

const DEFAULTS: Raw = { direction: 'both', threshold: '1', checks: '1', pause: '1440', from: '00:00', to: '00:00' };

const SAID: Readonly<Record<string, string>> = { saved: 'The alert is saved.', paused: 'The alert is paused.', resumed: 'The alert is on again.', deleted: 'The alert is deleted.' };

const termsIn = (value: AlertFormValue): Terms => ({ symbol: value.symbol, direction: value.direction, thresholdPercent: value.threshold, checksInRow: value.checks, pauseMinutes: value.pause });

export function alertRoutes(app: Hono<WebEnv>, services: WebServices): void {
  const { database, engine } = services;

  const own = async (context: Context<WebEnv>): Promise<AlertRow> => {
    const [alert] = await database.query<AlertRow>('select * from alerts where id = $1 and user_id = $2', [idOf(context), visitorIn(context).userId]);
    if (!alert) throw new HTTPException(404);
    return alert;
  };
  const said = (context: Context<WebEnv>): string | undefined => SAID[context.req.query('said') ?? ''];

  async function form(context: Context<WebEnv>, read: Read<AlertFormValue>, alert?: AlertRow) {
    const symbol = await symbolBy(database, read.raw.symbol ?? '');
    if (!symbol) throw new HTTPException(404);
    const past = read.value ? await engine.whatIf(termsIn(read.value)) : undefined;
    const to = alert ? `/alerts/${alert.id}` : '/alerts';
    return context.html(
      <AlertForm
        frame={await frameOf(context, services)} title={alert ? `Edit the alert on ${symbol.symbol}` : `New alert on ${symbol.symbol}`} to={to} here={alert ? `${to}/edit` : '/alerts/new'}
        raw={read.raw} problems={read.problems ?? {}} past={past} truth={await engine.truth(symbol.symbol)} timeZone={visitorIn(context).timeZone}
      />, read.problems ? 422 : 200,
    );
  }

  app.get('/alerts', async (context) => {
    const alerts = await database.query<AlertRow>('select * from alerts where user_id = $1 order by symbol, created_at', [visitorIn(context).userId]);
    return context.html(<Alerts frame={await frameOf(context, services)} alerts={alerts} said={said(context)} />);
  });

  app.get('/alerts/new', (context) => form(context, check(alertForm, { ...DEFAULTS, ...fieldsOf(new URL(context.req.url).search) })));

  app.post('/alerts', async (context) => {
    const read = await readForm(context, alertForm);
    const { userId } = visitorIn(context);
    if (!read.value || !await symbolBy(database, read.value.symbol)) return form(context, read);
    const { count } = only(await database.query<{ count: number }>('select count(*)::int as count from alerts where user_id = $1', [userId]));
    if (count >= MOST_ALERTS) return form(context, { raw: read.raw, problems: { symbol: `You have ${MOST_ALERTS} alerts, which is as many as can be.` } });
    const { value } = read;
    const { id } = only(await database.query<{ id: string }>(
      'insert into alerts (user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id',
      [userId, value.symbol, value.direction, value.threshold, value.checks, value.pause, value.from, value.to],
    ));
    return context.redirect(`/alerts/${id}?said=saved`, 303);
  });

  app.get('/alerts/:id', async (context) => {
    const alert = await own(context);
    const terms = { symbol: alert.symbol, direction: alert.direction, thresholdPercent: alert.threshold_percent, checksInRow: alert.checks_in_row, pauseMinutes: alert.pause_minutes };
    return context.html(
      <AlertView
        frame={await frameOf(context, services)} alert={alert} past={await engine.whatIf(terms)} record={await engine.truthOfAlert(alert.id)} truth={await engine.truth(alert.symbol)}
        timeZone={visitorIn(context).timeZone} said={said(context)}
      />,
    );
  });

  app.get('/alerts/:id/edit', async (context) => {
    const alert = await own(context);
    const stored: Raw = {
      direction: alert.direction, threshold: String(alert.threshold_percent), checks: String(alert.checks_in_row), pause: String(alert.pause_minutes),
      from: clockOf(alert.active_from), to: clockOf(alert.active_to),
    };
    return form(context, check(alertForm, { ...stored, ...fieldsOf(new URL(context.req.url).search), symbol: alert.symbol }), alert);
  });

  app.post('/alerts/:id', async (context) => {
    const alert = await own(context);
    const read = await readForm(context, alertForm);
    if (!read.value) return form(context, { ...read, raw: { ...read.raw, symbol: alert.symbol } }, alert);
    const { value } = read;
    // Under other terms, hits and silence begin anew; the bar that was decided stays decided.
    await database.query(
      `update alerts set direction = $3, threshold_percent = $4, checks_in_row = $5, pause_minutes = $6, active_from = $7, active_to = $8,
       hits_in_row = 0, silent_until = null, updated_at = now() where id = $1 and user_id = $2`,
      [alert.id, alert.user_id, value.direction, value.threshold, value.checks, value.pause, value.from, value.to],
    );
    return context.redirect(`/alerts/${alert.id}?said=saved`, 303);
  });

  for (const [verb, paused, word] of [['pause', true, 'paused'], ['resume', false, 'resumed']] as const) {
    app.post(`/alerts/:id/${verb}`, async (context) => {
      const alert = await own(context);
      await database.query('update alerts set paused = $3, hits_in_row = 0, updated_at = now() where id = $1 and user_id = $2', [alert.id, alert.user_id, paused]);
      return context.redirect(`/alerts/${alert.id}?said=${word}`, 303);
    });
  }

  app.post('/alerts/:id/delete', async (context) => {
    const alert = await own(context);
    await database.query('delete from alerts where id = $1 and user_id = $2', [alert.id, alert.user_id]);
    return context.redirect('/alerts?said=deleted', 303);
  });

  app.post('/alerts/:id/test', async (context) => {
    const alert = await own(context);
    const wait = await take(database, limits.testByAccount, alert.user_id);
    const result = wait > 0 ? { reason: `There were many tests. Wait ${Math.ceil(wait / 60)} min.` } : await engine.testAlert(alert.user_id, alert.id);
    if ('notificationId' in result) return context.redirect(`/notifications/${result.notificationId}`, 303);
    const alerts = await database.query<AlertRow>('select * from alerts where user_id = $1 order by symbol, created_at', [alert.user_id]);
    return context.html(<Alerts frame={await frameOf(context, services)} alerts={alerts} said={`${termsOf(alert)} could not be tested. ${result.reason}`} />, 409);
  });
}
