/** Trains the network of a forecaster on windows that are made as they are needed. */
import { EarlyStopping } from '../../callbacks/earlyStopping.js';
import { DataError } from '../../errors.js';
import type { Loss } from '../../losses/losses.js';
import type { Model } from '../../models/model.js';
import type { GivenBatch } from '../../models/training/batchStream.js';
import type { DataOptions, ModelData } from '../../models/training/data.js';
import type { History } from '../../models/training/position.js';
import type { SampleSource } from '../../models/training/samples.js';
import { randomStream, uniform } from '../../random.js';
import type { RandomGenerator } from '../../random.js';
import type { FloatArray } from '../../tensor.js';
import { fromHost } from '../../ndarrays.js';
import type { SampleList } from './blocks.js';
import { measureWindow } from './columnScaler.js';
import type { SettledFit } from './fitOptions.js';
import { inputShapes } from './network.js';
import type { Plan } from './plan.js';
import { sampleAt } from './samples.js';
import type { Sample, SampleReader, Samples } from './samples.js';

export interface Trained {
  readonly history: History;
  /** Counted from 1; undefined where nothing chose one. */
  readonly bestEpoch: number | undefined;
}

/** The inputs of samples, as many as the network has. */
export function inputSources(reader: SampleReader, samples: Samples): SampleSource[] {
  const [window = [], ...others] = inputShapes(reader.spec);
  const writers = [
    (sample: Sample, out: FloatArray): void => { reader.window(sample, out); },
    ...(reader.spec.futureColumns.length > 0 ? [(sample: Sample, out: FloatArray): void => { reader.future(sample, out); }] : []),
    ...(reader.spec.staticColumns.length > 0 ? [(sample: Sample, out: FloatArray): void => { reader.static(sample, out); }] : []),
  ];
  return [window, ...others].map((shape, i) => ({ shape: [samples.length, ...shape], read: (index, out) => { writers[i]?.(sampleAt(samples, index), out); } }));
}

/** One input alone is no list. */
export function asData<T extends SampleSource | { readonly data: FloatArray; readonly shape: readonly number[] }>(inputs: readonly T[]): ModelData {
  return (inputs.length === 1 ? inputs[0] : inputs) as ModelData;
}

function targetShape({ spec: { steps, parameters } }: SampleReader): number[] {
  return parameters === 1 ? [steps] : [steps, 1];
}

/** What a window counts, times what each step does: [1] or [steps] for a sample. */
class Weights {
  readonly shape: readonly number[];
  private readonly horizon: readonly number[] | undefined;

  constructor(private readonly plan: Plan, private readonly reader: SampleReader, private readonly options: NonNullable<SettledFit['weights']>) {
    this.horizon = options.horizon?.slice(0, reader.spec.steps);
    this.shape = this.horizon ? [this.horizon.length] : [];
  }

  write(sample: Sample, out: FloatArray): void {
    const own = this.options.window ? this.ofWindow(sample, this.options.window) : 1;
    for (let k = 0; k < out.length; k++) out[k] = own * (this.horizon?.[k] ?? 1);
  }

  private ofWindow({ series, origin }: Sample, weigh: NonNullable<NonNullable<SettledFit['weights']>['window']>): number {
    const { window } = this.plan;
    const { center, scale } = measureWindow(series.columns[0] ?? new Float64Array(), origin - window + 1, window, this.reader.targetStep ?? { kind: 'windowStandard' });
    const [scaler] = series.scalers;
    const level = scaler?.pointwise === true ? scaler.inverse(fromHost(Float64Array.of(center), [1, 1]), Float64Array.of(0)).data[0] ?? NaN : center;
    const weight: unknown = weigh({ series: series.name, origin, level, deviation: scale, naiveError: series.naiveError });
    if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight;
    throw new DataError({ operation: 'Forecaster.fit', argument: 'weights.window', expected: 'a number of at least 0', actual: String(weight) });
  }
}

/** All windows of a block: x, y, weights. */
function blockData(reader: SampleReader, samples: SampleList, weights: Weights | undefined): [ModelData, ModelData, DataOptions] {
  const y: SampleSource = { shape: [samples.length, ...targetShape(reader)], read: (index, out) => { reader.target(samples.at(index), out); } };
  const sampleWeight = weights && { shape: [samples.length, ...weights.shape], read: (index: number, out: FloatArray) => { weights.write(samples.at(index), out); } };
  return [asData(inputSources(reader, samples)), y, { ...(sampleWeight && { sampleWeight }) }];
}

