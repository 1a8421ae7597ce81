/** Alerts: the list, the form with what its terms would have done, one alert. */
import type { FC } from 'hono/jsx';
import type { AlertRow } from '../../storage/rows.js';
import type { Problems, Raw } from '../http/forms.js';
import { clockOf, moment } from '../http/words.js';
import type { Truth, WhatIf } from '../../checker/truth.js';
import type { Frame } from './layout.js';
import { Choice, Field, Page, Post, Wrong } from './layout.js';
import { Did, TruthOf, WouldHaveDone } from './truth.js';

const DIRECTIONS = [['both', 'surge or plunge'], ['surge', 'surge'], ['plunge', 'plunge']] as const;

export const NOT_ADVICE = 'No financial advice.';

/** An alert in a line. */
export function termsOf(alert: Pick<AlertRow, 'symbol' | 'direction' | 'threshold_percent'>): string {
  const direction = DIRECTIONS.find(([value]) => value === alert.direction)?.[1] ?? alert.direction;
  return `${alert.symbol}: ${direction} of ${alert.threshold_percent} % or more`;
}

function detailsOf(alert: AlertRow): string {
  const row = alert.checks_in_row === 1 ? 'At the first check' : `After ${alert.checks_in_row} checks in a row`;
  const pause = alert.pause_minutes === 0 ? 'no pause after a hit' : `then silent for ${durationOf(alert.pause_minutes)}`;
  const hours = alert.active_from === alert.active_to ? 'at all hours' : `from ${clockOf(alert.active_from)} to ${clockOf(alert.active_to)}`;
  return `${row}, ${pause}, ${hours}`;
}

const durationOf = (minutes: number): string => (minutes % 1440 === 0 ? `${minutes / 1440} d` : minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`);

export const Alerts: FC<{ frame: Frame; alerts: readonly AlertRow[]; said?: string | undefined }> = ({ frame, alerts, said }) => (
  <Page title="Alerts" frame={frame} said={said}>
    <p class="actions"><a class="button" href="/symbols">New alert</a></p>
    {alerts.length === 0 ? <p>None yet. Choose a symbol, then say how large a foretold move must be.</p> : alerts.map((alert) => (
      <article class="card">
        <h2><a href={`/alerts/${alert.id}`}>{termsOf(alert)}</a>{alert.paused ? <span class="badge">paused</span> : null}</h2>
        <p class="help">{detailsOf(alert)}. {NOT_ADVICE}</p>
        <Buttons alert={alert} />
      </article>
    ))}
  </Page>
);

const Buttons: FC<{ alert: AlertRow }> = ({ alert }) => {
  const name = termsOf(alert);
  return (
    <div class="actions">
      <Post to={`/alerts/${alert.id}/test`} label={`Test this alert now: ${name}`}>Test this alert now</Post>
      <a class="button quiet" href={`/alerts/${alert.id}/edit`} aria-label={`Edit ${name}`}>Edit</a>
      <Post to={`/alerts/${alert.id}/${alert.paused ? 'resume' : 'pause'}`} quiet label={`${alert.paused ? 'Resume' : 'Pause'} ${name}`}>{alert.paused ? 'Resume' : 'Pause'}</Post>
      <Post to={`/alerts/${alert.id}/delete`} quiet label={`Delete ${name}`}>Delete</Post>
    </div>
  );
};

export const AlertView: FC<{ frame: Frame; alert: AlertRow; past: WhatIf; record: { fired: number; scored: number; right: number }; truth: Truth; timeZone: string; said?: string | undefined }> = ({ frame, alert, past, record, truth, timeZone, said }) => (
  <Page title={termsOf(alert)} frame={frame} said={said}>
    <p>{detailsOf(alert)}. <strong>{NOT_ADVICE}</strong></p>
    {alert.paused ? <p class="note">It is paused.</p> : null}
    {alert.silent_until === null ? null : <p class="help">Silent until {moment(alert.silent_until, timeZone)}.</p>}
    <Buttons alert={alert} />
    <section class="card" aria-labelledby="did">
      <h2 id="did">How often it was right</h2>
      <Did record={record} />
    </section>
    <section class="card" aria-labelledby="would">
      <h2 id="would">What it would have done over the last 250 days</h2>
      <WouldHaveDone past={past} />
    </section>
    <section class="card" aria-labelledby="truth">
      <h2 id="truth">How good is the network on {alert.symbol}?</h2>
      <TruthOf truth={truth} timeZone={timeZone} />
    </section>
    <p><a href={`/symbols/${encodeURIComponent(alert.symbol)}`}>All about {alert.symbol}</a></p>
  </Page>
);

export interface AlertFormPage {
  frame: Frame;
  title: string;
  /** Where it is saved, and where the same page is shown with other values. */
  to: string;
  here: string;
  raw: Raw;
  problems: Problems;
  /** Undefined while the form cannot be saved. */
  past: WhatIf | undefined;
  truth: Truth;
  timeZone: string;
}

export const AlertForm: FC<AlertFormPage> = ({ frame, title, to, here, raw, problems, past, truth, timeZone }) => (
  <Page title={title} frame={frame}>
    <Wrong problems={problems} />
    <form method="post" action={to} class="card" id="alert-form" data-here={here}>
      <input type="hidden" name="symbol" value={raw.symbol} />
      <Choice name="direction" label="Tell me of a foretold" raw={raw} problems={problems} options={DIRECTIONS} />
      <Field name="threshold" label="of at least, in per cent" raw={raw} problems={problems} more={{ inputmode: 'decimal', size: 6 }} help="From 0.01 to 50. How far the forecast of the next close lies from the last one." />
      <Field name="checks" label="in how many checks in a row" type="number" raw={raw} problems={problems} more={{ min: 1, max: 20 }} />
      <Field name="pause" label="then silent for, in minutes" type="number" raw={raw} problems={problems} more={{ min: 0, max: 43_200 }} help="0: tell me at every check while it holds. A day is 1440." />
      <fieldset class="row">
        <legend>Active hours, in {timeZone.replaceAll('_', ' ')}</legend>
        <Field name="from" label="From" type="time" raw={raw} problems={problems} />
        <Field name="to" label="To" type="time" raw={raw} problems={problems} help="The same twice: always." />
      </fieldset>
      <p class="actions">
        <button type="submit">Save the alert</button>
        <button type="submit" class="quiet" formmethod="get" formaction={here} formnovalidate>Show what it would have done</button>
      </p>
      <p><strong>{NOT_ADVICE}</strong></p>
    </form>
    <section class="card" aria-labelledby="would" id="look-back" aria-live="polite">
      <h2 id="would">What it would have done over the last 250 days</h2>
      {past === undefined ? <p>Some fields of the form need another value first.</p> : <WouldHaveDone past={past} />}
      <p class="help">By forecasts of networks that had not seen the bars they foretell. Active hours are not counted here.</p>
    </section>
    <section class="card" aria-labelledby="truth">
      <h2 id="truth">How good is the network on {raw.symbol}?</h2>
      <TruthOf truth={truth} timeZone={timeZone} />
    </section>
  </Page>
);
