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
import { damaged, listOf, numberOf, objectOf, textOf } from './json.js';

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
  const inputs = listOf('inputs', description.inputs).map((entry) => {
    const { shape, name } = Array.isArray(entry) ? { shape: entry as JsonValue, name: undefined } : objectOf('input', entry);
    return Input({ shape: listOf('input shape', shape).map((size) => (size === null ? null : numberOf('input size', size))), ...(name === undefined ? {} : { name: textOf('input name', name) }) });
  });
  const layers = listOf('layers', description.layers).map((entry) => layerOf(entry, textOf('layer name', objectOf('layer', entry).name)));
  const values: SymbolicTensor[][] = [];
  const resolve = (reference: JsonValue): SymbolicTensor => {
    const [node = NaN, index = NaN] = listOf('reference', reference).map((at) => numberOf('reference', at));
    const tensor = node === -1 ? inputs[index] : values[node]?.[index];
    if (!tensor) throw damaged('reference', 'an earlier tensor', reference);
    return tensor;
  };
  for (const entry of listOf('nodes', description.nodes)) {
    const { layer, inputs: from } = objectOf('node', entry);
    const found = layers[numberOf('node layer', layer)];
    if (!found) throw damaged('node layer', `below ${layers.length}`, layer);
    values.push(found.applyAll(listOf('node inputs', from).map(resolve)));
  }
  const outputs = listOf('outputs', description.outputs).map(resolve);
  const names = listOf('outputNames', description.outputNames).map((name) => textOf('output name', name));
  if (names.length !== outputs.length || new Set(names).size !== names.length) throw damaged('outputNames', `${outputs.length} different names`, description.outputNames);
  return buildNetwork(inputs, outputs, names);
}
