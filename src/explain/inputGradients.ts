/** Gradients of the score in the inputs, and their integral along a path from a baseline. */
import { ArgumentError } from '../errors.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { ModelData } from '../models/training/data.js';
import { fromHost } from '../ndarrays.js';
import type { FloatArray, NdArray } from '../tensor.js';
import { baselineOf } from './inputs.js';
import type { Baseline } from './inputs.js';
import type { ExplainedModel } from './probe.js';
import { Subject, explainNames, takeExplainOptions } from './subject.js';
import type { ExplainOptions } from './subject.js';

export interface InputGradients {
  /** ∂score/∂input for each input of the model: [B, ...], images [B, H, W, C], sequences [B, T, D]. */
  readonly gradients: readonly NdArray<FloatArray>[];
  /** [B] */
  readonly scores: Float64Array;
}

/**
 * Which way, and how steeply, each number of the inputs moves the score (Baehrens et al. 2010, Simonyan et al. 2014), in inference
 * mode. Indices have no gradient: where an input holds them, it is zeros. For one number a pixel or time step see {@link overChannels}: `overChannels(gradients[1])` is [B, T].
 *
 * @throws ArgumentError for a model of indices alone; what `activationMap` throws for samples and targets that do not fit.
 */
export async function inputGradients(model: ExplainedModel, x: ModelData, options: ExplainOptions = {}): Promise<InputGradients> {
  const subject = await Subject.open(model, x, takeExplainOptions('inputGradients', options, explainNames));
  if (subject.network.inputs.every(({ indices }) => indices !== undefined)) {
    throw new ArgumentError({
      operation: 'inputGradients', argument: 'model', expected: 'of an input whose numbers can change by a little', actual: 'indices alone', hint: 'Use occlusion, with an index as baseline.',
    });
  }
  const gradients = subject.x.map(({ shape }) => subject.zeros(shape));
  const scores = new Float64Array(subject.samples);
  await subject.pass({ inputGradients: true }, (sample, { score, inputGradients: own }) => {
    scores[sample] = score;
    own.forEach(({ data }, i) => gradients[i]?.data.set(data, sample * data.length));
  });
  return { gradients: gradients.map(({ data, shape }) => fromHost(data, shape)), scores };
}

export interface IntegratedGradientsOptions extends ExplainOptions {
  /** Where the path begins: a number for all inputs, or a list with one baseline for each input. Default 0. */
  readonly baseline?: number | readonly Baseline[];
  /** Points on the path, each a pass forward and back. Default 50. */
  readonly steps?: number;
}

const optionNames: OptionNames<IntegratedGradientsOptions> = { ...explainNames, baseline: true, steps: true };

export interface IntegratedGradients {
  /** For each input of the model what each of its numbers contributes to score − baselineScore: [B, ...]. */
  readonly attributions: readonly NdArray<FloatArray>[];
  /** [B] */
  readonly scores: Float64Array;
  /** [B] */
  readonly baselineScores: Float64Array;
  /** [B], sum of all attributions − (score − baselineScore). The integral makes it 0; what is left is the error of the steps. */
  readonly gap: Float64Array;
}

/**
 * (x − x′) ∫₀¹ ∂score/∂x (x′ + α(x − x′)) dα (Sundararajan et al. 2017), by the midpoint rule, along one path for all inputs together.
 * Look at `gap` before you believe the attributions: if it is not small beside score − baselineScore, take more steps.
 *
 * @throws ArgumentError for steps that are not a whole number of at least 1 or a list of baselines that is not one for each input;
 * ShapeError for a baseline that does not fit; what `activationMap` throws for samples and targets that do not fit.
 */
export async function integratedGradients(model: ExplainedModel, x: ModelData, options: IntegratedGradientsOptions = {}): Promise<IntegratedGradients> {
  const own = takeExplainOptions('integratedGradients', options, optionNames);
  const { steps = 50, baseline = 0 } = own;
  requireCount('integratedGradients', 'steps', steps);
  const subject = await Subject.open(model, x, own);
  if (typeof baseline !== 'number' && baseline.length !== subject.x.length) {
    throw new ArgumentError({ operation: 'integratedGradients', argument: 'baseline', expected: `a number or a list of ${subject.x.length}, one for each input`, actual: `${baseline.length}` });
  }
  const from = subject.x.map((input, i) => baselineOf('integratedGradients', typeof baseline === 'number' ? baseline : baseline[i], input));
  const move = (sample: number, inputs: readonly FloatArray[], alpha: number): void => {
    inputs.forEach((own, i) => {
      for (let j = 0; j < own.length; j++) {
        const start = from[i]?.[sample * own.length + j] ?? 0;
        own[j] = start + alpha * ((own[j] ?? NaN) - start);
      }
    });
  };

  const scores = await subject.scores({});
  const baselineScores = await subject.scores({ alter: (sample, inputs) => { move(sample, inputs, 0); } });
  const sums = subject.x.map(({ data }) => new Float64Array(data.length));
  const sampleOf = (copy: number): number => Math.floor(copy / steps);
  const alter = (copy: number, inputs: readonly FloatArray[]): void => { move(sampleOf(copy), inputs, ((copy % steps) + 0.5) / steps); };
  await subject.pass({ copies: subject.samples * steps, sampleOf, alter, inputGradients: true }, (copy, { inputGradients: own }) => {
    own.forEach(({ data }, i) => {
      const at = sampleOf(copy) * data.length;
      const sum = sums[i] ?? new Float64Array();
      for (let j = 0; j < data.length; j++) sum[at + j] = (sum[at + j] ?? 0) + (data[j] ?? NaN) / steps;
    });
  });

  const gap = scores.map((score, sample) => (baselineScores[sample] ?? 0) - score);
  const attributions = subject.x.map(({ data, shape }, i) => {
    const own = (sums[i] ?? new Float64Array()).map((mean, j) => mean * ((data[j] ?? NaN) - (from[i]?.[j] ?? 0)));
    own.forEach((value, j) => {
      const sample = Math.floor((j * subject.samples) / own.length);
      gap[sample] = (gap[sample] ?? 0) + value;
    });
    return fromHost(own, shape);
  });
  return { attributions, scores, baselineScores, gap };
}
