/** What is run: the published grid on the first 80 months, then what the cell it chooses is for. */
import type { SearchSpace } from 'bptt/forecast';
import { packaged } from '../support/packaged.js';
import { UsageError } from '../../src/cli/options.js';
import { BLOCK } from './trial.js';
import type { Cell, Common, Task } from './trial.js';

/** Months that the network sees. */
export const WINDOW = 12;
/** Months ahead of the last forecast. */
export const AHEAD = 6;

export interface Size {
  /** The largest first: they take longest, and at the end no thread shall wait for another. */
  readonly units: readonly number[];
  readonly rates: readonly number[];
  readonly epochs: number;
  /** Further seeds: of the chosen cell, and of the cells of up to `reseeded` units. */
  readonly repeats: number;
  readonly reseeded: number;
}

export const FULL: Size = { units: [1000, 800, 500, 200, 100, 50], rates: [0.0001, 0.0005, 0.001, 0.002, 0.005], epochs: 500, repeats: 4, reseeded: 100 };
export const QUICK: Size = { units: [100, 50], rates: [0.001, 0.002, 0.005], epochs: 200, repeats: 2, reseeded: 50 };

/** Table 2: RMSE on the test set in index points, by rate (rows) and units (columns 50, 100, 200, 500, 800, 1000). */
export const PUBLISHED_GRID: readonly (readonly number[])[] = [
  [5237, 5297, 5714, 4866, 5735, 6193],
  [5115, 6296, 5223, 5849, 6117, 6761],
  [6123, 6681, 5170, 4977, 4784, 4530],
  [5701, 4372, 3346, 3053, 2985, 4345],
  [6113, 3043, 2486, 3856, 4273, 5950],
];

/** Which column is forecast from which, where the command line does not say. */
export const EMPLOYMENT = {
  file: packaged.employment, target: 'durable_goods',
  indicators: [
    'nondurable_goods', 'construction', 'mining_and_logging', 'wholesale_trade', 'retail_trade', 'transportation_and_warehousing', 'information',
    'financial_activities', 'professional_and_business_services', 'leisure_and_hospitality',
  ],
} as const;
export const AUTO_SALES = {
  target: 'TOTALSA',
  indicators: ['AUINSA', 'IPG3361T3S', 'CPIAUCSL', 'FEDFUNDS', 'PPIACO', 'PPICMM', 'OILPRICEx', 'AMDMNOx', 'M2SL', 'UMCSENT'],
} as const;

/** Months of the file: training up to `validation`, choice up to `test`, and one block of test. */
export interface Blocks {
  readonly validation: number;
  readonly test: number;
  readonly end: number;
}

/** The last 20 months are the test block, the 20 before them the validation block. */
export function blocksOf(rows: number): Blocks {
  const least = 2 * BLOCK + 2 * (WINDOW + AHEAD);
  if (rows < least) throw new UsageError(`too few rows: at least ${least} months are needed, the file has ${rows}.`);
  return { validation: rows - 2 * BLOCK, test: rows - BLOCK, end: rows };
}

/** Every cell of the grid, learning from what lies before the validation block. */
export function gridSpace({ units, rates }: Size, common: Common, { validation }: Blocks): SearchSpace {
  const task: Task = { known: validation, horizon: 1, view: 'levels' };
  return { units, rate: rates, common: [common], task: [task] };
}

/** The cells that are cheap, with other seeds: how much of the grid is luck. */
export function reseededSpace(size: Size, common: Common, { validation }: Blocks): SearchSpace {
  const tasks = Array.from({ length: size.repeats }, (_, i): Task => ({ known: validation, horizon: 1, view: 'levels', repeat: i + 1 }));
  return { units: size.units.filter((units) => units <= size.reseeded), rate: size.rates, common: [common], task: tasks };
}

/** The chosen cell once more: on all months before the test block, on changes instead of levels, and several months ahead. */
export function chosenTasks({ repeats }: Size, { validation, test, end }: Blocks): Task[] {
  return [
    ...Array.from({ length: repeats + 1 }, (_, repeat): Task => ({ known: test, horizon: 1, view: 'levels', repeat })),
    ...[validation, test].map((known): Task => ({ known, horizon: 1, view: 'changes' })),
    ...[end, test, validation].map((known): Task => ({ known, horizon: AHEAD, view: 'levels' })),
  ];
}

export function chosenSpace({ units, rate }: Cell, size: Size, common: Common, blocks: Blocks): SearchSpace {
  return { units: [units], rate: [rate], common: [common], task: chosenTasks(size, blocks) };
}
