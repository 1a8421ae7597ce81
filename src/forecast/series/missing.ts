/** What becomes of cells that hold no number, column by column, over rows in the order of time. */

/** What to do with empty cells, NA, null and the like. */
export type MissingPolicy = 'refuse' | 'drop' | 'carryForward' | 'interpolate';

export const MISSING_POLICIES: readonly MissingPolicy[] = ['refuse', 'drop', 'carryForward', 'interpolate'];

/** A cell: which of the rows in their order, which of the columns. */
export interface Cell {
  readonly at: number;
  readonly column: number;
}

export interface Settled {
  /** Which of the rows, in their order, are complete now. */
  readonly kept: readonly number[];
  /** Cells that were filled, in rows that are kept. */
  readonly filled: readonly Cell[];
  /** The first missing cell of each row that is not. */
  readonly dropped: readonly Cell[];
}

/** Numbers by row; NaN is missing. */
interface Column {
  readonly length: number;
  [row: number]: number;
}

/**
 * Fills what is missing in place, or leaves the row out. `carryForward` knows only earlier rows; `interpolate` takes the straight line between the
 * known neighbours, the later one too. What has no such neighbours stays missing, and its row goes.
 *
 * @param order the rows in the order of time.
 */
export function settleMissing(columns: readonly Column[], order: readonly number[], missing: MissingPolicy): Settled {
  const filled = columns.flatMap((values, column) => fill(values, order, missing).map((at) => ({ at, column })));
  const dropped: Cell[] = [];
  const kept: number[] = [];
  order.forEach((row, at) => {
    const column = columns.findIndex((values) => Number.isNaN(values[row]));
    if (column < 0) kept.push(at);
    else dropped.push({ at, column });
  });
  const gone = new Set(dropped.map(({ at }) => at));
  return { kept, filled: filled.filter(({ at }) => !gone.has(at)).sort((a, b) => a.at - b.at), dropped };
}

/** @returns which rows were filled. */
function fill(values: Column, order: readonly number[], missing: MissingPolicy): number[] {
  if (missing !== 'carryForward' && missing !== 'interpolate') return [];
  const filled: number[] = [];
  let before = -1;
  order.forEach((row, at) => {
    if (Number.isNaN(values[row])) {
      if (missing === 'interpolate' || before < 0) return;
      values[row] = values[order[before] ?? 0] ?? NaN;
      filled.push(at);
    } else if (missing === 'interpolate' && before >= 0) {
      const [low, high] = [values[order[before] ?? 0] ?? NaN, values[row] ?? NaN];
      for (let i = before + 1; i < at; i++) {
        const share = (i - before) / (at - before);
        values[order[i] ?? 0] = (1 - share) * low + share * high;
        filled.push(i);
      }
    }
    before = at;
  });
  return filled;
}
