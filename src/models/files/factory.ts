import type { AnyLayer, JsonObject, JsonValue } from '../../layers/layer.js';

/**
 * Makes a layer from what its `config()` returned, plus its name.
 * @param inner makes the layer within a layer, from `{ className, config }`.
 */
export type LayerFactory = (options: JsonObject & { readonly name: string }, inner: (entry: JsonValue | undefined) => AnyLayer) => AnyLayer;
