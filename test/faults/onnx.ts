/** Faults in models written as ONNX. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const reading = ['convert/onnx/import'];
const nodes = ['convert/onnx/runtime/nodes'];
const runtime = ['convert/onnx/runtime/layers', 'convert/onnx/runtime/export'];

export const onnxFaults: readonly Fault[] = [
  ...faultsIn('convert/onnx/write/recurrent', runtime,
    ['LSTM: gates in our order', '[0, 3, 1, 2]', '[0, 1, 2, 3]'],
    ['peepholes in our order', '[0, 2, 1], 3)', '[0, 1, 2], 3)'],
    ['GRU: reset always before', 'cell.resetAfter ? 1 : 0', '0'],
    ['goBackwards: outputs in the order of time', '[turned ? b.reversed(ran.y, 1) : ran.y,', '[ran.y,'],
  ),
  ...faultsIn('convert/onnx/write/padding', runtime,
    ['padding within is taken for padding at the end', 'if (mask.inFront)', 'if (true)'],
    ['a step after the last real one begins anew', 'backwards ? before', 'backwards ? passed'],
  ),
  ...faultsIn('convert/onnx/write/masks', runtime,
    ['under a window any real step will do', 'spare < 0 ? largest(mask, -spare) : opposite(largest(opposite(mask), 0))', 'largest(mask, spare < 0 ? -spare : 0)'],
  ),
  ...faultsIn('convert/onnx/write/windows', runtime,
    ['padding counts in means', 'count_include_pad: int(0)', 'count_include_pad: int(1)'],
    ['the ends are cut off alike', 'axis.padding[0] - axis.padding[1]', 'axis.padding[0] - axis.padding[0]'],
  ),
  ...faultsIn('convert/onnx/write/merging', runtime, ['a query sees what is later', 'if (layer.causal)', 'if (false)']),
  ...faultsIn('convert/onnx/write/projectedLstm', runtime, ['padding moves the state', 'if (mask.length === 0)', 'if (true)']),
  ...faultsIn('convert/onnx/read/recurrentOps', reading,
    ['LSTM: gates in the order of ONNX', 'order: [0, 2, 3, 1]', 'order: [0, 1, 2, 3]'],
    ['the bias of h is left out', 'value + (h[i] ?? 0)', 'value'],
    ['lengths leave padded steps as they are', 'zeroOutputForMask: lengths };', 'zeroOutputForMask: false };'],
  ),
  ...faultsIn('convert/onnx/read/recurrentOps', reading, ['peepholes in the order of ONNX', 'blocks(floatsOf(own(peephole)), [0, 2, 1])', 'floatsOf(own(peephole))']),
  ...faultsIn('convert/onnx/own/weightReader', ['convert/onnx/roundTrip'],
    ['own files: numbers stay where the writer put them', 'to[place - at.begin] = value', 'to[i % to.length] = value'],
    ['own files: a number where the writer has a zero', 'if (value !== 0)', 'if (false)'],
  ),
  ...faultsIn('convert/onnx/own/restored', ['convert/onnx/roundTrip'], ['own files: the description is believed', 'if (!sameBut(outlines.names, graph, composed.graph))', 'if (false)']),
  ...faultsIn('convert/onnx/read/recurrentOps', ['convert/onnx/runtime/recurrentForms'],
    ['input_forget: the forget gate is the input gate', '-(data[row + unit] ?? 0)', '(data[row + unit] ?? 0)'],
    ['both directions begin with one state', '.slice(d * units, (d + 1) * units)', '.slice(0, units)'],
  ),
  ...faultsIn('convert/onnx/read/orders', ['convert/onnx/runtime/recurrentForms'], ['sorted samples meet others', 'if (others.length > 0)', 'if (false)']),
  ...faultsIn('convert/onnx/read/windowOps', nodes,
    ['SAME_LOWER as SAME_UPPER', '[Math.ceil(total / 2), Math.floor(total / 2)]', '[Math.floor(total / 2), Math.ceil(total / 2)]'],
    ['ceil_mode is ignored', 'hangs ? after + step - spare : after', 'after'],
  ),
  ...faultsIn('convert/onnx/read/view', reading, ['axes keep their order', 'from.indexOf(each) + 1', 'to.indexOf(each) + 1']),
  ...faultsIn('convert/onnx/read/denseOps', nodes, ['Gemm: alpha is 1', 'by === 1 ?', 'true ?']),
];
