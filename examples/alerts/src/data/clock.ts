/** The service's time: the wall's, or that of a replay, which runs faster. Bars, checks and pauses go by it; sessions, mails and pushes by the wall. */

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Service time that passes in one of the wall's: 1 but in a replay. */
  readonly speed: number;
}

export const wallClock: Clock = { now: () => Date.now(), speed: 1 };

/** A clock that showed `start` when the wall showed `since`, and runs `speed` times as fast. */
export function replayClock(start: number, speed: number, since = Date.now(), wall: () => number = Date.now): Clock {
  return { now: () => start + speed * (wall() - since), speed };
}
