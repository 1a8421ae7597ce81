import type { AnyCell } from '../../cells/cell.js';
import type { AnyLayer, JsonObject, JsonValue } from '../../layers/layer.js';
import type { Constraint, Regularizer } from '../../layers/weightRules.js';

/**
 * Makes a layer from what its `config()` returned, plus its name.
 * @param inner makes the layer within a layer, from `{ className, config }`.
 * @param cell makes the cell within a layer, from the same.
 */
export type LayerFactory = (
  options: JsonObject & { readonly name: string }, inner: (entry: JsonValue | undefined) => AnyLayer, cell: (entry: JsonValue | undefined) => AnyCell,
) => AnyLayer;

/**
 * Makes a cell from what its `config()` returned.
 * @param inner makes the cell within a cell, from `{ className, config }`.
 */
export type CellFactory = (options: JsonObject, inner: (entry: JsonValue | undefined) => AnyCell) => AnyCell;

/** Makes a penalty or constraint from what its `config()` returned. */
export type RuleFactory = (options: JsonObject) => Regularizer | Constraint;

/** By class name. */
export interface Makers {
  readonly layers: Readonly<Record<string, LayerFactory>>;
  readonly cells: Readonly<Record<string, CellFactory>>;
  readonly rules: Readonly<Record<string, RuleFactory>>;
}
