/** What users pass to fit, evaluate and predict, checked and laid out for batching. */
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { nearWhole } from '../../statistics.js';
import type { DType, HostTensor, Shape, TensorLike } from '../../tensor.js';
import { sameShape, sizeOf, toHost } from '../../tensor.js';
import { closed } from '../../openShapes.js';
import type { OpenNetwork } from '../graph/lengths.js';
import { outputMasks } from '../graph/masks.js';
import type { Network } from '../graph/network.js';
import type { Classified, RowsByClass } from './classWeight.js';
import { maskNames, masksOfInputs } from './givenMasks.js';
import type { MaskOptions } from './givenMasks.js';
import { listOf, preparedTensor, requireFit, requireSamples, wholeNumbersOf } from './inputs.js';
import type { Wanted } from './inputs.js';
import { checkedSource, cut, isSource, requireFinite } from './samples.js';
import type { SampleSource, Samples } from './samples.js';

/** Rows of several tensors that belong together. */
export interface Dataset {
  /** The model at the sizes of these samples. */
  readonly network: Network;
  readonly samples: number;
  readonly x: readonly Samples[];
  readonly y: readonly Samples[];
  /** [N], or more for each sample: see `DataOptions`. */
  readonly sampleWeight?: Samples;
  /** What rows count by their class, beside their sample weight. */
  readonly rowsByClass?: RowsByClass | undefined;
  /** For each input [N, T]: 1 for real steps, 0 for padding. */
  readonly masks: readonly (HostTensor | undefined)[];
}

/** What a loss compares with. */
export interface Target extends Classified {
  /** Without the batch. */
  readonly shape: Shape;
  /** Whether something judges it by whole rows: there are then no weights for each number. */
  readonly perRow: boolean;
  /** Where it holds numbers of classes: how many there are. */
  readonly classes: number | undefined;
}

export interface DataOptions extends MaskOptions {
  /**
   * Weights of the loss [N]; of each step of an output [T, F], [N, T]; or of each number of an output, in its own shape: [N, h] for the
   * steps of a forecast by `Dense({ units: h })`, [N, T, F] (not with losses that are one for each row, as categoricalCrossentropy). Never
   * [N, F]. For several outputs only what fits them all. The mean divides by the number of rows or numbers, not by the sum of weights.
   * Or a source of them.
   */
  sampleWeight?: TensorLike | SampleSource | undefined;
}

export const dataNames: OptionNames<DataOptions> = { ...maskNames, sampleWeight: true };

/** One value for a model with one input, a list of values for several. */
export type ModelData = TensorLike | SampleSource | readonly (TensorLike | SampleSource)[];

function targetHint(output: Shape, target: Shape, classes: number | undefined): string {
  if (classes !== undefined && target.at(-1) === classes) return "The target holds one-hot rows: take 'categoricalCrossentropy', or numbers of classes.";
  if (target.length <= output.length && output.length === 2) return 'The model returns a sequence: leave returnSequences off in its last recurrent layer.';
  if (output.length === 1 && target.length === 1) return "Class numbers must be one-hot, or the loss 'sparseCategoricalCrossentropy'.";
  return 'The target must have the shape of the model output.';
}

function prepared(operation: string, argument: string, value: TensorLike | SampleSource, wanted: Wanted, dtype: DType): Samples {
  const hint = argument.startsWith('y') ? (shape: Shape): string => targetHint(wanted.shape, shape, wanted.classes) : undefined;
  if (!isSource(value)) return preparedTensor(operation, argument, value, wanted, dtype, hint);
  const source = checkedSource(operation, argument, value, wholeNumbersOf(wanted));
  requireFit(operation, argument, source.shape, wanted, hint);
  return source;
}

