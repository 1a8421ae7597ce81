/** What a model file says of itself, whatever its format. */
import type { JsonObject } from '../json.js';

/**
 * `bptt`: a model of this library; `torch`: a state dict of torch.save; `safetensors`: tensors of another program; `keras`: .keras, .h5;
 * `tensorflowjs`: model.json; `onnx`.
 */
export type ModelFormat = 'bptt' | 'torch' | 'safetensors' | 'keras' | 'tensorflowjs' | 'onnx';

export interface DescribedTensor {
  readonly name: string;
  /** As the file has its numbers: float32, int64, … */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface DescribedPort {
  readonly name: string;
  /** With the batch, where the file says so; null, or a name, where any size will do. */
  readonly shape: readonly (number | string | null)[];
}

export interface DescribedLayer {
  readonly name: string;
  /** Its class or operator, as the format calls it; of a state dict what its tensors look like, or ''. */
  readonly type: string;
  /** Numbers in its weights, where the file tells them apart by layers. */
  readonly parameters?: number;
  readonly options: JsonObject;
}

/** A model file, described without building or running anything. */
export interface ModelDescription {
  readonly format: ModelFormat;
  /** The rest of what it says of itself: producer, version, opset, epoch. */
  readonly about: Readonly<Record<string, string | number | boolean | null>>;
  readonly inputs: readonly DescribedPort[];
  readonly outputs: readonly DescribedPort[];
  readonly layers: readonly DescribedLayer[];
  readonly tensors: readonly DescribedTensor[];
  /** Numbers in its weights, running statistics included; not what an optimiser has gathered. */
  readonly parameters: number;
  /** Files that hold the weights of a model.json, in their order, as it names them; else none. */
  readonly shards: readonly string[];
}
