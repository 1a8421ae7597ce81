/**
 * Samples of a forecaster, written when they are needed: a window of 300 values of half a million origins would be a gigabyte, the series they are
 * cut from are some megabytes.
 *
 *   window   [W, columns]   rows origin − W + 1 … origin
 *   future   [steps, known] rows origin + 1 … origin + steps of what is known ahead
 *   static   [S]            static columns, then measures of the target in the window
 *   target   [steps]        rows origin + 1 … origin + steps, less the value one season before with `relativeTo`
 *
 * A window reads nothing after its origin; columns with a step over windows are measured in the window, and its rows ahead are put in that measure.
 */
import type { FloatArray } from '../../tensor.js';
import { measureWindow } from './columnScaler.js';
import type { WindowScale, WindowStep } from './columnScaler.js';
import { chainOf, knownColumns, rowColumns, specOf } from './plan.js';
import type { NetworkSpec, Plan, WindowStatistic } from './plan.js';
import type { SeriesData } from './seriesData.js';

/** One forecast: from which series, and from which row, the last one known. */
export interface Sample {
  readonly series: SeriesData;
  readonly origin: number;
}

/** Several of them, a list or what makes them when asked. */
export interface Samples {
  readonly length: number;
  at(index: number): Sample | undefined;
}

export function sampleAt(samples: Samples, index: number): Sample {
  const sample = samples.at(index);
  if (sample) return sample;
  throw new Error(`no sample ${index}`);
}

const UNSCALED: WindowScale = { center: 0, scale: 1 };
const WHOLE: WindowStep = { kind: 'windowStandard' };
/** Under which a spread is nothing to the logarithm. */
const LEAST = 1e-6;

export class SampleReader {
  readonly spec: NetworkSpec;
  /** Of each column of the window; undefined where it has no step over windows. */
  private readonly steps: readonly (WindowStep | undefined)[];
  /** Places of what is known ahead among the columns. */
  private readonly known: readonly number[];

  constructor(private readonly plan: Plan) {
    this.spec = specOf(plan);
    const scaled = rowColumns(plan);
    this.steps = this.spec.columns.map((column, j) => (j < scaled.length ? chainOf(plan, column).window : undefined));
    const count = knownColumns(plan).length;
    this.known = this.spec.columns.map((_, j) => j).slice(this.spec.columns.length - count);
  }

  /** The step over windows of the target, which `scale` is of. */
  get targetStep(): WindowStep | undefined {
    return this.steps[0];
  }

  /** Measure of one column in the window before an origin. */
  scale({ series, origin }: Sample, column = 0): WindowScale {
    const step = this.steps[column];
    return step ? measureWindow(series.columns[column] ?? new Float64Array(), origin - this.plan.window + 1, this.plan.window, step) : UNSCALED;
  }

  window(sample: Sample, out: FloatArray, scale = this.scale(sample)): void {
    const { window } = this.plan;
    const { columns } = this.spec;
    const first = sample.origin - window + 1;
    for (let j = 0; j < columns.length; j++) {
      const values = sample.series.columns[j] ?? new Float64Array();
      const step = this.steps[j];
      const own = j === 0 ? scale : this.scale(sample, j);
      for (let row = 0; row < window; row++) out[row * columns.length + j] = step ? ((values[first + row] ?? NaN) - own.center) / own.scale : values[first + row] ?? NaN;
    }
  }

  /** @param from steps after the origin, counted from 1, at which the first row stands. */
  future(sample: Sample, out: FloatArray, from = 1): void {
    const { steps } = this.spec;
    this.known.forEach((column, j) => {
      const values = sample.series.columns[column] ?? new Float64Array();
      const { center, scale } = this.scale(sample, column);
      const scaled = this.steps[column] !== undefined;
      for (let k = 0; k < steps; k++) {
        const value = values[sample.origin + from + k] ?? NaN;
        out[k * this.known.length + j] = scaled ? (value - center) / scale : value;
      }
    });
  }

  static(sample: Sample, out: FloatArray, scale = this.scale(sample)): void {
    const { series } = sample;
    const { windowStatistics } = this.plan;
    series.statics.forEach((value, j) => { out[j] = value; });
    if (windowStatistics.length === 0) return;
    const values = series.columns[0] ?? new Float64Array();
    const first = sample.origin - this.plan.window + 1;
    const spread = this.targetStep?.kind === 'windowStandard' ? scale : measureWindow(values, first, this.plan.window, WHOLE);
    windowStatistics.forEach((statistic, j) => {
      out[series.statics.length + j] = statistic === 'level' ? spread.center : Math.log(Math.max(LEAST, this.measure(statistic, values, first, spread.scale, scale.scale)));
    });
  }

  private measure(statistic: Exclude<WindowStatistic, 'level'>, values: Float64Array, first: number, spread: number, unit: number): number {
    if (statistic === 'deviation') return spread;
    const lag = statistic === 'change' ? 1 : this.plan.season;
    let sum = 0;
    for (let row = first + lag; row < first + this.plan.window; row++) sum += Math.abs((values[row] ?? NaN) - (values[row - lag] ?? NaN));
    return sum / Math.max(1, this.plan.window - lag) / Math.abs(unit);
  }

  target(sample: Sample, out: FloatArray, scale = this.scale(sample)): void {
    const values = sample.series.columns[0] ?? new Float64Array();
    const step = this.targetStep;
    for (let k = 0; k < this.spec.steps; k++) {
      const value = values[sample.origin + 1 + k] ?? NaN;
      out[k] = (step ? (value - scale.center) / scale.scale : value) - this.base(sample, k, scale);
    }
  }

  /** What the network's output for step k + 1 is added to: the value of the same season's place in the window, in the network's units. */
  base({ series, origin }: Sample, k: number, scale: WindowScale): number {
    if (this.plan.relativeTo === undefined) return 0;
    const { season } = this.plan;
    const value = series.columns[0]?.[origin + 1 - season + (k % season)] ?? NaN;
    return this.targetStep ? (value - scale.center) / scale.scale : value;
  }
}
