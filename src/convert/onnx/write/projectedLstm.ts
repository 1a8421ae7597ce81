/** An LSTM with a projection, which the operator LSTM has not: its equations (cells/lstm.ts) step by step, in a Scan. */
import type { LSTMCell } from '../../../cells/lstmCell.js';
import { elementTypes } from '../proto/graph.js';
import { GraphBuilder, int, ints } from './graphBuilder.js';
import { activate } from './layerWriter.js';
import type { Sweep, Swept } from './sweep.js';

export function projectedLstm(cell: LSTMCell, { w, prefix, x, backwards, padding, initial }: Sweep): Swept {
  const { b } = w;
  const width = cell.projection ?? cell.units;
  const own = (name: string): string => w.constant(prefix + name, 'as it is', (tensor) => tensor);
  const product = b.op('MatMul', [x, own('kernel')]);
  const xz = b.transpose(cell.useBias ? b.op('Add', [product, own('bias')]) : product, [1, 0, 2]); // L1
  const mask = padding ? [b.unsqueeze(b.transpose(padding.mask.name, [1, 0]), [2])] : [];

  const body = new GraphBuilder(b.opset, b);
  const [h = '', c = '', z = '', real = ''] = ['h', 'c', 'xz', 'real'].map((name) => body.name(`${b.scope}/step/${name}`));
  const sum = body.op('Add', [z, body.op('MatMul', [h, own('recurrentKernel')])]); // L1
  const [zi = '', zf = '', zg = '', zo = ''] = [0, 1, 2, 3].map((gate) => body.slice(sum, 1, gate * cell.units, (gate + 1) * cell.units));
  const sigma = (a: string): string => activate(body, cell.recurrentActivation, a);
  const phi = (a: string): string => activate(body, cell.activation, a);
  const peep = (gate: number, state: string, a: string): string => {
    if (!cell.peepholes) return a;
    return body.op('Add', [a, body.op('Mul', [state, body.slice(own('peephole'), 0, gate, gate + 1)])]);
  };
  const next = body.op('Add', [body.op('Mul', [sigma(peep(1, c, zf)), c]), body.op('Mul', [sigma(peep(0, c, zi)), phi(zg)])]); // L2–L5
  const m = body.op('Mul', [sigma(peep(2, next, zo)), phi(next)]); // L6, L7
  const projected = body.op('MatMul', [m, own('projection')]); // L20
  const kept = (after: string, before: string): string => {
    if (mask.length === 0) return body.op('Identity', [after]);
    return body.op('Where', [body.op('Greater', [real, body.float(0)]), after, before]); // B2
  };
  const [hNext, cNext] = [kept(projected, h), kept(next, c)];
  const y = body.op('Add', [hNext, body.float(0)]); // each output of a body has a name of its own
  const info = (name: string): { name: string; elementType: number; shape: undefined } => ({ name, elementType: elementTypes.float, shape: undefined });
  const graph = body.finish('step', [h, c, z, ...(mask.length > 0 ? [real] : [])].map(info), [hNext, cNext, y].map(info));
  const way = backwards ? 1 : 0;
  const [hLast = '', cLast = '', ys = ''] = b.node('Scan', [initial.h ?? b.zeros(x, [width]), initial.c ?? b.zeros(x, [cell.units]), xz, ...mask], {
    body: { kind: 'graph', value: graph }, num_scan_inputs: int(1 + mask.length), scan_input_directions: ints([way, ...mask.map(() => way)]), scan_output_directions: ints([way]),
  }, 3);
  return { y: b.transpose(ys, [1, 0, 2]), states: { h: hLast, c: cLast } };
}
