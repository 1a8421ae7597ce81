/** A model's architecture by itself, as JSON: what `toJSON` says and `modelFromJSON` reads. */
import { ArgumentError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { firstUses } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import { describeArchitecture } from './describe.js';

export const jsonVersion = 1;

export type ModelJson = {
  readonly format: 'bptt';
  readonly version: number;
  /** Of initial weights, shuffling and dropout. */
  readonly seed: number;
  /** Inputs, layers by class name and options, and who feeds whom. */
  readonly architecture: JsonObject;
};

/** @param frozen names of layers that are not trained. @throws ArgumentError for what JSON would leave out. */
export function modelJson(network: Network, frozen: ReadonlySet<string>, seed: number): ModelJson {
  for (const { layer, name } of firstUses(network)) {
    const lost = lostInitializer(layer.config());
    if (lost === undefined) continue;
    throw new ArgumentError({
      operation: 'toJSON', argument: `${lost} of '${name}'`, expected: 'an initialiser by name', actual: 'a function, which JSON cannot hold',
      hint: 'toBytes saves the weights that it made.',
    });
  }
  return { format: 'bptt', version: jsonVersion, seed, architecture: describeArchitecture(network, frozen) };
}

/** The first option, of the layer or one within, that holds an initialiser without a name. */
function lostInitializer(config: JsonValue | undefined): string | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  for (const [key, value] of Object.entries(config)) {
    const lost = key.endsWith('Initializer') && value === undefined ? key : lostInitializer(value);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
