/** What the three kinds of prediction are worth, beside no-change on the same targets. */
import { correlation, magnitude, mean, mse, r2 } from 'bptt/forecast';
import { dieboldMariano } from '../support/dieboldMariano.js';
import { lastKnown, part, startsOf, toOriginal } from './predictors.js';
import type { Samples } from './predictors.js';
import type { Run, Snapshot } from './trial.js';

/** One step ahead over the test block. */
export interface PointFigures {
  /** In the unit of the network, as its loss is. */
  readonly mse: number;
  readonly noChange: number;
  /** mse / noChange: above 1, no-change wins. */
  readonly ratio: number;
  /** Diebold–Mariano on squared errors: beyond ±2 is more than chance, above 0 no-change is better. */
  readonly statistic: number;
  /** Of predicted and true values in original units, and the same of no-change. */
  readonly correlation: number;
  readonly noChangeCorrelation: number;
  readonly r2: number;
  readonly noChangeR2: number;
  /** Share of the changes whose direction was predicted. */
  readonly direction: number;
  /** Of predicted changes with those that came. */
  readonly changeCorrelation: number;
  /** Of predicted changes with the way back to the mean of the last ten known values: 1 is a moving average. */
  readonly smoothing: number;
}

/** From one true window to the end of the test block. */
export interface FullFigures {
  /** Mean of the last 50 steps, in the unit of the network. */
  readonly level: number;
  /** Steps after which it stays within 0.01 of that level; the whole length if it never does. */
  readonly settled: number;
  readonly ratio: number;
}

/** How often the end of a sequence lies on the right side of the last known value. */
export interface Agreement {
  readonly sequences: number;
  /** Share that ends above the last known value: of the predictions, and of the prices. */
  readonly up: number;
  readonly trulyUp: number;
  /** Sequences whose direction from the last known value to the last step is right: of prices. */
  readonly hits: number;
  /** Among the half with the largest true changes. */
  readonly largeHits: number;
  readonly large: number;
  readonly correlation: number;
  /** The same against the line of the published plots, in which each true value has the unit of its own window. */
  readonly drawnHits: number;
  readonly drawnCorrelation: number;
}

/** Sequences of 50 steps, one after the other. */
export interface MultipleFigures extends Agreement {
  /** Squared error over that of no-change, all steps. */
  readonly ratio: number;
}

export interface SnapshotFigures {
  readonly epoch: number;
  readonly point: PointFigures;
  readonly full: FullFigures;
  readonly multiple: MultipleFigures;
}

const column = (values: readonly number[]): { data: readonly number[]; shape: number[] } => ({ data: values, shape: [values.length, 1] });

export function measure(samples: Samples, run: Pick<Run, 'steps'>, { epoch, point, full, multiple }: Snapshot): SnapshotFigures {
  return { epoch, point: pointFigures(samples, point), full: fullFigures(samples, full), multiple: multipleFigures(samples, multiple, run.steps) };
}

export function pointFigures(samples: Samples, point: readonly number[]): PointFigures {
  const test = part(samples, 'test');
  const truth = test.y.data;
  const still = lastKnown(test);
  const squared = (a: number, b: number): number => (a - b) ** 2;
  const [ours, theirs] = [mse(truth, point), mse(truth, still)];
  const starts = startsOf(samples, 1).point;
  const predicted = toOriginal(samples, starts, column(point)).data;
  const actual = toOriginal(samples, starts, column([...truth])).data;
  const previous = toOriginal(samples, starts, column([...still])).data;
  const changes = (values: ArrayLike<number>): Float64Array => truth.map((_, i) => (values[i] ?? NaN) - (still[i] ?? NaN));
  const [coming, said] = [changes(truth), changes(point)];
  const moved = [...coming.keys()].filter((i) => coming[i] !== 0);
  return {
    mse: ours, noChange: theirs, ratio: ours / theirs,
    statistic: dieboldMariano(truth.map((y, i) => squared(y, point[i] ?? NaN) - squared(y, still[i] ?? NaN)), 0, magnitude(truth) ** 2),
    correlation: correlation(actual, predicted), noChangeCorrelation: correlation(actual, previous),
    r2: r2(actual, predicted), noChangeR2: r2(actual, previous),
    direction: moved.filter((i) => Math.sign(said[i] ?? NaN) === Math.sign(coming[i] ?? NaN)).length / moved.length,
    changeCorrelation: correlation(coming, said),
    smoothing: correlation(changes(meanOfLast(test.x, 10)), said),
  };
}

