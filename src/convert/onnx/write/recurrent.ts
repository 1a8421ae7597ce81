/** Recurrent layers: one operator of ONNX for each cell and direction, in a frame that gives padding the meaning it has here. */
import type { AnyCell } from '../../../cells/cell.js';
import { outputOf } from '../../../cells/cell.js';
import { GRUCell } from '../../../cells/gruCell.js';
import { LSTMCell } from '../../../cells/lstmCell.js';
import { SimpleRNNCell } from '../../../cells/rnnCell.js';
import { StackedCells } from '../../../cells/stackedCells.js';
import type { Bidirectional } from '../../../layers/bidirectional.js';
import type { Recurrent } from '../../../layers/recurrent.js';
import { sizeOf } from '../../../tensor.js';
import type { HostTensor } from '../../../tensor.js';
import { text } from './graphBuilder.js';
import { only, reordered, reshaped, blocksOf } from './layerWriter.js';
import type { Writing } from './layerWriter.js';
import { realSteps } from './masks.js';
import { Padding } from './padding.js';
import { projectedLstm } from './projectedLstm.js';
import { activationsOf } from './recurrentActivations.js';
import type { Sweep, Swept } from './sweep.js';

/** Undefined for a cell of somebody's own. */
function sweep(cell: AnyCell, s: Sweep): Swept | undefined {
  if (cell instanceof StackedCells) return stacked(cell, s);
  if (cell instanceof LSTMCell) return cell.projection === undefined ? lstm(cell, s) : projectedLstm(cell, s);
  if (cell instanceof GRUCell) return gru(cell, s);
  if (cell instanceof SimpleRNNCell) return rnn(cell, s);
  return undefined;
}

/** Cells on top of each other are layers on top of each other. */
function stacked({ cells }: StackedCells, s: Sweep): Swept | undefined {
  const states: Record<string, string> = {};
  let y = s.x;
  for (const [i, cell] of cells.entries()) {
    const own = `cell${i}/`;
    const initial = Object.fromEntries(Object.keys(cell.stateShapes).map((name) => [name, s.initial[own + name]]));
    const swept = sweep(cell, { ...s, prefix: s.prefix + own, x: y, initial });
    if (!swept) return undefined;
    for (const [name, state] of Object.entries(swept.states)) states[own + name] = state;
    y = swept.y;
  }
  return { y, states };
}

/** Gates as ONNX orders them: i o f c, of i f g o. */
const lstmOrder = [0, 3, 1, 2];
/** z r h, of r z n. */
const gruOrder = [1, 0, 2];

/** [D, gates·H] as [1, gates·H, D]. */
function kernelOf(s: Sweep, name: string, order: readonly number[]): string {
  return s.w.constant(s.prefix + name, 'gates of ONNX', (kernel) => {
    const blocks = reordered(blocksOf(kernel, order, order.length), [1, 0]);
    return reshaped(blocks, [1, ...blocks.shape]);
  });
}

/** [1, 2·gates·H]: that of x, then that of h. '' where there is none. */
function biasOf(s: Sweep, order: readonly number[]): string {
  const recurrent = s.w.optional(`${s.prefix}recurrentBias`);
  if (!s.w.optional(`${s.prefix}bias`)) return '';
  return s.w.constant(`${s.prefix}bias`, 'both of ONNX', (bias) => {
    const own = blocksOf(bias, order, order.length).data;
    const other = recurrent && blocksOf(recurrent, order, order.length).data;
    const both = new Float32Array(2 * own.length);
    both.set(own);
    if (other) both.set(other, own.length);
    return { data: both, shape: [1, 2 * (bias.shape[0] ?? 0)] };
  });
}

/** X [T, B, D], the lengths, and the initial states as operators take them: [1, B, H], or ''. */
function framed(s: Sweep, names: readonly string[]): { x: string; lengths: string; states: string[] } {
  const { b } = s.w;
  const x = s.padding ? s.padding.inFront(s.x) : s.x;
  return {
    x: b.transpose(x, [1, 0, 2]), lengths: s.padding?.lengths ?? '',
    states: names.map((name) => {
      const state = s.initial[name];
      return state === undefined ? '' : b.unsqueeze(state, [0]);
    }),
  };
}

/** Y [T, 1, B, H] and the last states [1, B, H], as a sweep gives them. */
function unframed(s: Sweep, units: number, names: readonly string[], [y = '', ...last]: readonly string[]): Swept {
  const { b } = s.w;
  const steps = b.transpose(b.squeeze(y, [1]), [1, 0, 2]);
  const states = names.map((name, i) => {
    const state = b.squeeze(last[i] ?? '', [0]);
    return [name, s.padding ? s.padding.ofEmpty(state, s.initial[name]) : state] as const;
  });
  return { y: s.padding ? s.padding.spread(steps, s.initial.h, units, s.backwards) : steps, states: Object.fromEntries(states) };
}

function direction(s: Sweep): { direction: ReturnType<typeof text> } {
  return { direction: text(s.backwards ? 'reverse' : 'forward') };
}

