/**
 * Adagrad (Duchi, Hazan & Singer 2011); η the learning rate, a the initial accumulator.
 *   R6  v ← v + g², v = 0 at first
 *   R7  p ← p − η·g/√(a + v + ε)
 * a and ε as in Keras; PyTorch adds ε to the root, and its a is 0 unless given. Derivation: docs/optimizers.md.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions, requireNotNegative } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { Optimizer, optimizerNames, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface AdagradOptions extends OptimizerOptions {
  /** What the sum of squares starts with. Default 0.1 (PyTorch: 0). */
  initialAccumulator?: number | undefined;
  /** Default 1e-7. */
  epsilon?: number | undefined;
}

const optionNames: OptionNames<AdagradOptions> = { ...optimizerNames, initialAccumulator: true, epsilon: true };

/** learningRate default 0.001. */
export class Adagrad extends Optimizer {
  override readonly className = 'Adagrad';
  override readonly families = ['updates'] as const;
  override readonly slotNames = ['v'];
  readonly initialAccumulator: number;
  readonly epsilon: number;

  constructor(options: AdagradOptions = {}) {
    super('Adagrad', checkOptions('Adagrad', options, optionNames), 0.001);
    this.initialAccumulator = options.initialAccumulator ?? 0.1;
    this.epsilon = options.epsilon ?? 1e-7;
    requireNotNegative('Adagrad', 'initialAccumulator', this.initialAccumulator);
    requireNotNegative('Adagrad', 'epsilon', this.epsilon);
    if (this.initialAccumulator + this.epsilon === 0) {
      throw new ArgumentError({ operation: 'Adagrad', argument: 'epsilon', expected: 'positive where initialAccumulator is 0', actual: '0', hint: 'A weight without a gradient would be divided 0 by 0.' });
    }
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, _scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    const next = k.adagrad(p, g, slot(slots, 'v'), inputs, this.initialAccumulator + this.epsilon); // R6, R7
    return { p: next.p, slots: { v: next.sum } };
  }

  override config(): JsonObject {
    return { ...super.config(), initialAccumulator: this.initialAccumulator, epsilon: this.epsilon };
  }
}
