/**
 * What a date says to a network, as points on a circle, so that December lies beside January: sine and cosine of 2π · place / length.
 *
 *   hour      of the day, with minutes and seconds, of 24
 *   weekday   of the week, Monday 0, of 7
 *   month     of the year, January 0, of 12
 *
 * Of the wall clock that the ISO date shows, whatever its offset.
 */
import { ArgumentError, quoted } from '../../errors.js';

export type CalendarInput = 'hour' | 'weekday' | 'month';

export const CALENDAR_INPUTS: readonly CalendarInput[] = ['hour', 'weekday', 'month'];

const LENGTHS: Readonly<Record<CalendarInput, number>> = { hour: 24, weekday: 7, month: 12 };

/** Names of the columns, two for each input. */
export function calendarColumns(inputs: readonly CalendarInput[]): string[] {
  return inputs.flatMap((input) => [`sin(${input})`, `cos(${input})`]);
}

/** One list of numbers for each of {@link calendarColumns}, by date. @throws ArgumentError for what is no ISO date. */
export function calendarValues(operation: string, inputs: readonly CalendarInput[], dates: readonly string[]): Float64Array[] {
  const walls = dates.map((date) => {
    const clock = date.length > 10 ? `${date.slice(11, 16)}:${date.charAt(16) === ':' ? date.slice(17, 19) : '00'}` : '00:00:00';
    const wall = new Date(`${date.slice(0, 10)}T${clock}Z`);
    if (Number.isNaN(wall.getTime())) throw new ArgumentError({ operation, argument: 'dates', expected: 'ISO dates', actual: quoted(date) });
    return wall;
  });
  return inputs.flatMap((input) => {
    const angles = walls.map((wall) => (2 * Math.PI * placeOf(input, wall)) / LENGTHS[input]);
    return [Float64Array.from(angles, Math.sin), Float64Array.from(angles, Math.cos)];
  });
}

function placeOf(input: CalendarInput, wall: Date): number {
  switch (input) {
    case 'hour': return wall.getUTCHours() + wall.getUTCMinutes() / 60 + wall.getUTCSeconds() / 3600;
    case 'weekday': return (wall.getUTCDay() + 6) % 7;
    case 'month': return wall.getUTCMonth();
  }
}
