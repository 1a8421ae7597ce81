/**
 * What is run: width 5, 25, 125, 250 at one layer and depth 1, 5, 15, 25 at width 5, for RNN and LSTM, and batch
 * normalisation for the two deepest RNNs; each under several protocols. Width 5 at one layer is in both series, so the 16
 * published runs are 14 different ones.
 */
export type Cell = 'RNN' | 'LSTM';
/** `after`: once, behind the last recurrent layer, as in the published notebook; `between`: behind each but the last. */
export type Normalization = 'none' | 'after' | 'between';

export interface Configuration {
  readonly cell: Cell;
  readonly units: number;
  readonly layers: number;
  readonly normalization: Normalization;
}

export const CELLS = ['RNN', 'LSTM'] as const satisfies readonly Cell[];
export const WIDTHS = [5, 25, 125, 250] as const;
export const DEPTHS = [1, 5, 15, 25] as const;
/** Depths at which the RNN is also run with batch normalisation. */
export const NORMALIZED = [15, 25] as const;

export function widthSeries(cell: Cell): Configuration[] {
  return WIDTHS.map((units) => ({ cell, units, layers: 1, normalization: 'none' }));
}

export function depthSeries(cell: Cell, normalization: Normalization = 'none'): Configuration[] {
  const depths = normalization === 'none' ? DEPTHS : NORMALIZED;
  return depths.map((layers) => ({ cell, units: 5, layers, normalization }));
}

/** Every different configuration, in the order of the tables. */
export function allConfigurations(): Configuration[] {
  return [
    ...CELLS.flatMap((cell) => [...widthSeries(cell), ...depthSeries(cell).slice(1)]),
    ...depthSeries('RNN', 'after'), ...depthSeries('RNN', 'between'),
  ];
}

const PLACES: Readonly<Record<Normalization, string>> = { none: '', after: ' + norm after', between: ' + norm between' };

/** `RNN 5 × 15 + norm after`: width × depth. */
export function nameOf({ cell, units, layers, normalization }: Configuration): string {
  return `${cell} ${units} × ${layers}${PLACES[normalization]}`;
}

export function sameConfiguration(a: Configuration, b: Configuration): boolean {
  return nameOf(a) === nameOf(b);
}

export interface Protocol {
  readonly name: ProtocolName;
  /** What tables and plots call it. */
  readonly title: string;
  /** Samples a step; absent: all of them, one step an epoch. */
  readonly batch?: number;
  /** Share of the study's epochs; all by default. */
  readonly share?: number;
  /** `uniform`: ±1/√H for every weight and bias, PyTorch's default; `library`: ours (and Keras's). */
  readonly initial: 'uniform' | 'library';
  readonly text: string;
}

export type ProtocolName = 'published' | 'mini-batch' | 'orthogonal';

export const PUBLISHED: Protocol = {
  name: 'published', title: 'as published', initial: 'uniform',
  text: 'the whole training part is one batch, so an epoch is one step of Adam; all weights start uniform in ±1/√H',
};

/** Each differs from the one before in one thing. */
export const PROTOCOLS: readonly Protocol[] = [
  PUBLISHED,
  {
    name: 'mini-batch', title: 'batch 32', initial: 'uniform', batch: 32, share: 0.2,
    text: 'the same with batches of 32, shuffled, for a fifth of the epochs: on about 1,900 training samples 1,180 steps in place of 100',
  },
  {
    name: 'orthogonal', title: 'batch 32, orthogonal', initial: 'library', batch: 32, share: 0.2,
    text: 'the same with this library\'s initial weights: Glorot and orthogonal kernels, biases 0, forget gates 1',
  },
];
