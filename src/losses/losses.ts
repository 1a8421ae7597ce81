/**
 * Losses by name; docs/losses.md derives them. The value is the mean over all numbers, or over rows where a loss is one for each row.
 * Sample weights multiply losses before the mean, which still divides by their number, as in Keras.
 */
import type { KernelFamily, LossKind, Tensor } from '../backend.js';
import { checkOptions, requireChoice, requireCount, requireNumber, requirePositive } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, quoted } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import type { FloatArray } from '../tensor.js';
import type * as Composed from './composed.js';
import type { Judge, LossFunction, LossName, LossOptions, LossSettings } from './loss.js';

const optionNames: OptionNames<LossOptions> = { kind: true, delta: true, quantile: true, labelSmoothing: true, minScale: true };

/** A loss by name, with its options, or one of your own. */
export type Loss = LossName | LossOptions | LossFunction;

/** A loss as models use it. */
export interface ResolvedLoss {
  readonly name: string;
  /** As files keep it. */
  readonly config: JsonObject;
  /** Whether it is one for each row, not for each number. */
  readonly perRow: boolean;
  /**
   * Where the target is not of the output's shape but has 1 in its last axis: how many numbers of the output describe one of the target,
   * or 'classes', of which the target holds the number.
   */
  readonly parameters?: number | 'classes' | undefined;
  /** The activation that turns its logits into probabilities. */
  readonly probabilities?: 'sigmoid' | 'softmax';
  /** What 'accuracy' means behind it. */
  readonly accuracy?: 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy';
  /** The forecast of one number that the output's numbers from `at` on describe, where that is not the number itself; null: there is none. */
  readonly point?: ((outputs: FloatArray, at: number) => number) | null;
  /** What it calls beside the core of the kernels. */
  readonly families: readonly KernelFamily[];
  /** Fetches what `judge` runs. */
  readonly load?: () => Promise<void>;
  readonly judge: Judge;
}

type Part = Omit<ResolvedLoss, 'name' | 'config'>;

/** By the one kernel. Where every number has its own weight, each is a row for it. */
function fused(kind: LossKind, parameter = 0): Judge {
  return (k, prediction, target, weights) => {
    if (weights?.size !== target.size) return k.loss(kind, prediction, target, weights, parameter);
    const column = (tensor: Tensor): Tensor => k.reshape(tensor, [tensor.size, 1]);
    const { loss, dPrediction } = k.loss(kind, column(prediction), column(target), weights, parameter);
    return { loss, dPrediction: k.reshape(dPrediction, prediction.shape) };
  };
}

const first = (outputs: FloatArray, at: number): number => outputs[at] ?? NaN;

const defaults: LossSettings = { delta: 1, quantile: 0.5, labelSmoothing: 0, minScale: 1e-3 };

/** By the one kernel, which every device has. */
function plain(kind: LossKind, parameter?: number, rest: Partial<Part> = {}): Part {
  return { perRow: false, families: [], ...rest, judge: fused(kind, parameter) };
}

/** Composed of several kernels, by a module that is fetched for it. */
function composed(fetch: (made: typeof Composed) => Judge, rest: Omit<Part, 'families' | 'judge' | 'load'>): Part {
  let judge: Judge | undefined;
  return {
    ...rest, families: ['pointwise'],
    load: async () => { judge ??= fetch(await import('./composed.js')); },
    judge(...operands) {
      if (!judge) throw new Error('a loss that was not fetched');
      return judge(...operands);
    },
  };
}

function crossentropy(kind: 'binaryCrossentropy' | 'categoricalCrossentropy', share: number): Part {
  const rest = kind === 'binaryCrossentropy'
    ? { perRow: false, probabilities: 'sigmoid', accuracy: 'binaryAccuracy' } as const
    : { perRow: true, probabilities: 'softmax', accuracy: 'categoricalAccuracy' } as const;
  return share === 0 ? plain(kind, 0, rest) : composed(({ smoothed }) => smoothed(kind, share, fused(kind)), rest);
}

function quantiles(levels: readonly number[]): Part {
  const median = levels.indexOf(0.5);
  return composed((made) => made.quantiles(levels), { perRow: true, parameters: levels.length, point: median < 0 ? null : (outputs, at) => outputs[at + median] ?? NaN });
}

const makers: Readonly<Record<LossName, (options: LossSettings) => Part>> = {
  mse: () => plain('mse'),
  mae: () => plain('mae'),
  huber: ({ delta }) => plain('huber', delta),
  logCosh: () => plain('logCosh'),
  quantile: ({ quantile }) => (typeof quantile === 'number' ? plain('quantile', quantile) : quantiles(quantile)),
  binaryCrossentropy: ({ labelSmoothing }) => crossentropy('binaryCrossentropy', labelSmoothing),
  categoricalCrossentropy: ({ labelSmoothing }) => crossentropy('categoricalCrossentropy', labelSmoothing),
  sparseCategoricalCrossentropy: ({ labelSmoothing }) => composed(({ sparse }) => sparse(labelSmoothing, fused('categoricalCrossentropy')), {
    perRow: true, probabilities: 'softmax', accuracy: 'sparseCategoricalAccuracy', parameters: 'classes', point: null,
  }),
  poisson: () => composed(({ written, poisson }) => written(poisson), { perRow: false, point: (outputs, at) => Math.exp(outputs[at] ?? NaN) }),
  gaussian: ({ minScale }) => composed(({ written, gaussian }) => written(gaussian(minScale)), { perRow: true, parameters: 2, point: first }),
  studentT: ({ minScale }) => composed(({ written, studentT }) => written(studentT(minScale)), { perRow: true, parameters: 3, point: first }),
};

