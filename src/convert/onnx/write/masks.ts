/** Masks of padded sequences in a graph of ONNX: made again from how the network says they come about. */
import type { TimeMask } from '../../../layers/timeMask.js';
import { int, ints, toEnd } from './graphBuilder.js';
import type { GraphBuilder } from './graphBuilder.js';

/** [B, T] of float: 1 for real steps, 0 for padding. */
export interface OnnxMask {
  readonly name: string;
  /** Whether all real steps lie in front, as lengths say; recurrent operators know no other padding. */
  readonly inFront: boolean;
}

/** An input of the model. */
export interface MaskedInput {
  /** [B, T, …] */
  readonly name: string;
  /** int32 [B], where lengths are an input. */
  readonly lengths: string | undefined;
  readonly rank: number;
  /** Of indices, int32. */
  readonly whole: boolean;
}

export class OnnxMasks {
  private readonly made = new Map<string, OnnxMask | undefined>();

  constructor(private readonly b: GraphBuilder, private readonly inputs: readonly MaskedInput[], private readonly refuse: (reason: string) => void) {}

  /** Undefined where every step is real. */
  of(mask: TimeMask | undefined): OnnxMask | undefined {
    if (!mask) return undefined;
    if (!this.made.has(mask.key)) this.made.set(mask.key, this.make(mask));
    return this.made.get(mask.key);
  }

  private make({ origin }: TimeMask): OnnxMask | undefined {
    const { b } = this;
    switch (origin?.from) {
      case 'input': return this.fromLengths(origin.input);
      case 'values': return this.fromValues(origin.input, origin.padding);
      case 'all': {
        const parts = origin.masks.flatMap((mask) => this.of(mask) ?? []);
        const [first, ...others] = parts;
        return first && { name: others.reduce((all, { name }) => b.op('Mul', [all, name]), first.name), inFront: parts.every(({ inFront }) => inFront) };
      }
      case 'reversed': {
        const mask = this.of(origin.mask);
        return mask && { name: b.reversed(mask.name, 1), inFront: false };
      }
      case 'window': {
        const mask = this.of(origin.mask);
        return mask && { ...mask, name: this.underWindow(mask.name, origin.stride, origin.spare) };
      }
      case 'stretched': {
        const mask = this.of(origin.mask);
        return mask && { ...mask, name: this.stretched(mask.name, origin.stride, origin.reach, origin.places) };
      }
      case 'cropped': {
        const mask = this.of(origin.mask);
        return mask && { ...mask, name: b.cropped(mask.name, 1, [origin.before, origin.after]) };
      }
      case undefined:
        this.refuse('its mask is one of your own, and nothing says how it comes about');
        return undefined;
    }
  }

  private fromLengths(input: number): OnnxMask | undefined {
    const { b } = this;
    const { name = '', lengths } = this.inputs[input] ?? {};
    if (lengths === undefined) return undefined;
    const steps = b.op('Range', [b.int(0), b.op('Squeeze', [b.sizes(name, 1, 2), b.ints([0])]), b.int(1)]);
    const real = b.op('Less', [b.unsqueeze(steps, [0]), b.unsqueeze(b.cast(lengths, 'int64'), [1])]);
    return { name: b.cast(real, 'float'), inFront: true };
  }

  private fromValues(input: number, padding: number): OnnxMask {
    const { b } = this;
    const { name = '', rank = 2, whole = false } = this.inputs[input] ?? {};
    const values = whole ? b.cast(name, 'float') : name;
    const odd = b.cast(b.op('Not', [b.op('Equal', [values, b.float(padding)])]), 'float');
    return { name: rank > 2 ? b.reduce('Max', odd, Array.from({ length: rank - 2 }, (_, i) => i + 2), false) : odd, inFront: false };
  }

  /** windowMask of layers/timeMask.ts. */
  private underWindow(mask: string, stride: number, spare: number): string {
    const { b } = this;
    if (spare === 0) return stride === 1 ? mask : b.slice(mask, 1, 0, toEnd, stride);
    const largest = (x: string, side: number): string => b.squeeze(b.op('MaxPool', [b.unsqueeze(x, [1])], {
      kernel_shape: ints([Math.abs(spare) + 1]), strides: ints([stride]), pads: ints([side, side]),
    }), [1]);
    const opposite = (x: string): string => b.op('Sub', [b.float(1), x]);
    return spare < 0 ? largest(mask, -spare) : opposite(largest(opposite(mask), 0));
  }

  /** stretchedMask of layers/timeMask.ts: places are numbers of float here, which are exact. */
  private stretched(mask: string, stride: number, reach: number, places: number): string {
    const { b } = this;
    const steps = b.sizes(mask, 1, 2);
    const count = Number.isNaN(places)
      ? b.op('Add', [b.op('Mul', [b.op('Sub', [steps, b.ints([1])]), b.ints([stride])]), b.ints([reach])])
      : b.ints([places]);
    const place = b.cast(b.op('Range', [b.int(0), b.squeeze(count, [0]), b.int(1)]), 'float');
    const over = (x: string): string => b.op('Div', [x, b.float(stride)]);
    const last = b.op('Floor', [over(place)]);
    const first = b.op('Ceil', [over(b.op('Add', [place, b.float(1 - reach)]))]);
    const [low, high] = [b.op('Min', [first, last]), b.op('Max', [first, last])];
    const framed = b.op('Pad', [mask, b.ints([0, 1, 0, 1])]); // 0 beyond both ends
    const end = b.cast(b.op('Add', [b.squeeze(steps, [0]), b.int(1)]), 'float');
    const at = (step: string): string => b.op('Gather', [framed, b.cast(b.op('Clip', [b.op('Add', [step, b.float(1)]), b.float(0), end]), 'int64')], { axis: int(1) });
    let [largest, smallest] = [at(low), at(low)];
    for (let i = 1; i <= furthest(stride, reach); i++) {
      const step = b.op('Min', [b.op('Add', [low, b.float(i)]), high]);
      largest = b.op('Max', [largest, at(step)]);
      smallest = b.op('Min', [smallest, at(step)]);
    }
    return b.op('Where', [b.op('LessOrEqual', [first, last]), largest, smallest]);
  }
}

/** How many steps lie between the first and the last that reach a place. */
function furthest(stride: number, reach: number): number {
  const spans = Array.from({ length: stride }, (_, place) => Math.abs(Math.floor(place / stride) - Math.ceil((place - reach + 1) / stride)));
  return Math.max(...spans);
}

/** x [B, T, …] of rank `rank` with zeros at padded steps. */
export function realSteps(b: GraphBuilder, x: string, mask: OnnxMask | undefined, rank: number): string {
  return mask ? b.op('Mul', [x, overFeatures(b, mask.name, rank)]) : x;
}

/** [B, T] as [B, T, 1, …] of rank `rank`. */
export function overFeatures(b: GraphBuilder, mask: string, rank: number): string {
  return b.unsqueeze(mask, Array.from({ length: rank - 2 }, (_, i) => i + 2));
}
