/**
 * Gradient checks: the hand-written backward pass against central differences in float64.
 *
 * For a layer with outputs y and fixed random weights R the scalar L = Σ R⊙y, plus penalties on its weights, is differentiated both ways:
 * analytic, from one backward pass with dy = R; numeric, (L(θ+ε) − L(θ−ε)) / 2ε, entry by entry.
 */
import type { Device, Step, Tensor } from './backend.js';
import { cpu } from './backends/cpu/index.js';
import type { Block } from './blocks/block.js';
import { checkOptions, requireNotNegative } from './checks.js';
import type { OptionNames } from './checks.js';
import { takeOptions } from './copies.js';
import { ArgumentError, ShapeError, formatShape } from './errors.js';
import { resolveInitializer } from './initializers.js';
import { Bidirectional } from './layers/bidirectional.js';
import type { AnyLayer } from './layers/layer.js';
import { isRecurrent } from './layers/recurrent.js';
import type { AnyRecurrent } from './layers/recurrent.js';
import { Input } from './layers/layer.js';
import { resolveLoss } from './losses/losses.js';
import type { Loss } from './losses/losses.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from './models/graph/execute.js';
import type { LayerTensors } from './models/graph/execute.js';
import { masksRead } from './models/graph/masks.js';
import { buildNetwork, noiseOf, stateTensors, trainableWeights } from './models/graph/network.js';
import type { Network } from './models/graph/network.js';
import { addPenaltyGradients, penaltyOn } from './models/graph/penalties.js';
import { normal, randomStream, uniform } from './random.js';
import type { RandomGenerator } from './random.js';
import { noiseFrom } from './models/graph/noise.js';
import { sameShape, sizeOf, toHost } from './tensor.js';
import type { Shape, TensorLike } from './tensor.js';

export interface CheckOptions {
  /** With the batch: [B, T, D]. For layers of several inputs, a list of shapes. */
  inputShape: Shape | readonly Shape[];
  /** Default 0. */
  seed?: number | undefined;
  /** Training mode (default true): dropout with one fixed mask, batch statistics. */
  training?: boolean | undefined;
  /** Real steps of each sample of the first input; or a list of such lists, one for each input, undefined where all its steps are real. */
  lengths?: readonly number[] | readonly (readonly number[] | undefined)[] | undefined;
  /** Give recurrent layers a random initial state and check it too. Default true. */
  initialState?: boolean | undefined;
  /** Whether LSTM and GRU run by their fused kernels, as in `cpu({ fused })`. Default true. */
  fused?: boolean | undefined;
  /** Half step of the central difference. Default 1e-5. */
  epsilon?: number | undefined;
  /** Largest relative error that passes. Default 1e-6. */
  tolerance?: number | undefined;
}

const checkNames: OptionNames<CheckOptions> = {
  inputShape: true, seed: true, training: 'flag', lengths: true, initialState: 'flag', fused: 'flag', epsilon: true, tolerance: true,
};

export interface LossCheckOptions {
  /** Of the prediction, [..., N]. */
  shape: Shape;
  /** Default 0. */
  seed?: number | undefined;
  /** With random sample weights. Default false. */
  weighted?: boolean | undefined;
  /** What to compare, where random numbers will not do: of `shape`, or of the shape that the loss wants of a target. */
  prediction?: TensorLike | undefined;
  target?: TensorLike | undefined;
  /** Half step of the central difference. Default 1e-5. */
  epsilon?: number | undefined;
  /** Largest relative error that passes. Default 1e-6. */
  tolerance?: number | undefined;
}

const lossCheckNames: OptionNames<LossCheckOptions> = { shape: true, seed: true, weighted: 'flag', prediction: true, target: true, epsilon: true, tolerance: true };

