/** Two saved runs side by side: what became slower by more than the rounds differ among themselves. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../src/cli/options.js';
import { formatMs } from './report.js';
import type { Row, Run } from './report.js';

export interface Change {
  readonly before: Row;
  readonly after: Row;
  /** Median after over median before. */
  readonly ratio: number;
  /** `slower` and `faster` where the two ranges of rounds have nothing in common. */
  readonly verdict: 'slower' | 'faster' | 'level';
}

/** Rows of the same id and subject in both. */
export function changesBetween(before: readonly Row[], after: readonly Row[]): Change[] {
  return before.flatMap((old) => {
    const now = after.find(({ id, subject }) => id === old.id && subject === old.subject);
    if (!now) return [];
    const verdict = now.low > old.high ? 'slower' : now.high < old.low ? 'faster' : 'level';
    return [{ before: old, after: now, ratio: now.median / old.median, verdict }];
  });
}

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Readonly<Record<string, unknown>>;
  return ['id', 'subject'].every((key) => typeof row[key] === 'string') && ['median', 'low', 'high'].every((key) => typeof row[key] === 'number');
}

/** @throws UsageError for a file that is no saved run, or one of fewer than three rounds: it has no spread. */
export function readRun(path: string): Run {
  let run: Partial<Run>;
  try {
    run = JSON.parse(readFileSync(path, 'utf8')) as Partial<Run>;
  } catch (error) {
    throw new UsageError(`${path} cannot be read as a saved run (bench.json): ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(run?.rows) || run.rows.length === 0 || !run.rows.every(isRow)) throw new UsageError(`${path} holds no rows of npm run bench.`);
  if (!(Number(run.rounds) >= 3)) throw new UsageError(`${path} was measured in ${run.rounds ?? 'an unknown number of'} rounds; a spread needs at least 3 (--rounds 3).`);
  return run as Run;
}

/** @returns lines for the terminal, and whether anything became slower. */
export function comparison(before: Run, after: Run): { readonly lines: string[]; readonly slower: boolean } {
  const changes = changesBetween(before.rows, after.rows);
  const key = ({ id, subject }: Row): string => `${id} ${subject}`;
  const missing = [[before, after, 'only before'], [after, before, 'only after']] as const;
  const machine = (run: Run): string => `${run.machine?.cores} × ${run.machine?.cpu}, Node ${run.machine?.node}`;
  const lines = changes.map(({ before: old, after: now, ratio, verdict }) => [
    old.id.padEnd(3), old.subject.padEnd(16), formatMs(old.median).padStart(10), '→', formatMs(now.median).padStart(10), `${ratio.toFixed(3)} ×`.padStart(9),
    verdict === 'level' ? '' : verdict,
  ].join(' ').trimEnd());
  for (const [has, lacks, words] of missing) {
    const rows = has.rows.filter((row) => !lacks.rows.some((other) => key(other) === key(row))).map(key);
    if (rows.length > 0) lines.push(`${words}: ${rows.join(', ')}`);
  }
  if (machine(before) !== machine(after)) lines.push(`not the same machine: ${machine(before)}; ${machine(after)}`);
  const slower = changes.filter(({ verdict }) => verdict === 'slower');
  lines.push(changes.length === 0 ? 'nothing was measured in both' : slower.length === 0 ? 'nothing became slower beyond the spread' : `slower beyond the spread: ${slower.map(({ after: row }) => key(row)).join(', ')}`);
  return { lines, slower: slower.length > 0 || changes.length === 0 };
}
