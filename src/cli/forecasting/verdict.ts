/** Who is better, the network or what it has to beat, and whether that could be chance. */
import { dieboldMariano } from '../../forecast/evaluation/dieboldMariano.js';
import { withinRounding } from '../../statistics.js';
import type { Amounts } from '../amounts.js';
import { count, fixed } from '../wording.js';
import type { ScoredBlock, Yardstick } from './scored.js';

export interface Verdict {
  readonly winner: 'network' | 'rival' | 'neither';
  /** Diebold–Mariano statistic on absolute errors, with the correction for few forecasts: below 0 the network errs less. Absent for too few forecasts. */
  readonly statistic?: number;
  readonly pValue?: number;
  readonly text: string;
}

const RIVALS = {
  'no-change': { wins: 'No-change wins: repeating the last known value beats the network.', stays: 'No-change is not beaten: the network is no better than repeating the last known value.' },
  'last season': { wins: 'Last season wins: repeating the value one season before beats the network.', stays: 'Last season is not beaten: the network is no better than repeating the value one season before.' },
} as const;

/** @param unit what one step ahead is called: `day`. */
export function judge(test: ScoredBlock, by: Yardstick, amount: Amounts, unit: string): Verdict {
  const [, horizon = 1] = test.actual.shape;
  const tested = compare(test, by, horizon);
  const winner = tested && tested.pValue < 0.05 ? (tested.statistic < 0 ? 'network' : 'rival') : 'neither';
  const ahead = horizon === 1 ? `1 ${unit} ahead` : `1 to ${horizon} ${unit}s ahead`;
  const errors = `the network is off by ${amount(test.score.mae)} on average ${ahead}, "${by.rival}" by ${amount(test.score.noChange.mae)}`;
  const where = `On the ${count(test.origins.length, 'test forecast')}${by.units.size > 1 ? ` of ${count(by.units.size, 'series')}` : ''}, which neither training nor selection saw`;
  const chance = tested
    ? `(Diebold–Mariano statistic ${fixed(tested.statistic, 1)}, p ${tested.pValue < 0.001 ? 'below 0.001' : tested.pValue.toFixed(3)}; ${winner === 'neither' ? 'it may be chance' : 'more than chance'})`
    : '(too few of them to tell chance from more)';
  const said = winner === 'network' ? `The network beats ${by.rival}.` : RIVALS[by.rival][winner === 'rival' ? 'wins' : 'stays'];
  return { winner, ...tested, text: `${said} ${where}, ${errors} ${chance}.` };
}

/** Mean absolute errors by origin, over all steps and series; the last origins of the series are taken together, as they end together. Undefined for too few. */
function compare({ series, actual, predicted, rival }: ScoredBlock, { units }: Yardstick, horizon: number): { readonly statistic: number; readonly pValue: number } | undefined {
  const left = new Map<string, number>();
  for (const name of series) left.set(name, (left.get(name) ?? 0) + 1);
  const length = Math.max(...left.values());
  const sums = { network: new Float64Array(length), rival: new Float64Array(length), count: new Float64Array(length) };
  series.forEach((name, i) => {
    const before = left.get(name) ?? 0;
    left.set(name, before - 1);
    const at = length - before;
    const error = (forecasts: typeof actual): number => {
      let sum = 0;
      for (let k = 0; k < horizon; k++) sum += distance(actual.get(i, k), forecasts.get(i, k));
      return sum / horizon / (units.get(name) ?? NaN);
    };
    sums.network[at] = (sums.network[at] ?? 0) + error(predicted);
    sums.rival[at] = (sums.rival[at] ?? 0) + error(rival);
    sums.count[at] = (sums.count[at] ?? 0) + 1;
  });
  if (length < 2 || length <= horizon) return undefined;
  const mean = (total: Float64Array): Float64Array => total.map((sum, at) => sum / (sums.count[at] ?? NaN));
  const { statistic, pValue } = dieboldMariano(mean(sums.network), mean(sums.rival), { horizon, power: 1, variance: 'bartlett' });
  return { statistic, pValue };
}

/** How far two values lie apart: not at all where only the rounding of scalers, done and undone, is between them. */
function distance(a: number, b: number): number {
  return withinRounding(Math.min(a, b), Math.max(a, b)) ? 0 : Math.abs(a - b);
}