function lstm(cell: LSTMCell, s: Sweep): Swept {
  const { w: { b }, prefix } = s;
  const { x, lengths, states } = framed(s, ['h', 'c']);
  const peepholes = cell.peepholes ? [s.w.constant(`${prefix}peephole`, 'i o f', peepholesOf)] : [];
  const { recurrentActivation: sigma, activation: phi } = cell;
  const outputs = b.node('LSTM', [x, kernelOf(s, 'kernel', lstmOrder), kernelOf(s, 'recurrentKernel', lstmOrder), biasOf(s, lstmOrder), lengths, ...states, ...peepholes], {
    hidden_size: { kind: 'int', value: cell.units }, ...direction(s), ...activationsOf([sigma, phi, phi], ['sigmoid', 'tanh', 'tanh']),
  }, 3);
  return unframed(s, cell.units, ['h', 'c'], outputs);
}

/** [3, H] in order i, f, o as [1, 3·H] in order i, o, f. */
function peepholesOf(peephole: HostTensor): HostTensor {
  const count = sizeOf(peephole.shape);
  return reshaped(blocksOf(reshaped(peephole, [count]), [0, 2, 1], 3), [1, count]);
}

function gru(cell: GRUCell, s: Sweep): Swept {
  const { x, lengths, states } = framed(s, ['h']);
  const outputs = s.w.b.node('GRU', [x, kernelOf(s, 'kernel', gruOrder), kernelOf(s, 'recurrentKernel', gruOrder), biasOf(s, gruOrder), lengths, ...states], {
    hidden_size: { kind: 'int', value: cell.units }, ...direction(s), linear_before_reset: { kind: 'int', value: cell.resetAfter ? 1 : 0 },
    ...activationsOf([cell.recurrentActivation, cell.activation], ['sigmoid', 'tanh']),
  }, 2);
  return unframed(s, cell.units, ['h'], outputs);
}

function rnn(cell: SimpleRNNCell, s: Sweep): Swept {
  const { x, lengths, states } = framed(s, ['h']);
  const outputs = s.w.b.node('RNN', [x, kernelOf(s, 'kernel', [0]), kernelOf(s, 'recurrentKernel', [0]), biasOf(s, [0]), lengths, ...states], {
    hidden_size: { kind: 'int', value: cell.units }, ...direction(s), ...activationsOf([cell.activation], ['tanh']),
  }, 2);
  return unframed(s, cell.units, ['h'], outputs);
}

/** One direction of a layer: y in the order of time, or the last output; then the states, where the layer returns them. */
function run(w: Writing, layer: Recurrent, prefix: string, given: readonly string[]): { y: string; states: readonly string[] } | undefined {
  const { b } = w;
  const names = Object.keys(layer.cell.stateShapes);
  const stateful = layer.stateful && given.length === 0;
  const initial = Object.fromEntries(Object.entries(layer.cell.stateShapes).map(([name, shape], i) => [name, stateful ? w.carried(prefix + name, shape) : given[i]]));
  const [mask] = w.masks;
  const swept = sweep(layer.cell, { w, prefix, x: only(w), backwards: layer.goBackwards, padding: mask && new Padding(b, mask), initial });
  if (!swept) return undefined;
  const states = names.map((name) => swept.states[name] ?? '');
  if (stateful) names.forEach((name, i) => { w.carry(prefix + name, states[i] ?? ''); });
  const y = realSteps(b, swept.y, layer.zeroOutputForMask ? mask : undefined, 3);
  return { y: layer.returnSequences ? y : swept.states[outputOf(layer.cell)] ?? '', states: layer.returnState ? states : [] };
}

const ownCell = 'its cell is one of your own, which has no operator in ONNX';

export function recurrent(w: Writing<Recurrent>): readonly string[] {
  const { layer, b, inputs: [, ...given] } = w;
  const ran = run(w, layer, '', given);
  if (!ran) return w.refuse(ownCell);
  const turned = layer.returnSequences && layer.goBackwards;
  return [turned ? b.reversed(ran.y, 1) : ran.y, ...ran.states];
}

export function bidirectional(w: Writing<Bidirectional>): readonly string[] {
  const { layer: { layer, backwardLayer, mergeMode }, b, inputs: [, ...given] } = w;
  const ahead = run(w, layer, 'forward/', given.slice(0, layer.stateCount));
  const back = run(w, backwardLayer, 'backward/', given.slice(layer.stateCount));
  if (!ahead || !back) return w.refuse(ownCell);
  const turned = layer.returnSequences && layer.goBackwards;
  const merged = merge().map((y) => (turned ? b.reversed(y, 1) : y));
  return [...merged, ...ahead.states, ...back.states];

  function merge(): string[] {
    const both = [ahead?.y ?? '', back?.y ?? ''];
    switch (mergeMode) {
      case 'concat': return [b.concat(both, -1)];
      case 'sum': return [b.op('Add', both)];
      case 'average': return [b.op('Mul', [b.op('Add', both), b.float(0.5)])];
      case 'multiply': return [b.op('Mul', both)];
      case 'none': return both;
    }
  }
}
