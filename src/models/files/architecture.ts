/** A network from its JSON (describe.ts). */
import type { AnyCell } from '../../cells/cell.js';
import { FileFormatError } from '../../errors.js';
import { Input } from '../../layers/layer.js';
import type { AnyLayer, JsonObject, JsonValue, SymbolicTensor } from '../../layers/layer.js';
import { withRules } from '../../layers/weightRules.js';
import type { Constraint, Regularizer } from '../../layers/weightRules.js';
import { buildNetwork } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import type { Makers } from './factory.js';
import { objectOf, textOf } from './json.js';
import { readWiring, resolved } from './wiring.js';

/** The maker of what `{ className, config }` describes, and the config. @throws FileFormatError for an unknown class */
function made<F>(what: 'layer' | 'cell' | 'rule', entry: JsonValue | undefined, known: Readonly<Record<string, F>>): { readonly make: F; readonly config: JsonObject } {
  const { className, config } = objectOf(what, entry);
  const kind = textOf(`${what} class`, className);
  const make = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (make) return { make, config: objectOf(`${what} config`, config) };
  throw new FileFormatError({
    operation: 'loadModel', argument: `${what} class`, expected: Object.keys(known).join(' | '), actual: kind,
    hint: `Pass your own ${what}s as custom${{ layer: 'Layers', cell: 'Cells', rule: 'Rules' }[what]}.`,
  });
}

/** Makes layers from `{ className, config }`, with what they hold. */
export function layerMaker(known: Makers): (entry: JsonValue | undefined, name: string) => AnyLayer {
  const ruleOf = (entry: JsonValue): Regularizer | Constraint => {
    const { make, config } = made('rule', entry, known.rules);
    return make(config);
  };
  const cellOf = (entry: JsonValue | undefined): AnyCell => {
    const { make, config } = made('cell', entry, known.cells);
    return make(config, cellOf);
  };
  const layerOf = (entry: JsonValue | undefined, name: string): AnyLayer => {
    const { make, config } = made('layer', entry, known.layers);
    return make({ ...withRules(config, ruleOf), name }, (inner) => layerOf(inner, 'inner'), cellOf);
  };
  return layerOf;
}

/** @throws FileFormatError for an unknown class or a reference to nothing. */
export function rebuildArchitecture(description: JsonObject, known: Makers): Network {
  const layerOf = layerMaker(known);
  const wiring = readWiring(description);
  const inputs = wiring.inputs.map(({ shape, name }) => Input({ shape, ...(name === undefined ? {} : { name }) }));
  const layers = wiring.layers.map(({ entry, name }) => layerOf(entry, name));
  const values: SymbolicTensor[][] = [];
  for (const { layer, inputs: from } of wiring.nodes) values.push(layers[layer]?.applyAll(from.map((reference) => resolved(reference, inputs, values))) ?? []);
  return buildNetwork(inputs, wiring.outputs.map((reference) => resolved(reference, inputs, values)), wiring.outputNames);
}
