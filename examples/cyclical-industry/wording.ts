/** The headline, and what this run says to each claim of the document. */
import { mean } from 'bptt/forecast';
import type { Claim } from '../support/claims.js';
import { printHeading, printTable } from '../../src/cli/terminal.js';
import { labelOf } from '../support/labels.js';
import { fixed } from '../../src/cli/wording.js';
import { contest } from './analysis.js';
import type { Analysis } from './analysis.js';
import { AHEAD, PUBLISHED_GRID } from './plan.js';
import { NETWORK, NO_CHANGE, ON_CHANGES, compare, rowNamed } from './scores.js';
import type { Scoreboard } from './scores.js';
import { nameOf } from './selection.js';

type Verdict = Claim['verdict'];

/** Beyond ±2 it is more than chance. */
function judge(statistic: number): Verdict {
  return statistic < -2 ? 'holds' : statistic > 2 ? 'does not hold' : 'cannot be told';
}

export function number(value: number, digits = 2): string {
  return Number.isFinite(value) ? fixed(value, digits) : 'n/a';
}

export function headline({ test, selection, seeds, amount, ahead, blocks, source }: Analysis): { text: string; warning: boolean } {
  const { network, rival, statistic } = contest(test);
  const warning = rival.rmse <= network.rmse;
  const months = blocks.end - blocks.test;
  const { unit } = labelOf(source);
  const measure = unit === undefined ? 'RMSE' : `RMSE in ${unit}`;
  const first = warning
    ? `${capital(rival.name)} wins: on the ${months} test months it is off by ${amount(rival.rmse)} (${measure}), the network by ${amount(network.rmse)}.`
    : `The network is off by ${amount(network.rmse)} (${measure}) on the ${months} test months, the best method without a network (${rival.name}) by ${amount(rival.rmse)}.`;
  const still = rowNamed(test, NO_CHANGE);
  const others = rival.name === still.name ? '' : ` No-change: ${amount(still.rmse)}${still.rmse <= network.rmse ? ', better than the network too' : ''}.`;
  const chance = ` Diebold–Mariano statistic ${number(statistic, 1)}: ${Math.abs(statistic) < 2 ? 'within ±2 the difference may be chance' : 'beyond ±2 it is more than chance'}.`;
  const range = seeds.length > 1 ? ` With ${seeds.length} seeds the network's error runs from ${amount(Math.min(...seeds))} to ${amount(Math.max(...seeds))}.` : '';
  const six = contest(ahead.test);
  const later = ` Up to ${AHEAD} months ahead: network ${amount(six.network.rmse)}, ${six.rival.name} ${amount(six.rival.rmse)}.`;
  return { warning, text: `${first}${others}${chance} The network is ${nameOf(selection.byValidation)}, chosen on the ${months} months before.${range}${later}` };
}

