/** Forecasts of many samples, in the units of the table. */
import { requireCount } from '../../checks.js';
import type { Model } from '../../models/model.js';
import { randomStream } from '../../random.js';
import { fromHost } from '../../ndarrays.js';
import type { NdArray, FloatArray } from '../../tensor.js';
import type { Float64NdArray } from '../series/arrays.js';
import { quantile } from '../series/describe.js';
import { fromWindow } from './columnScaler.js';
import type { ColumnScaler, WindowScale } from './columnScaler.js';
import { levelsOf, readHead, sampledFrom } from './heads.js';
import { drawsPaths } from './plan.js';
import type { Plan } from './plan.js';
import { sampleAt } from './samples.js';
import type { Sample, SampleReader, Samples } from './samples.js';
import { asData, inputSources } from './training.js';

/** What is forecast with. */
export interface Predictor {
  readonly plan: Plan;
  readonly model: Model;
  readonly reader: SampleReader;
}

/** Forecasts of n samples, original units. */
export interface Points {
  /** [n, h] */
  readonly predicted: Float64NdArray;
  /** [n, h] each, by level; empty for a point head. */
  readonly levels: readonly { readonly level: number; readonly values: Float64NdArray }[];
  /** [n, paths, h], flat; where paths were drawn. */
  readonly paths?: Float64Array;
}

export interface PathOptions {
  /** Paths of each sample. */
  readonly count: number;
  readonly seed: number;
}

/** Samples that are forecast at once: their windows lie in memory. */
const CHUNK = 2048;
/** Of the network's own work. */
const BATCH = 128;

/** @param coverage of the bounds of a distribution. @param paths drawn where `drawsPaths`. */
export async function predictSamples(predictor: Predictor, samples: Samples, coverage: number, paths: PathOptions, signal?: AbortSignal): Promise<Points> {
  const { plan } = predictor;
  requireCount('Forecaster.forecast', 'paths', paths.count);
  const sampled = drawsPaths(plan);
  const levels = levelsOf(plan.head, coverage);
  const n = samples.length;
  const predicted = new Float64Array(n * plan.horizon);
  const bounds = levels.map(() => new Float64Array(n * plan.horizon));
  const drawn = sampled ? new Float64Array(n * paths.count * plan.horizon) : undefined;
  const size = sampled ? Math.max(1, Math.floor(CHUNK / paths.count)) : CHUNK;
  for (let from = 0; from < n; from += size) {
    const chunk = Array.from({ length: Math.min(size, n - from) }, (_, i) => sampleAt(samples, from + i));
    signal?.throwIfAborted();
    const read = sampled ? await sampledChunk(predictor, chunk, levels, { ...paths, seed: randomStream(paths.seed, 'chunk', from).next() >>> 0 }, signal)
      : plan.strategy === 'recursive' ? await recursiveChunk(predictor, chunk, levels, signal) : await sequenceChunk(predictor, chunk, levels, signal);
    predicted.set(read.middle, from * plan.horizon);
    read.levels.forEach((values, i) => bounds[i]?.set(values, from * plan.horizon));
    if (read.paths) drawn?.set(read.paths, from * paths.count * plan.horizon);
  }
  const shaped = (data: Float64Array): Float64NdArray => fromHost(data, [n, plan.horizon]);
  return { predicted: shaped(predicted), levels: levels.map((level, i) => ({ level, values: shaped(bounds[i] ?? predicted) })), ...(drawn && { paths: drawn }) };
}

interface Chunk {
  readonly middle: Float64Array;
  readonly levels: readonly Float64Array[];
  readonly paths?: Float64Array;
}

/** All steps at once. */
async function sequenceChunk({ plan, model, reader }: Predictor, samples: readonly Sample[], levels: readonly number[], signal?: AbortSignal): Promise<Chunk> {
  const outputs = await model.predict(asData(inputSources(reader, samples)), { batchSize: BATCH, signal });
  const { middle, levels: read } = readHead(plan.head, outputs, levels);
  const scales = samples.map((sample) => reader.scale(sample));
  const back = (z: Float64Array): Float64Array => {
    const shifted = z.map((value, i) => value + base(reader, samples, scales, i, plan.horizon));
    return unscaled(reader, samples, scales, shifted, plan.horizon);
  };
  return { middle: back(middle), levels: read.map(back) };
}

