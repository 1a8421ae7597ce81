/**
 * LSTM, GRU and SimpleRNN, by themselves, in Bidirectional, as cells of RNN. PyTorch's weights are the transposes of ours and its gate order is
 * ours: i, f, g, o and r, z, n. Its LSTM and RNN add two biases; its GRU keeps that of the recurrent product inside the reset.
 */
import type { JsonObject, JsonValue } from '../../../layers/layer.js';
import type { Shape } from '../../../tensor.js';
import { featureKernel, isObstacle, shown } from './slot.js';
import type { Flattened, Obstacle, Slot, WeightRule } from './slot.js';

/** What is known of a layer: its options, and the shapes of its weights by their names. */
export interface Described {
  readonly name: string;
  readonly className: string;
  readonly config: JsonObject;
  readonly shapes: ReadonlyMap<string, Shape>;
}

interface Cell { readonly className: string; readonly config: JsonObject }

const modules: Readonly<Record<string, string>> = { LSTM: 'nn.LSTM', GRU: 'nn.GRU', SimpleRNN: 'nn.RNN' };

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Class and options as a configuration holds those of what is within: LSTMCell as LSTM. */
export function innerOf(value: JsonValue | undefined): Cell {
  const { className, config } = isObject(value) ? value : {};
  return { className: shown(className).replace(/Cell$/, ''), config: isObject(config) ? config : {} };
}

/**
 * Whether a cell is none of PyTorch's: peepholes, the reset before the product, other activations. The text of the module has it in full then, under names
 * that no module of PyTorch has, so that none of those is taken for it.
 */
export function isOfOwn(cell: Cell): boolean {
  return oddity(cell) !== undefined;
}

function oddity({ className, config }: Cell): string | undefined {
  const { activation = 'tanh', recurrentActivation = 'sigmoid', peepholes, resetAfter } = config;
  if (className === 'SimpleRNN') return activation === 'tanh' || activation === 'relu' ? undefined : `activation '${shown(activation)}', where nn.RNN knows tanh and relu`;
  if (activation !== 'tanh' || recurrentActivation !== 'sigmoid') return `activations '${shown(activation)}' and '${shown(recurrentActivation)}', where ${modules[className] ?? ''} knows tanh and sigmoid alone`;
  if (peepholes === true) return 'peepholes, which nn.LSTM does not have';
  return className === 'GRU' && resetAfter === false ? 'resetAfter: false, where nn.GRU resets after the product' : undefined;
}

/** @param prefix of the weights' names. @param direction '' or '_reverse'. */
function rulesOf({ name, shapes }: Described, cell: Cell, prefix: string, direction: string, image: Flattened): WeightRule[] {
  const { className } = cell;
  const own = isOfOwn(cell);
  const rule = (weight: string, leaves: readonly string[]): WeightRule[] => {
    const shape = shapes.get(prefix + weight);
    if (!shape) return [];
    return [{ key: `${name}/${prefix}${weight}`, shape, leaves: leaves.map((leaf) => (own ? leaf.replace(/^(\w)[a-z]+/, '$1') : leaf) + direction), ...(shape.length === 1 ? { axes: [0] } : featureKernel(shape, weight === 'kernel' ? image : undefined)) }];
  };
  if (own) {
    const peephole = rule('peephole', ['weight_peephole']).map((each) => ({ ...each, axes: [0, 1] }));
    return [...rule('kernel', ['weight_ih']), ...rule('recurrentKernel', ['weight_hh']), ...rule('bias', ['bias_ih']), ...rule('recurrentBias', ['bias_hh']), ...rule('projection', ['weight_hr']), ...peephole];
  }
  const biases = className === 'GRU' ? [...rule('bias', ['bias_ih']), ...rule('recurrentBias', ['bias_hh'])] : rule('bias', ['bias_ih', 'bias_hh']);
  return [...rule('kernel', ['weight_ih']), ...rule('recurrentKernel', ['weight_hh']), ...biases, ...rule('projection', ['weight_hr'])];
}

function moduleOf(cell: Cell): string {
  const odd = oddity(cell);
  return odd === undefined ? modules[cell.className] ?? '' : `Cells of exportTorch, for ${odd}`;
}

function slotOf(described: Described, cell: Cell, prefix: string, image: Flattened): Slot | Obstacle {
  if (!modules[cell.className]) return { layer: described.name, problem: `${cell.className} has no counterpart in PyTorch` };
  return { layer: described.name, module: moduleOf(cell), weights: rulesOf(described, cell, prefix, '', image), inert: [], notes: [] };
}

/** @param image what the features were that it reads, if Flatten made them of one. */
export function recurrentSlots(described: Described, image: Flattened): (Slot | Obstacle)[] {
  const { name, className, config } = described;
  if (className === 'Bidirectional') return [bidirectionalSlot(described, image)];
  if (className !== 'RNN') {
    const slot = slotOf(described, { className, config }, '', image);
    if (isObstacle(slot) || config.goBackwards !== true) return [slot];
    return [{ ...slot, notes: [`'${name}' reads from the end: PyTorch has that as the second direction of a bidirectional module alone, so the file's order is taken on trust`] }];
  }
  const cell = innerOf(config.cell);
  if (cell.className !== 'StackedCells') return [slotOf(described, cell, '', image)];
  const cells = Array.isArray(cell.config.cells) ? cell.config.cells as readonly JsonValue[] : [];
  return cells.map((each, i) => slotOf(described, innerOf(each), `cell${i}/`, i === 0 ? image : undefined));
}

function bidirectionalSlot(described: Described, image: Flattened): Slot | Obstacle {
  const { name, config } = described;
  const [ahead, back] = [innerOf(config.layer), innerOf(config.backwardLayer)];
  const problem = (ahead.className !== back.className || isOfOwn(ahead) !== isOfOwn(back) ? 'two directions of different kinds' : undefined)
    ?? ([ahead, back].some((cell) => !modules[cell.className]) ? `${ahead.className} has no counterpart in PyTorch` : undefined) ?? (ahead.config.goBackwards === true ? 'a first direction that reads from the end' : undefined);
  if (problem !== undefined) return { layer: name, problem };
  const joined = config.mergeMode === 'concat' || config.mergeMode === 'none';
  return {
    layer: name, module: moduleOf(ahead), inert: [], weights: [...rulesOf(described, ahead, 'forward/', '', image), ...rulesOf(described, back, 'backward/', '_reverse', image)],
    notes: joined ? [] : [`'${name}': mergeMode is '${shown(config.mergeMode)}' here; PyTorch's module puts both directions side by side`],
  };
}
