/** What an alert's settings make of a series of forecasts: the same rules as the statement that decides (decide.ts), for bars of the past. */
import type { AlertDirection } from '../storage/rows.js';

export interface AlertRule {
  readonly direction: AlertDirection;
  readonly thresholdPercent: number;
  /** Bars in a row whose forecast must move so far. */
  readonly checksInRow: number;
  /** Of the market's clock, after a hit. */
  readonly pauseMinutes: number;
}

/** A forecast with what came of it, in per cent of the last close. */
export interface Scored {
  /** Close of the last bar that was known, and of the one foretold. */
  readonly barAt: Date;
  readonly targetAt: Date;
  readonly foretold: number;
  readonly came: number;
}

/** Whether a move is one that the alert asks about. */
export function moves({ direction, thresholdPercent }: Pick<AlertRule, 'direction' | 'thresholdPercent'>, percent: number): boolean {
  return (direction !== 'plunge' && percent >= thresholdPercent) || (direction !== 'surge' && percent <= -thresholdPercent);
}

/** An alert is right when the bar moved as far as its threshold, the way that was foretold. */
export function isRight(thresholdPercent: number, { foretold, came }: Pick<Scored, 'foretold' | 'came'>): boolean {
  return Math.abs(came) >= thresholdPercent && Math.sign(came) === Math.sign(foretold);
}

/** The forecasts at which an alert would have fired. @param scored oldest first. */
export function firings(rule: AlertRule, scored: readonly Scored[]): Scored[] {
  const fired: Scored[] = [];
  let [row, silentUntil] = [0, -Infinity];
  for (const each of scored) {
    if (each.barAt.getTime() < silentUntil) continue;
    row = moves(rule, each.foretold) ? row + 1 : 0;
    if (row < rule.checksInRow) continue;
    fired.push(each);
    [row, silentUntil] = [0, each.barAt.getTime() + rule.pauseMinutes * 60_000];
  }
  return fired;
}
