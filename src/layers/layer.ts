/**
 * What a layer is: a description (sizes, options) and two pure functions, forward and backward. It reads no weights but those it is
 * handed and hides no state, so one layer may stand in several places of a model and run twice before either backward. The
 * instance is the identity of its weights: models keep their values in `weights`, where every other model over it finds them
 * (docs/decisions/weights.md).
 *
 * - `forward` returns its cache; `backward` receives it.
 * - `backward` adds into gradients with the `…To` kernels and stores what they return; the caller zeroes.
 * - dX means ∂L/∂X. A missing dOutput means zero.
 * - Inputs and dOutputs are read only.
 */
import type { ActivationKind, KernelFamily, Kernels, Tensor } from '../backend.js';
import { checkOptions, requireSizes, typeName } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { resolveInitializer } from '../initializers.js';
import type { Initializer } from '../initializers.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { OpenShape } from '../openShapes.js';
import type { Shape } from '../tensor.js';
import { requireRank, single } from './ranks.js';
import type { TimeMask } from './timeMask.js';
import { ruled, rulesConfig, rulesOf, stemOf } from './weightRules.js';
import type { Constraint, Regularizer, WeightRules } from './weightRules.js';
import { LayerWeights } from './weights.js';

export type { JsonObject, JsonValue };

/** A plain record of tensors: parameters, gradients, states. */
export type Tensors = { [name: string]: Tensor | undefined };
/** Of a layer without parameters, or without states. */
export type NoTensors = Record<never, Tensor>;

export interface ParameterSpec {
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** A penalty on it, in the loss of every model that trains it. */
  readonly regularizer?: Regularizer | undefined;
  /** Where it has to lie after every update. */
  readonly constraint?: Constraint | undefined;
}

/** A tensor that survives the step but is not trained. */
export interface StateSpec extends ParameterSpec {
  /** `weight`: belongs to the model, as running statistics do. `carried`: belongs to the data stream (stateful recurrence). */
  readonly kind: 'weight' | 'carried';
}

/** What a layer takes the numbers of a model's input for. They are checked and read before a step, as layers read no value. */
export interface InputRule {
  /** They are indices: whole numbers from 0 to below this. Their first axis is time, even where there is no other. */
  readonly indices?: number | undefined;
  /** A step of which every number is this one is padding, to this layer and to those that its mask goes on to. */
  readonly padding?: number | undefined;
}

/**
 * Random numbers a layer wants for each training step. `shape` includes the batch. `dropout`: 0 with probability `rate`, else
 * 1 / (1 − rate). `normal`: of mean 0 and standard deviation `stddev`.
 */
export type NoiseSpec =
  | { readonly kind: 'dropout'; readonly shape: Shape; readonly rate: number }
  | { readonly kind: 'normal'; readonly shape: Shape; readonly stddev: number };

/** Called with tensors of interest while a step is written; see explain/gradientFlow and the NaN doctor. */
export type Observer = (tensorName: string, tensor: Tensor, timeStep?: number) => void;

/** One execution of a layer. */
export interface Run {
  readonly k: Kernels;
  readonly training: boolean;
  /** Random numbers for each entry of `noise()`; empty outside training. */
  readonly noise: readonly Tensor[];
  /** [B, T], 1 for real time steps of the first input, 0 for padding; undefined where that input has no mask. */
  readonly mask?: Tensor;
  /** The same for each input; undefined where none has a mask. */
  readonly masks?: readonly (Tensor | undefined)[];
  /** [B], 1 for samples that count, 0 for those that are padding: steps of a sequence that TimeDistributed lays side by side. */
  readonly samples?: Tensor;
  readonly observe?: Observer;
  /** False where nobody wants ∂L/∂input: the first layers of a model in training. `backward` may then return nothing. */
  readonly inputGradient?: boolean;
  /**
   * The share of what the steps of a sequence keep for `backward` that is kept; the rest is made again when its turn has come, to the same
   * bits. Default 1; 0 where no `backward` follows. Layers without a time loop keep what they need.
   */
  readonly kept?: number | undefined;
  /** The layer's weights are not trained here: `backward` may leave `grads` as they are, and running statistics stand still. */
  readonly frozen?: boolean;
}