export function claimsOf(analysis: Analysis): Claim[] {
  const { cells, selection, luck, test, ahead, amount, stationarity, blocks, fit, target } = analysis;
  const [own, changed, still] = [rowNamed(test, NETWORK), rowNamed(test, ON_CHANGES), rowNamed(test, NO_CHANGE)];
  const wandering = stationarity.filter(({ level }) => !level.stationary).length;
  const calmed = stationarity.filter(({ change }) => change.stationary).length;
  const level = mean(Array.from(target.subarray(blocks.test)));
  const percent = (value: number): string => `${number((100 * value) / level, 1)} %`;
  const settledCells = cells.filter(({ settled }) => settled).length;
  const slowest = Math.min(...cells.map(({ rate }) => rate));
  const slow = cells.filter(({ rate }) => rate === slowest);
  const columns = [...new Set(cells.map(({ units }) => units))].map((units) => cells.filter((cell) => cell.units === units).map(({ validation }) => validation));
  const ratios = columns.filter((errors) => errors.length > 1).map(worstToBest);
  const published = PUBLISHED_GRID[0]?.map((_, column) => worstToBest(PUBLISHED_GRID.map((row) => row[column] ?? NaN))) ?? [];
  const one = contest(test);
  const six = contest(ahead.test);
  const right = ahead.directions.find(({ name }) => name === NETWORK)?.right ?? 0;
  const majority = Math.max(ahead.ups, ahead.origins - ahead.ups);
  const better = compare(test, changed, own);
  return [
    {
      claim: 'The LSTM predicts better than traditional time-series methods (section 5; no such method was run).',
      verdict: judge(Math.max(one.statistic, six.statistic)),
      ours: `One month ahead ${amount(one.network.rmse)} against ${amount(one.rival.rmse)} of ${one.rival.name}, statistic ${number(one.statistic, 1)}; `
        + `up to ${AHEAD} months ahead ${amount(six.network.rmse)} against ${amount(six.rival.rmse)} of ${six.rival.name}, statistic ${number(six.statistic, 1)}.`,
    },
    {
      claim: 'The cell with the smallest RMSE on the test set is the best, and that RMSE (2486) is what it is worth (table 2).',
      verdict: luck.redrawn > 1.05 * luck.claimed ? 'does not hold' : 'holds',
      ours: `Over ${luck.seeds} seeds of ${luck.cells} cells, the winner on the test months claims ${amount(luck.claimed)} on average; the same cells with other seeds are off by `
        + `${amount(luck.redrawn)}, all cells on average by ${amount(luck.average)}. In the grid, choosing on the test months claims ${amount(selection.byTest.test)} (${nameOf(selection.byTest)}), `
        + `place ${selection.placeOfByTest} of ${cells.length} on the validation block; the cell chosen there has ${amount(selection.byValidation.test)}. Rank correlation of the two blocks ${number(selection.rankCorrelation)}.`,
    },
    {
      claim: 'An RMSE of 2486, with test values of 15,000 to 20,000 (about 14 %), is acceptable.',
      verdict: own.rmse >= still.rmse ? 'does not hold' : judge(compare(test, own, still)),
      ours: `A size says nothing without a comparison. Here the network is off by ${percent(own.rmse)} of the mean test value, no-change by ${percent(still.rmse)}.`,
    },
    {
      claim: 'The LSTM foresees the direction of the next six months (a U-shape; one forecast).',
      verdict: right <= majority ? 'does not hold' : 'cannot be told',
      ours: `From ${ahead.origins} months the network has the sign of the change over ${AHEAD} months right ${right} times; always saying "${ahead.ups >= ahead.origins - ahead.ups ? 'up' : 'down'}" is right ${majority} times, `
        + `${ahead.directions.filter(({ name }) => name !== NETWORK).map(({ name, right: r }) => `${name} ${r} times`).join(', ')}. The windows overlap: they are worth about ${Math.round(ahead.origins / AHEAD)} separate ones.`,
    },
    {
      claim: 'No test of stationarity is needed: an LSTM handles series that are not stationary (section 3.3).',
      verdict: better > 2 && own.rmse >= still.rmse ? 'cannot be told' : judge(-better),
      ours: `${wandering} of ${stationarity.length} series wander in the months before the test block (augmented Dickey–Fuller, 5 %), ${calmed} of their changes come back. `
        + `The same network on changes: ${amount(changed.rmse)} instead of ${amount(own.rmse)} on the test months, statistic ${number(better, 1)}.`,
    },
    {
      claim: 'All models have converged after 500 iterations (section 4.1).',
      verdict: settledCells === cells.length ? 'holds' : 'does not hold',
      ours: `In ${settledCells} of ${cells.length} cells the mean training loss of the last tenth of the epochs is within 5 % of the tenth before. `
        + `It ends at ${number(mean(slow.map(lastLoss)), 3)} (scaled) on average with the smallest rate, and between ${number(Math.min(...cells.map(lastLoss)), 3)} and ${number(Math.max(...cells.map(lastLoss)), 3)} over all cells.`,
    },
    {
      claim: 'Adam adjusts the learning rate without manual intervention or calibration (section 4.1).',
      verdict: Math.min(...ratios) > 1.1 ? 'does not hold' : 'holds',
      ours: `At the same number of units the worst rate has ${number(Math.min(...ratios), 1)} to ${number(Math.max(...ratios), 1)} times the validation error of the best (in the document's table 2: ${number(Math.min(...published), 1)} to ${number(Math.max(...published), 1)} times).`,
    },
    {
      claim: 'The model overfits (section 4.3): RMSE 277 on the months it learned from, 2486 on the test set, 9 times as much.',
      verdict: own.rmse > 1.25 * fit.rmse ? 'holds' : 'does not hold',
      ours: `${amount(fit.rmse)} on the months it learned from, ${amount(own.rmse)} on the test months: ${number(own.rmse / fit.rmse, 1)} times as much.`,
    },
  ];
}

function worstToBest(errors: readonly number[]): number {
  return Math.max(...errors) / Math.min(...errors);
}

function lastLoss({ curve }: { readonly curve: readonly number[] }): number {
  return curve.at(-1) ?? NaN;
}

export function printScores(analysis: Analysis): void {
  const tables: [string, Scoreboard][] = [['One month ahead, test months', analysis.test], [`Up to ${AHEAD} months ahead, test months`, analysis.ahead.test]];
  for (const [title, board] of tables) {
    printHeading(title);
    printTable(['method', 'RMSE', 'MAE', 'MAPE', 'skill'], board.rows.map(({ name, rmse, mae, mape, skill }) =>
      [name, analysis.amount(rmse), analysis.amount(mae), `${number(mape, 1)} %`, number(skill)]));
  }
  printHeading(`Next ${AHEAD} months`);
  const { dates, forecast, lower, upper, coverage } = analysis.ahead;
  printTable(['month', analysis.source.target, `${100 * coverage} % from`, 'to'], dates.map((date, k) =>
    [date.slice(0, 7), ...[forecast, lower, upper].map((list) => analysis.amount(list[k] ?? NaN))]));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
