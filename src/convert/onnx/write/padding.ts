/**
 * Padding around a recurrent operator. The operator knows lengths alone, gives zeros for padded steps, and zeros for the states of a
 * sample without a step; here padding may lie anywhere, carries the state on, and leaves a sample without a step where it began.
 */
import { int } from './graphBuilder.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { OnnxMask } from './masks.js';

export class Padding {
  /** int32 [B]: real steps. */
  readonly lengths: string;
  /** int64 [B, T]: real steps up to and with each. */
  private readonly passed: string;

  constructor(private readonly b: GraphBuilder, readonly mask: OnnxMask) {
    this.lengths = b.cast(b.reduce('Sum', mask.name, [1], false), 'int32');
    this.passed = b.op('CumSum', [b.cast(mask.name, 'int64'), b.int(1)]);
  }

  /** x [B, T, D] with the real steps of each sample first, in their order. */
  inFront(x: string): string {
    const { b, mask, passed } = this;
    if (mask.inFront) return x;
    const step = this.steps();
    const padded = b.op('Sub', [step, passed]); // padded steps before each, of which it is the next
    const behind = b.op('Add', [b.unsqueeze(b.cast(this.lengths, 'int64'), [1]), padded]);
    const real = b.op('Greater', [mask.name, b.float(0)]);
    const place = b.op('Where', [real, b.op('Sub', [passed, b.int(1)]), behind]); // where each step goes
    const source = b.op('ScatterElements', [b.op('Mul', [passed, b.int(0)]), place, b.op('Expand', [step, b.shape(mask.name)])], { axis: int(1) });
    return this.gather(x, source);
  }

  /** y [B, T, H] of real steps in front as the time loop gives it: each padded step has what the last real one left, the state before them where there is none. */
  spread(y: string, initial: string | undefined, units: number, backwards: boolean): string {
    const { b, mask, passed } = this;
    const one = b.int(1);
    const before = b.op('Sub', [passed, b.cast(mask.name, 'int64')]); // real steps before each
    const length = b.unsqueeze(b.cast(this.lengths, 'int64'), [1]);
    const place = backwards ? before : b.op('Sub', [passed, one]);
    const begun = backwards ? b.op('Less', [before, length]) : b.op('Greater', [passed, b.int(0)]);
    const last = b.op('Sub', [b.sizes(mask.name, 1, 2), one]);
    const within = b.op('Max', [b.int(0), b.op('Min', [place, last])]);
    const start = initial === undefined ? b.float(Array.from({ length: units }, () => 0), [units]) : b.unsqueeze(initial, [1]);
    return b.op('Where', [b.unsqueeze(begun, [2]), this.gather(y, within), start]);
  }

  /** The last state, or the initial one of samples without a step. */
  ofEmpty(state: string, initial: string | undefined): string {
    const { b } = this;
    if (initial === undefined) return state;
    return b.op('Where', [b.unsqueeze(b.op('Greater', [b.cast(this.lengths, 'int64'), b.int(0)]), [1]), state, initial]);
  }

  /** [1, T]: 0, 1, …, T − 1. */
  private steps(): string {
    const { b, mask } = this;
    return b.unsqueeze(b.op('Range', [b.int(0), b.squeeze(b.sizes(mask.name, 1, 2), [0]), b.int(1)]), [0]);
  }

  /** Rows of x [B, T, D] at places [B, T]. */
  private gather(x: string, places: string): string {
    const { b } = this;
    return b.op('GatherElements', [x, b.op('Expand', [b.unsqueeze(places, [2]), b.shape(x)])], { axis: int(1) });
  }
}