/** The activation that a layer ends in; `blended`: what it gives are probabilities behind which there are no logits. */
export interface LayerHead {
  readonly activation: ActivationKind | 'softmax' | 'blended';
  /** The same layer as two, where losses may look between them; `name`: its name in the model. */
  readonly split?: (name: string) => { readonly linear: AnyLayer; readonly activation: AnyLayer };
}

export interface Forward<S, C> {
  readonly outputs: readonly Tensor[];
  readonly cache: C;
  /** New values of the layer's states; absent ones stay. */
  readonly states?: Partial<S>;
}

/** What every layer takes. */
export interface CommonOptions {
  /** Letters, digits, _ . or -. Default: the model names layers after their kind, `lstm`, `lstm_1`, … */
  name?: string | undefined;
  /**
   * Default true. False freezes the layer: training leaves its weights and running statistics as they are, and a BatchNorm then
   * normalises by its running statistics, as in Keras. Dropout stays at work. `layer.trainable` may be set later; a model
   * asks when it is compiled.
   */
  trainable?: boolean | undefined;
}

export const commonNames: OptionNames<CommonOptions> = { name: true, trainable: 'flag' };

/**
 * P: trained parameters, S: states, C: what forward hands to backward. All plain records; P and S as `type`s, since an `interface` is no
 * record to TypeScript.
 */
export abstract class Layer<P = Tensors, S = Tensors, C = unknown> implements Applicable {
  /** Set by the user, or undefined: the model then names it after its kind, `lstm`, `lstm_1`, … */
  readonly name: string | undefined;
  /** snake_case kind, the stem of default names. */
  abstract readonly kind: string;
  /** Name under which a saved model finds the class again. */
  abstract readonly className: string;
  /** What it calls beside the core of the kernels; with a layer within, what that calls as well. Empty unless given. */
  readonly families: readonly KernelFamily[] = [];
  /**
   * What the outputs are: `made` anew, the inputs' numbers `moved` to other places, or `blended` without weights, so that sums
   * and means of probabilities are probabilities again. Losses look through layers that move.
   */
  readonly output: 'made' | 'moved' | 'blended' = 'made';
  /** Whether it can make again what it did not keep: see `Run.kept`. */
  readonly recomputes: boolean = false;
  /** Filled and read by models, never by the layer. @internal */
  readonly weights: LayerWeights = new LayerWeights();

  /** Whether models compiled from now on train the layer. */
  trainable: boolean;

  /** Penalties and constraints from the options, `kernelRegularizer` and the like. */
  readonly rules: WeightRules;

  /** @param options with those of {@link RuleOptions} that the layer has. */
  constructor(options: CommonOptions = {}) {
    const { name, trainable = true } = options;
    this.name = name === undefined ? undefined : checkedName('layer', name);
    this.trainable = trainable;
    this.rules = rulesOf('layer', options);
  }

  /** Whether it is not trained, by itself or through the layer it holds. */
  get frozen(): boolean {
    return !this.trainable;
  }

  /** The constructor options, as JSON. */
  abstract config(): JsonObject;