function meanOfLast(x: ReturnType<typeof part>['x'], rows: number): Float64Array {
  const [count = 0, window = 0] = x.shape;
  return Float64Array.from({ length: count }, (_, i) => mean(Array.from({ length: rows }, (__, k) => x.get(i, window - 1 - k, 0))));
}

export function fullFigures(samples: Samples, full: readonly number[]): FullFigures {
  const level = mean(full.slice(-50));
  const settled = full.reduce((after, value, k) => (Math.abs(value - level) > 0.01 ? k + 1 : after), 0);
  return { level, settled, ratio: ratioToNoChange(samples, startsOf(samples, 1).full, [full]) };
}

export function multipleFigures(samples: Samples, multiple: readonly (readonly number[])[], steps: number): MultipleFigures {
  const starts = startsOf(samples, steps).multiple;
  const ends = multiple.map((values) => values.at(-1) ?? NaN);
  return { ...agreement(samples, starts, ends, steps), ratio: ratioToNoChange(samples, starts, multiple) };
}

/**
 * A forecast without a network: after 50 days the price is back where the window began. Over the whole series, one window
 * after the other.
 */
export function reversionRule(samples: Samples, steps: number): MultipleFigures {
  const { windows } = samples;
  const starts = Array.from({ length: Math.ceil((windows.origins.length - steps + 1) / steps) }, (_, i) => i * steps);
  const back = starts.map(() => new Array<number>(steps).fill(0));
  return { ...agreement(samples, starts, starts.map(() => 0), steps), ratio: ratioToNoChange(samples, starts, back) };
}

/** @param ends the last value of each sequence, in the unit of the network. */
function agreement({ series, windows }: Samples, starts: readonly number[], ends: readonly number[], steps: number): Agreement {
  const last = lastKnown(windows);
  const changes = starts.map((start, i) => {
    const origin = start + windows.window - 1;
    const [price = NaN, later = NaN] = [series[origin], series[origin + steps]];
    const known = last[start] ?? NaN;
    return { said: (ends[i] ?? NaN) - known, came: (later - price) / Math.abs(price), drawn: (windows.y.data[start + steps - 1] ?? NaN) - known };
  });
  const right = (list: typeof changes, truth: 'came' | 'drawn'): number => list.filter((c) => Math.sign(c.said) === Math.sign(c[truth])).length;
  const large = [...changes].sort((a, b) => Math.abs(b.came) - Math.abs(a.came)).slice(0, Math.ceil(changes.length / 2));
  const of = (name: 'said' | 'came' | 'drawn'): number[] => changes.map((c) => c[name]);
  return {
    sequences: changes.length,
    up: changes.filter(({ said }) => said > 0).length / changes.length, trulyUp: changes.filter(({ came }) => came > 0).length / changes.length,
    hits: right(changes, 'came'), largeHits: right(large, 'came'), large: large.length, correlation: correlation(of('said'), of('came')),
    drawnHits: right(changes, 'drawn'), drawnCorrelation: correlation(of('said'), of('drawn')),
  };
}

/** Squared error of sequences over that of holding the last known value, in original units. */
function ratioToNoChange(samples: Samples, starts: readonly number[], sequences: readonly (readonly number[])[]): number {
  const { series, windows: { window } } = samples;
  const steps = sequences[0]?.length ?? 0;
  const predicted = toOriginal(samples, starts, { data: sequences.flat(), shape: [starts.length, steps] });
  let [ours, theirs] = [0, 0];
  starts.forEach((start, i) => {
    for (let k = 0; k < steps; k++) {
      const truth = series[start + window + k] ?? NaN;
      ours += (predicted.get(i, k) - truth) ** 2;
      theirs += ((series[start + window - 1] ?? NaN) - truth) ** 2;
    }
  });
  return ours / theirs;
}
