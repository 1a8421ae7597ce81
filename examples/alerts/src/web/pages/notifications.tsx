/** Notifications: the list, and one with its heat map and the truth beside it. */
import type { FC } from 'hono/jsx';
import type { NotificationRow } from '../../storage/rows.js';
import { moment, percent, plural, price, share, timesNote } from '../http/words.js';
import { NOT_ADVICE } from './alerts.js';
import type { Frame } from './layout.js';
import { Page, Post } from './layout.js';

/** With what the price did afterwards, once it is known. */
export type Told = NotificationRow & { actual_close: number | null };

const nameOf = (told: NotificationRow): string => (told.direction === 'surge' ? 'Surge' : 'Plunge');

/** Direction by arrow and word, not by colour alone. */
const Direction: FC<{ told: NotificationRow }> = ({ told }) => (
  <span class={`direction ${told.direction}`}><span aria-hidden="true">{told.direction === 'surge' ? '▲' : '▼'}</span> {nameOf(told)}</span>
);

function outcomeOf(told: Told): string {
  if (told.actual_close === null) return 'not yet known';
  const change = 100 * (told.actual_close / told.last_close - 1);
  const right = told.direction === 'surge' ? change >= told.threshold_percent : change <= -told.threshold_percent;
  return `${percent(change)}: ${right ? 'right' : 'wrong'}`;
}

export const Notifications: FC<{ frame: Frame; told: readonly Told[]; more: string | undefined; timeZone: string; checkNote: string; alerts: number; sourceNote: string }> = ({ frame, told, more, timeZone, checkNote, alerts, sourceNote }) => {
  const known = told.filter((each) => each.actual_close !== null);
  const right = known.filter((each) => outcomeOf(each).endsWith('right')).length;
  return (
    <Page title="Notifications" frame={frame}>
      <p class="help" id="check-note">{checkNote}</p>
      {(frame.unread ?? 0) > 0 ? <div class="actions"><Post to="/notifications/read-all" quiet>Mark all as read</Post></div> : null}
      {told.length === 0 ? <Nothing alerts={alerts} /> : (
        <>
          {known.length === 0 ? null : <p>Of the {plural(known.length, 'notification')} here whose bar has come, <strong>{right}</strong> were right ({share(right, known.length)}).</p>}
          <div class="scroll" tabindex={0} role="region" aria-label="Notifications">
            <table class="told stacked" id="notifications">
              <thead><tr><th scope="col">What, and after which close</th><th scope="col">Foretold</th><th scope="col">Came</th></tr></thead>
              <tbody>
                {told.map((each) => (
                  <tr class={each.read_at === null ? 'unread' : undefined}>
                    <th scope="row"><a href={`/notifications/${each.id}`}><Direction told={each} /> {each.symbol}{each.test ? ' (test)' : ''}</a>{each.read_at === null ? <span class="badge">new</span> : null}<span class="below">{moment(each.bar_at, timeZone)}</span></th>
                    <td class="figure">{percent(each.change_percent)}</td>
                    <td>{outcomeOf(each)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="help">{timesNote(sourceNote, timeZone)}</p>
          {more === undefined ? null : <p><a href={more}>Older ones</a></p>}
        </>
      )}
    </Page>
  );
};

const Nothing: FC<{ alerts: number }> = ({ alerts }) => (
  alerts === 0
    ? <p>None yet. <a href="/symbols">Choose a symbol</a> and set an alert: what it foretells is told here.</p>
    : <p>None yet. <a href="/alerts">Your {plural(alerts, 'alert')}</a> {alerts === 1 ? 'is' : 'are'} asked at every check; what {alerts === 1 ? 'it foretells' : 'they foretell'} is told here.</p>
);

export const NotificationView: FC<{ frame: Frame; told: Told; timeZone: string; sourceNote: string }> = ({ frame, told, timeZone, sourceNote }) => (
  <Page title={`${nameOf(told)} of ${told.symbol} foretold: ${percent(told.change_percent)}`} frame={frame}>
    {told.test ? <p class="note">This is a test of the alert: it was told whatever the forecast.</p> : null}
    <p class="lead"><Direction told={told} /> The forecast of the next close is {price(told.forecast)}, after a last close of {price(told.last_close)}.</p>
    <p><strong>{NOT_ADVICE}</strong></p>
    <dl class="facts">
      <div><dt>Last close</dt><dd>{price(told.last_close)}, {moment(told.bar_at, timeZone)}</dd></div>
      <div><dt>Forecast</dt><dd>{price(told.forecast)}, for {moment(told.target_at, timeZone)}</dd></div>
      <div><dt>What came</dt><dd>{told.actual_close === null ? '' : `${price(told.actual_close)}, `}{outcomeOf(told)}</dd></div>
      <div><dt>Your threshold</dt><dd>{told.threshold_percent} %</dd></div>
      <div><dt>Told</dt><dd>{moment(told.created_at, timeZone)}</dd></div>
    </dl>
    <p class="help">{timesNote(sourceNote, timeZone)}</p>
    <section aria-labelledby="why">
      <h2 id="why">What moved the forecast</h2>
      <ul>{told.words.explanation.map((sentence) => <li>{sentence}</li>)}</ul>
      {told.picture_hash === null ? <p class="help">There is no picture of this one.</p> : (
        <figure class="heat-map">
          <img src={`/pictures/${told.picture_hash}`} alt={`Heat map over the candles that the network saw of ${told.symbol}. ${told.words.explanation.join(' ')}`} width={560} />
          <figcaption>Behind the candles: red raised the forecast, blue lowered it, what is white did neither; the scale says by how much. Below them, what each close did. A map shows what moved the forecast, not that the forecast is any good.</figcaption>
        </figure>
      )}
    </section>
    <p>{told.alert_id === null ? 'The alert is deleted.' : <a href={`/alerts/${told.alert_id}`}>The alert, and how often it was right</a>} · <a href={`/symbols/${encodeURIComponent(told.symbol)}`}>All about {told.symbol}</a></p>
  </Page>
);
