/**
 * Right operands in the order in which products read them. Those that are weights of a program that leaves them as they are, are kept from
 * run to run (docs/decisions/kernels.md): stale once a variable was written from outside, or a program has run that may change it, and made
 * anew for the next run that reads them.
 */
import type { Memory } from './memory.js';
import { matmulCodes } from './raw.js';
import type { Address, RawMatmulKernels } from './raw.js';
import { LinearTensor } from './tensor.js';

type Packing = NonNullable<RawMatmulKernels['packing']>;
type PackMode = 'nn' | 'nt';

/** @param place for so many elements. */
export function packed({ size, pack }: Packing, mode: PackMode, operand: LinearTensor, place: (elements: number) => Address): LinearTensor {
  const { address, shape, rowStride } = operand;
  const [rows = 1, columns = 1] = shape;
  const [n, k] = mode === 'nt' ? [rows, columns] : [columns, rows];
  const out = new LinearTensor(place(size(n, k)), shape, operand.size, rowStride, mode);
  pack(out.address, matmulCodes[mode], n, k, address, rowStride);
  return out;
}

/** One that is kept. */
export interface Pack {
  /** Of mode and operand. */
  readonly key: string;
  readonly mode: PackMode;
  /** A variable or a part of it. */
  readonly operand: LinearTensor;
  readonly variable: LinearTensor;
  /** Missing until a second run is to read it. */
  packed: LinearTensor | undefined;
  stale: boolean;
}

export class Packs {
  private readonly packing: Packing | undefined;
  private readonly memory: Memory;
  private readonly all: Pack[] = [];
  /** Of the step that is being written: the variables that it leaves as they are, and what it has asked for. */
  private fixed: readonly LinearTensor[] = [];
  private asked = new Set<Pack>();

  /** @param packing that takes no note of calls; without it nothing is kept. */
  constructor(packing: Packing | undefined, memory: Memory) {
    this.packing = packing;
    this.memory = memory;
  }

  /** Begins with a step that leaves `fixed` as they are. Returns what it will have asked for. */
  begin(fixed: readonly LinearTensor[]): ReadonlySet<Pack> {
    this.fixed = this.packing ? fixed : [];
    return this.asked = new Set();
  }

  /** The packed form of what the step that is being written multiplies by, where that stays as it is and has been asked for before. */
  of(mode: PackMode, operand: LinearTensor): LinearTensor | undefined {
    const { address, rowStride, shape } = operand;
    const variable = this.fixed.find((each) => each.address <= address && address < each.address + each.size * this.memory.storage.unit);
    if (!variable) return undefined;
    const key = [mode, address, rowStride, shape].join();
    let pack = this.all.find((each) => each.key === key);
    if (!pack) this.all.push(pack = { key, mode, operand, variable, packed: undefined, stale: true });
    this.asked.add(pack);
    if (pack.packed && pack.stale) this.make(pack);
    return pack.packed;
  }

  /** Before a run that reads them; only between steps, as they may need room. */
  ready(packs: readonly Pack[]): void {
    for (let i = 0; i < packs.length; i++) if (packs[i]!.stale) this.make(packs[i]!);
  }

  /** What is of these variables is made anew before it is read again. */
  spoil(variables: ReadonlySet<LinearTensor>): void {
    const { all } = this;
    for (let i = 0; i < all.length; i++) if (variables.has(all[i]!.variable)) all[i]!.stale = true;
  }

  private make(pack: Pack): void {
    if (!this.packing) return;
    const { mode, operand, packed: before } = pack;
    pack.packed = packed(this.packing, mode, operand, before ? () => before.address : (elements) => this.memory.allocateVariable(elements));
    pack.stale = false;
  }
}
