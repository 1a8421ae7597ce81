/** What goes into and comes out of ONNX files, for callers. */
import type { Model } from '../../models/model.js';
import type { WeightRounding } from '../rounding.js';

export interface ExportOnnxOptions {
  /** Version of the operators: 17, with IR 8, which every runtime since 2022 reads (default), or 22, with IR 10. */
  opset?: 17 | 22 | undefined;
  /**
   * Adds an input `lengths` int32 [batch] for every sequence whose padding makes a difference to some layer (`NAME_lengths` where the model
   * takes several): how many of its steps are real. Default false: all are, but for what Masking and Embedding say.
   */
  lengths?: boolean | undefined;
  /** How weights are kept: 'float32' (default), or 'float16', half as large, which the graph turns back into float32. */
  weights?: 'float32' | 'float16' | undefined;
}

export interface ExportForecasterOptions extends Omit<ExportOnnxOptions, 'lengths'> {
  /** Whose scalers and units the graph has, where several were fitted. With pooled scalers it may be left out: intervals then need `naive_error`, an input. */
  series?: string | undefined;
  /** 'inputs': the columns that the calendar makes, `sin(weekday)` and such, are columns of the inputs `history` and `future`. Default 'refuse'. */
  calendar?: 'refuse' | 'inputs' | undefined;
}

/** An input or output of the graph: open axes by name. */
export interface OnnxPort {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'int32';
  readonly shape: readonly (number | string)[];
  /** Of a forecaster: what the last axis holds, columns of its table or levels of quantiles. */
  readonly columns?: readonly string[];
}

export interface OnnxExport {
  /** Of an .onnx file. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** States that stateful layers carry: zeros go in at first, then what came out. */
  readonly states: readonly { readonly input: OnnxPort; readonly output: OnnxPort }[];
  /** Of 'float16'. */
  readonly rounding?: WeightRounding;
}

/** An input or output of a model that was read. */
export interface OnnxSource {
  /** In the model. */
  readonly name: string;
  /** In the file. */
  readonly of: string;
  /** Which axis of the file's each of the model's is; the first is the batch. */
  readonly axes: readonly number[];
}

/** A model that was read from an ONNX file. */
export interface OnnxImport {
  readonly model: Model;
  readonly producer: string;
  /** Version of the operators. */
  readonly opset: number;
  /** Whether `exportOnnx` wrote this very graph, and the model is the one it was made of: layers, masks and states under their names. Else operators have said what it is. */
  readonly asWritten: boolean;
  readonly inputs: readonly OnnxSource[];
  readonly outputs: readonly OnnxSource[];
  /** Inputs of the file that are `lengths` here, of the sequences that the input `of` brings. */
  readonly lengths: readonly { readonly name: string; readonly of: string }[];
}