  /**
   * The same description as another instance, which will have weights of its own. The fields are taken over as they are; a layer of your
   * own with `#private` fields, or one that holds another layer, makes its copy itself.
   */
  copy(): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, { weights: new LayerWeights() });
  }

  /**
   * Shapes without the batch axis. A size that is not known until data come is NaN, and so is what is computed from it; the layer is asked
   * again when it is known. @throws ShapeError if the inputs do not fit.
   */
  abstract outputShapes(inputs: readonly Shape[]): Shape[];

  /** Trained tensors for these input shapes. */
  parameters(_inputs: readonly Shape[]): { [K in keyof P]: ParameterSpec } {
    return {} as { [K in keyof P]: ParameterSpec };
  }

  /** `parameters` with their penalties and constraints: what models ask for, and layers that hold others. */
  weightSpecs(inputs: readonly Shape[]): { [K in keyof P]: ParameterSpec } {
    return ruled(this.label(), this.rules, this.parameters(inputs), (name) => this.ruleStem(name));
  }

  /** What the rules of a weight go by: `kernelRegularizer` is about those with the stem kernel. Default: its own name. */
  protected ruleStem(weight: string): string {
    return stemOf(weight);
  }

  /** Untrained tensors; `carried` ones may depend on the batch size. */
  states(_inputs: readonly Shape[], _batch: number): { [K in keyof S]: StateSpec } {
    return {} as { [K in keyof S]: StateSpec };
  }

  /** The activation that comes last; undefined where the outputs are a linear function of something. */
  head(): LayerHead | undefined {
    return undefined;
  }

  /** Random numbers wanted for a training step. */
  noise(_inputs: readonly Shape[], _batch: number): NoiseSpec[] {
    return [];
  }

  /**
   * What becomes of the masks of padded sequences: the mask of each output, given that of each input, and the inputs' shapes. `run.mask` is there either way.
   *
   * A layer whose first axis stays time passes the mask on: `return inputs` where steps do not move. Default: none, as is right
   * where the time axis ends; the outputs then count in the loss, and go on, with all their steps.
   */
  masks(_inputs: readonly (TimeMask | undefined)[], _shapes: readonly Shape[]): readonly (TimeMask | undefined)[] {
    return [];
  }

  /** Rules for the inputs that have one; a model refuses the layer where such an input is not its own. Default: none. */
  inputRules(_inputs: readonly Shape[]): readonly (InputRule | undefined)[] {
    return [];
  }

  abstract forward(run: Run, p: P, s: S, inputs: readonly Tensor[]): Forward<S, C>;
  /** Returns ∂L/∂input for each input, or an empty list where `run.inputGradient` is false or there is none, as of indices. */
  abstract backward(run: Run, p: P, cache: C, dOutputs: readonly (Tensor | undefined)[], grads: P): Tensor[];

  /**
   * Uses the layer in a graph: `const y = new Dense({ units: 1 }).apply(x)`. Applying it again shares its weights.
   * @throws ShapeError if the inputs do not fit, or the layer has several outputs (use `applyAll`).
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    return onlyOutput(this.label(), this.applyAll(inputs));
  }

  /** Uses the layer in a graph and returns all outputs: `const [y, h, c] = lstm.applyAll(x)`. */
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
    const from = tensorsOf(this.label(), 'inputs', inputs);
    const source = { layer: this as AnyLayer, inputs: from };
    return this.outputShapes(from.map((input) => input.shape)).map((shape, index) => ({ shape, source, index }));
  }

  /** `LSTM 'lstm_1'`, for messages. */
  label(): string {
    return this.name === undefined ? this.className : `${this.className} '${this.name}'`;
  }

  /** The one input of a single-input layer. @throws ShapeError */
  protected single<T>(inputs: readonly T[]): T {
    return single(this.label(), inputs);
  }

  protected requireRank(input: Shape, rank: number, expected: string): void {
    requireRank(this.label(), input, rank, expected);
  }
}

/** A layer whose type parameters do not matter to the caller. */
export type AnyLayer = Layer<Tensors, Tensors, unknown>;

/** Class and options of a layer as a file holds them. */
export function describeLayer(layer: AnyLayer): { readonly className: string; readonly config: JsonObject } {
  return { className: layer.className, config: { ...layer.config(), ...rulesConfig(layer.rules), ...(layer.trainable ? {} : { trainable: false }) } };
}

/** A layer that another one takes as an option. */
export function requireLayer<L extends AnyLayer>(operation: string, layer: L): L {
  const given: unknown = layer;
  if (given instanceof Layer) return layer;
  throw new ArgumentError({ operation, argument: 'layer', expected: 'a layer', actual: typeof given, hint: 'For example new Dense({ units: 8 }).' });
}

