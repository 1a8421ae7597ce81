/** Functions that exporters write out in several nodes, known by their form: each becomes one layer, and its nodes are settled. */
import { LayerNorm } from '../../../layers/layerNorm.js';
import type { OnnxNode } from '../proto/graph.js';
import type { Call, Value } from './call.js';
import { flowOf, laidOut, naturalOrder } from './view.js';
import type { Flow } from './view.js';

/** The only node that reads the output of another, if it is of this kind. */
function next(c: Call, node: OnnxNode | undefined, opType: string): OnnxNode | undefined {
  const [reader, ...others] = c.around.readers(node?.outputs[0] ?? '');
  return reader !== 'output' && others.length === 0 && reader?.opType === opType ? reader : undefined;
}

/** The one number that a node combines an output with. */
function numberBeside(c: Call, node: OnnxNode | undefined, from: OnnxNode | undefined): number {
  const value = c.around.value(node?.inputs.find((name) => name !== from?.outputs[0]) ?? '');
  return value?.kind === 'known' && value.data.length === 1 ? value.data[0] ?? NaN : NaN;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6;
}

/** Whether this x/√2 begins x·(1 + erf(x/√2))·½: what the node gives is then the whole of it. */
export function geluAhead(c: Call): boolean {
  const [x = ''] = c.node.inputs;
  const divisor = c.around.value(c.node.inputs[1] ?? '');
  const erf = next(c, c.node, 'Erf');
  const plus = next(c, erf, 'Add');
  const times = next(c, plus, 'Mul');
  const half = next(c, times, 'Mul');
  const fits = divisor?.kind === 'known' && divisor.data.length === 1 && near(divisor.data[0] ?? 0, Math.SQRT2)
    && near(numberBeside(c, plus, erf), 1) && times?.inputs.includes(x) === true && near(numberBeside(c, half, times), 0.5);
  if (!fits || !erf || !plus || !times || !half) return false;
  for (const node of [erf, plus, times]) c.around.settle(node, []);
  c.around.alias(half, c.node);
  return true;
}

/** The layer where this mean m over the last axis begins (x − m) / √(mean (x − m)² + ε); γ and β come behind it, by themselves. */
export function normAhead(c: Call, x: Flow): Value | undefined {
  const minus = next(c, c.node, 'Sub');
  const readers = c.around.readers(minus?.outputs[0] ?? '').filter((reader) => reader !== 'output');
  const square = readers.find(({ opType }) => opType === 'Pow');
  const over = readers.find(({ opType }) => opType === 'Div');
  const mean = next(c, square, 'ReduceMean');
  const plus = next(c, mean, 'Add');
  const root = next(c, plus, 'Sqrt');
  const epsilon = numberBeside(c, plus, mean);
  const fits = readers.length === 2 && minus?.inputs[0] === c.node.inputs[0] && minus?.inputs[1] === c.node.outputs[0] && numberBeside(c, square, minus) === 2
    && over !== undefined && next(c, root, 'Div') === over && over.inputs[0] === minus?.outputs[0] && epsilon > 0;
  const [axis, ...others] = c.numbers(1, 'axes') ?? [];
  const last = x.axes.length - 1;
  if (!fits || !minus || !square || !mean || !plus || !root || !over || axis === undefined || others.length > 0 || c.axis(axis, x.axes.length) !== last) return undefined;
  const base = [c.around.batch, ...naturalOrder(x, [last]).map((i) => x.axes[i] ?? []), x.axes[last] ?? []];
  const y = new LayerNorm({ epsilon, scale: false, center: false }).apply(laidOut(x, base));
  for (const node of [minus, square, mean, plus, root]) c.around.settle(node, []);
  c.around.alias(over, c.node);
  return flowOf(y, base, x.axes);
}
