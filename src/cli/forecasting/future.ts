/** The rows to come of columns that are known ahead. */
import type { ForecasterOptions } from '../../forecast/forecaster/plan.js';
import type { Panel } from '../../forecast/series/panel.js';
import { UsageError } from '../options.js';
import type { Reading } from '../reading.js';
import { readSource } from '../source.js';

/** @returns undefined where no column is known ahead. @throws UsageError where the one is said without the other. */
export async function readFuture(path: string | undefined, { future = [], series }: Pick<ForecasterOptions, 'future' | 'series'>, reading: Reading): Promise<Panel | undefined> {
  if (path === undefined && future.length > 0) throw new UsageError(`--future-file is missing: a CSV file with the rows to come of ${future.join(', ')}.`);
  if (path === undefined) return undefined;
  if (future.length === 0) throw new UsageError('--future-file holds columns that are known ahead, and there are none: --future of bptt forecast names them.');
  return (await readSource({ path, reading, series, columns: future, columnFlags: '--future' })).panel;
}
