/**
 * What a file may make of itself. Constants that nodes work out and matrices that stand in for an operator are no larger than the nodes say, who
 * are small: a file of a kilobyte could ask for all there is.
 */
import { FileFormatError, quoted } from '../../../errors.js';
import type { Value } from './call.js';
import type { Known } from './known.js';

/** Axes of one value: far more than operators have, since each takes memory that no byte stands for. */
const mostAxes = 64;

export class Budget {
  private spent = 0;
  private readonly limit: number;
  private readonly seen = new WeakSet<object>();

  /** @param size of the file: three times that, and a little for small ones, as weights of half precision that are turned round take it. */
  constructor(size: number) {
    this.limit = 3 * size + 2 ** 21;
  }

  /** Before so many bytes are made. @throws FileFormatError naming the node. */
  afford(node: string, bytes: number): void {
    if (this.spent + bytes <= this.limit) return;
    throw refuse(node, `numbers in at most ${this.limit} bytes for a file of that size`, `${this.spent + bytes} with those of this node`);
  }

  /** @throws FileFormatError naming the node. */
  spend(node: string, bytes: number): void {
    this.afford(node, bytes);
    this.spent += bytes;
  }

  /** What a node gives, unless an earlier one has given it. @throws FileFormatError naming the node. */
  keep(node: string, value: Value): void {
    const axes = axesOf(value);
    if (axes > mostAxes) throw refuse(node, `values of at most ${mostAxes} axes`, String(axes));
    const held = value.kind === 'known' ? value.data : value;
    if (this.seen.has(held)) return;
    this.seen.add(held);
    this.spend(node, value.kind === 'known' ? value.data.byteLength : value.kind === 'sizes' ? bytesOfSizes(value.entries.length) : 0);
  }

  /** What lies in the file. */
  take({ data }: Known): void {
    this.seen.add(data);
  }
}

/** Each is a record with a list. */
export function bytesOfSizes(entries: number): number {
  return 64 * entries;
}

function axesOf(value: Value): number {
  switch (value.kind) {
    case 'known': return value.shape.length;
    case 'repeated': return value.of.shape.length;
    case 'flow': return value.axes.length;
    case 'filled': return value.sizes.length;
    default: return 0;
  }
}

function refuse(node: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({ operation: 'importOnnx', argument: `node ${quoted(node)}`, expected, actual });
}
