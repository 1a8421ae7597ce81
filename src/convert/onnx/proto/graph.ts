/** The messages of ONNX that carry a model, as plain records; names as in onnx.proto, where readers look them up. */

/** TensorProto.DataType. */
export const elementTypes = {
  float: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, double: 11, uint32: 12, uint64: 13, bfloat16: 16,
} as const;

/** Where the numbers of a tensor lie: in `raw_data`, or in a list of their own type; each a view into the file. */
export interface TensorBytes {
  readonly field: 'raw' | 'float' | 'int32' | 'int64' | 'double' | 'uint64' | 'string' | 'external';
  readonly pieces: readonly Uint8Array[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly data: TensorBytes;
}

/** AttributeProto: one of these. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'other'; readonly value: string };

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** '' is that of ONNX itself. */
  readonly domain: string;
  /** '' for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** ValueInfoProto of a tensor: sizes are numbers, names of open ones, or '' for unnamed open ones; no shape at all is undefined. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly (number | string)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** Version of the operators of each domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly metadata: ReadonlyMap<string, string>;
}
