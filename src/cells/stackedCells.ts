/** Several cells as one: at every step each reads what the one below has just said. */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject, LayerHead, NoiseSpec, ParameterSpec, Tensors } from '../layers/layer.js';
import { addPrefix, withoutPrefix } from '../layers/nested.js';
import type { Shape } from '../tensor.js';
import { outputOf } from './cell.js';
import type { AnyCell, Cell, CellNoise } from './cell.js';
import { cellEntry, requireCell } from './requireCell.js';

export interface StackedCellsOptions {
  /** From the input upwards, at least one. */
  cells: readonly AnyCell[];
}

/** What each cell keeps, and its masks. */
interface StackCache { readonly cells: readonly unknown[]; readonly noise: readonly CellNoise[] }

const optionNames: OptionNames<StackedCellsOptions> = { cells: true };

/**
 * Cells on top of each other, as one cell for {@link RNN}. The output is that of the last; states and weights are those of all, under
 * `cell0/`, `cell1/`, …. The numbers are those of recurrent layers one above the other, which compute faster: all steps of a layer at once.
 * A stack has its states in one place, and all its cells see one time step before any sees the next.
 * @throws ArgumentError unless `cells` is a list of cells.
 */
export class StackedCells implements Cell<Tensors, Tensors, StackCache> {
  readonly className = 'StackedCells';
  readonly cells: readonly AnyCell[];
  readonly families: readonly KernelFamily[];
  readonly inputRank: number;
  readonly stateShapes: Readonly<Record<string, Shape>>;
  readonly output: string;

  constructor(options: StackedCellsOptions) {
    const given: unknown = checkOptions('StackedCells', options, optionNames).cells;
    if (!Array.isArray(given) || given.length === 0) {
      throw new ArgumentError({ operation: 'StackedCells', argument: 'cells', expected: 'a list of at least one cell', actual: Array.isArray(given) ? 'an empty one' : typeof given });
    }
    this.cells = options.cells.map((cell, i) => requireCell('StackedCells', `cell ${i}`, cell));
    this.families = this.cells.flatMap((cell) => cell.families ?? []);
    this.inputRank = this.cells[0]?.inputRank ?? 1;
    this.stateShapes = Object.assign({}, ...this.cells.map((cell, i) => addPrefix(prefix(i), cell.stateShapes))) as Record<string, Shape>;
    this.output = this.outputName(this.cells.length - 1);
  }

  config(): JsonObject {
    return { cells: this.cells.map((cell) => cellEntry('StackedCells', cell)) };
  }

  parameters(inputShape: Shape): Record<string, ParameterSpec> {
    const inputs = this.inputShapes(inputShape);
    return Object.assign({}, ...this.cells.map((cell, i) => addPrefix(prefix(i), cell.parameters(inputs[i] ?? [])))) as Record<string, ParameterSpec>;
  }

  noise(inputShape: Shape): readonly NoiseSpec[] {
    const inputs = this.inputShapes(inputShape);
    return this.cells.flatMap((cell, i) => cell.noise?.(inputs[i] ?? []) ?? []);
  }

  head(): LayerHead | undefined {
    return this.cells.at(-1)?.head?.();
  }

  forward(k: Kernels, p: Tensors, x: Tensor, states: Tensors, noise: CellNoise): { states: Tensors; cache: StackCache } {
    const parts = this.noiseParts(x, noise);
    const after: Tensors = {};
    let below = x;
    const cache = this.cells.map((cell, i) => {
      const next = cell.forward(k, withoutPrefix(prefix(i), p), below, withoutPrefix(prefix(i), states), parts[i] ?? []);
      Object.assign(after, addPrefix(prefix(i), next.states));
      below = after[this.outputName(i)] ?? below;
      return next.cache;
    });
    return { states: after, cache: { noise: parts, cells: cache } };
  }

  backward(
    k: Kernels, p: Tensors, cache: StackCache, dStates: Tensors, grads: Tensors,
  ): { dx: Tensor; dStates: Tensors } {
    const whole = { ...dStates };
    const before: Tensors = {};
    let dx: Tensor | undefined;
    for (let i = this.cells.length - 1; i >= 0; i--) {
      const name = this.outputName(i);
      const own = whole[name];
      if (dx && own) whole[name] = k.add(own, dx); // what the cell above read
      const ownGrads = withoutPrefix(prefix(i), grads);
      const past = this.cells[i]?.backward(
        k, withoutPrefix(prefix(i), p), cache.cells[i], withoutPrefix(prefix(i), whole), ownGrads, cache.noise[i] ?? [],
      );
      if (!past) break;
      Object.assign(grads, addPrefix(prefix(i), ownGrads));
      Object.assign(before, addPrefix(prefix(i), past.dStates));
      dx = past.dx;
    }
    return { dx: dx ?? k.zeros([1]), dStates: before };
  }

  /** What each cell reads, without the batch. */
  private inputShapes(inputShape: Shape): Shape[] {
    return this.cells.map((_, i) => (i === 0 ? inputShape : this.stateShapes[this.outputName(i - 1)] ?? []));
  }

  private outputName(i: number): string {
    const cell = this.cells[i];
    return cell ? prefix(i) + outputOf(cell) : '';
  }

  /** Each cell's own masks. */
  private noiseParts(x: Tensor, noise: CellNoise): CellNoise[] {
    let from = 0;
    return this.inputShapes(x.shape.slice(1)).map((shape, i) => noise.slice(from, (from += this.cells[i]?.noise?.(shape).length ?? 0)));
  }
}

function prefix(i: number): string {
  return `cell${i}/`;
}
