/** Six months ahead: the network says all of them at once (sequence output), as nobody knows next month's indicators. */
import { applyInterval, nextDates, residualInterval, residualsNeeded } from 'bptt/forecast';
import { AHEAD } from './plan.js';
import type { Blocks } from './plan.js';
import { NETWORK, NO_CHANGE, baselines, network, rowNamed, scoreboard } from './scores.js';
import type { Scoreboard } from './scores.js';
import type { RunResult } from './trial.js';

/** The fits of the chosen cell with six outputs: what they know ends before each block, and with the file. */
export interface AheadRuns {
  readonly validation: RunResult;
  readonly test: RunResult;
  readonly end: RunResult;
}

export interface Direction {
  readonly name: string;
  /** Origins from which the sign of the change over six months was right. */
  readonly right: number;
}

export interface AheadResult {
  readonly validation: Scoreboard;
  readonly test: Scoreboard;
  readonly dates: readonly string[];
  readonly forecast: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly coverage: number;
  /** Forecasts whose errors the interval is made of. */
  readonly residuals: number;
  /** An interval made of the validation block's errors alone, on the test block. */
  readonly check: { readonly coverage: number; readonly inside: number; readonly of: number };
  readonly directions: readonly Direction[];
  readonly ups: number;
  readonly origins: number;
  /** Baselines from the last month on. */
  readonly rivals: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export function lookAhead(target: Float64Array, dates: readonly string[], runs: AheadRuns, { validation, test, end }: Blocks): AheadResult {
  const board = (run: RunResult, start: number, stop: number): Scoreboard =>
    scoreboard(target, [network(NETWORK, run), ...baselines(target, start)], { start, end: stop }, AHEAD);
  const boards = { validation: board(runs.validation, validation, test), test: board(runs.test, test, end) };
  const residuals = [...residualsOf(boards.validation), ...residualsOf(boards.test)];
  const interval = residualInterval(residuals, widest(residuals.length));
  const { lower, upper } = applyInterval([runs.end.future.slice()], interval);
  return {
    ...boards, dates: dates.length > 0 ? nextDates(dates, AHEAD) : Array.from({ length: AHEAD }, (_, k) => `+${k + 1}`),
    forecast: runs.end.future, lower: Array.from(lower.data), upper: Array.from(upper.data), coverage: interval.coverage, residuals: interval.count,
    check: checkInterval(boards), ...directionsOf(target, [boards.validation, boards.test]),
    rivals: baselines(target, end).map(({ name, from }) => ({ name, values: Array.from(from(end - 1, AHEAD)) })),
  };
}

/** 90 % where there are residuals enough for it. */
function widest(count: number): number {
  return count >= residualsNeeded(0.9) ? 0.9 : 0.8;
}

function residualsOf(board: Scoreboard): number[][] {
  return board.actual.map((months, i) => months.map((value, k) => value - (board.rows[0]?.forecasts[i]?.[k] ?? NaN)));
}

function checkInterval({ validation, test }: { validation: Scoreboard; test: Scoreboard }): AheadResult['check'] {
  const residuals = residualsOf(validation);
  const interval = residualInterval(residuals, widest(residuals.length));
  const hits = residualsOf(test).flatMap((row) => row.map((error, k) => error >= (interval.lower[k] ?? NaN) && error <= (interval.upper[k] ?? NaN)));
  return { coverage: interval.coverage, inside: hits.filter(Boolean).length, of: hits.length };
}

/** How often each method has the sign of the change over all six months right. No-change says none and cannot. */
function directionsOf(target: Float64Array, boards: readonly Scoreboard[]): Pick<AheadResult, 'directions' | 'ups' | 'origins'> {
  const sign = (board: Scoreboard, months: readonly (readonly number[])[]): number[] =>
    months.map((values, i) => Math.sign((values.at(-1) ?? NaN) - (target[board.origins[i] ?? 0] ?? NaN)));
  const truth = boards.flatMap((board) => sign(board, board.actual));
  const methods = boards[0]?.rows.map(({ name }) => name).filter((name) => name !== NO_CHANGE) ?? [];
  const right = (name: string): number => boards.flatMap((board) => sign(board, rowNamed(board, name).forecasts)).filter((s, i) => s === truth[i]).length;
  return {
    directions: methods.map((name) => ({ name, right: right(name) })),
    ups: truth.filter((s) => s > 0).length, origins: truth.length,
  };
}
