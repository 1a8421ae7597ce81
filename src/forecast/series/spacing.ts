/** How the dates of a series follow each other. */
import { ArgumentError } from '../../errors.js';

const DAY = 86_400_000;

/** The regular distance between neighbouring dates. */
export type Spacing =
  /** `open`: the weekdays that have rows, 0 Sunday to 6 Saturday, ascending; Monday to Friday without it. */
  | { readonly unit: 'businessDays'; readonly open?: readonly number[] }
  | { readonly unit: 'days'; readonly count: number }
  /** `day`: the same in every month, or every date is the last day, or the last weekday, of its month. */
  | { readonly unit: 'months'; readonly count: number; readonly day: 'same' | 'last' | 'lastWeekday' }
  /** Round the clock, every `milliseconds`. */
  | { readonly unit: 'time'; readonly milliseconds: number }
  /** Business days with trading hours: `times` of the day in milliseconds, ascending. */
  | { readonly unit: 'session'; readonly milliseconds: number; readonly times: readonly number[]; readonly open?: readonly number[] };

/** Whether a value says how dates follow each other: one that does not could be followed for ever. */
export function isSpacing(value: unknown): value is Spacing {
  if (typeof value !== 'object' || value === null || !('unit' in value)) return false;
  const of = (name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
  const ascending = (list: unknown, below: number): boolean =>
    Array.isArray(list) && list.length > 0 && list.every((each: unknown, i) => typeof each === 'number' && each >= 0 && each < below && (i === 0 || each > Number(list[i - 1])));
  const counted = (amount: unknown): boolean => typeof amount === 'number' && amount > 0 && amount < Infinity;
  const isOpen = of('open') === undefined || (ascending(of('open'), 7) && (of('open') as readonly number[]).every(Number.isInteger));
  switch (value.unit) {
    case 'businessDays': return isOpen;
    case 'days': return counted(of('count')) && Number.isInteger(of('count'));
    case 'months': return counted(of('count')) && Number.isInteger(of('count')) && ['same', 'last', 'lastWeekday'].includes(String(of('day')));
    case 'time': return counted(of('milliseconds'));
    case 'session': return isOpen && counted(of('milliseconds')) && ascending(of('times'), DAY);
    default: return false;
  }
}

/** @throws ArgumentError for what is none. */
export function requireSpacing(operation: string, argument: string, value: unknown): void {
  if (isSpacing(value)) return;
  throw new ArgumentError({ operation, argument, expected: "as inferSpacing gives it, such as { unit: 'days', count: 1 }", actual: JSON.stringify(value) ?? 'nothing' });
}
