/**
 * What a model is trained for: a loss for each output, and the value it compares with the target. Cross-entropies compare
 * logits. Where an output ends in the sigmoid or softmax that belongs to its cross-entropy, that is what goes into the
 * activation: log(1 + eᶻ) keeps its digits where the logarithm of a sigmoid that has rounded to 1 has none.
 */
import { ArgumentError, formatShape, quoted } from '../../errors.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import { endingOf, headNodes, splitHeads } from '../graph/heads.js';
import type { Shape } from '../../tensor.js';
import type { Network, ValueId } from '../graph/network.js';

export interface Objective {
  readonly losses: readonly ResolvedLoss[];
  /** What each loss counts in their sum. */
  readonly weights: readonly number[];
  /** What each loss compares with, without the batch. */
  readonly targets: readonly Shape[];
  /** Its outputs are what the losses compare. */
  readonly network: Network;
  /** The outputs of the model, in the same network. */
  readonly predictions: readonly ValueId[];
}

/** Whether a metric meets logits: a cross-entropy's output that ends in no activation. */
export function givesLogits(network: Network, output: number, loss: ResolvedLoss | undefined): boolean {
  const id = network.outputs[output]?.id;
  return loss?.probabilities !== undefined && id !== undefined && endingOf(network, id) === 'linear';
}

/** @throws ArgumentError for a loss that cannot be right behind the end of its output, or that its width does not fit. */
export function objectiveOf(network: Network, losses: readonly ResolvedLoss[], weights: readonly number[]): Objective {
  const { outputs } = network;
  const predictions = outputs.map(({ id }) => id);
  const targets = outputs.map((_, i) => targetOf(network, i, losses[i]));
  const behind = outputs.map((_, i) => looksBehind(network, i, losses[i]));
  if (!behind.includes(true)) return { losses, weights, targets, network, predictions };
  const split = splitHeads(network, predictions.filter((_, i) => behind[i]));
  const compared = outputs.map((output, i) => ({ ...output, id: (behind[i] ? split.logits.get(output.id) : undefined) ?? output.id }));
  return { losses, weights, targets, network: { ...split.network, outputs: compared }, predictions };
}

/** `loss 'mse' of output 'price'` */
function labelOf(network: Network, output: number, { name }: ResolvedLoss): string {
  return network.outputs.length === 1 ? `loss ${quoted(name)}` : `loss ${quoted(name)} of output ${quoted(network.outputs[output]?.name ?? '')}`;
}

/** Of the output's shape, but 1 in the last axis where that holds the parameters of a distribution, or the scores of classes. */
function targetOf(network: Network, output: number, loss: ResolvedLoss | undefined): Shape {
  const shape = network.outputs[output]?.shape ?? [];
  if (loss?.parameters === undefined) return shape;
  if (typeof loss.parameters === 'number' && shape.at(-1) !== loss.parameters) {
    throw new ArgumentError({
      operation: 'compile', argument: labelOf(network, output, loss), expected: `behind an output whose last axis holds ${loss.parameters} parameters`, actual: `one of ${formatShape(['batch', ...shape])}`,
      hint: `For example Dense({ units: ${loss.parameters} }), or Reshape({ targetShape: [steps, ${loss.parameters}] }).`,
    });
  }
  return [...shape.slice(0, -1), 1];
}

/** Whether the loss compares what goes into the output's last activation. */
function looksBehind(network: Network, output: number, loss: ResolvedLoss | undefined): boolean {
  const wanted = loss?.probabilities;
  const at = network.outputs[output];
  if (!loss || !wanted || !at) return false;
  const width = at.shape.at(-1) ?? 1;
  const refuse = (expected: string, actual: string, hint: string): ArgumentError => new ArgumentError({
    operation: 'compile', argument: labelOf(network, output, loss), expected, actual, hint,
  });
  if (wanted === 'softmax' && width === 1) {
    throw refuse('over two or more classes', 'an output of width 1', "One class is always certain: take 'binaryCrossentropy', or an output for each class.");
  }
  const ending = endingOf(network, at.id);
  if (ending !== 'linear' && ending !== wanted) {
    const other = ending === 'sigmoid' ? " or take 'binaryCrossentropy'" : ending === 'softmax' ? " or take 'categoricalCrossentropy'" : '';
    throw refuse(`behind an output that is linear (logits) or ends in ${wanted}`, ending === 'blended' ? 'probabilities that were changed afterwards' : `one that ends in ${ending}`,
      `Leave the last layer linear, end in ${wanted}${other}.`);
  }
  const parted = ending === 'softmax' ? headNodes(network, at.id).find((node) => node.outputShapes[0]?.at(-1) !== width) : undefined;
  if (parted) {
    throw refuse('over the classes of one softmax', `a softmax over ${parted.outputShapes[0]?.at(-1)} in an output over ${width}`, 'Keep the last axis as the softmax leaves it.');
  }
  return ending === wanted;
}
