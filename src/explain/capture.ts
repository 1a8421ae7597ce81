/** What a layer computed, and the gradient of the score that arrived there: the raw material of all activation maps. */
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import type { NetworkInput } from '../models/graph/network.js';
import type { ModelData } from '../models/training/data.js';
import { fromHost } from '../ndarrays.js';
import type { FloatArray, HostTensor, NdArray, Shape } from '../tensor.js';
import { choosePlace } from './places.js';
import type { Place } from './places.js';
import type { ExplainedModel } from './probe.js';
import { Subject, explainNames, takeExplainOptions } from './subject.js';
import type { ExplainOptions } from './subject.js';

export interface LayerOptions extends ExplainOptions {
  /**
   * Name of the layer to look at, as in `model.summary()`; the second use of a shared layer is `conv2d#1`. Any layer that keeps height
   * and width, or time, will do. Default: the last convolution before the target.
   */
  readonly layer?: string;
}

export const layerNames: OptionNames<LayerOptions> = { ...explainNames, layer: true };

export interface Capture {
  /** Name of the layer. */
  readonly layer: string;
  /** Numbers of the model inputs that the layer sees. */
  readonly inputs: readonly number[];
  /** [B, h, w, C], or [B, t, C]; [B, T, h, w, C] within TimeDistributed. */
  readonly activations: NdArray<FloatArray>;
  /** ∂score/∂activations; of size 0 if they were not wanted. */
  readonly gradients: NdArray<FloatArray>;
  /** [B], the numbers that are explained. */
  readonly scores: Float64Array;
}

/** Where to look, and at what. */
export interface Focus {
  readonly place: Place;
  readonly subject: Subject;
}

export async function openFocus(model: ExplainedModel, x: ModelData, options: LayerOptions): Promise<Focus> {
  const subject = await Subject.open(model, x, options);
  return { subject, place: choosePlace(subject.network, subject.value.id, options.layer) };
}

/**
 * Activations of a layer and the gradients that arrive there, in inference mode, batch by batch.
 *
 * @param x samples as `model.predict` takes them.
 * @param gradients whether they are wanted, which costs a backward pass. Default true.
 * @throws ArgumentError for a layer that is not there, or that the target does not depend on: the message lists the convolutions;
 * ShapeError for a layer whose output has no axis of places; ShapeError, DataError for samples that do not fit.
 */
export async function capture(model: ExplainedModel, x: ModelData, options: LayerOptions = {}, gradients = true): Promise<Capture> {
  return captureAt(await openFocus(model, x, takeExplainOptions('capture', options, layerNames)), gradients);
}

export async function captureAt({ subject, place }: Focus, gradients: boolean): Promise<Capture> {
  const scores = new Float64Array(subject.samples);
  const kept: { activations?: HostTensor; gradients?: HostTensor } = {};
  const keep = (kind: 'activations' | 'gradients', sample: number, tensor: HostTensor | undefined): void => {
    if (!tensor) return;
    const all = kept[kind] ??= subject.zeros([subject.samples, ...tensor.shape]);
    all.data.set(tensor.data, sample * tensor.data.length);
  };
  await subject.pass({ places: [place.node], gradients }, (sample, { score, activations, gradients: arrived }) => {
    scores[sample] = score;
    requirePlaces(place, activations[0]?.shape ?? []);
    keep('activations', sample, activations[0]);
    keep('gradients', sample, arrived[0]);
  });
  const array = (tensor: HostTensor | undefined): NdArray<FloatArray> => {
    const { data, shape } = tensor ?? subject.zeros([0]);
    return fromHost(data, shape);
  };
  return { layer: place.name, inputs: place.inputs, scores, activations: array(kept.activations), gradients: array(kept.gradients) };
}

function requirePlaces({ name }: Place, shape: Shape): void {
  if (shape.length >= 2) return;
  throw new ShapeError({
    operation: 'explain', argument: `output of '${name}'`, expected: '[batch, height, width, channels] or [batch, time, channels]', actual: formatShape(['batch', ...shape]),
    hint: 'Choose a layer before the places are averaged or flattened away.',
  });
}

/** A map's axes and the input that they run along. */
interface Extent {
  /** The input that the map belongs to. */
  readonly input: number;
  /** [h, w] or [t] of the map. */
  readonly axes: Shape;
  /** [H, W] or [T] of the input. */
  readonly size: Shape;
}

/** Sizes of an input's places: an index is one by itself, other numbers are channels of one. */
function placesOf({ shape, indices }: NetworkInput): Shape {
  return indices === undefined ? shape.slice(0, -1) : shape;
}

/** The first input the layer sees that has the map's axes. @throws ArgumentError if none has and `size` is not given. */
export function extentOf({ network }: Subject, { inputs, layer, activations: { shape } }: Capture, size: Shape | undefined): Extent {
  const folded = shape.length === 5 ? 1 : 0; // [B, T, h, w, C]
  const axes = shape.slice(1 + folded, -1);
  const sizes = network.inputs.map(placesOf);
  const input = inputs.find((i) => sizes[i]?.length === axes.length + folded);
  const found = input === undefined ? undefined : sizes[input]?.slice(folded);
  if (size && size.length !== axes.length) {
    throw new ArgumentError({ operation: 'explain', argument: 'size', expected: axes.length === 2 ? '[height, width]' : '[steps]', actual: formatShape(size) });
  }
  const chosen = size ?? found;
  if (chosen) return { input: input ?? inputs[0] ?? 0, axes, size: chosen };
  throw new ArgumentError({
    operation: 'explain', argument: 'size', expected: `given: no input that '${layer}' sees has places as its output ${formatShape(['batch', ...shape.slice(1)])}`,
    actual: 'none',
  });
}
