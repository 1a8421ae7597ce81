/** What would be refused after a training is said before it. */
import { knownRows } from '../../forecast/forecaster/blocks.js';
import { lostRows, settle } from '../../forecast/forecaster/plan.js';
import type { Split } from '../../forecast/windows/splits.js';
import { UsageError } from '../options.js';
import type { Task } from './options.js';
import { trainingRows } from './scored.js';

/** @param rows of each series, by which errors are measured. @throws UsageError where they are too few for the error of the value one season before. */
export function requireSeason(season: number, rows: ReadonlyMap<string, number>): void {
  for (const [name, known] of rows) {
    if (season > 1 && known <= season) throw new UsageError(`--season must be below the ${known} rows that are learned from${of(name)}, got ${season}.`);
  }
}

/** Rows of each series in its training block. */
export function learnedFrom({ source: { panel }, options }: Pick<Task, 'source' | 'options'>, blocks: ReadonlyMap<string, Split>): Map<string, number> {
  const plan = settle(options);
  return new Map([...blocks].map(([name, split]) => [name, trainingRows(panel.get(name)?.rows ?? 0, split, plan)]));
}

/** @throws UsageError for more origins than there are without a value that was learned from. */
export function requireOrigins({ source: { panel }, options }: Pick<Task, 'source' | 'options'>, blocks: ReadonlyMap<string, Split>, origins: number, stride: number): void {
  const plan = settle(options);
  for (const [name, split] of blocks) {
    const unseen = (panel.get(name)?.rows ?? 0) - plan.horizon - knownRows(split, lostRows(plan), plan) + 1;
    const most = Math.floor((unseen - 1) / stride) + 1;
    if (origins > most) throw new UsageError(`--origins must be at most ${most}, whose values are not learned from${of(name)}, got ${origins}. --refit trains anew for earlier ones.`);
  }
}

function of(name: string): string {
  return name === '' ? '' : ` of series '${name}'`;
}
