/** The layers of a configuration of Keras, as they stand there. */
import type { JsonValue } from '../../json.js';
import type { DescribedLayer, DescribedPort } from '../description.js';
import { references } from './calls.js';
import { isList, isModel, isObject, layersWithin, serialized } from './layerConfig.js';
import type { Serialized } from './layerConfig.js';

export function layerName({ className, config, entry }: Serialized): string {
  const name = typeof entry.name === 'string' ? entry.name : config.name;
  return typeof name === 'string' ? name : className;
}

/** An input of the outermost model: its shape without the batch. */
export interface InputSpec { readonly name: string | undefined; readonly shape: JsonValue | undefined }

export function inputsOf(model: Serialized): InputSpec[] {
  const { className, config, entry } = model;
  const layers = layersWithin(model).flatMap((layer) => serialized(layer) ?? []);
  const shapeOf = (layer: Serialized | undefined): JsonValue | undefined => layer?.config.batch_shape ?? layer?.config.batch_input_shape;
  if (className !== 'Sequential') {
    return (references(config.input_layers) ?? []).map(({ layer: name }) => ({ name, shape: shapeOf(layers.find((each) => layerName(each) === name)) }));
  }
  const [first] = layers;
  const built = isObject(entry.build_config) ? entry.build_config.input_shape : undefined;
  const inner = first && isModel(first.className) ? inputsOf(first)[0]?.shape : undefined;
  return [{ name: first?.className === 'InputLayer' ? layerName(first) : undefined, shape: shapeOf(first) ?? inner ?? config.build_input_shape ?? built }];
}

/** Models within one another; parseJson has seen to it that there is an end. */
function layersOf(model: Serialized, outer: string): DescribedLayer[] {
  return layersWithin(model).flatMap((value) => {
    const layer = serialized(value);
    if (!layer) return [];
    const name = `${outer}${layerName(layer)}`;
    return isModel(layer.className) ? layersOf(layer, `${name}/`) : [{ name, type: layer.className, options: layer.config }];
  });
}

/** Inputs have the shapes that the configuration states. */
export function listedLayers(model: Serialized): { readonly inputs: DescribedPort[]; readonly outputs: DescribedPort[]; readonly layers: DescribedLayer[] } {
  const inputs = inputsOf(model).map(({ name = '', shape }) => ({ name, shape: isList(shape) ? shape.map((size) => (typeof size === 'number' ? size : null)) : [] }));
  return { inputs, outputs: [], layers: layersOf(model, '') };
}
