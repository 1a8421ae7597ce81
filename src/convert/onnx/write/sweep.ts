/** One cell in one direction. */
import type { Writing } from './layerWriter.js';
import type { Padding } from './padding.js';

/** What runs once over a sequence. */
export interface Sweep {
  readonly w: Writing;
  /** In front of the names of weights: `forward/`, `cell0/`. */
  readonly prefix: string;
  /** [B, T, D] */
  readonly x: string;
  /** Last step first. */
  readonly backwards: boolean;
  readonly padding: Padding | undefined;
  /** [B, H] by name of the state; missing where it is zero. */
  readonly initial: Readonly<Record<string, string | undefined>>;
}

/** y [B, T, H], in the order of time, and the last states [B, H]. */
export interface Swept {
  readonly y: string;
  readonly states: Readonly<Record<string, string>>;
}
