/** Score-CAM (Wang et al. 2020): a channel weighs what the score gains when only the places where it is active are shown. No gradients. */
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { ModelData } from '../models/training/data.js';
import { sizeOf } from '../tensor.js';
import type { FloatArray } from '../tensor.js';
import { finishMaps, mapNames } from './activationMap.js';
import type { ActivationMaps, MapOptions } from './activationMap.js';
import { captureAt, extentOf, openFocus } from './capture.js';
import { baselineOf } from './inputs.js';
import type { Baseline } from './inputs.js';
import { normalizeMaps, resizeMaps } from './maps.js';
import type { ExplainedModel } from './probe.js';
import { takeExplainOptions } from './subject.js';
import { weighChannels } from './weightings.js';

export interface ScoreCamOptions extends MapOptions {
  /** What is shown where a channel is not active. Default 0: black. */
  readonly baseline?: Baseline;
  /**
   * Puts the gains of all channels through a softmax, as the authors' algorithm does: for scores that are logits. Default false: the
   * gain itself (definition 2 of the paper), which does not depend on the unit of the score.
   */
  readonly softmax?: boolean;
}

const optionNames: OptionNames<ScoreCamOptions> = { ...mapNames, baseline: true, softmax: 'flag' };

/**
 * Each channel, resized to the input and brought to 0 … 1, mixes input and baseline; the gain of the score over that of the bare
 * baseline is its weight. One pass for each channel and sample.
 *
 * Other arguments and errors as {@link activationMap}; ShapeError for a baseline that does not fit; ArgumentError for a layer that sees
 * no input with such axes, whatever `size` is.
 */
export async function scoreCam(model: ExplainedModel, x: ModelData, options: ScoreCamOptions = {}): Promise<ActivationMaps> {
  const own = takeExplainOptions('scoreCam', options, optionNames);
  const focus = await openFocus(model, x, own);
  const { subject } = focus;
  const captured = await captureAt(focus, false);
  const { data, shape } = captured.activations;
  const { input, size } = extentOf(subject, captured, undefined);
  if (subject.network.inputs[input]?.indices !== undefined) {
    throw new ArgumentError({
      operation: 'scoreCam', argument: `input ${input}`, expected: 'numbers that can be mixed with a baseline', actual: 'indices', hint: 'Use gradCam or occlusion.',
    });
  }
  const shown = subject.x[input] ?? subject.zeros([0]);
  const baseline = baselineOf('scoreCam', own.baseline, shown);
  const [samples = 1] = shape;
  const [channels = 1] = shape.slice(-1);
  const axes = shape.slice(1, -1); // [h, w], [t], or [T, h, w]
  const places = sizeOf(axes);

  const bare = await subject.scores({ alter: (copy, inputs) => {
    const out = inputs[input];
    out?.set(baseline.subarray(copy * out.length, (copy + 1) * out.length));
  } });
  const sampleOf = (copy: number): number => Math.floor(copy / channels);
  const scores = await subject.scores({ copies: samples * channels, sampleOf, alter: (copy, inputs) => {
    const sample = sampleOf(copy);
    const channel = Float64Array.from({ length: places }, (_, p) => data[(sample * places + p) * channels + (copy % channels)] ?? NaN);
    const mask = normalizeMaps({ data: resizeMaps({ data: channel, shape: axes }, size).data, shape: [1, sizeOf(shown.shape.slice(1, -1))] }, 'minMax');
    if (inputs[input]) show(inputs[input], mask.data, baseline.subarray(sample * inputs[input].length));
  } });

  const maps = Array.from({ length: samples }, (_, sample) => {
    const gains = scores.slice(sample * channels, (sample + 1) * channels).map((score) => score - (bare[sample] ?? 0));
    const activations = data.subarray(sample * places * channels, (sample + 1) * places * channels);
    return weighChannels({ activations, gradients: [], places, channels }, own.softmax ? softmax(gains) : gains);
  });
  return finishMaps(focus, captured, own, maps);
}

/** baseline + mask ⊙ (x − baseline), in place. */
function show(x: FloatArray, mask: ArrayLike<number>, baseline: FloatArray): void {
  const channels = x.length / mask.length;
  for (let i = 0; i < x.length; i++) {
    const under = baseline[i] ?? 0;
    x[i] = under + (mask[Math.floor(i / channels)] ?? 0) * ((x[i] ?? NaN) - under);
  }
}

function softmax(values: Float64Array): Float64Array {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / total);
}
