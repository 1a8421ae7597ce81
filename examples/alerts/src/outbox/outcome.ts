/** What became of a delivery, and how long the next attempt waits. */

export type Outcome =
  | { readonly kind: 'sent' }
  /** Nothing was sent: the sender stops, or the row belongs to another by now. It is no attempt. */
  | { readonly kind: 'untouched' }
  /** The endpoint is no more: it is dropped with all that waits for it. */
  | { readonly kind: 'gone'; readonly problem: string }
  /** It will not be taken however often it is tried. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** Try again, after so many seconds where the other side has said so. */
  | { readonly kind: 'later'; readonly problem: string; readonly after?: number };

const FIRST_PAUSE = 15;
const LONGEST_PAUSE = 2 * 3600;
/** No service makes us wait longer than this. */
const LONGEST_ASKED = 6 * 3600;

/** Seconds before the next attempt: 15, 30, 60 … up to two hours, or what the other side asked for if that is longer. */
export function pauseAfter(attempts: number, asked = 0): number {
  return Math.max(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, attempts - 1)), Math.min(asked, LONGEST_ASKED));
}

/** `Retry-After`: seconds, or a date. 0 where it says nothing. */
export function retryAfter(header: string | undefined, now = Date.now()): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - now) / 1000);
}

/** @param header `Retry-After` of the answer. */
export function outcomeOf(status: number, header?: string): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const problem = `answered ${status}`;
  if (status === 404 || status === 410) return { kind: 'gone', problem };
  if (status === 408 || status === 429 || status >= 500) return { kind: 'later', problem, after: retryAfter(header) };
  return { kind: 'refused', problem };
}
