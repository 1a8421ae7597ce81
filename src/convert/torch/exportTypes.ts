/** What exportTorch takes and gives. */
import type { WeightRounding } from '../rounding.js';

export interface ExportTorchOptions {
  /** How weights are kept: 'float32' (default), 'float16', half as large, which the module turns back into float32, or 'float64', for a module of float64. */
  weights?: 'float16' | 'float32' | 'float64' | undefined;
  /** What the Python text calls the file of the weights. Letters, digits, _ . or -. Default 'model.safetensors'. */
  fileName?: string | undefined;
}

export interface TorchExport {
  /** A .safetensors file: the state dict of the module. */
  readonly weights: Uint8Array;
  /** A module for Python with `Model`, and `load(path)`, which reads the weights into it. Inputs and outputs have the axes that they have here. */
  readonly python: string;
  /** What the module does not do. */
  readonly notes: readonly string[];
  /** What keeping the weights in that type did to them. */
  readonly rounding: WeightRounding;
}
