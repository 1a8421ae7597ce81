/** The shapes that a layer makes, held against what tensors and weights can be. */
import { requireAddressable } from '../../checks.js';
import { ShapeError, formatShape } from '../../errors.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import { isOpen } from '../../openShapes.js';
import type { Shape } from '../../tensor.js';

/** Of a layer's outputs. @throws ShapeError for what no tensor can hold, and for weights whose size would be that of the data. */
export function shapesOf(layer: ForwardLayer, inputShapes: readonly Shape[]): Shape[] {
  const outputShapes = layer.outputShapes(inputShapes);
  for (const shape of outputShapes) requireAddressable(layer.label(), 'output', shape);
  const specs = { ...layer.states(inputShapes, 1), ...layer.parameters(inputShapes) };
  for (const [name, spec] of Object.entries<{ readonly shape: Shape } | undefined>(specs)) {
    if (!spec) continue;
    requireAddressable(layer.label(), name, spec.shape);
    if (!isOpen(spec.shape)) continue;
    throw new ShapeError({
      operation: layer.label(), argument: 'input', expected: `of known sizes where ${name} runs along it`, actual: inputShapes.map((shape) => formatShape(['batch', ...shape])).join(' and '),
      hint: 'Only axes that no weight runs along may be null: the steps of a sequence, the height and width of an image.',
    });
  }
  return outputShapes;
}
