/**
 * What a file of `exportOnnx` says of the model it was made of, in its metadata. Operators do not say all of it: which steps Masking leaves out, that
 * two sweeps are one Bidirectional, that a state is carried on. It is no more than a hint: restored.ts holds it to the graph.
 */
import { FileFormatError } from '../../../errors.js';
import type { JsonObject, JsonValue } from '../../../json.js';
import { describeArchitecture } from '../../../models/files/describe.js';
import { objectOf, parseJson } from '../../../models/files/json.js';
import { frozenLayers } from '../../../models/graph/network.js';
import type { Network } from '../../../models/graph/network.js';
import { descriptionKey } from './key.js';

const version = 1;

/** As exportOnnx was asked for it. */
export interface Written {
  readonly lengths: boolean;
  readonly half: boolean;
}

export interface OwnDescription extends Written {
  readonly architecture: JsonObject;
}

export function describeModel(network: Network, written: Written): JsonObject {
  return { version, ...written, architecture: describeArchitecture(network, frozenLayers(network)) };
}

/** @param limit that no number of an honest one passes. @throws FileFormatError */
export function parseDescription(text: string, limit: number): OwnDescription {
  const refuse = (expected: string, actual: string): FileFormatError => new FileFormatError({ operation: 'importOnnx', argument: `metadata '${descriptionKey}'`, expected, actual });
  const { version: given, lengths, half, architecture } = objectOf('description', parseJson('importOnnx', `metadata '${descriptionKey}'`, text) as JsonValue);
  if (given !== version) throw refuse(`version ${version}`, JSON.stringify(given) ?? 'nothing');
  const largest = largestOf(architecture);
  if (largest > limit) throw refuse(`numbers up to ${limit}`, String(largest));
  return { lengths: lengths === true, half: half === true, architecture: objectOf('architecture', architecture) };
}

function largestOf(value: JsonValue | undefined): number {
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((largest, each: JsonValue | undefined) => Math.max(largest, largestOf(each)), 0);
}
