/** What the text of a module needs of one layer: the modules it makes, and the lines it runs. */
import type { JsonObject, JsonValue } from '../../../layers/layer.js';
import type { Shape } from '../../../tensor.js';
import { shown } from '../mapping/slot.js';

/** One use of a layer. */
export interface Site {
  /** Name of the layer as an attribute in Python. */
  readonly attribute: string;
  readonly className: string;
  readonly config: JsonObject;
  /** Shapes of its weights. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Without the batch. */
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  /** Which steps are real, [B, T] of bool in Python, where a mask comes to a layer that takes one. */
  readonly mask?: string;
}

export interface PythonLayer {
  /** `[attribute, 'nn.Linear(3, 1)']`, made once however often the layer is used; those with weights in the order of the layer's slots. */
  readonly modules: readonly (readonly [attribute: string, made: string])[];
  /** What forward does, given the names of its inputs and outputs. */
  readonly lines: (inputs: readonly string[], outputs: readonly string[]) => readonly string[];
}

/** Why a layer cannot be written, or how it is. */
export type Emitter = (site: Site) => PythonLayer | string;

/** One line that makes the only output. */
export function line(expression: (x: string, ...others: string[]) => string, ...modules: (readonly [string, string])[]): PythonLayer {
  return { modules, lines: ([x = 'x', ...others], [y = 'y']) => [`${y} = ${expression(x, ...others)}`] };
}

/** A number as Python writes it. */
export function py(value: JsonValue | undefined): string {
  return value === true ? 'True' : value === false ? 'False' : Array.isArray(value) ? `(${value.map((each: JsonValue) => py(each)).join(', ')}${value.length === 1 ? ',' : ''})` : shown(value);
}

/** Around what wants channels before the other axes. */
export function channelsFirst(expression: (x: string) => string): (x: string) => string {
  return (x) => `${expression(`${x}.movedim(-1, 1)`)}.movedim(1, -1)`;
}

export function activated(kind: JsonValue | undefined, alpha: JsonValue | undefined, x: string): string {
  switch (kind) {
    case undefined: case 'linear': return x;
    case 'sigmoid': case 'tanh': return `torch.${kind}(${x})`;
    case 'relu': case 'gelu': return `F.${kind}(${x})`;
    case 'softplus': return `F.softplus(${x}, threshold=50)`;
    case 'leakyRelu': return `F.leaky_relu(${x}, ${py(alpha ?? 0.2)})`;
    case 'elu': return `F.elu(${x}, ${py(alpha ?? 1)})`;
    case 'hardSigmoidFifth': return `(0.2 * ${x} + 0.5).clamp(0, 1)`;
    case 'hardSigmoidSixth': return `F.hardsigmoid(${x})`;
    case 'softmax': return `torch.softmax(${x}, -1)`;
    default: return shown(kind);
  }
}
