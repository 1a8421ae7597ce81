/** Running sums of one pass: the loss of each output, and all metrics. */
import type { ResolvedLoss } from '../../losses/losses.js';
import { allocate } from '../../tensor.js';
import type { FloatArray, Shape } from '../../tensor.js';
import type { Batch } from './batches.js';
import type { Metric } from './metric.js';
import type { ResolvedMetric } from './metrics.js';

/** A metric of one output, under the name it is logged by. */
export interface OutputMetric extends Pick<ResolvedMetric, 'name' | 'per'> {
  readonly logged: string;
  readonly output: number;
  /** Whether rows count by their weights. */
  readonly weighted: boolean;
  /** Once `load` has brought it. */
  readonly metric: () => Metric;
  readonly load: () => Promise<void>;
}

/** An output as passes log it. */
export interface TalliedOutput {
  readonly name: string;
  /** Of the output, without the batch. */
  readonly shape: Shape;
  readonly loss: Pick<ResolvedLoss, 'parameters' | 'point'>;
  /** What its loss counts in the loss of the model. */
  readonly weight: number;
}

/** What a pass logs. */
export interface Scoring {
  readonly outputs: readonly TalliedOutput[];
  readonly metrics: readonly OutputMetric[];
}

export function outputMetric({ name, per, load }: ResolvedMetric, place: Pick<OutputMetric, 'logged' | 'output' | 'weighted'>): OutputMetric {
  let metric: Metric | undefined;
  return {
    ...place, name, per,
    load: async () => { metric ??= await load(); },
    metric() {
      if (!metric) throw new Error(`metric ${name} was not fetched`);
      return metric;
    },
  };
}

function lossNames({ outputs }: Scoring): string[] {
  return ['loss', ...(outputs.length > 1 ? outputs.map(({ name }) => `${name}_loss`) : [])];
}

/** What an epoch logs, in its order. */
export function loggedNames(scoring: Scoring, validated: boolean): string[] {
  const names = [...lossNames(scoring), ...scoring.metrics.map(({ logged }) => logged)];
  return [...names, ...(validated ? names.map((name) => `val_${name}`) : []), 'learningRate'];
}

/** The forecasts that an output's numbers describe, each by `parameters` of them. */
function pointsOf(prediction: FloatArray, { point, parameters }: TalliedOutput['loss']): FloatArray {
  if (!point) return prediction;
  const size = typeof parameters === 'number' ? parameters : 1;
  return allocate('float64', prediction.length / size).map((_, i) => point(prediction, i * size));
}

/** The loss of each output is summed over the rows of its own that count. */
export class Tally {
  private readonly scoring: Scoring;
  private readonly losses: Float64Array;
  private readonly rows: Float64Array;
  /** The penalty on weights times the samples it was met with, and the samples. */
  private readonly penalty = new Float64Array(2);
  private readonly sums: Float64Array[];

  constructor(scoring: Scoring) {
    this.scoring = scoring;
    this.losses = new Float64Array(scoring.outputs.length);
    this.rows = new Float64Array(scoring.outputs.length);
    this.sums = scoring.metrics.map(({ metric }) => new Float64Array(metric().size));
  }

  /** One batch: the mean loss of each output, the penalty on weights, and the predictions where metrics want them. */
  add(losses: readonly number[], penalty: number, batch: Batch, predictions: readonly FloatArray[] | undefined): void {
    batch.rows.forEach((count, i) => {
      this.losses[i] = (this.losses[i] ?? 0) + (losses[i] ?? NaN) * count;
      this.rows[i] = (this.rows[i] ?? 0) + count;
    });
    this.penalty[0] = (this.penalty[0] ?? 0) + penalty * batch.form.batch;
    this.penalty[1] = (this.penalty[1] ?? 0) + batch.form.batch;
    if (predictions) this.scoring.metrics.forEach((metric, i) => { this.judge(metric, this.sums[i] ?? new Float64Array(), batch, predictions[metric.output]); });
  }

  private judge({ metric: made, output: o, weighted, per }: OutputMetric, sums: Float64Array, batch: Batch, prediction: FloatArray | undefined): void {
    const output = this.scoring.outputs[o];
    const [target, counted, weights] = [batch.y[o], batch.counted[o], weighted ? batch.weights[o] : undefined];
    if (!prediction || !target || !output) return;
    const metric = made();
    const width = output.shape.at(-1) ?? 1;
    const rows = prediction.length / width;
    const values = per === 'number' ? pointsOf(prediction, output.loss) : prediction;
    const pieces = Math.max(1, (weights?.length ?? 0) / rows); // where every number has its own weight, each is a row
    const row = { prediction: values, at: 0, n: values.length / rows / pieces, target, targetAt: 0, targetN: target.length / rows / pieces, weight: 1 };
    for (let i = 0; i < rows * pieces; i++, row.at += row.n, row.targetAt += row.targetN) {
      if (counted?.[Math.floor(i / pieces)] === 0) continue;
      row.weight = weights?.[i] ?? 1;
      metric.add(sums, row);
    }
  }

  /** The loss is the weighted sum of the outputs' means and the mean penalty; where no row of an output has counted yet, it adds nothing. */
  logs(prefix = ''): Record<string, number> {
    const { outputs, metrics } = this.scoring;
    const all: Record<string, number> = { [`${prefix}loss`]: 0 };
    const [penalties = 0, samples = 0] = this.penalty;
    let loss = penalties / Math.max(1, samples);
    outputs.forEach(({ name, weight }, i) => {
      const mean = (this.losses[i] ?? NaN) / Math.max(1, this.rows[i] ?? 0);
      loss += mean * weight;
      if (outputs.length > 1) all[`${prefix}${name}_loss`] = mean;
    });
    all[`${prefix}loss`] = loss;
    metrics.forEach(({ metric, logged }, i) => { all[prefix + logged] = metric().result(this.sums[i] ?? new Float64Array()); });
    return all;
  }

  /** For checkpoints in the middle of an epoch. */
  toJSON(): number[] {
    return [this.losses, this.rows, this.penalty, ...this.sums].flatMap((sums) => [...sums]);
  }

  restore(saved: readonly number[]): void {
    let at = 0;
    for (const sums of [this.losses, this.rows, this.penalty, ...this.sums]) sums.set(saved.slice(at, (at += sums.length)));
  }
}
