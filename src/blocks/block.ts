/**
 * Blocks: pieces of a graph made of several layers. A block has no mathematics of its own; applied, it leaves its layers in
 * the graph, where each has a name, weights and an output of its own. Its chain rule is the graph's.
 */
import { ShapeError } from '../errors.js';
import { tensorsOf } from '../layers/layer.js';
import type { Applicable, SymbolicTensor } from '../layers/layer.js';

export abstract class Block implements Applicable {
  /** Stem of the names of its layers, `name.conv1`; without one they are numbered, as all unnamed layers are: `conv2d_3`. */
  readonly name: string | undefined;

  constructor(name?: string) {
    this.name = name;
  }

  /** Uses the block in a graph; applying it again shares its weights. @throws ShapeError if the input does not fit. */
  abstract apply(x: SymbolicTensor): SymbolicTensor;

  /** The same as a list, as layers have it; a chain of layers calls this. */
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
    const [x, ...others] = tensorsOf(this.name ?? 'block', 'inputs', inputs);
    if (x && others.length === 0) return [this.apply(x)];
    throw new ShapeError({ operation: this.name ?? 'block', argument: 'inputs', expected: 'one tensor', actual: `${x ? others.length + 1 : 0}` });
  }

  /** Name of one of its layers. */
  protected nameOf(part: string): string | undefined {
    return this.name === undefined ? undefined : `${this.name}.${part}`;
  }
}

/** One after the other. */
export function chain(x: SymbolicTensor, parts: readonly Applicable[]): SymbolicTensor {
  return parts.reduce((tensor, part) => part.apply(tensor), x);
}
