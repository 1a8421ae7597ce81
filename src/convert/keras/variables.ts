/**
 * The variables of a layer as Keras has them, in the order in which it saves them, and what they are here. Gates: i, f, c, o in both, but
 * GRU's z, r, h there are r, z, n here. docs/convert-keras.md has the table.
 */
import { StackedCells } from '../../cells/stackedCells.js';
import { Bidirectional } from '../../layers/bidirectional.js';
import type { AnyLayer } from '../../layers/layer.js';
import { isRecurrent } from '../../layers/recurrent.js';
import { TimeDistributed } from '../../layers/timeDistributed.js';
import { sizeOf } from '../../tensor.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { snakeCase, NamesInUse } from './names.js';

export interface KerasVariable {
  /** The last part of its name, by version. */
  readonly names: readonly string[];
  /** The folder within that of the layer in an archive of Keras 3, by version, and its number there. */
  readonly folders: readonly string[];
  readonly index: number;
  /** As it may be there, the usual one first. */
  readonly shapes: readonly Shape[];
  /** Statistics are not. */
  readonly trained: boolean;
  /** Weights of the layer here that it becomes; none for one that changes nothing. */
  readonly targets: readonly string[];
  /** One array for each target. */
  readonly decode: (value: HostTensor) => readonly FloatArray[];
}

/** Shapes of the weights here. */
export type WeightShapes = ReadonlyMap<string, Shape>;

/** What weights here hold that Keras has no variable for, made when all else is known to fit. */
export type FixedWeights = ReadonlyMap<string, () => FloatArray>;

interface Variables { readonly variables: readonly KerasVariable[]; readonly fixed: FixedWeights }

const none: FixedWeights = new Map();

/** One that is the same here. @param name there. */
function same(name: string, target: string, shapes: WeightShapes, also: Partial<KerasVariable> = {}): Omit<KerasVariable, 'index'>[] {
  const shape = shapes.get(target);
  return shape ? [{ names: [name], folders: [''], shapes: [shape], trained: true, targets: [target], decode: ({ data }) => [data], ...also }] : [];
}

function numbered(variables: readonly Omit<KerasVariable, 'index'>[], folders: readonly string[] = ['']): KerasVariable[] {
  return variables.map((variable, index) => ({ ...variable, folders, index }));
}

/** r, z, n of z, r, h and back: the first two thirds of every row change places. */
export function swapGates(data: FloatArray, units: number): FloatArray {
  const swapped = data.slice();
  for (let row = 0; row < data.length; row += 3 * units) {
    swapped.set(data.subarray(row + units, row + 2 * units), row);
    swapped.set(data.subarray(row, row + units), row + units);
  }
  return swapped;
}

/** @param kind of the recurrent layer or of its cell. @param prefix of the weights here. */
function cellVariables(kind: string, prefix: string, shapes: WeightShapes, folder: string): KerasVariable[] {
  const own: WeightShapes = new Map([...shapes].filter(([name]) => name.startsWith(prefix)).map(([name, shape]) => [name.slice(prefix.length), shape]));
  const [units = 1] = own.get('recurrentKernel') ?? [];
  const gru = kind.startsWith('GRU');
  const gates = (value: HostTensor): FloatArray[] => [gru ? swapGates(value.data, units) : value.data];
  const both = own.get('recurrentBias');
  const bias = both
    ? same('bias', 'bias', own, {
      shapes: [[2, 3 * units], [6 * units]], targets: ['bias', 'recurrentBias'],
      decode: ({ data }) => [data.subarray(0, 3 * units), data.subarray(3 * units)].map((part) => swapGates(part, units)),
    })
    : same('bias', 'bias', own, kind.startsWith('LSTM') ? { shapes: [[4 * units], [8 * units]], decode: ({ data }) => [halvesAdded(data, 4 * units)] } : { decode: gates });
  const variables = [...same('kernel', 'kernel', own, { decode: gates }), ...same('recurrent_kernel', 'recurrentKernel', own, { decode: gates }), ...bias];
  return numbered(variables.map((variable) => ({ ...variable, targets: variable.targets.map((target) => prefix + target) })), [folder]);
}

/** Two biases of cuDNN are added wherever they meet. */
function halvesAdded(data: FloatArray, size: number): FloatArray {
  return data.length === size ? data : data.slice(0, size).map((value, i) => value + (data[size + i] ?? 0));
}

/** Folders and prefixes of the cells of a recurrent layer. */
function recurrentVariables(layer: AnyLayer, prefix: string, shapes: WeightShapes, folder: string): KerasVariable[] {
  const cell = isRecurrent(layer) ? layer.cell : undefined;
  if (!(cell instanceof StackedCells)) return cellVariables(layer.className === 'RNN' ? cell?.className ?? '' : layer.className, prefix, shapes, `${folder}cell`);
  const folders = new NamesInUse();
  return cell.cells.flatMap((each, i) => cellVariables(each.className ?? '', `${prefix}cell${i}/`, shapes, `${folder}cell/cells/${folders.free(snakeCase(each.className ?? ''))}`));
}

