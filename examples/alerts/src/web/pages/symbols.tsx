/** Symbols: the search, and one symbol with its last ten days. */
import { raw } from 'hono/html';
import type { FC } from 'hono/jsx';
import { candlestickPlot } from 'bptt/charts';
import type { AlertRow, BarRow, PredictionRow, SymbolRow } from '../../storage/rows.js';
import { moment, percent, plural, price, timesNote } from '../http/words.js';
import type { Truth } from '../../checker/truth.js';
import type { Frame } from './layout.js';
import { Page } from './layout.js';
import { termsOf } from './alerts.js';
import { TruthOf } from './truth.js';

export type Listed = SymbolRow & { close: number | null; bar_at: Date | null };

export const Symbols: FC<{ frame: Frame; query: string; found: readonly Listed[]; total: number; sourceNote: string; timeZone: string }> = ({ frame, query, found, total, sourceNote, timeZone }) => (
  <Page title="Symbols" frame={frame}>
    <form method="get" action="/symbols" role="search" class="search">
      <label for="q">Name or symbol</label>
      <div class="row"><input id="q" name="q" type="search" value={query} maxlength={60} autocomplete="off" /><button type="submit">Search</button></div>
    </form>
    <p class="help" role="status">{query === '' ? plural(total, 'symbol') : `${plural(found.length, 'symbol')} for “${query}”`}. The list is that of the source of prices. {sourceNote}</p>
    {found.length === 0 ? <p>Nothing is called that here.</p> : (
      <ul class="list">
        {found.map((symbol) => (
          <li>
            <a href={`/symbols/${encodeURIComponent(symbol.symbol)}`}><strong>{symbol.symbol}</strong> {symbol.name}</a>
            <span class="help">{symbol.close === null || symbol.bar_at === null ? 'no price yet' : `${price(symbol.close)}, ${moment(symbol.bar_at, timeZone)}`}</span>
          </li>
        ))}
      </ul>
    )}
  </Page>
);

export interface SymbolPage {
  frame: Frame;
  symbol: SymbolRow;
  bars: readonly BarRow[];
  prediction: PredictionRow | undefined;
  truth: Truth;
  alerts: readonly AlertRow[];
  timeZone: string;
  sourceNote: string;
}

export const SymbolView: FC<SymbolPage> = ({ frame, symbol, bars, prediction, truth, alerts, timeZone, sourceNote }) => {
  const last = bars.at(-1);
  const closed = symbol.state !== 'open' && symbol.reason !== '';
  return (
    <Page title={`${symbol.symbol} · ${symbol.name}`} frame={frame}>
      {last === undefined ? <p>No prices have come yet.</p> : (
        <>
          <dl class="facts">
            <div><dt>Last price</dt><dd class="large">{price(last.close)}</dd></div>
            <div><dt>As of</dt><dd>{moment(last.bar_at, timeZone)}</dd></div>
            <div><dt>Fetched</dt><dd>{moment(symbol.fetched_at ?? last.fetched_at, timeZone)}</dd></div>
            <div><dt>Last check</dt><dd>{symbol.checked_at === null ? 'none yet' : moment(symbol.checked_at, timeZone)}</dd></div>
          </dl>
          <p class="help">{timesNote(sourceNote, timeZone)}</p>
        </>
      )}
      {closed ? <p class="note">No new forecast at the moment. {symbol.reason}</p> : null}
      {bars.length < 2 ? null : <Candles symbol={symbol.symbol} bars={bars} timeZone={timeZone} />}
      <p class="actions"><a class="button" href={`/alerts/new?symbol=${encodeURIComponent(symbol.symbol)}`}>Set an alert</a></p>
      {alerts.length === 0 ? null : (
        <section aria-labelledby="mine">
          <h2 id="mine">Your alerts</h2>
          <ul class="list">{alerts.map((alert) => <li><a href={`/alerts/${alert.id}`}>{termsOf(alert)}</a>{alert.paused ? <span class="help">paused</span> : null}</li>)}</ul>
        </section>
      )}
      {prediction === undefined ? null : (
        <section aria-labelledby="forecast">
          <h2 id="forecast">The latest forecast</h2>
          <p>Next close <strong>{price(prediction.forecast)}</strong> after {price(prediction.last_close)}: {percent(prediction.change_percent)}, made from prices up to {moment(prediction.bar_at, timeZone)}.</p>
        </section>
      )}
      <section aria-labelledby="truth" class="card">
        <h2 id="truth">How good is the network here?</h2>
        <TruthOf truth={truth} timeZone={timeZone} />
      </section>
    </Page>
  );
};

/** Pixels of a drawing on a phone of 360. */
const NARROW = 328;

/** Ten days of candles, laid out for wide and for narrow screens; the numbers stand below for those who do not see them. */
const Candles: FC<{ symbol: string; bars: readonly BarRow[]; timeZone: string }> = ({ symbol, bars, timeZone }) => {
  const of = (key: 'open' | 'high' | 'low' | 'close'): number[] => bars.map((bar) => bar[key]);
  const plot = candlestickPlot({ title: `${symbol}, the last ten days`, x: bars.map((bar) => bar.opens_at), open: of('open'), high: of('high'), low: of('low'), close: of('close'), yLabel: 'price, $', height: 300 });
  return (
    <figure class="plot">
      <div class="wide">{raw(plot.unstyled)}</div>
      <div class="narrow">{raw(plot.at(NARROW).unstyled)}</div>
      <details>
        <summary>The same as a table</summary>
        <div class="scroll" tabindex={0} role="region" aria-label={`Prices of ${symbol}`}>
          <table>
            <thead><tr><th scope="col">Until</th><th scope="col">Open</th><th scope="col">High</th><th scope="col">Low</th><th scope="col">Close</th></tr></thead>
            <tbody>{bars.map((bar) => <tr><td>{moment(bar.bar_at, timeZone)}</td><td>{price(bar.open)}</td><td>{price(bar.high)}</td><td>{price(bar.low)}</td><td>{price(bar.close)}</td></tr>)}</tbody>
          </table>
        </div>
      </details>
    </figure>
  );
};
