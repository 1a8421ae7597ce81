/** Checks of cells that a caller hands in, which may be of his own making. */
import { requireSizes, typeName } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { outputOf } from './cell.js';
import type { AnyCell } from './cell.js';

/** @throws ArgumentError for what is no cell, states without sizes, or an output that is no state. */
export function requireCell(operation: string, argument: string, cell: AnyCell): AnyCell {
  const given: unknown = cell;
  const missing = typeof given !== 'object' || given === null ? ['stateShapes']
    : ['stateShapes', 'parameters', 'forward', 'backward'].filter((name) => !['object', 'function'].includes(typeof Reflect.get(given, name)));
  if (missing.length > 0) {
    throw new ArgumentError({
      operation, argument, expected: 'a cell: stateShapes, parameters, forward and backward', actual: typeof given === 'object' ? `without ${missing.join(', ')}` : typeName(given),
      hint: 'For example new LSTMCell({ units: 8 }).',
    });
  }
  const shapes = Object.entries(cell.stateShapes);
  if (shapes.length === 0) throw new ArgumentError({ operation, argument: `stateShapes of ${argument}`, expected: 'at least one state', actual: 'none' });
  for (const [name, shape] of shapes) requireSizes(operation, `state ${name} of ${argument}`, shape);
  if (!Object.hasOwn(cell.stateShapes, outputOf(cell))) {
    throw new ArgumentError({ operation, argument: `output of ${argument}`, expected: shapes.map(([name]) => name).join(' | '), actual: String(cell.output) });
  }
  return cell;
}

/** A cell as JSON. @throws ArgumentError for one that does not say how to make it again. */
export function cellEntry(operation: string, cell: AnyCell): JsonObject {
  if (cell.className !== undefined && cell.config) return { className: cell.className, config: cell.config() };
  throw new ArgumentError({
    operation, argument: 'cell', expected: 'one with className and config()', actual: 'one without', hint: 'They are what a saved model keeps of it, for loadModel({ customCells }).',
  });
}
