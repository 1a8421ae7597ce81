/** All the training of the study: which splits under which protocol, on which threads, kept in which journals. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { TextStream } from 'bptt';
import { parallelBacktest } from 'bptt/forecast';
import type { Fold, FoldResult, RefitOptions, TrialJournal } from 'bptt/forecast';
import { threads } from 'bptt/node';
import type { BackendName } from '../support/backends.js';
import { makeFolder } from '../../src/cli/output.js';
import type { Reading } from '../../src/cli/reading.js';
import type { FoldParameters } from './folds.js';
import { FitProgress } from './progress.js';
import { PUBLISHED, expandingSplits, rollingSplits } from './protocols.js';
import type { Protocol } from './protocols.js';

export interface TrainingPlan {
  readonly values: Float64Array;
  /** Absent: the packaged file. */
  readonly csv: string | undefined;
  readonly reading: Reading;
  readonly epochs: number;
  readonly seed: number;
  readonly backend: BackendName;
  readonly workers: number;
  /** Samples from one split to the next. */
  readonly step: number;
  /** The same for the expanding windows and the longer training, which cost more. */
  readonly sparseStep: number;
  /** Also the leak-free protocol with a warm start, on the last splits. */
  readonly warm: boolean;
  /** Models for the next day. */
  readonly models: number;
  readonly out: string;
  readonly journal: (name: string) => TrialJournal;
  readonly progress: TextStream;
  readonly signal: AbortSignal;
}

/** Longer training: so many times the epochs. */
export const LONGER = 3;
/** Splits of the warm start until it begins anew, and how often it does: the last splits of the file, two chains of them. */
const RESTART = 124;
const CHAINS = 2;

export interface Part {
  readonly folds: readonly FoldResult[];
  /** Splits without a result, with the reason. */
  readonly failures: readonly { readonly folds: readonly number[]; readonly reason: string }[];
  /** From the first split to the last; of this run alone. */
  readonly seconds: number;
  /** Time on the threads, added up; what a resumed run found finished counts too. */
  readonly threadSeconds: number;
  /** Of the process, all threads, while this part ran. */
  readonly cpuSeconds: number;
}

export interface Trained {
  readonly leakFree: Part;
  readonly published: Part;
  readonly expanding: Part;
  readonly longer: Part;
  readonly warm?: Part;
  /** One fold a model: first the last day of the file, then the day after it, `models` times each. */
  readonly nextDay: Part;
}

interface Job {
  readonly name: keyof Trained;
  readonly protocol: Protocol;
  readonly folds: readonly Fold[];
  readonly epochs: number;
  readonly refit?: RefitOptions;
  readonly parameters?: Partial<FoldParameters>;
}

export function countSplits(rows: number): number {
  return rows - PUBLISHED.window;
}

function jobsOf({ values, epochs, step, sparseStep, warm, models }: TrainingPlan, kept: string): Job[] {
  const samples = countSplits(values.length);
  const { train, validation } = PUBLISHED;
  const rolling = rollingSplits(samples, { train, validation, step });
  const sparse = rollingSplits(samples, { train, validation, step: sparseStep });
  const expanding = expandingSplits(samples, { train, validation, step: sparseStep });
  const day = (index: number): Fold => {
    const end = samples - 1 + Math.floor(index / models);
    return { index, train: { start: end - train, end }, validation: { start: end, end: end + 1 } };
  };
  return [
    { name: 'leakFree', protocol: 'leakFree', folds: rolling, epochs },
    { name: 'published', protocol: 'published', folds: rolling, epochs, refit: { warmStart: true }, parameters: { kept } },
    { name: 'expanding', protocol: 'leakFree', folds: expanding, epochs },
    { name: 'longer', protocol: 'leakFree', folds: sparse, epochs: LONGER * epochs },
    { name: 'nextDay', protocol: 'leakFree', folds: Array.from({ length: 2 * models }, (_, i) => day(i)), epochs, parameters: { committee: true, ahead: 1 } },
    ...(warm ? [{ name: 'warm', protocol: 'leakFree', folds: rolling.slice(-CHAINS * RESTART), epochs, refit: { warmStart: true, restart: RESTART } } as const] : []),
  ];
}

/** Trains everything; the leak-free protocol first and alone, so that its time can be told. */
export async function train(plan: TrainingPlan): Promise<Trained> {
  const { csv, reading, seed, backend, workers, progress: stream, signal } = plan;
  const folder = join(plan.out, 'trials');
  await makeFolder(folder);
  const identity = createHash('sha256').update(plan.values).update(JSON.stringify([seed, backend, plan.epochs, plan.step])).digest('hex').slice(0, 8);
  const kept = join(folder, `carried-${identity}`);
  const jobs = jobsOf(plan, kept);
  const cost = (fold: Fold, epochs: number): number => (fold.train.end - fold.train.start) * epochs;
  const progress = new FitProgress(stream, jobs.flatMap(({ folds, epochs }) => folds.map((fold) => cost(fold, epochs))));
  const runner = threads({ worker: new URL('./folds.js', import.meta.url), workers });

  const run = async ({ name, protocol, folds, epochs, refit = {}, parameters }: Job): Promise<readonly [keyof Trained, Part]> => {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    let threadSeconds = 0;
    const journal = plan.journal(name);
    const chain = refit.warmStart ? (refit.restart ?? folds.length) : 1;
    const watched: TrialJournal = {
      async open(trials, code) {
        const history = await journal.open(trials, code);
        for (const { index, seconds } of history.records) {
          threadSeconds += seconds;
          folds.slice(index * chain, (index + 1) * chain).forEach((fold) => { progress.skip(cost(fold, epochs)); });
        }
        return history;
      },
      append: (record) => journal.append(record),
      close: () => journal.close(),
    };
    const given: FoldParameters = { protocol, window: PUBLISHED.window, epochs, seed, backend, reading, ...(csv !== undefined && { csv }), ...parameters };
    const result = await parallelBacktest({
      folds, runner, signal, journal: watched, parameters: given, ...refit, onTrial: ({ seconds }) => { threadSeconds += seconds; },
    });
    const { user, system } = process.cpuUsage(cpu);
    return [name, {
      folds: result.folds, failures: result.failures, seconds: (performance.now() - started) / 1000, threadSeconds, cpuSeconds: (user + system) / 1e6,
    }];
  };

  try {
    const [first, ...others] = jobs;
    const parts = [...(first ? [await run(first)] : []), ...(await Promise.all(others.map(run)))];
    await Promise.all(['jsonl', 'safetensors'].map((ending) => rm(`${kept}.${ending}`, { force: true })));
    return Object.fromEntries(parts) as Record<keyof Trained, Part>;
  } finally {
    progress.end();
    await runner.close();
  }
}
