/** Which weights decay: exclusions by names that a file can hold. */
import { typeName } from '../checks.js';
import { ArgumentError, quoted } from '../errors.js';

/** What an optimiser says of decay. */
export interface Decay {
  readonly className: string;
  readonly weightDecay: number;
  readonly excludeFromDecay: readonly string[];
}

/** A copy. @throws ArgumentError for what is no list. */
export function requireExclusionList(label: string, patterns: readonly string[]): readonly string[] {
  const given: unknown = patterns;
  if (Array.isArray(given)) return [...patterns];
  throw new ArgumentError({ operation: label, argument: 'excludeFromDecay', expected: "a list, as ['bias', 'layer_norm/*']", actual: typeName(given) });
}

/** @throws ArgumentError for what is no name, and for exclusions from a decay that there is not. */
export function checkExclusions(label: string, patterns: readonly string[], weightDecay: number): void {
  const argument = 'excludeFromDecay';
  const odd: unknown = patterns.find((pattern: unknown) => typeof pattern !== 'string' || pattern === '');
  if (odd !== undefined) {
    throw new ArgumentError({ operation: label, argument, expected: "names or keys of weights, as 'bias' or 'layer_norm/*'", actual: odd === '' ? "''" : typeof odd });
  }
  if (patterns.length > 0 && weightDecay === 0) {
    throw new ArgumentError({ operation: label, argument, expected: 'given with a weightDecay', actual: 'weightDecay 0' });
  }
}

/** Whether the pattern means the weight: a name in any layer, or a whole key; `*` stands for any letters. */
function means(pattern: string, key: string): boolean {
  const parts = pattern.split('*');
  const text = pattern.includes('/') ? key : key.slice(key.lastIndexOf('/') + 1);
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** λ of one weight. */
export function decayOf({ weightDecay, excludeFromDecay }: Omit<Decay, 'className'>, key: string): number {
  return excludeFromDecay.some((pattern) => means(pattern, key)) ? 0 : weightDecay;
}

/** @throws ArgumentError for an exclusion that means no weight. */
export function requireExclusions({ className, excludeFromDecay }: Decay, keys: readonly string[]): void {
  const idle = excludeFromDecay.find((pattern) => !keys.some((key) => means(pattern, key)));
  if (idle === undefined) return;
  throw new ArgumentError({
    operation: 'compile', argument: `excludeFromDecay of ${className}`, expected: 'names or keys of weights of this model', actual: quoted(idle),
    hint: `Its weights are ${keys.join(', ')}.`,
  });
}