/** Windows drawn at random, a batch at a time. */
class Drawing {
  private readonly series: readonly { readonly place: number; readonly start: number; readonly count: number }[];

  constructor(private readonly plan: Plan, private readonly reader: SampleReader, private readonly samples: SampleList, private readonly options: SettledFit, private readonly weights: Weights | undefined) {
    this.series = samples.filled.map(({ place, range: { start, end } }) => ({ place, start, count: end - start }));
  }

  * epoch(number: number): Generator<GivenBatch> {
    const random = randomStream(this.plan.seed, 'windows', number);
    for (let step = 0; step < (this.options.stepsPerEpoch ?? 0); step++) yield this.batch(random);
  }

  private draw(random: RandomGenerator): Sample {
    const pick = (n: number): number => Math.min(n - 1, Math.floor(uniform(random) * n));
    const { place, start, count } = this.series[pick(this.series.length)] ?? { place: 0, start: 0, count: 1 };
    const { samePhase = 0 } = this.options;
    const { season } = this.plan;
    const last = this.samples.sampleOf(place, start + count - 1);
    // Windows that end whole seasons before the last row of the series.
    const back = (((last.series.rows - 1 - last.origin) % season) + season) % season;
    const skip = (season - back) % season;
    const alike = count > skip ? Math.floor((count - 1 - skip) / season) + 1 : 0;
    if (samePhase > 0 && uniform(random) < samePhase && alike > 0) return this.samples.sampleOf(place, start + count - 1 - skip - pick(alike) * season);
    return this.samples.sampleOf(place, start + pick(count));
  }

  private batch(random: RandomGenerator): GivenBatch {
    const { reader, weights, options: { batchSize } } = this;
    const { spec } = reader;
    const shapes = inputShapes(spec);
    const room = (shape: readonly number[]): { data: Float64Array; shape: number[]; row: number } => {
      const row = shape.reduce((product, n) => product * n, 1);
      return { data: new Float64Array(batchSize * row), shape: [batchSize, ...shape], row };
    };
    const inputs = shapes.map(room);
    const y = room(targetShape(reader));
    const w = weights && room(weights.shape);
    const part = ({ data, row }: { data: Float64Array; row: number }, i: number): Float64Array => data.subarray(i * row, (i + 1) * row);
    const [window, ...others] = inputs;
    const future = spec.futureColumns.length > 0 ? others[0] : undefined;
    const statics = spec.staticColumns.length > 0 ? others.at(-1) : undefined;
    for (let i = 0; i < batchSize; i++) {
      const sample = this.draw(random);
      const scale = reader.scale(sample);
      if (window) reader.window(sample, part(window, i), scale);
      if (future) reader.future(sample, part(future, i));
      if (statics) reader.static(sample, part(statics, i), scale);
      reader.target(sample, part(y, i), scale);
      if (w) weights.write(sample, part(w, i));
    }
    const host = ({ data, shape }: { data: Float64Array; shape: number[] }): { data: Float64Array; shape: number[] } => ({ data, shape });
    return [asData(inputs.map(host)), host(y), { ...(w && { sampleWeight: host(w) }) }];
  }
}

/** @param loss of the head. */
export async function trainNetwork(plan: Plan, model: Model, reader: SampleReader, blocks: { readonly train: SampleList; readonly validation: SampleList }, options: SettledFit, loss: Loss): Promise<Trained> {
  const { optimizer, backend, epochs, batchSize, stepsPerEpoch, earlyStopping = 5, callbacks = [], signal } = options;
  model.compile({ loss, ...(optimizer !== undefined && { optimizer }), ...(backend !== undefined && { backend }) });
  const weights = options.weights && new Weights(plan, reader, options.weights);
  const validated = blocks.validation.length > 0;
  const stopping = validated && earlyStopping !== false ? new EarlyStopping({ patience: earlyStopping }) : undefined;
  const shared = {
    epochs, signal, callbacks: [...(stopping ? [stopping] : []), ...callbacks],
    ...(validated && { validationData: blockData(reader, blocks.validation, weights) }),
  };
  if (stepsPerEpoch !== undefined) {
    const drawing = new Drawing(plan, reader, blocks.train, options, weights);
    await model.fit((epoch) => drawing.epoch(epoch), { ...shared, stepsPerEpoch });
  } else {
    const [x, y, own] = blockData(reader, blocks.train, weights);
    await model.fit(x, y, { ...shared, ...own, batchSize });
  }
  return { history: model.history, bestEpoch: stopping && stopping.bestEpoch >= 0 ? stopping.bestEpoch + 1 : undefined };
}
