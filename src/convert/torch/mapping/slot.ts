/** What a layer here needs of a module there: the description that reading and writing share. */
import type { JsonValue } from '../../../layers/layer.js';
import type { FloatArray, Shape } from '../../../tensor.js';
import { sizeOf } from '../../../tensor.js';
import { gathered } from '../numbers.js';
import type { TorchTensor } from '../types.js';

/** One weight of ours, and where PyTorch keeps its numbers. */
export interface WeightRule {
  /** Key in the model: `lstm/kernel`. */
  readonly key: string;
  /** Of ours. */
  readonly shape: Shape;
  /** Names within the module. Several are summed; writing fills the first and leaves zeros in the others. */
  readonly leaves: readonly string[];
  /** Axis i of `seen` is axis axes[i] of theirs. */
  readonly axes: readonly number[];
  /** Ours with its axes taken apart, where theirs are in another order: a kernel behind Flatten as [H, W, C, units]. Default: shape. */
  readonly seen?: Shape;
  /** Theirs, as it is stored, if it is not `seen` in the order of `axes`. */
  readonly stored?: Shape;
  /** Theirs is one of so many blocks of equal size along its first axis. */
  readonly block?: { readonly index: number; readonly of: number };
}

export interface Slot {
  /** Name in the model. */
  readonly layer: string;
  /** In PyTorch: `nn.LSTM`. */
  readonly module: string;
  readonly weights: readonly WeightRule[];
  /** Names within the module that have no counterpart here and need none. */
  readonly inert: readonly string[];
  /** What no file of PyTorch says, and the user should know. */
  readonly notes: readonly string[];
}

/** What cannot be said in PyTorch at all, and why. */
export interface Obstacle { readonly layer: string; readonly problem: string }

export function isObstacle(entry: Slot | Obstacle): entry is Obstacle {
  return 'problem' in entry;
}

/** A value of a configuration, in a message or as a key. */
export function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? 'none';
}

/** Shape of what Flatten made one axis of, channels last, where PyTorch had the channels first. */
export type Flattened = Shape | undefined;

/** A kernel [features, outputs] is [outputs, features] there; of an image, features lie there as [C, H, W] and here as [H, W, C]. */
export function featureKernel([features = 1, outputs = 1]: Shape, image: Flattened): Pick<WeightRule, 'axes' | 'seen' | 'stored'> {
  if (!image) return { axes: [1, 0] };
  return { axes: [...image.slice(1).map((_, i) => 2 + i), 1, 0], seen: [...image, outputs], stored: [outputs, features] };
}

/** Row-major strides. */
function stridesOf(shape: Shape): number[] {
  let stride = 1;
  return [...shape].reverse().map((size) => {
    const own = stride;
    stride *= size;
    return own;
  }).reverse();
}

/** Theirs as ours sees it: `seen` with its axes in their order. */
function turned({ shape, seen = shape, axes }: WeightRule): number[] {
  const theirs: number[] = [];
  axes.forEach((axis, i) => { theirs[axis] = seen[i] ?? 1; });
  return theirs;
}

/** Shape of the tensors that a rule reads. */
export function storedShape(rule: WeightRule): Shape {
  const { stored = turned(rule), block } = rule;
  return block ? [block.of * (stored[0] ?? 1), ...stored.slice(1)] : stored;
}

/** Shapes of all tensors of a slot, by their names within the module. */
export function leafShapes({ weights }: Slot): Map<string, Shape> {
  return new Map(weights.flatMap((rule) => rule.leaves.map((leaf) => [leaf, storedShape(rule)] as const)));
}

/** Ours from theirs; several are summed in float64. */
export function readWeight(rule: WeightRule, leaves: ReadonlyMap<string, TorchTensor>): { readonly data: ArrayLike<number>; readonly shape: Shape } {
  const { shape, seen = shape, axes, block } = rule;
  const count = sizeOf(shape);
  const strides = stridesOf(turned(rule));
  const ours = axes.map((axis) => strides[axis] ?? 1);
  const parts = rule.leaves.flatMap((leaf) => {
    const found = leaves.get(leaf);
    return found ? [gathered(found.data, (block?.index ?? 0) * count, seen, ours, count)] : [];
  });
  const [first = new Float64Array(count), ...others] = parts;
  if (others.length === 0) return { data: first, shape };
  return { data: Float64Array.from(first, (value, i) => others.reduce((sum, part) => sum + (part[i] ?? 0), value)), shape };
}

/** Theirs from ours, by name within the module; `into` has those of rules before this one. */
export function writeWeight(rule: WeightRule, ours: FloatArray, into: Map<string, { readonly data: FloatArray; readonly shape: Shape }>): void {
  const { shape, seen = shape, axes, block } = rule;
  const stored = storedShape(rule);
  const theirs = turned(rule);
  const own = stridesOf(seen);
  const back = theirs.map((_, axis) => own[axes.indexOf(axis)] ?? 1);
  for (const [i, leaf] of rule.leaves.entries()) {
    const target = into.get(leaf) ?? { data: new (ours instanceof Float32Array ? Float32Array : Float64Array)(sizeOf(stored)), shape: stored };
    into.set(leaf, target);
    if (i === 0) target.data.set(gathered(ours, 0, theirs, back, ours.length), (block?.index ?? 0) * ours.length);
  }
}
