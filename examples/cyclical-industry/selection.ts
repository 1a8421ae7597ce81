/** What the grid says, and what choosing on the test months would have claimed: the same networks, judged on two blocks. */
import { correlation, deviation, mean } from 'bptt/forecast';
import type { TrialRecord } from 'bptt/forecast';
import { network, scoreboard } from './scores.js';
import { CURVE } from './trial.js';
import type { Blocks } from './plan.js';
import type { Cell, RunResult, Task } from './trial.js';

export interface CellResult extends Cell {
  readonly repeat: number;
  /** RMSE, unit of the target: on the months learned from, the validation block, the test block. */
  readonly fit: number;
  readonly validation: number;
  readonly test: number;
  readonly seconds: number;
  /** See `RunResult`. */
  readonly curve: readonly number[];
  readonly settled: boolean;
}

/** A trial of the grid with its errors on all blocks. Failed trials are left out. */
export function cellResults(trials: readonly TrialRecord[], target: Float64Array, { validation, test, end }: Blocks): CellResult[] {
  return trials.filter(({ status }) => status === 'done').map(({ parameters, result, seconds }) => {
    const { units, rate, task } = parameters as Cell & { task: Task };
    const run = result as RunResult;
    const error = (from: number, to: number): number => scoreboard(target, [network('', run)], { start: from, end: to }, 1).rows[0]?.rmse ?? NaN;
    return {
      units, rate, repeat: task.repeat ?? 0, seconds, curve: run.curve, settled: settled(run.curve),
      fit: error((run.origins[0] ?? 0) + 1, task.known), validation: error(validation, test), test: error(test, end),
    };
  });
}

/** The loss has come to rest: its mean over the last tenth of the epochs is within 5 % of that over the tenth before. Dropout alone moves it by 1 or 2 %. */
export function settled(curve: readonly number[]): boolean {
  const tenth = Math.max(1, Math.round(Math.min(CURVE, curve.length) / 10));
  const mean = (from: number, to?: number): number => {
    const part = curve.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  };
  return Math.abs(mean(-tenth) / mean(-2 * tenth, -tenth) - 1) < 0.05;
}

export type BlockName = 'validation' | 'test';

export function bestOn<T extends Pick<CellResult, BlockName>>(cells: readonly T[], block: BlockName): T {
  return cells.reduce((a, b) => (b[block] < a[block] ? b : a));
}

export interface Selection {
  readonly byValidation: CellResult;
  /** What the document does. */
  readonly byTest: CellResult;
  readonly meanTest: number;
  /** Place of the cell chosen on the test block in the order of the validation block, from 1. */
  readonly placeOfByTest: number;
  /** Spearman's rank correlation of validation and test errors over the cells. */
  readonly rankCorrelation: number;
}

export function selectionOf(cells: readonly CellResult[]): Selection {
  const byTest = bestOn(cells, 'test');
  return {
    byValidation: bestOn(cells, 'validation'), byTest, meanTest: mean(cells.map(({ test }) => test)),
    placeOfByTest: cells.filter(({ validation }) => validation < byTest.validation).length + 1,
    rankCorrelation: correlation(ranks(cells.map(({ validation }) => validation)), ranks(cells.map(({ test }) => test))),
  };
}

/** Places from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => values.filter((v) => v < value).length + (values.filter((v) => v === value).length + 1) / 2);
}

export interface Luck {
  readonly seeds: number;
  readonly cells: number;
  /** Mean RMSE over the seeds of the cell with the lowest error, chosen and reported on the block of that seed. */
  readonly claimed: number;
  /** The same cells with the other seeds: what the choice is worth. */
  readonly redrawn: number;
  /** All cells, all seeds. */
  readonly average: number;
  /** Standard deviation between seeds of one cell (root mean square), and between the means of the cells. */
  readonly betweenSeeds: number;
  readonly betweenCells: number;
}

/** The same cells trained with several seeds: how much of the smallest error is luck. */
export function luckOf(results: readonly CellResult[], block: BlockName): Luck {
  const seeds = [...new Set(results.map(({ repeat }) => repeat))];
  const names = [...new Set(results.map(nameOf))];
  const winners = seeds.map((seed) => bestOn(results.filter(({ repeat }) => repeat === seed), block));
  const others = winners.map((winner) => mean(results.filter((one) => nameOf(one) === nameOf(winner) && one.repeat !== winner.repeat).map((one) => one[block])));
  const groups = names.map((name) => results.filter((one) => nameOf(one) === name).map((one) => one[block]));
  return {
    seeds: seeds.length, cells: names.length, claimed: mean(winners.map((winner) => winner[block])), redrawn: mean(others),
    average: mean(results.map((one) => one[block])),
    betweenSeeds: Math.sqrt(mean(groups.map((group) => spread(group) ** 2))), betweenCells: spread(groups.map(mean)),
  };
}

/** `200 units, rate 0.005` */
export function nameOf({ units, rate }: Cell): string {
  return `${units} units, rate ${rate}`;
}

/** Standard deviation, divisor n − 1. */
export function spread(values: readonly number[]): number {
  return deviation(values, 1);
}
