/**
 * What a model is trained for: a loss for each output, and the value it compares with the target. Cross-entropies compare
 * logits. Where an output ends in the sigmoid or softmax that belongs to its cross-entropy, that is what goes into the
 * activation: log(1 + eᶻ) keeps its digits where the logarithm of a sigmoid that has rounded to 1 has none.
 */
import { ArgumentError } from '../../errors.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import { endingOf, headNodes, splitHeads } from '../graph/heads.js';
import type { Ending } from '../graph/heads.js';
import type { Network, ValueId } from '../graph/network.js';

export interface Objective {
  readonly losses: readonly ResolvedLoss[];
  /** Its outputs are what the losses compare. */
  readonly network: Network;
  /** The outputs of the model, in the same network. */
  readonly predictions: readonly ValueId[];
}

/** The activation that turns the logits of a cross-entropy into probabilities. */
const PROBABILITIES: Readonly<Partial<Record<ResolvedLoss['kind'], Ending>>> = { binaryCrossentropy: 'sigmoid', categoricalCrossentropy: 'softmax' };

/** Whether a metric meets logits: a cross-entropy's output that ends in no activation. */
export function givesLogits(network: Network, output: number, loss: ResolvedLoss | undefined): boolean {
  const id = network.outputs[output]?.id;
  return loss !== undefined && loss.kind in PROBABILITIES && id !== undefined && endingOf(network, id) === 'linear';
}

/** @throws ArgumentError for a loss that cannot be right behind the end of its output. */
export function objectiveOf(network: Network, losses: readonly ResolvedLoss[]): Objective {
  const { outputs } = network;
  if (losses.length !== outputs.length) {
    throw new ArgumentError({ operation: 'compile', argument: 'loss', expected: `${outputs.length} losses, one for each output`, actual: `${losses.length}` });
  }
  const predictions = outputs.map(({ id }) => id);
  const behind = outputs.map((_, i) => looksBehind(network, i, losses[i]?.kind));
  if (!behind.includes(true)) return { losses, network, predictions };
  const split = splitHeads(network, predictions.filter((_, i) => behind[i]));
  const compared = outputs.map(({ id, shape }, i) => ({ id: (behind[i] ? split.logits.get(id) : undefined) ?? id, shape }));
  return { losses, network: { ...split.network, outputs: compared }, predictions };
}

/** Whether the loss compares what goes into the output's last activation. */
function looksBehind(network: Network, output: number, kind: ResolvedLoss['kind'] | undefined): boolean {
  const wanted = kind && PROBABILITIES[kind];
  const at = network.outputs[output];
  if (!wanted || !at) return false;
  const width = at.shape.at(-1) ?? 1;
  const refuse = (expected: string, actual: string, hint: string): ArgumentError => new ArgumentError({
    operation: 'compile', argument: network.outputs.length === 1 ? `loss '${kind}'` : `loss '${kind}' of output ${output}`, expected, actual, hint,
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