function base(reader: SampleReader, samples: readonly Sample[], scales: readonly WindowScale[], i: number, steps: number): number {
  const at = Math.floor(i / steps);
  const [sample, scale] = [samples[at], scales[at]];
  return sample && scale ? reader.base(sample, i % steps, scale) : NaN;
}

/** From the network's units of each sample's window to those of the table. @param z [n, steps], flat. */
function unscaled(reader: SampleReader, samples: readonly Sample[], scales: readonly WindowScale[], z: Float64Array, steps: number): Float64Array {
  const step = reader.targetStep;
  const rows = step ? z.map((value, i) => fromWindow(value, scales[Math.floor(i / steps)] ?? { center: NaN, scale: NaN }, step)) : z;
  const out = new Float64Array(rows.length);
  // Samples of one series share their scalers; those of all of them where scaling is pooled.
  for (let from = 0, to = 0; from < samples.length; from = to) {
    const scaler: ColumnScaler | undefined = samples[from]?.series.scalers[0];
    while (to < samples.length && samples[to]?.series.scalers[0] === scaler) to++;
    const previous = Float64Array.from(samples.slice(from, to), ({ series, origin }) => series.target[origin] ?? NaN);
    const part = fromHost(rows.slice(from * steps, to * steps), [to - from, steps]);
    out.set(scaler ? scaler.inverse(part, previous).data : part.data, from * steps);
  }
  return out;
}

/** Windows that slide over the network's own forecasts. */
class Sliding {
  private readonly windows: Float64Array;
  private readonly statics: Float64Array;
  private readonly length: number;

  /** @param copies how often each sample stands side by side. */
  constructor(private readonly predictor: Predictor, private readonly samples: readonly Sample[], private readonly scales: readonly WindowScale[], private readonly copies: number) {
    const { reader, plan } = predictor;
    const { columns, staticColumns } = reader.spec;
    this.length = plan.window * columns.length;
    this.windows = new Float64Array(samples.length * copies * this.length);
    this.statics = new Float64Array(samples.length * copies * staticColumns.length);
    this.each((sample, i, place) => {
      reader.window(sample, this.windows.subarray(place * this.length, (place + 1) * this.length), scales[i]);
      if (staticColumns.length > 0) reader.static(sample, this.statics.subarray(place * staticColumns.length, (place + 1) * staticColumns.length), scales[i]);
    });
  }

  get count(): number {
    return this.samples.length * this.copies;
  }

  private each(work: (sample: Sample, i: number, place: number) => void): void {
    this.samples.forEach((sample, i) => {
      for (let copy = 0; copy < this.copies; copy++) work(sample, i, i * this.copies + copy);
    });
  }

  /** What the network says of the step, counted from 1. */
  async outputs(step: number, signal: AbortSignal | undefined): Promise<NdArray<FloatArray>> {
    const { model, reader } = this.predictor;
    const { columns, futureColumns, staticColumns, window } = reader.spec;
    const { count } = this;
    const future = new Float64Array(count * futureColumns.length);
    if (futureColumns.length > 0) this.each((sample, _, place) => { reader.future(sample, future.subarray(place * futureColumns.length, (place + 1) * futureColumns.length), step); });
    const inputs = [
      { data: this.windows, shape: [count, window, columns.length] },
      ...(futureColumns.length > 0 ? [{ data: future, shape: [count, 1, futureColumns.length] }] : []),
      ...(staticColumns.length > 0 ? [{ data: this.statics, shape: [count, staticColumns.length] }] : []),
    ];
    return model.predict(asData(inputs), { batchSize: BATCH, signal });
  }

