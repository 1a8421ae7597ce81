/** fast-check with fixed seeds that every failure message repeats: the same cases on every machine. */
import fc from 'fast-check';

export const propertySeed = 20240726;
console.log(`fast-check seeds from ${propertySeed}`);

/** Calls in one file draw different cases: two runs of one seed, in a loop, would never leave the first two. */
let calls = 0;

export async function forAll<T>(
  cases: fc.Arbitrary<T>, numRuns: number, holds: (value: T) => Promise<void> | void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (value) => {
      await holds(value);
    }),
    {
      numRuns, seed: propertySeed + calls++, endOnFailure: true,
      reporter(outcome) {
        if (outcome.failed) throw new Error(`${fc.defaultReportMessage(outcome) ?? ''}\n${String(outcome.errorInstance)}`);
      },
    },
  );
}

/** Distinct sizes from 1 (or `from`) to `to`: B, T, D, H all different, so that no two axes can be mixed up. */
export function distinctSizes<const K extends string>(names: readonly K[], to = 5, from = 1): fc.Arbitrary<Record<K, number>> {
  return fc
    .uniqueArray(fc.integer({ min: from, max: to }), { minLength: names.length, maxLength: names.length })
    .map((sizes) => Object.fromEntries(names.map((name, i) => [name, sizes[i] ?? 1])) as Record<K, number>);
}

export const anySeed = fc.integer({ min: 0, max: 1_000_000 });