/** Checks shapes, counts and finiteness, and copies tensors into contiguous arrays of the backend's dtype; sources are read later. */
export function prepareData(
  operation: string, x: ModelData, y: ModelData | undefined, model: OpenNetwork, targets: readonly Target[], dtype: DType,
  options: DataOptions = {},
): Dataset {
  const prepareAll = (name: string, value: ModelData | undefined, wanted: readonly Wanted[]): Samples[] =>
    listOf<TensorLike | SampleSource>(operation, name, value, wanted.length).map((item, i) =>
      prepared(operation, wanted.length === 1 ? name : `${name}[${i}]`, item, wanted[i] ?? { shape: [] }, dtype));
  const xs = prepareAll('x', x, model.inputs);
  const network = model.at(xs.map(({ shape }) => shape.slice(1)));
  const outputs = targets.map((target, i) => ({ ...target, shape: closed(target.shape, network.outputs[i]?.shape ?? []) }));
  const ys = outputs.length === 0 ? [] : prepareAll('y', y, outputs);
  const samples = xs[0]?.shape[0] ?? 0;
  requireSamples(operation, 'x', xs, samples);
  requireSamples(operation, 'y', ys, samples);
  return {
    network, samples, x: xs, y: ys, sampleWeight: weights(operation, options, samples, outputs, dtype),
    masks: masksOfInputs(operation, options, samples, network.inputs, dtype),
  };
}

function weights(
  operation: string, { sampleWeight }: DataOptions, samples: number, outputs: readonly Target[], dtype: DType,
): Samples | undefined {
  if (sampleWeight === undefined) return undefined;
  const host = isSource(sampleWeight)
    ? checkedSource(operation, 'sampleWeight', sampleWeight)
    : toHost(sampleWeight, dtype, { operation, argument: 'sampleWeight' });
  const steps = new Set(outputs.map(({ shape }) => sizeOf(shape.slice(0, -1))));
  const whole = outputs[0]?.shape ?? [];
  const alike = outputs.every(({ shape }) => sameShape(shape, whole));
  const perRow = outputs.some((output) => output.perRow && output.shape.at(-1) !== 1);
  const shapes = [[samples], ...(steps.size === 1 ? [[samples, ...steps]] : []), ...(alike && !perRow ? [[samples, ...whole]] : [])];
  if (!shapes.some((shape) => sameShape(shape, host.shape))) {
    throw new ShapeError({
      operation, argument: 'sampleWeight', expected: [...new Set(shapes.map(formatShape))].join(' or '), actual: formatShape(host.shape),
      hint: perRow && sameShape(host.shape, [samples, ...whole]) ? 'There is one loss for each row, or one value of a weighted metric, not one for each number.' : undefined,
    });
  }
  if (!isSource(host)) requireFinite(operation, 'sampleWeight', host.data, host.shape);
  return host;
}

function rowsOf({ data, shape: [, steps = 1] }: HostTensor, start: number, end: number): HostTensor {
  return { data: data.subarray(start * steps, end * steps), shape: [end - start, steps] };
}

/** @throws DataError for an output of which no row counts: a mean over nothing is no number. */
export function requireCountedRows(operation: string, data: Dataset): void {
  outputMasks(data.network, data.x.map((x, i) => ({ mask: data.masks[i]?.data, values: isSource(x) ? undefined : x.data })), data.samples).forEach((mask, i) => {
    if (!mask || mask.includes(1)) return;
    throw new DataError({
      operation, argument: data.masks.length === 1 ? 'mask' : `the mask of output ${i}`, expected: 'one step at least that is real', actual: 'padding throughout',
      hint: '1 stands for a real step, 0 for padding.',
    });
  });
}

/** The last `fraction` of the samples as validation data, before any shuffling. */
export function splitDataset(data: Dataset, fraction: number): [Dataset, Dataset] {
  const from = Math.floor(nearWhole(data.samples * (1 - fraction), data.samples)); // 1 − 0.9 is a little less than 0.1
  if (!(fraction > 0 && fraction < 1) || from === 0 || from === data.samples) {
    throw new ArgumentError({
      operation: 'fit', argument: 'validationSplit', expected: 'a share in (0, 1) that leaves samples on both sides', actual: String(fraction),
    });
  }
  const part = (start: number, end: number): Dataset => {
    const of = (samples: Samples): Samples => cut(samples, start, end);
    const { network, sampleWeight, masks } = data;
    return { network, samples: end - start, x: data.x.map(of), y: data.y.map(of), sampleWeight: sampleWeight && of(sampleWeight), masks: masks.map((mask) => mask && rowsOf(mask, start, end)) };
  };
  return [{ ...part(0, from), rowsByClass: data.rowsByClass }, part(from, data.samples)];
}
