/** What a search varies: plain JSON, so that a results file can say which search it belongs to. */
import { nearest } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { isJson, isList, isRecord, pairOf, shorten } from './json.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { randomStream, uniform } from '../../random.js';
import type { RandomGenerator } from '../../random.js';

/** One parameter: a list of plain JSON values, or bounds (both included for `integer`; otherwise drawn from within them). */
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
  if ('uniform' in domain) {
    const [low, high] = domain.uniform;
    return low + u * (high - low);
  }
  const [low, high] = domain.logUniform;
  return low * (high / low) ** u;
}

function entries(operation: string, space: SearchSpace): [string, Domain][] {
  if (!isRecord(space)) {
    throw new ArgumentError({ operation, argument: 'space', expected: 'an object of parameters and their values', actual: shorten(space) });
  }
  const found = Object.entries(space);
  for (const [parameter, domain] of found) {
    const { expected, hint } = fault(domain) ?? {};
    if (expected) throw new ArgumentError({ operation, argument: `space.${parameter}`, expected, actual: shorten(domain), hint });
  }
  if (found.length === 0) throw new ArgumentError({ operation, argument: 'space', expected: 'at least one parameter', actual: '{}' });
  return found;
}

/** Bounds that a kind of domain takes. */
const KINDS: Readonly<Record<'uniform' | 'logUniform' | 'integer', { readonly expected: string; readonly holds: (low: number, high: number) => boolean }>> = {
  uniform: { expected: 'finite bounds [low, high], low at most high', holds: (low, high) => low <= high && Number.isFinite(high - low) },
  logUniform: { expected: 'finite bounds [low, high] above 0, low at most high', holds: (low, high) => 0 < low && low <= high && Number.isFinite(high / low) },
  integer: { expected: 'whole bounds [low, high], low at most high', holds: (low, high) => low <= high && [low, high, high - low].every(Number.isSafeInteger) },
};

/** What a domain ought to be, if it is not that. */
function fault(domain: unknown): { expected: string; hint?: string } | undefined {
  if (Array.isArray(domain)) {
    if (domain.length === 0) return { expected: 'at least one value' };
    return isJson(domain) ? undefined : { expected: 'a list of plain JSON values, its numbers finite' };
  }
  const [name = '', ...others] = isRecord(domain) ? Object.keys(domain) : [];
  const kinds = Object.keys(KINDS);
  const kind = others.length === 0 ? Object.entries(KINDS).find(([key]) => key === name)?.[1] : undefined;
  if (!isRecord(domain) || !kind) {
    const hint = others.length === 0 && name ? `Did you mean '${nearest(name, kinds)}'?` : undefined;
    return { expected: `a list of values, or one of ${kinds.map((each) => `{ ${each}: [low, high] }`).join(', ')}`, hint };
  }
  const [low, high] = pairOf(domain[name]);
  return typeof low === 'number' && typeof high === 'number' && kind.holds(low, high) ? undefined : { expected: kind.expected };
}
