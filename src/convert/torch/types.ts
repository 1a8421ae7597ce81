/** What a file of PyTorch holds, as this library hands it out. */
import type { Shape } from '../../tensor.js';

/** Numbers as PyTorch calls them. */
export type TorchDType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** A contiguous row-major tensor. */
export interface TorchTensor {
  /** As the file has it. */
  readonly dtype: TorchDType;
  readonly shape: Shape;
  /**
   * Every number exactly: float16 and bfloat16 as float32, int64 as float64 (beyond 2^53 the file is refused), bool as 0 and 1, the others as they are. Where
   * the file has them so, a view of one copy of it: tensors that share their storage in PyTorch share it here.
   */
  readonly data: Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array;
}

/** Anything else in a checkpoint: the epoch, a loss, a learning rate; whole numbers beyond 2^53 as bigint. */
export type TorchValue = number | bigint | string | boolean | null;

export interface TorchFile {
  /** `zip`: torch.save since 1.6; `legacy`: before it; `safetensors`. */
  readonly format: 'zip' | 'legacy' | 'safetensors';
  /** In the file's order; names of nested dictionaries and lists are joined by dots: `model_state_dict.lstm.weight_ih_l0`. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** By such names, too; of safetensors its metadata. */
  readonly values: ReadonlyMap<string, TorchValue>;
}
