/** A network from its JSON (describe.ts). */
import { FileFormatError } from '../../errors.js';
import { Input } from '../../layers/layer.js';
import type { AnyLayer, JsonObject, JsonValue, SymbolicTensor } from '../../layers/layer.js';
import { buildNetwork } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import type { LayerFactory } from './factory.js';
import { damaged, listOf, numberOf, objectOf, textOf } from './json.js';

/** @throws FileFormatError for an unknown class or a reference to nothing. */
export function rebuildArchitecture(description: JsonObject, known: Readonly<Record<string, LayerFactory>>): Network {
  const inputs = listOf('inputs', description.inputs).map((entry) => {
    const { shape, name } = Array.isArray(entry) ? { shape: entry as JsonValue, name: undefined } : objectOf('input', entry);
    return Input({ shape: listOf('input shape', shape).map((size) => numberOf('input size', size)), ...(name === undefined ? {} : { name: textOf('input name', name) }) });
  });
  const layerOf = (entry: JsonValue | undefined, name: string): AnyLayer => {
    const { className, config } = objectOf('layer', entry);
    const kind = textOf('layer class', className);
    const make = Object.hasOwn(known, kind) ? known[kind] : undefined;
    if (!make) {
      throw new FileFormatError({
        operation: 'loadModel', argument: 'layer class', expected: Object.keys(known).join(' | '), actual: kind,
        hint: 'Pass your own layers as customLayers.',
      });
    }
    return make({ ...objectOf('layer config', config), name }, (inner) => layerOf(inner, 'inner'));
  };
  const layers = listOf('layers', description.layers).map((entry) => layerOf(entry, textOf('layer name', objectOf('layer', entry).name)));
  const made: SymbolicTensor[][] = [];
  const resolve = (reference: JsonValue): SymbolicTensor => {
    const [node = NaN, index = NaN] = listOf('reference', reference).map((at) => numberOf('reference', at));
    const tensor = node === -1 ? inputs[index] : made[node]?.[index];
    if (!tensor) throw damaged('reference', 'an earlier tensor', reference);
    return tensor;
  };
  for (const entry of listOf('nodes', description.nodes)) {
    const { layer, inputs: from } = objectOf('node', entry);
    const found = layers[numberOf('node layer', layer)];
    if (!found) throw damaged('node layer', `below ${layers.length}`, layer);
    made.push(found.applyAll(listOf('node inputs', from).map(resolve)));
  }
  const outputs = listOf('outputs', description.outputs).map(resolve);
  const names = listOf('outputNames', description.outputNames).map((name) => textOf('output name', name));
  if (names.length !== outputs.length || new Set(names).size !== names.length) throw damaged('outputNames', `${outputs.length} different names`, description.outputNames);
  return buildNetwork(inputs, outputs, names);
}
