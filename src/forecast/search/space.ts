/** What a search varies: plain JSON, so that a results file can say which search it belongs to. */
import { ArgumentError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { randomStream, uniform } from '../../random.js';
import type { RandomGenerator } from '../../random.js';

/** One parameter: a list of values, or bounds (both included for `integer`; the upper one excluded otherwise). */
export type Domain =
  | readonly JsonValue[]
  | { readonly uniform: readonly [number, number] }
  /** Uniform in the logarithm: what learning rates want. Bounds above 0. */
  | { readonly logUniform: readonly [number, number] }
  | { readonly integer: readonly [number, number] };

/** Parameter name → domain. A constant is a list of one value. */
export type SearchSpace = { readonly [parameter: string]: Domain };

/**
 * Every combination of the lists; the last parameter changes fastest.
 *
 * @throws ArgumentError if a parameter has bounds instead of a list, or an empty list.
 */
export function gridPoints(space: SearchSpace): JsonObject[] {
  let points: JsonObject[] = [{}];
  for (const [parameter, domain] of entries('gridSearch', space)) {
    if (!isList(domain)) {
      throw new ArgumentError({ operation: 'gridSearch', argument: `space.${parameter}`, expected: 'a list of values', actual: JSON.stringify(domain), hint: 'Bounds are for randomSearch.' });
    }
    points = points.flatMap((point) => domain.map((value) => ({ ...point, [parameter]: value })));
  }
  return points;
}

/** The point of trial `index`: depends on (seed, index) and the space alone, however many trials there are. */
export function randomPoint(space: SearchSpace, seed: number, index: number): JsonObject {
  const random = randomStream(seed, 'search point', index);
  return Object.fromEntries(entries('randomSearch', space).map(([parameter, domain]) => [parameter, draw(random, domain)]));
}

function draw(random: RandomGenerator, domain: Domain): JsonValue {
  const u = uniform(random);
  if (isList(domain)) return domain[Math.floor(u * domain.length)] ?? null;
  if ('integer' in domain) {
    const [low, high] = domain.integer;
    return low + Math.floor(u * (high - low + 1));
  }
  const [low, high] = 'uniform' in domain ? domain.uniform : domain.logUniform;
  return 'uniform' in domain ? low + u * (high - low) : low * (high / low) ** u;
}

function isList(domain: Domain): domain is readonly JsonValue[] {
  return Array.isArray(domain);
}

function entries(operation: string, space: SearchSpace): [string, Domain][] {
  const found = Object.entries(space);
  for (const [parameter, domain] of found) {
    const expected = expectation(domain);
    if (expected) throw new ArgumentError({ operation, argument: `space.${parameter}`, expected, actual: JSON.stringify(domain) });
  }
  if (found.length === 0) throw new ArgumentError({ operation, argument: 'space', expected: 'at least one parameter', actual: '{}' });
  return found;
}

/** What a domain ought to be, if it is not that. */
function expectation(domain: Domain): string | undefined {
  if (isList(domain)) return domain.length > 0 ? undefined : 'at least one value';
  const ordered = ([low, high]: readonly [number, number]): boolean => Number.isFinite(low) && Number.isFinite(high) && low <= high;
  if ('uniform' in domain) return ordered(domain.uniform) ? undefined : 'finite bounds in ascending order';
  if ('logUniform' in domain) return ordered(domain.logUniform) && domain.logUniform[0] > 0 ? undefined : 'finite bounds above 0 in ascending order';
  const whole = ordered(domain.integer) && domain.integer.every((bound) => Number.isSafeInteger(bound));
  return whole ? undefined : 'whole bounds in ascending order';
}
