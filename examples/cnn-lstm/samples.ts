/** From bars to samples: a picture of a window of candles, the log10 of its closes, and the log10 close of the bar after. */
import type { SampleSource } from 'bptt';
import { candlestickBatch } from 'bptt/charts';
import type { Bars } from 'bptt/charts';
import { timeSplit } from 'bptt/forecast';
import type { Range } from 'bptt/forecast';

/** Shares of the samples, in time order: nine tenths of nine tenths for training, as published. */
export const SHARES = { train: 0.81, validation: 0.09, test: 0.1 } as const;
export const BLOCKS = ['train', 'validation', 'test'] as const;
export type BlockName = (typeof BLOCKS)[number];

/** Samples of one block. Sample i of a block shows bars origin[i] − window + 1 … origin[i]. */
export interface Block {
  /** Pictures [n, size, size, 3] from 0 to 1, drawn when a batch needs them. */
  readonly images: SampleSource;
  /** log10 closes [n, window, 1]. */
  readonly closes: { readonly data: Float64Array; readonly shape: readonly [number, number, 1] };
  /** log10 of the close of the bar after the window [n, 1]. */
  readonly targets: { readonly data: Float64Array; readonly shape: readonly [number, 1] };
  /** Last bar that each sample knows [n]. */
  readonly origins: Int32Array;
}

export interface SampleOptions {
  /** Bars in a picture. */
  readonly window: number;
  /** Height and width of a picture in pixels. */
  readonly size: number;
}

/** Three blocks that follow each other in time. A target lies one bar ahead, so no target of a block is one of another. */
export function makeBlocks(bars: Bars, options: SampleOptions): Record<BlockName, Block> {
  const count = bars.close.length - options.window;
  const { train, validation, test } = timeSplit(count, SHARES);
  const block = (range: Range): Block => makeBlock(bars, options, range);
  return { train: block(train), validation: block(validation), test: block(test) };
}

/** Samples start … end − 1; sample i shows bars i … i + window − 1. */
export function makeBlock(bars: Bars, { window, size }: SampleOptions, { start, end }: Range): Block {
  const count = end - start;
  const log = Float64Array.from(bars.close, Math.log10);
  const closes = new Float64Array(count * window);
  for (let i = 0; i < count; i++) closes.set(log.subarray(start + i, start + i + window), i * window);
  const pixels = new Float32Array(size * size * 3);
  return {
    images: {
      shape: [count, size, size, 3],
      read(index, out) {
        out.set(candlestickBatch(bars, { window, width: size, height: size, starts: [start + index], into: pixels }).data);
      },
    },
    closes: { data: closes, shape: [count, window, 1] },
    targets: { data: log.slice(start + window, end + window), shape: [count, 1] },
    origins: Int32Array.from({ length: count }, (_, i) => start + i + window - 1),
  };
}

/** Some samples of a block, in the order given. */
export function cut(block: Block, samples: readonly number[]): Block {
  const [, window] = block.closes.shape;
  const closes = samples.flatMap((i) => [...block.closes.data.subarray(i * window, (i + 1) * window)]);
  return {
    images: { shape: [samples.length, ...block.images.shape.slice(1)], read: (i, out) => { block.images.read(samples[i] ?? -1, out); } },
    closes: { data: Float64Array.from(closes), shape: [samples.length, window, 1] },
    targets: { data: Float64Array.from(samples, (i) => block.targets.data[i] ?? NaN), shape: [samples.length, 1] },
    origins: Int32Array.from(samples, (i) => block.origins[i] ?? -1),
  };
}
