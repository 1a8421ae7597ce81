/** New York's time of day, by the zone data of Node. */

export const ZONE = 'America/New_York';

const format = new Intl.DateTimeFormat('en-US', {
  timeZone: ZONE, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
});

/** A day of the calendar, `2026-11-29`. */
export type Day = string;

/** Day and minute of the day that a clock in New York shows. */
export function newYorkTime(time: number): { readonly day: Day; readonly minute: number } {
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return { day: `${get('year')}-${get('month')}-${get('day')}`, minute: 60 * Number(get('hour')) + Number(get('minute')) };
}

/** The time at which a clock in New York shows a minute of a day. No session lies in the hours that summer time skips or repeats. */
export function fromNewYork(day: Day, minute: number): number {
  const utc = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
  const shown = newYorkTime(utc);
  const offset = Date.parse(`${shown.day}T00:00:00Z`) + shown.minute * 60_000 - utc;
  return utc - offset;
}

/** A day some days later. */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 0 for Sunday. */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}
