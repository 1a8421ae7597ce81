/** Numbers and times as people read them. */

export const price = (value: number): string => `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** With its sign, by a true minus; what rounds to nothing has none. */
export function percent(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return `${Number(text) === 0 ? '' : value < 0 ? '−' : '+'}${text} %`;
}

/** 0 to 1 as per cent. */
export const part = (value: number): string => `${Math.round(100 * value)} %`;

export const share = (some: number, whole: number): string => (whole === 0 ? '–' : part(some / whole));

export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

export const moment = (at: Date, timeZone: string): string => new Intl.DateTimeFormat('en-GB', {
  timeZone, day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit',
}).format(at);

/** Where prices come from, and in which zone times are shown. */
export const timesNote = (sourceNote: string, timeZone: string): string => `${sourceNote} Times are of ${timeZone.replaceAll('_', ' ')}.`;

export const day = (at: Date, timeZone: string): string => new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short', year: 'numeric' }).format(at);

/** Minutes after midnight as 09:30, and back; undefined for what is no time. */
export const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

export function minutesOf(clock: string): number | undefined {
  const match = /^([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?$/.exec(clock);
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}
