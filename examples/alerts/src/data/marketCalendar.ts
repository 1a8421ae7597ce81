/** Sessions of the New York Stock Exchange, 9:30 to 16:00 and on half days 13:00, and where the bars of a session end. */
import { DAY } from './barSource.js';
import { closedFor, shortFor } from './holidays.js';
import { addDays, fromNewYork, newYorkTime } from './newYork.js';
import type { Day } from './newYork.js';

const OPENS = 9 * 60 + 30;
const CLOSES = 16 * 60;
const CLOSES_EARLY = 13 * 60;

export interface Session {
  readonly day: Day;
  readonly opensAt: number;
  readonly closesAt: number;
  /** Why it ends early; absent where it does not. */
  readonly short?: string;
}

/** @returns undefined on a day without one. */
export function sessionOf(day: Day): Session | undefined {
  if (closedFor(day) !== undefined) return undefined;
  const short = shortFor(day);
  return { day, opensAt: fromNewYork(day, OPENS), closesAt: fromNewYork(day, short === undefined ? CLOSES : CLOSES_EARLY), ...(short !== undefined && { short }) };
}

/** The first session that closes after a time. */
export function nextSession(time: number): Session {
  for (let { day } = newYorkTime(time); ; day = addDays(day, 1)) {
    const session = sessionOf(day);
    if (session && session.closesAt > time) return session;
  }
}

/** The last session that opened before a time. */
export function lastSession(time: number): Session {
  for (let { day } = newYorkTime(time); ; day = addDays(day, -1)) {
    const session = sessionOf(day);
    if (session && session.opensAt < time) return session;
  }
}

/** Opening and closing times of the bars of a session; the last may be shorter, as at 16:00 after 15:30. */
export function barsOf({ opensAt, closesAt }: Session, barMinutes: number): { readonly opensAt: number; readonly closesAt: number }[] {
  if (barMinutes === DAY) return [{ opensAt, closesAt }];
  const length = barMinutes * 60_000;
  return Array.from({ length: Math.ceil((closesAt - opensAt) / length) }, (_, i) => ({ opensAt: opensAt + i * length, closesAt: Math.min(opensAt + (i + 1) * length, closesAt) }));
}

/** When the last bar that is finished at a time closed. */
export function lastClose(time: number, barMinutes: number): number {
  for (let session = lastSession(time); ; session = lastSession(session.opensAt)) {
    const finished = barsOf(session, barMinutes).filter(({ closesAt }) => closesAt <= time).at(-1);
    if (finished) return finished.closesAt;
  }
}

/** When the bar after one that closed at `time` closes. */
export function nextClose(time: number, barMinutes: number): number {
  for (let session = nextSession(time); ; session = nextSession(session.closesAt)) {
    const next = barsOf(session, barMinutes).find(({ closesAt }) => closesAt > time);
    if (next) return next.closesAt;
  }
}

export type MarketState =
  | { readonly open: true; readonly session: Session }
  | { readonly open: false; readonly why: string; readonly next: Session };

/** Whether the market trades at a time, why not, and when it does again. */
export function marketState(time: number): MarketState {
  const next = nextSession(time);
  if (next.opensAt <= time) return { open: true, session: next };
  const { day } = newYorkTime(time);
  const closed = closedFor(day);
  const today = sessionOf(day);
  const ended = today !== undefined && today.closesAt <= time;
  const why = closed ?? (ended ? (today.short === undefined ? 'the session has ended' : `the session ended at 13:00, ${today.short}`) : 'the session has not begun');
  return { open: false, why, next };
}

const clockTime = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });

/** One sentence for a page; empty while the market trades a whole day. */
export function marketSentence(time: number): string {
  const state = marketState(time);
  const early = (session: Session): string => (session.short === undefined ? '' : `, closes at 13:00: ${session.short}`);
  if (state.open) return state.session.short === undefined ? '' : `Half day${early(state.session)}.`;
  return `The market is closed: ${state.why}. It opens ${clockTime.format(state.next.opensAt)} in New York${early(state.next)}.`;
}
