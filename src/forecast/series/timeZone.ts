/** Wall clocks and instants in the zones that the platform knows by their IANA names. */
import { ArgumentError } from '../../errors.js';

const DAY = 86_400_000;

export interface TimeZone {
  readonly name: string;
  /** Milliseconds that the wall clock is ahead of UTC at an instant. */
  offsetAt(instant: number): number;
}

/** @throws ArgumentError for a name that the platform does not know. */
export function timeZone(operation: string, name: string): TimeZone {
  const clock = wallClock(operation, name);
  const exact = (instant: number): number => clock(instant) - Math.floor(instant / 1000) * 1000;
  // Two changes within a day that cancel each other have not happened; so one look per midnight is enough for most days.
  const midnights = new Map<number, number>();
  const atMidnight = (day: number): number => {
    const known = midnights.get(day);
    if (known !== undefined) return known;
    const offset = exact(day * DAY);
    midnights.set(day, offset);
    return offset;
  };
  return {
    name,
    offsetAt: (instant) => {
      const day = Math.floor(instant / DAY);
      const offset = atMidnight(day);
      return offset === atMidnight(day + 1) ? offset : exact(instant);
    },
  };
}

/** What a clock in the zone shows at an instant, as if it were UTC, in whole seconds. */
function wallClock(operation: string, name: string): (instant: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  } catch (error) {
    throw new ArgumentError({ operation, argument: 'timeZone', expected: "an IANA name such as 'America/New_York' or 'UTC'", actual: `'${String(name)}'` }, { cause: error });
  }
  return (instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year ?? NaN, (part.month ?? NaN) - 1, part.day, part.hour, part.minute, part.second);
  };
}

/**
 * What the clock in the zone may be ahead of UTC when it shows this: nothing where it is put forward over it; two offsets where it is
 * put back, that of the earlier instant first; else one.
 */
export function offsetsOf(wall: number, zone: TimeZone): readonly number[] {
  const [before, after] = [zone.offsetAt(wall - DAY), zone.offsetAt(wall + DAY)];
  if (before === after) return [before];
  return [before, after].filter((offset) => zone.offsetAt(wall - offset) === offset).sort((a, b) => b - a);
}

export type Offsets =
  | { readonly ok: true; readonly offsets: readonly number[] }
  | { readonly ok: false; readonly index: number; readonly expected: string; readonly hint: string };

/**
 * What each wall clock of a series, ascending or descending, is ahead of UTC.
 *
 * An hour that the clock shows twice in autumn is told by the rows themselves: where the clock steps back once, what stands
 * before is the first hour and what follows is the second. Where it does not step back nobody can know, and it is refused; so is a
 * time that no clock shows in spring.
 */
export function localOffsets(walls: readonly number[], zone: TimeZone): Offsets {
  const offsets = new Array<number>(walls.length).fill(NaN);
  const backwards = (walls[walls.length - 1] ?? 0) < (walls[0] ?? 0);
  const fail = (index: number, expected: string, hint: string): Offsets => ({ ok: false, index, expected: `${expected} in ${zone.name}`, hint });
  let twice: { readonly index: number; readonly wall: number; readonly both: readonly number[] }[] = [];
  for (let k = 0; k <= walls.length; k++) {
    const index = backwards ? walls.length - 1 - k : k;
    const wall = walls[index];
    const found = wall === undefined ? [] : offsetsOf(wall, zone);
    if (wall !== undefined && found.length === 0) return fail(index, 'a time of day that exists', 'Clocks were put forward over it: the dates may be in another time zone.');
    if (wall !== undefined && found.length === 2) {
      twice.push({ index, wall, both: found });
      continue;
    }
    const [back, ...more] = twice.flatMap(({ wall: now }, i) => (i > 0 && now <= (twice[i - 1]?.wall ?? NaN) ? [i] : []));
    const [first] = twice;
    if (first && (back === undefined || more.length > 0)) {
      return fail(first.index, 'a time of day that occurs once', 'Clocks were put back over it, and the rows do not tell the first hour from the second: dates in UTC or with offsets do.');
    }
    twice.forEach(({ index: at, both }, i) => { offsets[at] = both[i < (back ?? 0) ? 0 : 1] ?? NaN; });
    twice = [];
    if (wall !== undefined) offsets[index] = found[0] ?? NaN;
  }
  return { ok: true, offsets };
}
