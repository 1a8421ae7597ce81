/** Words and figures that the terminal, the report and the JSON file share. */
import type { ForecastScore } from '../forecast/evaluation/score.js';
import type { ForecastWarning } from '../forecast/evaluation/warning.js';
import { inferSpacing } from '../forecast/series/calendar.js';
import type { CsvTable } from '../forecast/series/csvTable.js';
import { isPrice } from './amounts.js';
import type { Amounts } from './amounts.js';

/** What one step ahead is called; `row` when the table has no dates. */
export function stepUnit(dates: readonly string[]): string {
  if (dates.length === 0) return 'row';
  const spacing = inferSpacing(dates);
  switch (spacing.unit) {
    case 'businessDays': return spacing.open ? 'open day' : 'trading day';
    case 'days': return { 1: 'day', 7: 'week' }[spacing.count] ?? 'step';
    case 'months': return { 1: 'month', 3: 'quarter', 12: 'year' }[spacing.count] ?? 'step';
    case 'time': return { 60_000: 'minute', 3_600_000: 'hour' }[spacing.milliseconds] ?? 'step';
    case 'session': return 'step';
  }
}

export function count(n: number, word: string): string {
  return `${n.toLocaleString('en-US')} ${word}${n === 1 || word.endsWith('s') ? '' : 's'}`;
}

/** The name of a column as people write it: `Durable goods` for `durable_goods`; names of capitals and figures, such as codes, stay. */
export function columnTitle(column: string): string {
  if (/^adj[\s_.]*close$/i.test(column)) return 'Adjusted close';
  if (column === column.toUpperCase()) return column;
  const words = column.replace(/[_.\s]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a column is measured in, as far as its name says; else its name as people write it. */
export function unitName(column: string): string {
  return isPrice(column) ? 'dollars' : columnTitle(column);
}

/** The date of a row, or its number. */
export function rowName(dates: readonly string[], row: number): string {
  return dates[row] ?? `row ${row + 1}`;
}

/** How the target goes into the network, and why; then the other columns, where that is another way. */
export function scalingText({ target, scalers, automatic }: { readonly target: string; readonly scalers: Readonly<Record<string, readonly string[]>>; readonly automatic: boolean }): string {
  const reasons: Readonly<Record<string, string>> = {
    logReturn: 'log returns: the network sees changes, so values above all it was trained on are nothing new to it.',
    percentChange: 'percentage change from the first value of each window.',
    minMax: 'min-max to [0, 1] over the training rows: values beyond their range fall outside [0, 1].',
    standard: `mean 0 and standard deviation 1 over the training rows${automatic ? ', as log returns need values above 0' : ''}.`,
    robust: 'median 0 and interquartile range 1 over the training rows.',
    log10: 'decimal logarithms: the network sees ratios.',
    windowStandard: 'mean 0 and standard deviation 1 over each window: what a value is among those before it.',
  };
  const own = scalers[target] ?? [];
  const others = Object.entries(scalers).filter(([column, steps]) => column !== target && steps.join() !== own.join()).map(([column, steps]) => `${columnTitle(column)}: ${steps.join(', then ')}`);
  return [own.map((step) => reasons[step] ?? step).join(' Then '), ...(others.length > 0 ? [`${others.join('; ')}.`] : [])].join(' ');
}

/** What the reader of the file noticed. */
export function findings({ report, rows }: CsvTable): string[] {
  const missing = report.gaps.reduce((sum, gap) => sum + gap.missing, 0);
  return [
    ...(report.order === 'descending' && report.dateColumn !== undefined ? ['newest first in the file, turned round'] : report.order === 'unsorted' ? ['sorted by date'] : []),
    ...(report.dateColumn === undefined ? [`no dates: the ${count(rows, 'row')} run ${report.order === 'ascending' ? 'oldest first' : 'newest first, turned round'}, as said`] : []),
    ...(report.duplicates.length > 0 ? [`${count(report.duplicates.length, 'date')} more than once in the file (${report.duplicates[0]?.date ?? ''}, …)`] : []),
    ...(report.gaps.length > 0 ? [`${count(report.gaps.length, 'gap')}, ${missing} steps missing (the first after ${report.gaps[0]?.after ?? ''})`] : []),
    ...(report.dropped.length > 0 ? [`${count(report.dropped.length, 'row')} left out for missing values`] : []),
    ...(report.carried.length > 0 ? [`${count(report.carried.length, 'missing value')} filled with the one before`] : []),
  ];
}

/** Digits after the point, with the minus sign of print. */
export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}

/** `+1.10 %`; nothing to compare with when the value before is 0. */
export function changeText(value: number, before: number): string {
  if (before === 0) return 'n/a';
  const change = (100 * (value - before)) / Math.abs(before);
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(2)} %`;
}

export function strategyText(strategy: 'recursive' | 'sequence', horizon: number, unit: string): string {
  if (horizon === 1) return `one ${unit} ahead, nothing fed back`;
  return strategy === 'recursive'
    ? `recursive: the network says the next ${unit}, and is fed its own forecast ${horizon - 1} more time${horizon === 2 ? '' : 's'}`
    : `sequence output: the network says all ${horizon} ${unit}s at once`;
}

/**
 * What blocks of forecasts, by name, are warned of: in each, one warning for each kind, saying how many steps ahead it holds; the same sentence once, and
 * with the names of the blocks where they say the same of other figures.
 */
export function gatherWarnings(horizon: number, blocks: Readonly<Record<string, readonly ForecastWarning[]>>): string[] {
  const gathered = Object.entries(blocks).map(([name, warnings]) => ({ name, said: gatherKinds(warnings, horizon) }));
  return [...new Set(gathered.flatMap(({ name, said }) => said.map(({ kind, text }) => {
    const others = gathered.filter((other) => other.name !== name).flatMap((other) => other.said);
    const same = others.some((other) => other.text === text);
    return !same && others.some((other) => other.kind === kind) ? `${name}: ${text}` : text;
  })))];
}

/** Those of no step (horizon 0) each say something of their own. */
function gatherKinds(warnings: readonly ForecastWarning[], horizon: number): { readonly kind: ForecastWarning['kind']; readonly text: string }[] {
  return warnings.flatMap((warning) => {
    const { kind } = warning;
    if (warning.horizon === 0) return [{ kind, text: warning.message }];
    const same = warnings.filter((other) => other.kind === kind && other.horizon > 0);
    if (same[0] !== warning) return [];
    const also = same.slice(1).map((other) => other.horizon);
    const rest = also.length === 0 ? '' : same.length === horizon ? ' The same holds for all other steps.' : ` The same holds ${also.join(', ')} steps ahead.`;
    return [{ kind, text: `${warning.message}${rest}` }];
  });
}

/** @param rival what the network has to beat. */
export function scoreHead(rival: string): readonly string[] {
  return ['RMSE', `(${rival})`, 'MAE', `(${rival})`, 'MASE', `(${rival})`, 'skill'];
}

/** Network beside its rival; the order of `scoreHead`. */
export function scoreCells(score: ForecastScore, amount: Amounts): string[] {
  const ratio = (value: number | undefined): string => (value === undefined || !Number.isFinite(value) ? 'n/a' : value.toFixed(3));
  return [
    amount(score.rmse), amount(score.noChange.rmse), amount(score.mae), amount(score.noChange.mae), ratio(score.mase), ratio(score.noChange.mase),
    ratio(score.skill).replace('-', '−'),
  ];
}
