/** How the layers of a saved network are wired, as its JSON says it (describe.ts): checked, and nothing of it built. */
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import type { OpenShape } from '../../openShapes.js';
import { damaged, listOf, numberOf, objectOf, textOf } from './json.js';

/** Output `index` of node number `node`, or with −1 input `index` of the model. */
interface Reference { readonly node: number; readonly index: number }

export interface Wiring {
  readonly inputs: readonly { readonly shape: OpenShape; readonly name: string | undefined }[];
  /** `{ className, config }` of each. */
  readonly layers: readonly { readonly entry: JsonValue; readonly name: string }[];
  /** In an order in which every input comes before its use. `layer`: its place among the layers. */
  readonly nodes: readonly { readonly layer: number; readonly inputs: readonly Reference[] }[];
  readonly outputs: readonly Reference[];
  readonly outputNames: readonly string[];
}

function referencesOf(argument: string, value: JsonValue | undefined): Reference[] {
  return listOf(argument, value).map((reference) => {
    const [node = NaN, index = NaN] = listOf('reference', reference).map((at) => numberOf('reference', at));
    return { node, index };
  });
}

/** @throws FileFormatError for what contradicts itself. */
export function readWiring(description: JsonObject): Wiring {
  const inputs = listOf('inputs', description.inputs).map((entry) => {
    const { shape, name } = Array.isArray(entry) ? { shape: entry as JsonValue, name: undefined } : objectOf('input', entry);
    return {
      shape: listOf('input shape', shape).map((size) => (size === null ? null : numberOf('input size', size))),
      name: name === undefined ? undefined : textOf('input name', name),
    };
  });
  const layers = listOf('layers', description.layers).map((entry) => ({ entry, name: textOf('layer name', objectOf('layer', entry).name) }));
  const nodes = listOf('nodes', description.nodes).map((entry) => {
    const { layer, inputs: from } = objectOf('node', entry);
    const place = numberOf('node layer', layer);
    if (!layers[place]) throw damaged('node layer', `below ${layers.length}`, layer);
    return { layer: place, inputs: referencesOf('node inputs', from) };
  });
  const outputs = referencesOf('outputs', description.outputs);
  const outputNames = listOf('outputNames', description.outputNames).map((name) => textOf('output name', name));
  if (outputNames.length !== outputs.length || new Set(outputNames).size !== outputNames.length) throw damaged('outputNames', `${outputs.length} different names`, description.outputNames);
  return { inputs, layers, nodes, outputs, outputNames };
}

/** What a reference means. @param inputs of the model. @param values of the nodes so far. @throws FileFormatError for a reference to nothing. */
export function resolved<T>({ node, index }: Reference, inputs: readonly T[], values: readonly (readonly T[])[]): T {
  const value = node === -1 ? inputs[index] : values[node]?.[index];
  if (value === undefined) throw damaged('reference', 'an earlier tensor', [node, index]);
  return value;
}