export interface CheckedEntry {
  /** `kernel`, `input 0`, `input 1` (the initial h), … */
  readonly tensor: string;
  /** Row-major position in the tensor. */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic − numeric| / max(|analytic|, |numeric|, 1 % of the tensor's largest gradient, 1e-6 of the size of L). */
  readonly relativeError: number;
}

export interface CheckReport {
  readonly passed: boolean;
  readonly maxRelativeError: number;
  /** The worst entry of each tensor. */
  readonly worst: readonly CheckedEntry[];
  /** Number of entries compared. */
  readonly compared: number;
}

interface Subject {
  readonly names: readonly string[];
  readonly values: readonly Float64Array[];
  /** The scalar L, at the current values. */
  loss(): number;
  /** Σ|term| of the sum that L is: what L, and so its differences, are rounded at. */
  size(): number;
  /** ∂L/∂values, in order. */
  gradients(): readonly Float64Array[];
}

/** 1 % of the largest gradient, and a share of L itself, keep entries that are zero up to rounding from counting as wrong. */
function compare(names: readonly string[], analytic: readonly Float64Array[], numeric: readonly Float64Array[], least: number, tolerance: number): CheckReport {
  let compared = 0;
  const worst = names.map((tensor, i): CheckedEntry => {
    const a = analytic[i] ?? new Float64Array();
    const n = numeric[i] ?? new Float64Array();
    const floor = Math.max(least, Number.MIN_VALUE, 0.01 * n.reduce((max, x) => Math.max(max, Math.abs(x)), 0));
    let worstOfTensor: CheckedEntry = { tensor, index: -1, analytic: 0, numeric: 0, relativeError: 0 };
    n.forEach((numericValue, index) => {
      const analyticValue = a[index] ?? NaN;
      const scale = Math.max(Math.abs(analyticValue), Math.abs(numericValue), floor);
      const error = Math.abs(analyticValue - numericValue) / scale;
      const relativeError = Number.isNaN(error) ? Infinity : error; // NaN must stay the worst
      compared++;
      if (relativeError > worstOfTensor.relativeError) {
        worstOfTensor = { tensor, index, analytic: analyticValue, numeric: numericValue, relativeError };
      }
    });
    return worstOfTensor;
  });
  const maxRelativeError = worst.reduce((max, e) => Math.max(max, e.relativeError), 0);
  return { passed: maxRelativeError <= tolerance, maxRelativeError, worst, compared };
}

function check(subject: Subject, epsilon: number, tolerance: number): CheckReport {
  for (const [argument, value] of Object.entries({ epsilon, tolerance })) requireNotNegative('gradient check', argument, value);
  const analytic = subject.gradients();
  const numeric = subject.values.map((values) =>
    values.map((_, i) => {
      const at = values[i] ?? 0;
      values[i] = at + epsilon;
      const above = subject.loss();
      values[i] = at - epsilon;
      const below = subject.loss();
      values[i] = at;
      return (above - below) / (2 * epsilon);
    }),
  );
  return compare(subject.names, analytic, numeric, 1e-6 * subject.size(), tolerance);
}

function isShapeList(shape: Shape | readonly Shape[]): shape is readonly Shape[] {
  return Array.isArray(shape[0]);
}

/** Runs a step at once and gives its outputs. */
function runNow(device: Device, step: Step, shapes: readonly Shape[], values: readonly Float64Array[]): Float64Array[] {
  const outputs = device.compile(step, shapes, []).run(values);
  if (outputs instanceof Promise) throw new ArgumentError({ operation: 'checkGradients', argument: 'device', expected: 'synchronous', actual: 'asynchronous' });
  return outputs.map((output) => Float64Array.from(output));
}

function dot(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return a.reduce((sum, x, i) => sum + x.reduce((s, v, j) => s + v * (b[i]?.[j] ?? 0), 0), 0);
}

/** The recurrent layers that take initial states, in the order in which those come in. */
function directionsOf(layer: AnyLayer | Block): AnyRecurrent[] {
  if (layer instanceof Bidirectional) return [layer.layer, layer.backwardLayer];
  return isRecurrent(layer) ? [layer] : [];
}

/** Random numbers, or indices, for input i; where a layer takes a number for padding, sample b ends in b steps of it, as far as there are so many. */
function drawnInput(network: Network, i: number, batch: number, random: RandomGenerator): Float64Array {
  const { id, shape, indices } = network.inputs[i] ?? { id: -1, shape: [] };
  const size = sizeOf(shape);
  const data = new Float64Array(batch * size).map(() => (indices === undefined ? normal(random) : Math.floor(indices * uniform(random))));
  for (const { layer, inputs, inputShapes } of network.nodes) {
    const { padding } = layer.inputRules(inputShapes)[inputs.indexOf(id)] ?? {};
    if (padding === undefined) continue;
    const step = size / (shape[0] ?? 1);
    for (let b = 0; b < batch; b++) data.fill(padding, Math.max(b * size, (b + 1) * size - b * step), (b + 1) * size);
  }
  return data;
}

/** Everything about one layer that the checker varies: parameters, then inputs (x, initial states). */
function layerSubject(layer: AnyLayer | Block, options: CheckOptions): Subject {
  const { seed = 0, training = true, lengths, initialState = true, fused = true } = options;
  const shapes: Shape[] = isShapeList(options.inputShape) ? [...options.inputShape] : [options.inputShape];
  const batch = shapes[0]?.[0] ?? 1;
  if (initialState && shapes.length === 1) shapes.push(...directionsOf(layer).flatMap(({ stateShapes }) => stateShapes.map((shape) => [batch, ...shape])));
  const inputs = shapes.map((shape) => Input({ shape: shape.slice(1) }));
  const network = buildNetwork(inputs, layer.applyAll(inputs));
  const random = randomStream(seed, 'gradcheck');
  const trained = trainableWeights(network);
  const states = stateTensors(network, batch);
  const masks = noiseOf(network, batch).map((specs) =>
    (training ? specs : []).map((spec) => ({ shape: spec.shape, mask: Float64Array.from(noiseFrom(random, spec, 'float64')) })),
  );
  // Weights start at their initial values plus noise: no two alike, biases and norms away from 0 and 1.
  const noisy = (initializer: Parameters<typeof resolveInitializer>[0], shape: Shape): Float64Array =>
    resolveInitializer(initializer)(shape, random).map((w) => w + 0.3 * (2 * uniform(random) - 1));
  const initial = trained.map((spec) => noisy(spec.initializer, spec.shape));
  const x = network.inputs.map((_, i) => drawnInput(network, i, batch, random));
  const values = [...initial, ...x];
  /** Indices have no gradient. */
  const varies = [...trained.map(() => true), ...network.inputs.map(({ indices }) => indices === undefined)];
  const real = lengthsOfInputs(lengths);
  const given = x.map((each, i) => ({ mask: real[i] && lengthMask(real[i], batch, shapes[i]?.[1] ?? 1), values: each }));
  const masked = masksRead(network, given.map(({ mask }) => mask !== undefined));
  const fixed = [
    ...states.map((spec) => ({ shape: spec.shape, data: noisy(spec.initializer, spec.shape).map((x) => Math.abs(x) + 0.1) })),
    ...masks.flat().map(({ shape, mask }) => ({ shape, data: mask })),
    ...masked.map((mask) => ({ shape: [batch, mask.steps], data: Float64Array.from(mask.rows(given, batch) ?? []) })),
  ];
  const projections = network.outputs.map(({ shape }) => {
    const full = [batch, ...shape];
    return { shape: full, data: new Float64Array(sizeOf(full)).map(() => normal(random)) };
  });

  const variableShapes = [...trained.map((spec) => spec.shape), ...shapes];
  const allShapes = [...variableShapes, ...fixed.map((f) => f.shape)];
  const device = cpu({ dtype: 'float64', fused }).open();

  const step = (backward: boolean): Step => (k, tensors) => {
    let at = 0;
    const take = (count: number): typeof tensors => tensors.slice(at, (at += count));
    const parameters = byLayer(trained, take(trained.length));
    const inputs = take(shapes.length);
    const stateRecords = byLayer(states, take(states.length));
    const noise = masks.map((specs) => take(specs.length));
    const run = { k, training, noise, masks: new Map(take(masked.length).map((mask, i) => [masked[i]?.key ?? '', mask])) };
    const forward = forwardNetwork(network, run, parameters, stateRecords, inputs);
    const weight = (key: string): Tensor => tensors[trained.findIndex((spec) => spec.key === key)] ?? k.zeros([1]);
    if (!backward) return { outputs: [...forward.outputs, penaltyOn(k, trained, weight) ?? k.zeros([1])], variables: [] };
    const gradients: LayerTensors = byLayer(trained, trained.map((spec) => k.zeros(spec.shape)));
    const dInputs = backwardNetwork(network, run, parameters, forward, take(projections.length), gradients);
    const ofWeights = new Map(inOrder(trained, gradients).map((gradient, i) => [trained[i]?.key ?? '', gradient]));
    addPenaltyGradients(k, trained, weight, ofWeights);
    return { outputs: [...ofWeights.values(), ...dInputs.map((d, i) => d ?? k.zeros(shapes[i] ?? []))].filter((_, i) => varies[i]), variables: [] };
  };

  const weights = [...projections.map((r) => r.data), Float64Array.of(1)]; // the last is the penalty's
  const outputs = (): Float64Array[] => runNow(device, step(false), allShapes, [...values, ...fixed.map((f) => f.data)]);
  return {
    names: [...trained.map((spec) => (network.nodes.length === 1 ? spec.name : spec.key)), ...shapes.map((_, i) => `input ${i}`)].filter((_, i) => varies[i]),
    values: values.filter((_, i) => varies[i]),
    loss: () => dot(outputs(), weights),
    size: () => dot(outputs().map((y) => y.map(Math.abs)), weights.map((r) => r.map(Math.abs))),
    gradients: () => runNow(
      device, step(true), [...allShapes, ...projections.map((r) => r.shape)],
      [...values, ...fixed.map((f) => f.data), ...projections.map((r) => r.data)],
    ),
  };
}

function lengthsOfInputs(lengths: CheckOptions['lengths'] = []): readonly (readonly number[] | undefined)[] {
  const isOfOne = (list: typeof lengths): list is readonly number[] => typeof list[0] === 'number';
  return isOfOne(lengths) ? [lengths] : lengths;
}

function lengthMask(lengths: readonly number[], batch: number, steps: number): Float64Array {
  if (lengths.length !== batch) {
    throw new ArgumentError({ operation: 'checkGradients', argument: 'lengths', expected: `${batch} numbers`, actual: String(lengths.length) });
  }
  const data = new Float64Array(batch * steps);
  lengths.forEach((length, b) => data.fill(1, b * steps, b * steps + length));
  return data;
}

/**
 * Checks every parameter, input and (for recurrent layers) initial state of a layer, or of a block of layers.
 *
 * Indices are drawn, not varied. Where a layer takes a value for padding, samples end in 0, 1, 2, … steps of it.
 *
 * Truncated backpropagation is not the gradient of L and fails here by design; compare it segment by segment.
 *
 * @returns the report; nothing is thrown for a wrong gradient.
 */
export async function checkGradients(layer: AnyLayer | Block, options: CheckOptions): Promise<CheckReport> {
  const { epsilon = 1e-5, tolerance = 1e-6 } = checkOptions('checkGradients', options, checkNames);
  return Promise.resolve(check(layerSubject(layer, options), epsilon, tolerance));
}

/**
 * Checks a loss with respect to the prediction [..., N], of the library or of your own; weighted: with random sample weights. Where its
 * predictions or targets cannot be any numbers, pass some.
 */
export async function checkLossGradients(loss: Loss, options: LossCheckOptions): Promise<CheckReport> {
  const { shape, seed = 0, weighted = false, epsilon = 1e-5, tolerance = 1e-6, ...given } = takeOptions('checkLossGradients', options, lossCheckNames);
  const resolved = resolveLoss(loss);
  const { parameters, probabilities, name } = resolved;
  const random = randomStream(seed, 'gradcheck');
  const width = shape.at(-1) ?? 1;
  const targetShape = parameters === undefined ? shape : [...shape.slice(0, -1), 1];
  const drawn = (): number => {
    if (parameters === 'classes') return Math.floor(uniform(random) * width);
    if (name === 'poisson') return Math.floor(uniform(random) * 5);
    return probabilities === undefined ? 2 * normal(random) : uniform(random);
  };
  const target = valuesOf('target', given.target, targetShape, drawn);
  // mae and quantile have a kink at p = t, where a central difference means nothing: stay 1000 ε away from it.
  const prediction = valuesOf('prediction', given.prediction, shape, (i) => {
    const p = 2 * normal(random);
    const t = target[parameters === undefined ? i : Math.floor(i / width)] ?? 0;
    return Math.abs(p - t) < 1000 * epsilon ? t + 1000 * epsilon : p;
  });
  const weights = new Float64Array(sizeOf(shape) / width).map(() => 0.5 + uniform(random));
  await resolved.load?.();
  const device = cpu({ dtype: 'float64' }).open();
  const run = (): Float64Array[] => runNow(device, (k, [p, t, w]) => {
    if (!p || !t) return { outputs: [], variables: [] };
    const result = resolved.judge(k, p, t, weighted ? w : undefined);
    return { outputs: [result.loss, result.dPrediction], variables: [] };
  }, [shape, targetShape, [weights.length]], [prediction, target, weights]);
  return check({
    names: ['prediction'], values: [prediction], loss: () => run()[0]?.[0] ?? NaN, size: () => Math.abs(run()[0]?.[0] ?? NaN), gradients: () => run().slice(1),
  }, epsilon, tolerance);
}

/** What was given, or drawn. @throws ShapeError */
function valuesOf(argument: string, given: TensorLike | undefined, shape: Shape, draw: (i: number) => number): Float64Array {
  if (given === undefined) return Float64Array.from({ length: sizeOf(shape) }, (_, i) => draw(i));
  const host = toHost(given, 'float64', { operation: 'checkLossGradients', argument });
  if (sameShape(host.shape, shape)) return Float64Array.from(host.data);
  throw new ShapeError({ operation: 'checkLossGradients', argument, expected: formatShape(shape), actual: formatShape(host.shape) });
}