  /** Values one season before the coming row: what outputs are relative to. */
  base(place: number): number {
    const { plan, reader: { spec: { columns } } } = this.predictor;
    return plan.relativeTo === undefined ? 0 : this.windows[place * this.length + (plan.window - plan.season) * columns.length] ?? NaN;
  }

  /** The coming row: the value of the target, and what is known ahead. */
  push(step: number, values: Float64Array): void {
    const { reader, plan } = this.predictor;
    const width = reader.spec.columns.length;
    const known = new Float64Array(reader.spec.futureColumns.length);
    this.each((sample, _, place) => {
      const window = this.windows.subarray(place * this.length, (place + 1) * this.length);
      window.copyWithin(0, width);
      const last = (plan.window - 1) * width;
      window[last] = values[place] ?? NaN;
      if (known.length > 0) {
        reader.future(sample, known, step);
        window.set(known, last + width - known.length);
      }
    });
  }
}

async function recursiveChunk(predictor: Predictor, samples: readonly Sample[], levels: readonly number[], signal?: AbortSignal): Promise<Chunk> {
  const { plan, reader } = predictor;
  const scales = samples.map((sample) => reader.scale(sample));
  const sliding = new Sliding(predictor, samples, scales, 1);
  const middle = new Float64Array(samples.length * plan.horizon);
  let first: readonly Float64Array[] = [];
  for (let step = 1; step <= plan.horizon; step++) {
    signal?.throwIfAborted();
    const read = readHead(plan.head, await sliding.outputs(step, signal), levels);
    const shifted = (z: Float64Array): Float64Array => z.map((value, place) => value + sliding.base(place));
    const values = shifted(read.middle);
    if (step === 1) first = read.levels.map(shifted);
    values.forEach((value, place) => { middle[place * plan.horizon + step - 1] = value; });
    sliding.push(step, values);
  }
  // Only a forecast of one step has levels here; of several, paths are drawn.
  return { middle: unscaled(reader, samples, scales, middle, plan.horizon), levels: first.map((z) => unscaled(reader, samples, scales, z, 1)) };
}

/** Paths drawn step by step from what the network says of the path so far; the forecast is their median, and levels are their quantiles. */
async function sampledChunk(predictor: Predictor, samples: readonly Sample[], levels: readonly number[], { count, seed }: PathOptions, signal?: AbortSignal): Promise<Chunk> {
  const { plan: { head, horizon }, reader } = predictor;
  const scales = samples.map((sample) => reader.scale(sample));
  const sliding = new Sliding(predictor, samples, scales, count);
  const sample = sampledFrom(head);
  const z = new Float64Array(sliding.count * horizon);
  for (let step = 1; step <= horizon; step++) {
    signal?.throwIfAborted();
    const drawn = sample(await sliding.outputs(step, signal), { seed: randomStream(seed, 'paths', step).next() >>> 0 }).data;
    const values = Float64Array.from({ length: sliding.count }, (_, place) => (drawn[place] ?? NaN) + sliding.base(place));
    values.forEach((value, place) => { z[place * horizon + step - 1] = value; });
    sliding.push(step, values);
  }
  const copies = (list: readonly Sample[]): Sample[] => list.flatMap((each) => new Array<Sample>(count).fill(each));
  const paths = unscaled(reader, copies(samples), scales.flatMap((scale) => new Array<WindowScale>(count).fill(scale)), z, horizon);
  const out = [0.5, ...levels].map(() => new Float64Array(samples.length * horizon));
  for (let i = 0; i < samples.length; i++) {
    for (let k = 0; k < horizon; k++) {
      const sorted = Float64Array.from({ length: count }, (_, path) => paths[(i * count + path) * horizon + k] ?? NaN).sort();
      [0.5, ...levels].forEach((level, j) => { (out[j] ?? sorted)[i * horizon + k] = quantile(sorted, level); });
    }
  }
  const [middle = new Float64Array(), ...bounds] = out;
  return { middle, levels: bounds, paths };
}
