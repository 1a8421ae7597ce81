/** What importModel takes and gives. */
import type { ByteSource } from '../../byteSource.js';
import type { Model } from '../../models/model.js';
import type { ModelFormat } from '../description.js';
import type { ImportTorchOptions, TorchImport } from '../torch/importTypes.js';

export interface ImportModelOptions extends ImportTorchOptions {
  /** Takes the weights of a file that holds nothing else: a state dict, `.weights.h5`. Of torch's, `names`, `prefix` and `flattened` are as in {@link importTorch}. Default: none. */
  model?: Model | undefined;
  /** The bytes of all files of weights of a model.json, in their order. Default: none. */
  weights?: ByteSource | readonly ByteSource[] | undefined;
}

/** A model that was read from a file of any format. */
export interface ModelImport {
  readonly format: ModelFormat;
  readonly model: Model;
  /** What could not be taken along, or what the file does not say, one sentence each. */
  readonly notes: readonly string[];
  /** Of a state dict: where the weights of each layer come from. */
  readonly layers: TorchImport['layers'];
  /** Of a state dict: tensors that nothing was made of. */
  readonly unused: readonly string[];
}