function attentionVariables(shapes: WeightShapes, [heads, keyDim, valueDim]: readonly [number, number, number]): KerasVariable[] {
  const projection = (side: 'query' | 'key' | 'value', size: number): KerasVariable[] => {
    const kernel = shapes.get(`${side}Kernel`);
    if (!kernel) return [];
    const wide = { shapes: [[kernel[0] ?? 1, heads, size]] };
    // A bias of the keys adds the same to every score of a query, and softmax takes it off again.
    const bias = shapes.has('queryBias') ? [{ names: ['bias'], folders: [''], shapes: [[heads, size]], trained: true, targets: side === 'key' ? [] : [`${side}Bias`], decode: ({ data }: HostTensor) => (side === 'key' ? [] : [data]) }] : [];
    return numbered([...same('kernel', `${side}Kernel`, shapes, wide), ...bias], [`${side}_dense`, `_${side}_dense`]);
  };
  const [, out = 1] = shapes.get('outputKernel') ?? [];
  return [
    ...projection('query', keyDim), ...projection('key', keyDim), ...projection('value', valueDim),
    ...numbered([...same('kernel', 'outputKernel', shapes, { shapes: [[heads, valueDim, out]] }), ...same('bias', 'outputBias', shapes)], ['output_dense', '_output_dense']),
  ];
}

/** Scores of Keras are Σ scale·tanh(q + k): the kernels before them are identities, and without a scale it is one. */
function additiveVariables(shapes: WeightShapes, scaled: boolean): Variables {
  const [units = 1] = shapes.get('scoreKernel') ?? [];
  const identity = (): Float32Array => Float32Array.from({ length: units * units }, (_, i) => (i % (units + 1) === 0 ? 1 : 0));
  const kernels: [string, () => FloatArray][] = [['queryKernel', identity], ['keyKernel', identity]];
  if (!scaled) return { variables: [], fixed: new Map([...kernels, ['scoreKernel', () => new Float32Array(units).fill(1)]]) };
  return { variables: numbered(same('scale', 'scoreKernel', shapes, { shapes: [[units]] })), fixed: new Map(kernels) };
}

/** @param shapes of the weights here. @param scaled whether Keras has a scale, of additive attention. */
export function variablesOf(layer: AnyLayer, shapes: WeightShapes, scaled = true): Variables {
  const list = (variables: readonly Omit<KerasVariable, 'index'>[]): Variables => ({ variables: numbered(variables), fixed: none });
  if (layer instanceof TimeDistributed) {
    const { variables, fixed } = variablesOf(layer.layer, shapes, scaled);
    return { fixed, variables: variables.map((variable) => ({ ...variable, folders: variable.folders.map((folder) => (folder === '' ? 'layer' : `layer/${folder}`)) })) };
  }
  if (layer instanceof Bidirectional) {
    const half = (side: 'forward' | 'backward', of: AnyLayer): KerasVariable[] => recurrentVariables(of, `${side}/`, shapes, `${side}_layer/`);
    return { fixed: none, variables: [...half('forward', layer.layer), ...half('backward', layer.backwardLayer)] };
  }
  if (isRecurrent(layer)) return { fixed: none, variables: recurrentVariables(layer, '', shapes, '') };
  switch (layer.className) {
    case 'Embedding': return list(same('embeddings', 'embeddings', shapes));
    case 'DepthwiseConv1D':
    case 'DepthwiseConv2D': return list([...same('depthwise_kernel', 'kernel', shapes, { names: ['depthwise_kernel', 'kernel'] }), ...same('bias', 'bias', shapes)]);
    case 'SeparableConv1D':
    case 'SeparableConv2D': return list([...same('depthwise_kernel', 'depthwiseKernel', shapes), ...same('pointwise_kernel', 'pointwiseKernel', shapes), ...same('bias', 'bias', shapes)]);
    case 'BatchNorm': {
      const statistic = { trained: false };
      return list([
        ...same('gamma', 'gamma', shapes), ...same('beta', 'beta', shapes), ...same('moving_mean', 'movingMean', shapes, statistic), ...same('moving_variance', 'movingVariance', shapes, statistic),
      ]);
    }
    case 'LayerNorm':
    case 'GroupNorm': return list([...same('gamma', 'gamma', shapes), ...same('beta', 'beta', shapes)]);
    case 'RMSNorm': return list(same('scale', 'gamma', shapes, { names: ['scale', 'gamma'] }));
    case 'MultiHeadAttention': {
      const { numHeads, keyDim, valueDim } = layer.config();
      return { fixed: none, variables: attentionVariables(shapes, [Number(numHeads), Number(keyDim), Number(valueDim)]) };
    }
    case 'Attention': return shapes.size === 0 ? list([]) : additiveVariables(shapes, scaled);
    default: return list([...same('kernel', 'kernel', shapes), ...same('bias', 'bias', shapes)]);
  }
}

/** Whether a value may stand for a variable. */
export function fits({ shapes }: KerasVariable, shape: Shape): boolean {
  return shapes.some((each) => each.length === shape.length && sizeOf(each) === sizeOf(shape) && each.every((size, axis) => size === shape[axis]));
}
