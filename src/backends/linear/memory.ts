/**
 * Who lives where in linear memory: variables at the bottom, for as long as the device; above them the arena, which a
 * step fills from the bottom up and which is rewound when the step ends. Nothing is freed one by one, so a training
 * step allocates nothing once the memory has grown to its size.
 */
import type { FloatArray } from '../../tensor.js';
import type { Address } from './raw.js';

/** What a backend supplies: a growable block of numbers. */
export interface Storage {
  /** Address units per element: 1 on cpu, 4 bytes on wasm. */
  readonly unit: number;
  /** First element that tensors may use; what lies below belongs to the backend. At least 1: address 0 is "none". */
  readonly start: number;
  /** Elements held now. */
  capacity(): number;
  /** Grows to at least `elements`; contents and addresses stay valid. @throws BackendError when there is no more memory. */
  grow(elements: number): void;
  /** A copy of n elements. */
  read(at: Address, n: number): FloatArray;
  write(at: Address, values: ArrayLike<number>): void;
  /** Fills `out`, without an allocation. */
  readInto(at: Address, out: FloatArray): void;
}

/** Elements per alignment block: 16 float32 are one cache line. */
const alignment = 16;

function aligned(elements: number): number {
  return Math.ceil(elements / alignment) * alignment;
}

export class Memory {
  readonly storage: Storage;
  /** First element above the variables. */
  private variablesEnd: number;
  private top: number;

  constructor(storage: Storage) {
    this.storage = storage;
    this.top = this.variablesEnd = aligned(storage.start);
  }

  /** Room that lasts as long as the device. Only between steps. */
  allocateVariable(elements: number): Address {
    const at = this.allocate(elements);
    this.variablesEnd = this.top;
    return at;
  }

  /** Room until the next rewind. */
  allocate(elements: number): Address {
    const at = this.temporary(elements);
    this.top += aligned(elements);
    return at;
  }

  /** Room until the next allocation: for the work of one kernel. */
  temporary(elements: number): Address {
    const end = this.top + aligned(elements);
    if (end > this.storage.capacity()) this.storage.grow(end);
    return this.top * this.storage.unit;
  }

  /** Where the arena begins. It moves when a variable is added. */
  get base(): number {
    return this.variablesEnd;
  }

  /** Takes back the room of what `work` allocates. */
  brief(work: () => void): void {
    const { top } = this;
    work();
    this.top = top;
  }

  rewind(): void {
    this.top = this.variablesEnd;
  }
}
