/**
 * Loads the golden files of test/golden/data; README.md there states names, layouts and conventions.
 */
import { readFileSync, readdirSync } from 'node:fs';

/** One tensor, row-major. */
export interface GoldenTensor {
  shape: number[];
  data: Float64Array;
}

export interface Golden {
  /** Parameters of the cases, as text. */
  metadata: Record<string, string>;
  tensors: Record<string, GoldenTensor>;
  /** The tensor of that name. @throws Error when the file has none. */
  get: (tensor: string) => GoldenTensor;
  /** The only number of a scalar tensor, such as `loss`. */
  scalar: (tensor: string) => number;
}

// The compiled file lies in dist/test/golden; the data stay in the source tree.
const folder = new URL('../../../test/golden/data/', import.meta.url);

/** Names of all golden files, without extension. */
export function goldenNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** The golden file of that name, such as `lstm-1layer`; arrays are fresh at every call. */
export function readGolden(name: string): Golden {
  return parseGolden(name, readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

/** @throws Error naming the file and tensor when the text is not of the golden format. */
export function parseGolden(name: string, text: string): Golden {
  const file: unknown = JSON.parse(text);
  if (!isRecord(file) || !isRecord(file.metadata) || !isRecord(file.tensors)) {
    throw new Error(`golden '${name}': metadata and tensors expected`);
  }
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(file.metadata)) metadata[key] = String(value);
  const tensors: Record<string, GoldenTensor> = {};
  for (const [key, value] of Object.entries(file.tensors)) {
    tensors[key] = toTensor(`golden '${name}': ${key}`, value);
  }

  function get(tensor: string): GoldenTensor {
    const found = tensors[tensor];
    if (found === undefined) {
      throw new Error(`golden '${name}' has no '${tensor}', only ${Object.keys(tensors).join(', ')}`);
    }
    return found;
  }
  function scalar(tensor: string): number {
    const { shape, data } = get(tensor);
    const [value] = data;
    if (shape.length !== 0 || value === undefined) throw new Error(`golden '${name}': '${tensor}' is no scalar`);
    return value;
  }
  return { metadata, tensors, get, scalar };
}

function toTensor(where: string, value: unknown): GoldenTensor {
  if (!isRecord(value) || !isNumbers(value.shape) || !isNumbers(value.data)) {
    throw new Error(`${where}: shape and data must be finite numbers`);
  }
  const { shape, data } = value;
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size !== data.length) {
    throw new Error(`${where}: shape [${shape.join(', ')}] needs ${size} numbers, got ${data.length}`);
  }
  return { shape, data: Float64Array.from(data) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item));
}
