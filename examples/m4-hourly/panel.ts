/** The competition's files: one series a row, and what followed each. */
import { readFile } from 'node:fs/promises';
import { parseWideCsv } from 'bptt/forecast';
import type { Panel } from 'bptt/forecast';
import { UsageError } from '../../src/cli/options.js';
import { HORIZON } from './settings.js';

export const TARGET = 'value';

export async function readPanel(path: string): Promise<Panel> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => { throw new UsageError(`${path} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`); });
  return parseWideCsv(text, { column: TARGET });
}

/** The values of each series. */
export function valuesOf(panel: Panel): Map<string, Float64Array> {
  return new Map([...panel].map(([name, frame]) => [name, frame.columns[TARGET] ?? new Float64Array()]));
}

/** The panel without its last rows: what was known that many hours before its end. */
export function before(panel: Panel, hours: number): Panel {
  return new Map([...valuesOf(panel)].map(([name, values]) => [name, { rows: values.length - hours, dates: [], times: new Float64Array(), columns: { [TARGET]: values.slice(0, values.length - hours) } }]));
}

/** @throws UsageError unless both files have the same series in the same order, with 48 hours of each in the second. */
export function requirePair(train: Panel, test: Panel): void {
  const names = [...train.keys()];
  const others = [...test.keys()];
  const odd = names.findIndex((name, i) => others[i] !== name);
  if (odd >= 0 || names.length !== others.length) throw new UsageError(`--test must have the series of --train in the same order: series ${odd < 0 ? names.length + 1 : odd + 1} differs.`);
  const short = [...test].find(([, { rows }]) => rows !== HORIZON);
  if (short) throw new UsageError(`--test must have ${HORIZON} values of each series, got ${short[1].rows} of ${short[0]}.`);
}
