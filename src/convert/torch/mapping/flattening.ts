/**
 * Which features were an image before Flatten. PyTorch's images are [channels, height, width], ours [height, width, channels], so what is
 * flattened lies in another order, and the kernel that reads it (the weights of a BatchNorm between them, too) must follow.
 */
import type { Network, NetworkNode, ValueId } from '../../../models/graph/network.js';
import type { Shape } from '../../../tensor.js';
import { innerOf } from './recurrent.js';

/**
 * In what order PyTorch flattened: `channelsFirst` as nn.Flatten does images and what convolutions and poolings make of sequences; `channelsLast` after a permute,
 * as in what exportTorch writes.
 */
export type FlattenOrder = 'channelsFirst' | 'channelsLast';

const channelsFirst = /^(?:(?:Depthwise|Separable)?Conv[12]D(?:Transpose)?|(?:Max|Average)Pool[12]D|UpSampling[12]D)$/;
/** Features stay where they are. */
const keeps = new Set([
  'Activation', 'Dropout', 'GaussianNoise', 'SpatialDropout1D', 'BatchNorm', 'LayerNorm', 'RMSNorm', 'GroupNorm', 'Masking', 'ZeroPad1D', 'ZeroPad2D', 'Cropping1D', 'Add', 'Subtract', 'Multiply', 'Average',
  'Maximum', 'Minimum', 'RepeatVector',
]);
/** A kernel over all features, whose outputs have no order of theirs. */
const reads = new Set(['Dense', 'LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);

interface Value {
  /** Whether PyTorch would have the channels of it first. */
  readonly first: boolean;
  /** What was flattened into it. */
  readonly from: Shape | undefined;
}

export interface Flattening {
  /** Of the features that a layer reads first, by its name. */
  readonly images: ReadonlyMap<string, Shape>;
  readonly notes: readonly string[];
}

export function flatteningOf({ inputs, nodes }: Network, order: FlattenOrder): Flattening {
  const images = new Map<string, Shape>();
  const notes: string[] = [];
  if (order === 'channelsLast') return { images, notes };
  const values = new Map<ValueId, Value>(inputs.map(({ id, shape }) => [id, { first: shape.length >= 3, from: undefined }]));
  for (const node of nodes) {
    const read = node.inputs.map((id) => values.get(id));
    const from = read.find((value) => value?.from)?.from;
    const { className, shape, made } = stepOf(node);
    const flattens = (className === 'Flatten' || className === 'Reshape') && made.length === 1 && shape.length > 1 && read[0]?.first === true;
    const follows = keeps.has(className) || (reads.has(className) && read[0]?.from === from);
    if (from && follows && !images.has(node.name)) images.set(node.name, from);
    if ((from && !follows) || (flattens && shape.length > 3)) notes.push(`'${node.name}' (${className}): the order of features that were an image is not followed beyond it`);
    const first = channelsFirst.test(className) || (made.length === 3 && shape.length === 3) || (keeps.has(className) && read.some((value) => value?.first));
    const after = { first, from: flattens && shape.length <= 3 ? shape : keeps.has(className) ? from : undefined };
    for (const id of node.outputs) values.set(id, after);
  }
  return { images, notes };
}

/** The layer that TimeDistributed holds, on one step. */
function stepOf({ layer, inputShapes: [shape = []], outputShapes: [made = []] }: NetworkNode): { className: string; shape: Shape; made: Shape } {
  let step = { className: layer.className, config: layer.config(), shape, made };
  while (step.className === 'TimeDistributed') step = { ...innerOf(step.config.layer), shape: step.shape.slice(1), made: step.made.slice(1) };
  return step;
}
