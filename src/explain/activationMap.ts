/** Class activation maps: where a layer's channels say what raises the score. */
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { ModelData } from '../models/training/data.js';
import { fromHost } from '../ndarrays.js';
import { sizeOf } from '../tensor.js';
import type { FloatArray, NdArray, Shape } from '../tensor.js';
import { captureAt, extentOf, layerNames, openFocus } from './capture.js';
import type { Capture, Focus, LayerOptions } from './capture.js';
import { resizeMaps } from './maps.js';
import type { ExplainedModel } from './probe.js';
import { takeExplainOptions } from './subject.js';
import { weightings } from './weightings.js';
import type { FeatureMaps, Weighting } from './weightings.js';

export interface MapOptions extends LayerOptions {
  /** Keeps negative values: places that lower the score. Default false: they become 0, as in the papers. */
  readonly signed?: boolean;
  /** Size of the resized maps. Default: that of the input the layer sees. */
  readonly size?: Shape;
}

export const mapNames: OptionNames<MapOptions> = { ...layerNames, signed: 'flag', size: true };

export interface ActivationMaps {
  /** [B, h, w], or [B, t]: one number for each place of the layer, in units of the score, not normalised. */
  readonly maps: NdArray<FloatArray>;
  /** [B, H, W], or [B, T]: the same at the size of the input. */
  readonly resized: NdArray<FloatArray>;
  /** Name of the layer. */
  readonly layer: string;
  /** Number of the model input that the maps lie on: the first the layer sees with such axes; with `size` and none such, the first it sees. */
  readonly input: number;
  /** [B], the numbers that are explained. */
  readonly scores: Float64Array;
}

/** Each image's activations and gradients, as weightings take them. */
export function featuresOf({ activations, gradients }: Capture, axes: Shape): FeatureMaps[] {
  const [channels = 1] = activations.shape.slice(-1);
  const places = sizeOf(axes);
  const size = places * channels;
  return Array.from({ length: activations.data.length / size }, (_, i) => ({
    activations: activations.data.subarray(i * size, (i + 1) * size), gradients: gradients.data.subarray(i * size, (i + 1) * size), places, channels,
  }));
}

/** Puts maps together, cut at 0 unless signed, and resizes them. */
export function finishMaps(
  { subject }: Focus, captured: Capture, options: MapOptions, mapsOf: readonly Float64Array[],
): ActivationMaps {
  const { layer, scores, activations } = captured;
  const { input, size } = extentOf(subject, captured, options.size);
  const places = mapsOf[0]?.length ?? 0;
  const data = new Float64Array(mapsOf.length * places);
  mapsOf.forEach((map, i) => { data.set(options.signed ? map : map.map((value) => Math.max(value, 0)), i * places); });
  const maps = fromHost(data, activations.shape.slice(0, -1));
  return { maps, resized: resizeMaps(maps, size), layer, input, scores };
}

/**
 * Maps by any weighting: capture, then the weighting sample by sample, then cut at 0 and resized. Values are not normalised:
 * see {@link normalizeMaps}.
 *
 * @param x samples as `model.predict` takes them; a batch gives what its samples give alone.
 * @throws ArgumentError for an unknown layer (lists the convolutions), a target that does not fit, or a missing `size`; ShapeError for
 * a layer without places; ShapeError, DataError for samples that do not fit.
 */
export async function activationMap(model: ExplainedModel, x: ModelData, weighting: Weighting, options: MapOptions = {}): Promise<ActivationMaps> {
  const own = takeExplainOptions('activationMap', options, mapNames);
  const { gradients } = weighting;
  const weigh = weighting.map.bind(weighting);
  const focus = await openFocus(model, x, own);
  const captured = await captureAt(focus, gradients);
  const { axes } = extentOf(focus.subject, captured, own.size);
  return finishMaps(focus, captured, own, featuresOf(captured, axes).map((features) => weigh(features)));
}

/** Grad-CAM (Selvaraju et al. 2017): channels weighed by their mean gradient. Arguments and errors: {@link activationMap}. */
export async function gradCam(model: ExplainedModel, x: ModelData, options: MapOptions = {}): Promise<ActivationMaps> {
  return activationMap(model, x, weightings.gradCam, checkOptions('gradCam', options, mapNames));
}

/**
 * Grad-CAM++ (Chattopadhay et al. 2018): for patterns that come several times. Made for activations ≥ 0: choose a layer behind its relu.
 * Arguments and errors: {@link activationMap}.
 */
export async function gradCamPlusPlus(model: ExplainedModel, x: ModelData, options: MapOptions = {}): Promise<ActivationMaps> {
  return activationMap(model, x, weightings.gradCamPlusPlus, checkOptions('gradCamPlusPlus', options, mapNames));
}

/** LayerCAM (Jiang et al. 2021): a weight for every place, so fine maps of early layers. Arguments and errors: {@link activationMap}. */
export async function layerCam(model: ExplainedModel, x: ModelData, options: MapOptions = {}): Promise<ActivationMaps> {
  return activationMap(model, x, weightings.layerCam, checkOptions('layerCam', options, mapNames));
}

/**
 * EigenCAM (Muhammad & Yeasin 2020): what the layer responds to most, whatever the target: it decides only which layer is the last,
 * and the scores. No backward pass. Arguments and errors: {@link activationMap}.
 */
export async function eigenCam(model: ExplainedModel, x: ModelData, options: MapOptions = {}): Promise<ActivationMaps> {
  return activationMap(model, x, weightings.eigenCam, checkOptions('eigenCam', options, mapNames));
}
