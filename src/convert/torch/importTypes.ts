/** What importTorch takes and says. */
import type { FlattenOrder } from './mapping/flattening.js';

export interface ImportTorchOptions {
  /**
   * Modules of the file by layers of the model, where names and shapes leave it open: `{ lstm: 'encoder.rnn', dense: 'head.0' }`. A module
   * that only holds others stands for them; layers that name one module take its layers, or what it holds, in order. null leaves a layer as it is. Default: none.
   */
  names?: Readonly<Record<string, string | null>> | undefined;
  /** What the names of the model begin with in a file that holds more: `model_state_dict`. Default: nothing. */
  prefix?: string | undefined;
  /**
   * The order of features that PyTorch flattened: 'channelsFirst', as nn.Flatten leaves images and what convolutions make of sequences, or
   * 'channelsLast', after a permute, as in what exportTorch writes. Default 'channelsFirst'.
   */
  flattened?: FlattenOrder | undefined;
}

export interface TorchImport {
  /** In the model's order: each layer, PyTorch's name of its kind, the module in the file, and the tensors that were read. */
  readonly layers: readonly { readonly layer: string; readonly module: string; readonly from: string; readonly tensors: readonly string[] }[];
  /** Tensors of the file that nothing was made of. */
  readonly unused: readonly string[];
  /** What files of PyTorch do not say and may differ, such as an epsilon. */
  readonly notes: readonly string[];
}
