/** What a worker thread is asked for and what it answers: plain data, which travels between threads. */
import type { Bar } from '../data/bar.js';
import type { Correction } from './correction.js';
import type { Words } from './words.js';

/** A network as it is stored; the bytes lie in memory that threads share. */
export interface StoredNetwork {
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly full: boolean;
}

export interface PredictionTask {
  readonly network: StoredNetwork;
  readonly symbol: string;
  /** The last WINDOW bars. */
  readonly bars: readonly Bar[];
  readonly barMinutes: number;
  readonly correction: Correction;
}

export interface Prediction {
  readonly lastClose: number;
  /** Prices: without the correction, and as it is acted on. */
  readonly raw: number;
  readonly forecast: number;
  readonly percent: number;
  readonly words: Words;
  /** The chart with what moved the forecast, as SVG text. */
  readonly picture: string;
}
