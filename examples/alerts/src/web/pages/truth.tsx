/** The truth beside an alert: what it did or would have done, and how the network does beside repeating the last price. */
import type { FC } from 'hono/jsx';
import { day, part, plural, share } from '../http/words.js';
import type { Truth, WhatIf } from '../../checker/truth.js';

const figure = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');

export const TruthOf: FC<{ truth: Truth; timeZone: string }> = ({ truth, timeZone }) => (
  <>
    <p class={truth.verdict === 'better' ? 'verdict good' : 'verdict'}>{truth.sentence}</p>
    {truth.mase === undefined ? null : (
      <dl class="facts">
        <div><dt>Judged on</dt><dd>{plural(truth.count, 'forecast')}{truth.from && truth.to ? `, ${day(truth.from, timeZone)} to ${day(truth.to, timeZone)}` : ''}</dd></div>
        <div><dt><abbr title="mean absolute scaled error">MASE</abbr></dt><dd>{figure(truth.mase, 3)} <span class="help">(no change: 1; less is better)</span></dd></div>
        {truth.dieboldMariano === undefined ? null : (
          <div><dt>Diebold–Mariano</dt><dd>{figure(truth.dieboldMariano.statistic, 2)}, p {truth.dieboldMariano.pValue < 0.001 ? '< 0.001' : `= ${figure(truth.dieboldMariano.pValue, 3)}`} <span class="help">(negative: the network is better)</span></dd></div>
        )}
        {truth.correction === undefined ? null : (
          <div><dt>The correction</dt><dd>{plural(truth.correction.count, 'forecast')}: error {figure(truth.correction.before, 3)} % before, {figure(truth.correction.after, 3)} % after</dd></div>
        )}
      </dl>
    )}
    {truth.count === 0 ? null : <p class="help">Right: the price moved at least so far, the way that was foretold. By chance: had the same forecasts been made on other days.</p>}
    {truth.count === 0 ? null : (
      <div class="scroll" tabindex={0} role="region" aria-label="How often foretold moves were right, by threshold">
        <table>
          <thead><tr><th scope="col">Threshold</th><th scope="col">Foretold</th><th scope="col">Right</th><th scope="col">By chance</th><th scope="col">Moves of that size</th></tr></thead>
          <tbody>{truth.tallies.map(({ thresholdPercent, foretold, right, byChance, moved }) => <tr><th scope="row">{thresholdPercent} %</th><td>{foretold}</td><td>{foretold === 0 ? '–' : <>{right} <span class="help">({share(right, foretold)})</span></>}</td><td>{byChance === undefined ? '–' : part(byChance)}</td><td>{moved}</td></tr>)}</tbody>
        </table>
      </div>
    )}
  </>
);

export const WouldHaveDone: FC<{ past: WhatIf }> = ({ past }) => (
  <>
    <p><strong>{past.sentence}</strong></p>
    {past.byChance === undefined ? null : <p class="help">Right: the next close moved at least so far, the way that was foretold: {share(past.right, past.fired)}. By chance, on other days and as often up and down, {part(past.byChance)} would have been.</p>}
  </>
);

export const Did: FC<{ record: { fired: number; scored: number; right: number } }> = ({ record: { fired, scored, right } }) => (
  <p>{fired === 0 ? 'It has told you nothing yet.' : <>It told you {plural(fired, 'time')}. Of the {plural(scored, 'time')} whose bar has come, <strong>{right}</strong> were right ({share(right, scored)}).</>}</p>
);
