/** Small tables and networks for the tests of the forecaster. */
import { Dense, LSTM } from '../../../src/index.js';
import type { Applicable } from '../../../src/layers/layer.js';
import type { ForecasterOptions, Frame, NetworkSpec, Panel, TableRow } from '../../../src/forecast/index.js';
import { normal, randomStream } from '../../../src/random.js';

/** A positive walk with a week in it, and columns beside it; business days. */
export function dayRows(count: number, seed = 1): (TableRow & { Close: number; Volume: number; Promo: number })[] {
  const random = randomStream(seed, 'test rows');
  let level = 100;
  const start = Date.UTC(2024, 0, 1);
  return Array.from({ length: count }, (_, i) => {
    level *= Math.exp(0.01 * normal(random));
    const day = new Date(start + (7 * Math.floor(i / 5) + (i % 5)) * 86_400_000);
    return { Day: day.toISOString().slice(0, 10), Close: level * (1 + 0.05 * (i % 5)), Volume: 1000 + 10 * normal(random), Promo: i % 3 };
  });
}

/** Without dates, of different lengths and scales. */
export function panelOf(lengths: readonly number[], column = 'value'): Panel {
  return new Map(lengths.map((rows, s): [string, Frame] => {
    const random = randomStream(s, 'test panel');
    const values = Float64Array.from({ length: rows }, (_, i) => 10 ** s * (10 + 3 * Math.sin((2 * Math.PI * i) / 4) + 0.3 * normal(random)));
    return [`S${s}`, { rows, dates: [], times: new Float64Array(), columns: { [column]: values, size: new Float64Array(rows).fill(s) } }];
  }));
}

/** A network that trains in milliseconds. */
export const small = ({ steps, parameters }: NetworkSpec): Applicable[] => [new LSTM({ units: 3 }), new Dense({ units: steps * parameters })];

export const SMALL: ForecasterOptions = { target: 'Close', window: 6, horizon: 2, layers: small, seed: 5 };

/** Every value of one column from row `from` on replaced. */
export function changed<R extends TableRow>(rows: readonly R[], column: keyof R & string, from: number): R[] {
  return rows.map((row, i) => (i < from ? row : { ...row, [column]: 2 * Number(row[column]) + i }));
}
