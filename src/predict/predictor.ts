/** A network that predicts and does nothing else. */
import type { Device, Program, Variable } from '../backend.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonValue } from '../json.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import type { TimeMask } from '../layers/timeMask.js';
import { byLayer, forwardNetwork, inOrder } from '../models/graph/execute.js';
import { OpenNetwork } from '../models/graph/lengths.js';
import { masksRead } from '../models/graph/masks.js';
import type { KeptTensor, Network } from '../models/graph/network.js';
import { StateVariables } from '../models/graph/states.js';
import { maskNames, masksOfInputs } from '../models/training/givenMasks.js';
import type { MaskOptions } from '../models/training/givenMasks.js';
import { listOf, preparedTensor, requireSamples } from '../models/training/inputs.js';
import { openShape } from '../openShapes.js';
import type { OpenShape } from '../openShapes.js';
import { Recent } from '../recent.js';
import { allocate, sizeOf } from '../tensor.js';
import type { HostTensor, Shape, TensorLike } from '../tensor.js';

/** One value for a network with one input, a list of values for several. */
export type PredictorInput = TensorLike | readonly TensorLike[];

export interface PredictorOptions extends MaskOptions {
  /** Samples that go through the network side by side. Default 32; the bits are the same with any. */
  batchSize?: number | undefined;
}

const optionNames: OptionNames<PredictorOptions> = { ...maskNames, batchSize: true };

/** Most forms of a step (batch, sizes, masks) whose calls are kept: a few hundred bytes each. */
const programsKept = 64;

/** What `loadPredictor` returns. */
export class Predictor {
  /** What the program that made the model wrote beside: scalers, column names. */
  readonly metadata: Readonly<Record<string, JsonValue>>;
  private readonly network: Network<ForwardLayer>;
  private readonly shapes: OpenNetwork<ForwardLayer>;
  private readonly device: Device;
  private readonly specs: readonly KeptTensor[];
  private readonly weights: readonly Variable[];
  private readonly states: StateVariables;
  private readonly programs = new Recent<Program>(programsKept);

  /** @param specs of the weights. @param tensors weights and states by name. @internal */
  constructor(
    network: Network<ForwardLayer>, device: Device, specs: readonly KeptTensor[], tensors: ReadonlyMap<string, HostTensor>, metadata: Readonly<Record<string, JsonValue>>,
  ) {
    this.network = network;
    this.shapes = new OpenNetwork(network);
    this.device = device;
    this.specs = specs;
    this.weights = specs.map(({ key, shape }) => device.variable(tensors.get(key) ?? { data: allocate('float32', sizeOf(shape)), shape }));
    this.states = new StateVariables(network, device, tensors);
    this.metadata = metadata;
  }

  /** Of each input, without the batch; null for sizes that are left open. */
  get inputShapes(): readonly OpenShape[] {
    return this.network.inputs.map(({ shape }) => openShape(shape));
  }

  /** Of each output, without the batch; null for sizes that follow open ones. */
  get outputShapes(): readonly OpenShape[] {
    return this.network.outputs.map(({ shape }) => openShape(shape));
  }

  /**
   * The prediction, batch first, row-major, at once: the bits of `predict` of the whole model.
   * @throws ShapeError, DataError for data that do not fit or are not finite; ArgumentError for several outputs: use predictAll.
   */
  predict(x: PredictorInput, options: PredictorOptions = {}): HostTensor<Float32Array> {
    const [first, ...others] = this.predictAll(x, options);
    if (first && others.length === 0) return first;
    throw new ArgumentError({ operation: 'predict', argument: 'model', expected: 'of one output', actual: `${others.length + 1} outputs`, hint: 'Use predictAll.' });
  }

  /** All outputs. */
  predictAll(x: PredictorInput, options: PredictorOptions = {}): HostTensor<Float32Array>[] {
    const { batchSize = 32 } = checkOptions('predict', options, optionNames);
    requireCount('predict', 'batchSize', batchSize);
    const { inputs } = this.network;
    const xs = listOf<TensorLike>('predict', 'x', x as TensorLike, inputs.length).map((value, i) =>
      preparedTensor('predict', inputs.length === 1 ? 'x' : `x[${i}]`, value, inputs[i] ?? { shape: [] }, 'float32'));
    const samples = xs[0]?.shape[0] ?? 0;
    requireSamples('predict', 'x', xs, samples);
    const network = this.shapes.at(xs.map(({ shape }) => shape.slice(1)));
    const given = masksOfInputs('predict', options, samples, network.inputs, 'float32');
    const masks = masksRead(network, given.map((mask) => mask !== undefined));
    const results = network.outputs.map(({ shape }) => ({ shape: [samples, ...shape], data: new Float32Array(samples * sizeOf(shape)) }));
    for (let from = 0; from < samples; from += batchSize) {
      const count = Math.min(batchSize, samples - from);
      const values = xs.map((tensor) => rowsOf(tensor, from, count));
      const batch = given.map((mask, i) => ({ mask: mask && rowsOf(mask, from, count), values: values[i] }));
      this.states.advance(count);
      const outputs = this.program(network, count, masks).run([...values, ...masks.map((mask) => mask.rows(batch, count) ?? allocate('float32', 0))]);
      (outputs as Float32Array[]).forEach((rows, i) => results[i]?.data.set(rows, from * (rows.length / count)));
    }
    return results;
  }

  /** Forgets what a stateful network has seen. */
  resetStates(): void {
    this.states.reset();
  }

  /** Inputs: x, masks. States move on. */
  private program(network: Network<ForwardLayer>, count: number, masks: readonly TimeMask[]): Program {
    const shapes = [...network.inputs.map(({ shape }): Shape => [count, ...shape]), ...masks.map(({ steps }) => [count, steps])];
    const key = [...shapes, masks.map((mask) => mask.key)].join(';');
    return this.programs.get(key, () => {
      const { specs, weights, states: { all: states } } = this;
      const stateSpecs = states.map(({ spec }) => spec);
      return this.device.compile((k, inputs, variables) => {
        const [x, given] = parted(inputs, network.inputs.length);
        const [ofWeights, ofStates] = parted(variables, specs.length);
        const run = { k, training: false, kept: 0, noise: [], masks: new Map(given.map((mask, i) => [masks[i]?.key ?? '', mask])) };
        const { outputs, states: next } = forwardNetwork(network, run, byLayer(specs, ofWeights), byLayer(stateSpecs, ofStates), x);
        return { outputs, variables: [...ofWeights, ...inOrder(stateSpecs, next)] };
      }, shapes, [...weights, ...states.map(({ variable }) => variable)], weights);
    });
  }
}

function parted<T>(list: readonly T[], count: number): readonly [T[], T[]] {
  return [list.slice(0, count), list.slice(count)];
}

/** Of rows from … from + count. */
function rowsOf({ data, shape: [, ...rest] }: HostTensor, from: number, count: number): HostTensor['data'] {
  return data.subarray(from * sizeOf(rest), (from + count) * sizeOf(rest));
}
