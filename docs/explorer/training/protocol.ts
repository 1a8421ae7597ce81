/** What page and worker say to each other. */
import type { EpochSeen, Setup } from './trainer.js';

/** The first word to a worker: one worker, one training. */
export interface Start {
  readonly kind: 'start';
  readonly setup: Setup;
  /** Of the task csv. */
  readonly csv?: { readonly text: string; readonly column: string };
  /** Whether every epoch comes with its connections. */
  readonly connections: boolean;
}

/** So many more epochs: the worker trains no further than the page has asked for, and the page asks as it draws. */
export interface More { readonly kind: 'more'; readonly epochs: number }

export type ToWorker = Start | More;

/** The first of the sequences looked at, and what should be answered. */
export interface Example {
  readonly features: readonly string[];
  /** [50, features] */
  readonly x: Float64Array;
  readonly asked: number;
  readonly outputs: number;
  /** [asked, outputs] */
  readonly y: Float64Array;
  /** The loss of who has not read the input. */
  readonly unread: number;
  /** Of the task csv. */
  readonly column?: string;
  readonly columns?: readonly string[];
  readonly order?: string;
}

export type FromWorker =
  | { readonly kind: 'started'; readonly example: Example; readonly threads: number }
  | { readonly kind: 'epoch'; readonly seen: EpochSeen; readonly connections?: Float64Array }
  | { readonly kind: 'failed'; readonly message: string };
