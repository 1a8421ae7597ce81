import type { Backend, KernelFamily } from '../../backend.js';
import { autoBackend, explained } from '../../backends/auto.js';
import { wasmBackend } from '../../backends/wasm/backend.js';
import { typeName } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { DType } from '../../tensor.js';
import type { Network } from '../graph/network.js';
import { largestProduct } from '../graph/work.js';

/** A model's backend, which 'auto' leaves open until the first run shows how much work there is. */
export class BackendChoice {
  private chosen: Backend | undefined;

  constructor(wanted: Backend | 'auto' = wasmBackend()) {
    const given: unknown = wanted;
    if (given !== 'auto' && !(typeof given === 'object' && given !== null && 'open' in given)) {
      throw new ArgumentError({ operation: 'compile', argument: 'backend', expected: "a backend, such as cpu() or await wasm(), or 'auto'", actual: typeName(given) });
    }
    this.chosen = wanted === 'auto' ? undefined : wanted;
  }

  /** Decides 'auto' by the products of this network, and fetches what it needs. */
  async settle(network: Network, families: readonly KernelFamily[], batch: number): Promise<void> {
    this.chosen ??= await autoBackend(largestProduct(network, batch));
    await this.chosen.prepare?.(families);
  }

  /** What computes now; 'auto' that nobody has settled stays with wasm. */
  get backend(): Backend {
    this.chosen ??= explained(wasmBackend(), 'asked for before the first run');
    return this.chosen;
  }

  /** Known before the choice: 'auto' knows no other than float32. */
  get dtype(): DType {
    return this.chosen?.dtype ?? 'float32';
  }

  get description(): string {
    return this.chosen?.description ?? 'auto, chosen at the first run';
  }
}
