/** Rows that come after those of a table: their dates, and what is known of them. */
import { DataError, quoted } from '../../errors.js';
import { LEAST_SHARE, gapAmong, inferSpacing, nextDates, spacingShare } from '../series/calendar.js';
import type { Spacing } from '../series/spacing.js';
import type { Frame } from '../series/frame.js';
import type { Panel } from '../series/panel.js';
import { ONLY_SERIES } from '../series/table.js';
import type { Plan } from './plan.js';

/** How many, as far as they are known. */
export interface Ahead {
  readonly steps: number;
  /** By series, rows of the `future` columns. */
  readonly future: Panel | undefined;
}

export interface ComingRows {
  readonly dates: readonly string[];
  /** The `future` columns; without such columns, none. */
  readonly frame: Frame | undefined;
}

/**
 * What comes after the last row of a series. Rows of `future` columns go on without a gap where those of the table have none: a network that has learned
 * from one day to the next would say of the day after tomorrow what it thinks of tomorrow.
 *
 * @throws DataError for rows that are missing.
 */
export function comingRows(operation: string, plan: Plan, spacing: Spacing | undefined, name: string, frame: Frame, { steps, future }: Ahead): ComingRows {
  const of = name === ONLY_SERIES ? '' : ` of series ${quoted(name)}`;
  const { holidays } = plan.calendar;
  if (plan.future.length === 0) {
    return { dates: spacing && frame.dates.length > 0 ? nextDates(frame.dates, steps, { spacing: ownSpacing(plan, spacing, frame), timeZone: frame.timeZone, holidays }) : [], frame: undefined };
  }
  const given = future?.get(name);
  const last = frame.times.at(-1) ?? NaN;
  const start = given === undefined ? 0 : frame.dates.length > 0 ? given.times.findIndex((time) => time > last) : 0;
  const known = given === undefined || start < 0 ? 0 : given.rows - start;
  if (given === undefined || known < steps) {
    throw new DataError({
      operation, argument: `future${of}`, expected: `${steps} rows after ${frame.dates.at(-1) ?? 'the last one'} with ${plan.future.map(quoted).join(', ')}`, actual: given ? `${known}` : 'none',
      hint: 'Columns of `future` must be known for every row that is forecast; say past for those that are not.',
    });
  }
  const dates = given.dates.slice(start, start + steps);
  if (spacing && dates.length > 0 && frame.dates.length > 0 && gapAmong(frame.dates, spacing, holidays) === undefined) {
    const gap = gapAmong([...frame.dates.slice(-1), ...dates], spacing, holidays);
    if (gap) {
      throw new DataError({
        operation, argument: `future${of}`, expected: `a row for every date, as in the table`, actual: `${gap.before} after ${gap.after}`,
        hint: 'Columns of `future` must be known for every row that is forecast. Days without rows are named by calendar.holidays.',
      });
    }
  }
  const from = (values: Float64Array): Float64Array => values.slice(start, start + steps);
  return { dates, frame: { ...given, rows: steps, times: new Float64Array(), columns: Object.fromEntries(plan.future.map((column) => [column, from(given.columns[column] ?? new Float64Array())])) } };
}

/** That which was learned, unless it was not said and the table has another: a forecaster of days may be shown months. */
function ownSpacing({ calendar }: Plan, learned: Spacing, { dates }: Frame): Spacing {
  return calendar.spacing !== undefined || spacingShare(dates, learned) >= LEAST_SHARE ? learned : inferSpacing(dates);
}