/** One use of a layer. A layer applied twice has two. */
export interface Application {
  readonly layer: AnyLayer;
  readonly inputs: readonly SymbolicTensor[];
  /** What the model calls it that was applied as a whole; elsewhere undefined. */
  readonly inner?: string;
}

/** What stands in a chain: a layer, a block of layers, or a whole model. */
export interface Applicable {
  /** @throws ShapeError if the inputs do not fit, or there are several outputs. */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor;
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[];
}

/** What a layer or a model is applied to, as a list of its own. @throws ArgumentError for anything else, numbers included. */
export function tensorsOf(operation: string, argument: string, value: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
  const given: unknown = value;
  const list: unknown[] = Array.isArray(given) ? [...given as readonly unknown[]] : [given];
  const odd = list.findIndex((entry) => typeof entry !== 'object' || entry === null || !('shape' in entry && 'source' in entry));
  if (odd < 0) return list as SymbolicTensor[];
  throw new ArgumentError({ operation, argument, expected: 'tensors of Input or of layers applied to them', actual: typeName(list[odd]) });
}

/** The one output of what was applied. @throws ShapeError */
export function onlyOutput(operation: string, outputs: readonly SymbolicTensor[]): SymbolicTensor {
  const [first] = outputs;
  if (first && outputs.length === 1) return first;
  throw new ShapeError({ operation, argument: 'outputs', expected: 'one tensor', actual: `${outputs.length}`, hint: 'Use applyAll.' });
}

/**
 * Stands for "output `index` of this layer applied to those tensors": graph models are described with them before any
 * number exists.
 */
export interface SymbolicTensor {
  /** Without the batch axis; NaN for a size that is left open until data come. */
  readonly shape: Shape;
  /** Undefined for a model input. */
  readonly source: Application | undefined;
  readonly index: number;
  /** Of a model input, if it was given one. */
  readonly name?: string;
}

export interface InputOptions {
  /** Without the batch axis; null where each call may bring another size: [null, 5] for sequences of any length. */
  shape: OpenShape;
  /** What masks and lengths call it where a model has several inputs. */
  name?: string | undefined;
}

const inputNames: OptionNames<InputOptions> = { shape: true, name: true };

/** A model input. @throws ArgumentError for sizes that are neither null nor whole numbers of at least 1. */
export function Input(options: InputOptions): SymbolicTensor {
  const { shape, name } = checkOptions('Input', options, inputNames);
  const sizes = requireSizes('Input', 'shape', shape, 'For example Input({ shape: [60, 1] }).');
  return { shape: sizes, source: undefined, index: 0, ...(name === undefined ? {} : { name: checkedName('Input', name) }) };
}

/** @throws ArgumentError */
export function checkedName(operation: string, name: string): string {
  if (typeof name === 'string' && /^[\w.-]+$/.test(name)) return name;
  throw new ArgumentError({ operation, argument: 'name', expected: 'letters, digits, _ . or -', actual: `'${String(name)}'` });
}

/** The output gradient of a layer with one output; zeros where nothing flowed back. */
export function dOutput(k: Kernels, dOutputs: readonly (Tensor | undefined)[], like: Tensor): Tensor {
  return dOutputs[0] ?? k.zeros(like.shape);
}

/** An initializer as it goes into a saved configuration; functions do not, their results do. */
export function initializerName(initializer: Initializer): JsonValue | undefined {
  return typeof initializer === 'string' ? initializer : undefined;
}

/** Passes an initializer through, failing early on an unknown name. */
export function checkedInitializer(initializer: Initializer): Initializer {
  resolveInitializer(initializer);
  return initializer;
}

/** Weights of these shapes, and how each of them starts. */
export function startedAs<S extends { readonly [name: string]: Shape | undefined }>(
  shapes: S, initializers: { readonly [K in keyof S]-?: Initializer },
): { [K in keyof S]: ParameterSpec } {
  const specs = Object.entries(shapes).flatMap(([name, shape]) => (shape ? [[name, { shape, initializer: initializers[name] }] as const] : []));
  return Object.fromEntries(specs) as { [K in keyof S]: ParameterSpec };
}
