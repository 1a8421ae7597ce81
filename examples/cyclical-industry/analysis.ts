/** From the finished runs to all that the report, the terminal and the file of figures say. */
import type { TrialRecord } from 'bptt/forecast';
import { amountsOf } from '../../src/cli/amounts.js';
import type { Amounts } from '../../src/cli/amounts.js';
import type { Source } from '../support/source.js';
import { lookAhead } from './ahead.js';
import type { AheadResult } from './ahead.js';
import { AHEAD } from './plan.js';
import type { Blocks, Size } from './plan.js';
import { NETWORK, ON_CHANGES, baselines, bestBaseline, compare, network, rowNamed, scoreboard } from './scores.js';
import type { Method, MethodScore, Scoreboard } from './scores.js';
import { cellResults, luckOf, selectionOf } from './selection.js';
import type { CellResult, Luck, Selection } from './selection.js';
import { testColumns } from './stationarity.js';
import type { StationarityRow } from './stationarity.js';
import type { Cell, RunResult, Task } from './trial.js';

/** Trials of the three searches. */
export interface Trials {
  readonly grid: readonly TrialRecord[];
  readonly reseeded: readonly TrialRecord[];
  readonly chosen: readonly TrialRecord[];
}

export interface Analysis {
  readonly source: Source;
  readonly size: Size;
  readonly blocks: Blocks;
  readonly target: Float64Array;
  readonly amount: Amounts;
  readonly cells: readonly CellResult[];
  readonly failed: number;
  readonly selection: Selection;
  readonly luck: Luck;
  /** One month ahead. The network of the validation block knows the months before it, that of the test block those up to the test block. */
  readonly validation: Scoreboard;
  readonly test: Scoreboard;
  /** RMSE on the test block with each seed, that of `test` first. */
  readonly seeds: readonly number[];
  /** Of the network of `test`, one month ahead: error on the months it learned from, and all its forecasts from month `from` on. */
  readonly fit: { readonly rmse: number; readonly from: number; readonly forecasts: readonly number[] };
  readonly ahead: AheadResult;
  readonly stationarity: readonly StationarityRow[];
  readonly backend: string;
}

export function analyse(source: Source, size: Size, blocks: Blocks, trials: Trials): Analysis {
  const target = source.table.columns[source.target] ?? new Float64Array();
  const { validation, test, end } = blocks;
  const cells = cellResults(trials.grid, target, blocks);
  const selection = selectionOf(cells);
  const reseeded = [...cells.filter(({ units }) => units <= size.reseeded), ...cellResults(trials.reseeded, target, blocks)];

  const best = runOf(trials.grid, selection.byValidation, { known: validation, horizon: 1, view: 'levels' });
  const final = (known: number, view: Task['view'], horizon: number, repeat?: number): RunResult =>
    runOf(trials.chosen, selection.byValidation, { known, horizon, view, repeat });
  const repeats = Array.from({ length: size.repeats + 1 }, (_, repeat) => final(test, 'levels', 1, repeat));
  const retrained = repeats[0] ?? best;
  const board = (levels: RunResult, known: number, stop: number): Scoreboard => {
    const methods: Method[] = [network(NETWORK, levels), network(ON_CHANGES, final(known, 'changes', 1)), ...baselines(target, known)];
    return scoreboard(target, methods, { start: known, end: stop }, 1);
  };
  const boards = { validation: board(best, validation, test), test: board(retrained, test, end) };
  const from = (retrained.origins[0] ?? 0) + 1;
  const fitted = scoreboard(target, [network(NETWORK, retrained)], { start: from, end: test }, 1);
  const ends = { validation: final(validation, 'levels', AHEAD), test: final(test, 'levels', AHEAD), end: final(end, 'levels', AHEAD) };
  return {
    source, size, blocks, target, cells, selection, ...boards,
    failed: trials.grid.length - cells.length,
    amount: amountsOf(source.target, bestBaseline(boards.test).rmse),
    luck: luckOf(reseeded, 'test'),
    seeds: repeats.map((run) => scoreboard(target, [network(NETWORK, run)], { start: test, end }, 1).rows[0]?.rmse ?? NaN),
    fit: { rmse: fitted.rows[0]?.rmse ?? NaN, from, forecasts: retrained.forecasts.map(([value = NaN]) => value) },
    ahead: lookAhead(target, source.table.dates, ends, blocks),
    stationarity: testColumns(source.table.columns, source.columns, test),
    backend: retrained.backend,
  };
}

/** The finished run of a cell and a task. @throws Error with the reason where it failed. */
export function runOf(trials: readonly TrialRecord[], cell: Cell, task: Task): RunResult {
  const found = trials.find(({ parameters }) => {
    const { units, rate, task: own } = parameters as Cell & { task: Task };
    return units === cell.units && rate === cell.rate && own.known === task.known && own.horizon === task.horizon && own.view === task.view
      && own.repeat === task.repeat;
  });
  if (found?.status !== 'done') throw new Error(`${cell.units} units, rate ${cell.rate}, ${JSON.stringify(task)}: ${found?.reason ?? 'not run'}`);
  return found.result as RunResult;
}

/** The network against its best rival on a block. */
export interface Contest {
  readonly network: MethodScore;
  readonly rival: MethodScore;
  /** Diebold–Mariano: above 2 the rival is better than chance would have it, below −2 the network. */
  readonly statistic: number;
}

export function contest(board: Scoreboard): Contest {
  const [own, rival] = [rowNamed(board, NETWORK), bestBaseline(board)];
  return { network: own, rival, statistic: compare(board, own, rival) };
}
