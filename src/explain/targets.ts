/** What is to be explained: one number for each sample, linear in an output of the model. */
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { headNodes } from '../models/graph/heads.js';
import type { Network, NetworkNode, ValueId } from '../models/graph/network.js';
import { sameShape, sizeOf, toHost } from '../tensor.js';
import type { FloatArray, Shape, TensorLike } from '../tensor.js';

/** Chooses a number to explain. Made by {@link outputElement}, {@link classLogit} and {@link linearCombination}, or by hand. */
export interface Target {
  /** Which output of the model. Default 0. */
  readonly output?: number;
  /** Take what goes into a softmax at the end instead of what comes out. Default false. */
  readonly beforeSoftmax?: boolean;
  /** Whether `weights` looks at the prediction; that costs a pass of its own. Default false. */
  readonly usesPrediction?: boolean;
  /**
   * ∂score/∂output of one sample, row-major: score = Σ weights ⊙ output.
   * @param shape of the output without the batch. @param samples how many there are. @param prediction empty unless `usesPrediction`.
   */
  weights(shape: Shape, sample: number, samples: number, prediction: FloatArray): ArrayLike<number>;
}

/** Which output of the model a target reads. */
export interface TargetOptions {
  /** Default 0. */
  readonly output?: number;
}

const optionNames: OptionNames<TargetOptions> = { output: true };
const targetNames: OptionNames<Target> = { output: true, beforeSoftmax: 'flag', usesPrediction: 'flag', weights: true };

function oneHot(size: number, at: number): Float64Array {
  const weights = new Float64Array(size);
  weights[at] = 1;
  return weights;
}

/**
 * One number of the output: for regression.
 *
 * @param index of the number; a list for outputs of several axes, `[step, feature]`. Default 0.
 * @throws ArgumentError when the target is used and the output has no such number.
 */
export function outputElement(index: number | readonly number[] = 0, options: TargetOptions = {}): Target {
  checkOptions('outputElement', options, optionNames);
  const list = typeof index === 'number' ? [index] : [...index];
  return {
    ...options,
    weights(shape) {
      if (list.length !== shape.length || !list.every((i, axis) => Number.isInteger(i) && i >= 0 && i < (shape[axis] ?? 0))) {
        throw new ArgumentError({
          operation: 'outputElement', argument: 'index', expected: `inside the output ${formatShape(shape)}`, actual: formatShape(list),
          hint: 'The shape does not count the batch.',
        });
      }
      return oneHot(sizeOf(shape), list.reduce((at, i, axis) => at * (shape[axis] ?? 1) + i, 0));
    },
  };
}

/**
 * The logit of a class: what goes into the softmax if the model ends in one, else the output, which is then taken for logits.
 *
 * @param choice the class, a class for each sample, or `'predicted'`: of each sample the class with the largest logit.
 * @throws ArgumentError when the target is used and there is no such class; ShapeError for an output that is not [classes].
 */
export function classLogit(choice: number | readonly number[] | 'predicted', options: TargetOptions = {}): Target {
  checkOptions('classLogit', options, optionNames);
  const classes = typeof choice === 'object' ? [...choice] : choice;
  return {
    ...options, beforeSoftmax: true, usesPrediction: classes === 'predicted',
    weights(shape, sample, samples, prediction) {
      const [count = 0] = shape;
      if (shape.length !== 1) {
        throw new ShapeError({ operation: 'classLogit', argument: 'output', expected: '[batch, classes]', actual: formatShape(['batch', ...shape]), hint: 'Use outputElement or linearCombination.' });
      }
      if (classes === 'predicted') return oneHot(count, prediction.indexOf(Math.max(...prediction)));
      const index = typeof classes === 'number' ? classes : classes[sample];
      if (index === undefined || (typeof classes !== 'number' && classes.length !== samples)) {
        throw new ArgumentError({ operation: 'classLogit', argument: 'choice', expected: `one class for each of ${samples} samples`, actual: `${(classes as readonly number[]).length}` });
      }
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new ArgumentError({ operation: 'classLogit', argument: 'choice', expected: `a class from 0 to ${count - 1}`, actual: String(index) });
      }
      return oneHot(count, index);
    },
  };
}

/**
 * A sum over the output: `[-1]` asks what lowers it, `[1, -1]` what speaks for the first class against the second.
 *
 * @param weights of the output's shape, the same for all samples, or [B, ...] with weights for each.
 * @throws ShapeError when the target is used and the weights fit neither.
 */
export function linearCombination(weights: TensorLike, options: TargetOptions = {}): Target {
  checkOptions('linearCombination', options, optionNames);
  const { data, shape: given } = toHost(weights, 'float64');
  return {
    ...options,
    weights(shape, sample, samples) {
      if (sameShape(given, shape)) return data;
      if (sameShape(given, [samples, ...shape])) return data.subarray(sample * sizeOf(shape), (sample + 1) * sizeOf(shape));
      throw new ShapeError({
        operation: 'linearCombination', argument: 'weights', expected: `${formatShape(shape)} or ${formatShape([samples, ...shape])}`, actual: formatShape(given),
      });
    },
  };
}

/** The target as it is now. @throws ArgumentError for an unknown name. */
export function ownTarget(target: Target): Target {
  checkOptions('explain, target', target, targetNames);
  const { output, beforeSoftmax, usesPrediction } = target;
  return {
    ...(output !== undefined && { output }), ...(beforeSoftmax !== undefined && { beforeSoftmax }), ...(usesPrediction !== undefined && { usesPrediction }),
    weights: target.weights.bind(target),
  };
}

/** @throws ArgumentError unless the output is a single number. */
function onlyElement(shape: Shape): Target {
  if (sizeOf(shape) === 1) return outputElement(shape.map(() => 0));
  throw new ArgumentError({
    operation: 'explain', argument: 'target', expected: `given, as the output is ${formatShape(['batch', ...shape])}`, actual: 'none',
    hint: "For example classLogit('predicted'), or outputElement(0).",
  });
}

/** A value of the graph whose weighted sum is the score. */
export interface ScoredValue {
  readonly target: Target;
  readonly id: ValueId;
  readonly shape: Shape;
}

function isSoftmax(node: NetworkNode | undefined): node is NetworkNode {
  return node?.layer.className === 'Activation' && node.layer.config().kind === 'softmax';
}

/** Where in the graph the target reads. @throws ArgumentError for an output that the model does not have. */
export function scoredValue(network: Network, target: Target | undefined): ScoredValue {
  const index = target?.output ?? 0;
  const output = network.outputs[index];
  if (!output) {
    throw new ArgumentError({ operation: 'explain', argument: 'target.output', expected: `an output from 0 to ${network.outputs.length - 1}`, actual: String(index) });
  }
  const makers = target?.beforeSoftmax ? headNodes(network, output.id) : [];
  const [before] = makers.length === 1 && isSoftmax(makers[0]) ? makers[0].inputs : [];
  return { target: target ?? onlyElement(output.shape), id: before ?? output.id, shape: output.shape };
}
