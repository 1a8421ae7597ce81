/** Faults in the forecaster: what a window is measured by, what it knows, where it is cut, what becomes of an output. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const HEADS = 'forecast/forecaster/heads';
const WHOLE = 'forecast/forecaster/forecaster';

export const forecasterFaults: readonly Fault[] = [
  ...faultsIn('forecast/forecaster/columnScaler', [HEADS, WHOLE],
    ['the level is the mean of the whole window', 'from + length - level', 'from'],
    ['a window is not centred on the way back', 'center + scale * z', 'scale * z'],
    ['a percentage is of 1 more', 'center * (z + 1)', 'center * z'],
  ),
  ...faultsIn('forecast/forecaster/samples', [HEADS, WHOLE],
    ['a window knows the row after its origin', 'const first = sample.origin - window + 1', 'const first = sample.origin - window + 2'],
    ['the season before begins a row late', 'origin + 1 - season', 'origin + 2 - season'],
    ['the season does not repeat', 'k % season', 'k'],
    ['changes of a season are those of a row', '? 1 : this.plan.season', '? 1 : 1'],
  ),
  ...faultsIn('forecast/forecaster/predicting', [HEADS, WHOLE],
    ['a path is not fed its own draw', 'window[last] = values[place] ?? NaN;', ''],
    ['recursion takes another row for one season before', '(plan.window - plan.season) * columns.length', '(plan.window - plan.season - 1) * columns.length'],
  ),
  ...faultsIn('forecast/forecaster/heads', [HEADS],
    ['quantiles that cross stay crossed', '.sort().forEach', '.forEach'],
  ),
  ...faultsIn('forecast/forecaster/blocks', [WHOLE],
    ['no gap between blocks', 'purgeGap({ window, horizon })', '0'],
    ['training rows reach one further', 'train.end - 1 + window + horizon + lost', 'train.end + window + horizon + lost'],
  ),
  ...faultsIn('forecast/forecaster/intervals', [WHOLE],
    ['bounds of several series have one unit', '** power', '** 0'],
  ),
  ...faultsIn('forecast/forecaster/training', [HEADS],
    ['draws of one phase are of any', 'pick(alike) * season', 'pick(alike)'],
    ['steps ahead count alike', 'this.horizon?.[k] ?? 1', '1'],
  ),
  ...faultsIn('forecast/forecaster/backtest', ['forecast/forecaster/backtest'],
    ['an origin that was learned from passes', '+ 1 < (', '+ 3 < ('],
    ['a fit knows a row more', '(origins.get(name) ?? frame.rows - 1) + 1', '(origins.get(name) ?? frame.rows - 1) + 2'],
  ),
  ...faultsIn('forecast/series/missing', ['forecast/series/panel'],
    ['interpolation steps at the wrong place', '(i - before) / (at - before)', '(i - before - 1) / (at - before)'],
  ),
  ...faultsIn('forecast/series/calendarInputs', ['forecast/series/panel'],
    ['weeks begin on Sunday', '(wall.getUTCDay() + 6) % 7', 'wall.getUTCDay()'],
  ),
];
