/** What the programs of `npm run soak` share: the seed, how much of the work to do, and the last line. */
import process from 'node:process';
import { parseArgs } from 'node:util';

export interface Soak {
  readonly seed: number;
  /** That many cases at full length, fewer with `--share`; at least one. */
  readonly share: (cases: number) => number;
  /** Counts a case. One that throws has failed, and its name is printed with the error; `--seed` brings it back. */
  readonly check: (name: string, run: () => void | Promise<void>) => Promise<void>;
  /** Values of the program's own options. */
  readonly given: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program of test/soak, sets the exit code, and ends with `N passed, N failed`.
 * @param own names of options that this program takes besides, each with a value.
 */
export async function soak(main: (context: Soak) => Promise<void>, own: readonly string[] = []): Promise<void> {
  const { values: { seed: givenSeed, share: givenShare = '1', ...given } } = parseArgs({ options: Object.fromEntries(['seed', 'share', ...own].map((name) => [name, { type: 'string' as const }])) });
  const seed = givenSeed === undefined ? Date.now() % 2 ** 31 : Number(givenSeed);
  const part = Number(givenShare);
  if (!Number.isSafeInteger(seed) || !(part > 0)) throw new Error('--seed takes a whole number, --share a number above 0');
  console.log(`seed ${seed}`);
  let passed = 0;
  let failed = 0;
  await main({
    seed,
    given,
    share: (cases) => Math.max(1, Math.round(cases * part)),
    check: async (name, run) => {
      try {
        await run();
        passed++;
      } catch (error) {
        failed++;
        if (failed <= 20) console.log(`FAIL ${name}\n`, error);
      }
    },
  });
  if (passed + failed === 0) failed = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
