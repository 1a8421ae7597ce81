/** The finished runs with their figures, and how the rest of the study asks for them. */
import { mean } from 'bptt/forecast';
import { lastKnown, makeSamples, part, toOriginal } from './predictors.js';
import type { Samples } from './predictors.js';
import { measure, reversionRule } from './measures.js';
import type { MultipleFigures, SnapshotFigures } from './measures.js';
import { STEPS, WINDOW } from './plan.js';
import { samplesOf, trainedSamples } from './trial.js';
import type { Run, RunResult, SeriesName, Snapshot } from './trial.js';
import { waveFigures } from './wave.js';
import type { WaveFigures } from './wave.js';

export type Measured = SnapshotFigures & {
  readonly predictions: Snapshot;
  /** Of the full sequence, for the sine wave. */
  readonly wave?: WaveFigures;
};

export interface Outcome {
  readonly run: Run;
  readonly result: Omit<RunResult, 'snapshots'>;
  readonly samples: Samples;
  readonly snapshots: readonly Measured[];
}

export interface Figures {
  readonly outcomes: readonly Outcome[];
  /** Mean squared error of no-change on the index, in the unit of the loss. */
  readonly noChange: { readonly train: number; readonly validation: number; readonly test: number };
  /** Largest difference after windows are normalised and undone, in points of the index. */
  readonly roundTrip: number;
  /** "Back to where the window began", without a network, on the whole index and on the walks. */
  readonly rule: { readonly index: MultipleFigures; readonly walks: readonly MultipleFigures[] };
}

export function gather(runs: readonly { readonly run: Run; readonly result: RunResult }[], index: Float64Array): Figures {
  const outcomes = runs.map(({ run, result: { snapshots, ...result } }): Outcome => {
    const samples = samplesOf(run, index);
    const truth = part(samples, 'test').y.data;
    return {
      run, result, samples,
      snapshots: snapshots.map((snapshot) => ({
        predictions: snapshot, ...measure(samples, run, snapshot), ...(run.series === 'sine' && { wave: waveFigures(truth, snapshot.full) }),
      })),
    };
  });
  const samples = makeSamples(index, { window: WINDOW, normalise: true });
  const walks = outcomes.filter(({ run }) => run.series === 'walk');
  return {
    outcomes, noChange: noChangeErrors(samples), roundTrip: roundTrip(samples),
    rule: { index: reversionRule(samples, STEPS), walks: walks.map((walk) => reversionRule(walk.samples, STEPS)) },
  };
}

/** Those of one kind that have a snapshot of that epoch, in the order of their seeds. */
export function pick({ outcomes }: Pick<Figures, 'outcomes'>, series: SeriesName, epoch: number, batch = 512): (Outcome & { readonly at: Measured })[] {
  return outcomes
    .filter(({ run }) => run.series === series && run.batch === batch)
    .flatMap((outcome) => outcome.snapshots.filter((s) => s.epoch === epoch).map((at) => ({ ...outcome, at })))
    .sort((a, b) => a.run.seed - b.run.seed);
}

export function noChangeErrors(samples: Samples): Figures['noChange'] {
  const { train, test } = { train: part(samples, 'train'), test: part(samples, 'test') };
  const squares = (windows: typeof train): Float64Array => {
    const still = lastKnown(windows);
    return windows.y.data.map((value, i) => (value - (still[i] ?? NaN)) ** 2);
  };
  const all = squares(train);
  return { train: mean(all), validation: mean(all.subarray(trainedSamples(all.length))), test: mean(squares(test)) };
}

function roundTrip(samples: Samples): number {
  const { series, windows: { y, window } } = samples;
  const undone = toOriginal(samples, [...y.data.keys()], y);
  return undone.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (series[i + window] ?? NaN))), 0);
}
