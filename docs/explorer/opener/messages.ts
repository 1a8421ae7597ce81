/** What the page asks its worker, and what comes back. */
import type { ModelDescription } from 'bptt/convert';

export interface GivenFile { readonly name: string; readonly bytes: Uint8Array }

/** An input of the model: null where any size will do. */
export interface OpenedInput {
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly (number | null)[];
  /** Whole numbers from 0 up to, but not with, this one; null for any numbers. */
  readonly indices: number | null;
}

export interface OpenedLayer { readonly name: string; readonly type: string; readonly shape: string; readonly parameters: number }

export interface OpenedModel {
  readonly inputs: readonly OpenedInput[];
  readonly layers: readonly OpenedLayer[];
  readonly parameters: number;
  readonly notes: readonly string[];
}

/** A file, and the model it has become, or all that stands in its way. */
export interface Opened {
  readonly name: string;
  readonly size: number;
  readonly description: ModelDescription;
  readonly model?: OpenedModel;
  readonly problems: readonly string[];
  /** Whether it holds weights that a model of bptt can take. */
  readonly wantsModel: boolean;
}

export interface Values { readonly shape: readonly number[]; readonly data: Float32Array }
export interface NamedValues extends Values { readonly name: string }
export interface SavedFile { readonly name: string; readonly bytes: Uint8Array }

export type SaveFormat = 'onnx' | 'bptt' | 'torch' | 'tensorflowjs';

/** Each call by its name: what it takes, what it gives. */
export interface Calls {
  /** `waiting`: weights that were opened before, which a model of bptt among the files takes. */
  open: { takes: { readonly files: readonly GivenFile[]; readonly waiting: readonly GivenFile[] }; gives: Opened };
  example: { takes: Record<string, never>; gives: Opened };
  fill: { takes: { readonly seed: number; readonly sizes: readonly (readonly number[])[] }; gives: readonly Values[] };
  run: { takes: { readonly inputs: readonly Values[] }; gives: readonly NamedValues[] };
  save: { takes: { readonly format: SaveFormat; readonly half: boolean }; gives: readonly SavedFile[] };
}
