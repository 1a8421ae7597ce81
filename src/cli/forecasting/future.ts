/** The rows to come of columns that are known ahead. */
import { comingRows } from '../../forecast/forecaster/comingRows.js';
import { settle } from '../../forecast/forecaster/plan.js';
import type { ForecasterOptions } from '../../forecast/forecaster/plan.js';
import { spacingOf } from '../../forecast/forecaster/running.js';
import type { Panel } from '../../forecast/series/panel.js';
import { UsageError } from '../options.js';
import type { Reading } from '../reading.js';
import { readSource } from '../source.js';
import { inCommandTerms } from './errors.js';
import type { Task } from './options.js';

/** @returns undefined where no column is known ahead. @throws UsageError where the one is said without the other. */
export async function readFuture(path: string | undefined, { future = [], series }: Pick<ForecasterOptions, 'future' | 'series'>, reading: Reading): Promise<Panel | undefined> {
  if (path === undefined && future.length > 0) throw new UsageError(`--future-file is missing: a CSV file with the rows to come of ${future.join(', ')}.`);
  if (path === undefined) return undefined;
  if (future.length === 0) throw new UsageError('--future-file holds columns that are known ahead, and there are none: --future of bptt forecast names them.');
  return (await readSource({ path, reading, series, columns: future, columnFlags: '--future' })).panel;
}

/** What the forecast would refuse after the training is said before it. @throws UsageError for rows to come that are missing. */
export async function requireFuture({ source: { path, panel }, options }: Pick<Task, 'source' | 'options'>, future: Panel | undefined): Promise<void> {
  if (future === undefined) return;
  await inCommandTerms(path, async () => {
    const plan = settle(options);
    const spacing = spacingOf(plan, panel);
    for (const [name, frame] of panel) comingRows('forecast', plan, spacing, name, frame, { steps: plan.horizon, future });
    return Promise.resolve();
  });
}
