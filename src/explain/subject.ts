/** A model, samples and a target: passes over the samples and over altered copies of them, batch after batch. */
import type { ModelData } from '../models/training/data.js';
import type { MaskOptions } from '../models/training/givenMasks.js';
import type { Network } from '../models/graph/network.js';
import { createYielder } from '../models/training/passes.js';
import { requireSound } from '../models/training/samples.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { allocate, sizeOf } from '../tensor.js';
import type { FloatArray, HostTensor, Shape } from '../tensor.js';
import { Probe } from './probe.js';
import type { ExplainedModel, ProbePlan, ProbeResult } from './probe.js';
import { ownTarget, scoredValue } from './targets.js';
import type { ScoredValue, Target } from './targets.js';

export interface ExplainOptions extends MaskOptions {
  /** What is explained. Default: the output, if it is a single number. */
  readonly target?: Target;
  /** Samples, or altered copies of samples, that pass through the model at once. Default 8. */
  readonly batchSize?: number;
  /** Ends the work between two batches: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const explainNames: OptionNames<ExplainOptions> = { mask: true, lengths: true, target: true, batchSize: true, signal: 'signal' };

/** Options of any explanation as they are now. @throws ArgumentError for an unknown name, of the target too. */
export function takeExplainOptions<T extends ExplainOptions>(operation: string, options: T, names: OptionNames<T>): T {
  const own = takeOptions(operation, options, names);
  return own.target ? { ...own, target: ownTarget(own.target) } : own;
}

/** What passes through the model, and what is wanted of it. */
interface Pass {
  /** How many altered copies; default: the samples as they are. */
  readonly copies?: number;
  /** The sample that copy i is made of. Default i. */
  readonly sampleOf?: (copy: number) => number;
  /** Changes copy i; `inputs` are its own. */
  readonly alter?: (copy: number, inputs: readonly FloatArray[]) => void;
  /** Numbers of nodes. */
  readonly places?: readonly number[];
  readonly gradients?: boolean;
  readonly inputGradients?: boolean;
}

/** What came of one copy. Arrays are valid until the next. */
interface Passed {
  readonly score: number;
  readonly activations: readonly HostTensor[];
  readonly gradients: readonly HostTensor[];
  readonly inputGradients: readonly HostTensor[];
}

/** Row i of `rows`. */
function rowOf({ data, shape }: HostTensor, i: number, rows: number): HostTensor {
  const size = data.length / rows;
  return { data: data.subarray(i * size, (i + 1) * size), shape: shape.slice(1) };
}

export class Subject {
  readonly network: Network;
  readonly samples: number;
  readonly x: readonly HostTensor[];
  readonly value: ScoredValue;
  private readonly probe: Probe;
  private readonly options: ExplainOptions;
  private weights: FloatArray = new Float64Array();

  private constructor(probe: Probe, options: ExplainOptions) {
    this.network = probe.network;
    this.samples = probe.samples;
    this.x = probe.x;
    this.probe = probe;
    this.options = options;
    this.value = scoredValue(probe.network, options.target);
  }

  /** @throws ShapeError, DataError for samples that do not fit or are not finite; what `target` throws. */
  static async open(model: ExplainedModel, x: ModelData, options: ExplainOptions): Promise<Subject> {
    requireCount('explain', 'batchSize', options.batchSize ?? 8);
    const { mask, lengths } = options;
    const subject = new Subject(await Probe.open(model, x, { mask, lengths }), options);
    await subject.aim();
    return subject;
  }

  zeros(shape: Shape): HostTensor {
    return { data: allocate(this.probe.dtype, sizeOf(shape)), shape };
  }

  /** Asks the target for its weights, sample by sample. */
  private async aim(): Promise<void> {
    const { target, shape } = this.value;
    const size = sizeOf(shape);
    const predictions = this.zeros([target.usesPrediction ? this.samples : 0, ...shape]).data;
    if (target.usesPrediction) {
      await this.batches({}, (first, _rows, { value }) => { predictions.set(value.data, first * size); });
    }
    this.weights = allocate(this.probe.dtype, this.samples * size);
    for (let i = 0; i < this.samples; i++) {
      this.weights.set(target.weights(shape, i, this.samples, predictions.subarray(i * size, (i + 1) * size)), i * size);
    }
  }

  /** Lets every copy pass, in order. */
  async pass(pass: Pass, take: (copy: number, passed: Passed) => void): Promise<void> {
    const size = sizeOf(this.value.shape);
    await this.batches(pass, (first, rows, { value, activations, gradients, inputGradients }, weights) => {
      for (let i = 0; i < rows; i++) {
        let score = 0;
        for (let j = i * size; j < (i + 1) * size; j++) score += (weights[j] ?? 0) * (value.data[j] ?? 0);
        const own = (tensor: HostTensor): HostTensor => rowOf(tensor, i, rows);
        take(first + i, { score, activations: activations.map(own), gradients: gradients.map(own), inputGradients: inputGradients.map(own) });
      }
    });
  }

  /** The score of every copy. */
  async scores(pass: Pass): Promise<Float64Array> {
    const scores = new Float64Array(pass.copies ?? this.samples);
    await this.pass(pass, (copy, { score }) => { scores[copy] = score; });
    return scores;
  }

  /** What an alteration has put in the place of indices are indices. @throws DataError */
  private requireIndices(inputs: readonly FloatArray[], rows: number): void {
    this.network.inputs.forEach(({ indices, shape }, i) => {
      if (indices !== undefined) requireSound('explain', `altered input ${i}`, inputs[i] ?? new Float32Array(), [rows, ...shape], { of: 'indices', below: indices });
    });
  }

  private async batches(
    { copies = this.samples, sampleOf = (copy) => copy, alter, places = [], gradients = false, inputGradients = false }: Pass,
    take: (first: number, rows: number, result: ProbeResult, weights: FloatArray) => void,
  ): Promise<void> {
    const { batchSize = 8, signal } = this.options;
    const { id, shape } = this.value;
    const { masks } = this.probe;
    const plan: ProbePlan = { value: { id, shape }, places, gradients, inputGradients };
    const size = sizeOf(shape);
    const breathe = createYielder();
    for (let first = 0; first < copies; first += batchSize) {
      signal?.throwIfAborted();
      const rows = Math.min(batchSize, copies - first);
      const gather = (from: FloatArray, width: number): FloatArray => {
        const out = allocate(this.probe.dtype, rows * width);
        for (let i = 0; i < rows; i++) {
          const sample = sampleOf(first + i);
          out.set(from.subarray(sample * width, (sample + 1) * width), i * width);
        }
        return out;
      };
      const inputs = this.x.map(({ data }) => gather(data, data.length / this.samples));
      for (let i = 0; alter && i < rows; i++) {
        alter(first + i, inputs.map((data) => data.subarray((i * data.length) / rows, ((i + 1) * data.length) / rows)));
      }
      if (alter) this.requireIndices(inputs, rows);
      const weights = gather(this.weights, size);
      const given = [...inputs, ...masks.map((mask) => gather(mask, mask.length / this.samples))];
      take(first, rows, await this.probe.run(plan, rows, given, gradients || inputGradients ? weights : undefined), weights);
      await breathe();
    }
  }
}