export const lossNames = Object.keys(makers) as readonly LossName[];

const owners: Readonly<Record<keyof LossSettings, readonly LossName[]>> = {
  delta: ['huber'], quantile: ['quantile'], minScale: ['gaussian', 'studentT'],
  labelSmoothing: ['binaryCrossentropy', 'categoricalCrossentropy', 'sparseCategoricalCrossentropy'],
};

/** Rising levels in (0, 1), as a copy. */
function levelsOf(quantile: number | readonly number[]): number | readonly number[] {
  const given: unknown = quantile;
  const list = Array.isArray(given) ? [...given as readonly unknown[]] : [given];
  const level = (value: unknown, i: number): boolean => typeof value === 'number' && value > 0 && value < 1 && (i === 0 || value > Number(list[i - 1]));
  if (list.length > 0 && list.every(level)) return Array.isArray(given) ? list as number[] : quantile;
  throw new ArgumentError({
    operation: 'quantile', argument: 'quantile', expected: Array.isArray(given) ? 'rising levels in (0, 1)' : 'a level in (0, 1)',
    actual: Array.isArray(given) ? `[${list.join(', ')}]` : String(given),
  });
}

function isOwn(loss: Loss): loss is LossFunction {
  return typeof loss === 'object' && 'compare' in loss;
}

/** @throws ArgumentError for an unknown name, a parameter outside its domain, or one that the loss does not have. */
export function resolveLoss(loss: Loss): ResolvedLoss {
  const given: unknown = loss;
  if (typeof given === 'object' && given !== null && isOwn(loss)) return ownLoss(loss);
  const { kind, ...options } = typeof loss === 'string' ? { kind: loss } : { ...checkOptions<LossOptions>('loss', loss as LossOptions, optionNames) };
  requireChoice('compile', 'loss', kind, lossNames);
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { -readonly [K in keyof LossSettings]?: LossSettings[K] };
  for (const argument of Object.keys(set) as (keyof LossSettings)[]) {
    if (owners[argument].includes(kind)) continue;
    throw new ArgumentError({ operation: 'loss', argument, expected: `absent: only ${owners[argument].join(', ')} has it`, actual: `given to ${kind}` });
  }
  if (set.quantile !== undefined) set.quantile = levelsOf(set.quantile);
  const settings = { ...defaults, ...set };
  requirePositive(kind, 'delta', settings.delta);
  requirePositive(kind, 'minScale', settings.minScale);
  requireNumber(kind, 'labelSmoothing', settings.labelSmoothing, settings.labelSmoothing >= 0 && settings.labelSmoothing < 1, 'a share in [0, 1)');
  return { name: kind, config: { kind, ...set }, ...makers[kind](settings) };
}

/** @throws ArgumentError for what is no loss, or has the name of one of the library's. */
function ownLoss(loss: LossFunction): ResolvedLoss {
  const { name, per, parameters, logits } = loss;
  const refuse = (argument: string, expected: string, actual: unknown): ArgumentError => new ArgumentError({ operation: 'loss', argument, expected, actual: typeof actual === 'string' ? quoted(actual) : String(actual) });
  if (typeof name !== 'string' || name === '' || lossNames.some((known) => known === name)) throw refuse('name', 'a name of its own', name);
  requireChoice(`loss ${quoted(name)}`, 'per', per, ['row', 'number']);
  if (typeof Reflect.get(loss, 'compare') !== 'function') throw refuse('compare', 'a function', Reflect.get(loss, 'compare'));
  if (parameters !== undefined) {
    requireCount(`loss ${quoted(name)}`, 'parameters', parameters);
    if (per !== 'row') throw refuse('per', "'row' beside parameters", per);
  }
  if (logits !== undefined) requireChoice(`loss ${quoted(name)}`, 'logits', logits, ['sigmoid', 'softmax']);
  const part = composed(({ written }) => written(loss), {
    perRow: per === 'row', parameters, ...(parameters === undefined ? {} : { point: null }),
    ...(logits === undefined ? {} : { probabilities: logits, accuracy: logits === 'sigmoid' ? 'binaryAccuracy' : 'categoricalAccuracy' }),
  });
  return { name, config: { custom: name, options: loss.config?.() ?? {} }, ...part, families: [...part.families, ...loss.families ?? []] };
}

/** Makes a loss of one's own from what its `config()` said. */
export type LossFactory = (options: JsonObject) => LossFunction;

/** The loss that a saved `config` describes. @throws ArgumentError for one of the user's own that `customLosses` does not make. */
export function lossFromConfig(config: JsonObject, customLosses: Readonly<Record<string, LossFactory>>): Loss {
  const { custom, options, kind } = config;
  if (typeof custom !== 'string') return { ...config, kind: kind as LossName };
  const make = Object.hasOwn(customLosses, custom) ? customLosses[custom] : undefined;
  if (!make) throw new ArgumentError({ operation: 'loadModel', argument: 'customLosses', expected: `a maker of ${quoted(custom)}`, actual: 'none' });
  return make(typeof options === 'object' && options !== null && !Array.isArray(options) ? options as JsonObject : {});
}
