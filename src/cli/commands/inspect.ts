/** `bptt inspect`: what a model file holds. */
import { basename } from 'node:path';
import { formatShape } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { objectOf, textOf } from '../../models/files/json.js';
import { command } from '../command.js';
import { readInput } from '../input.js';
import { readModelFile } from '../modelFile.js';
import type { ModelFile } from '../modelFile.js';
import { flag, wrapWords } from '../options.js';
import { print, printFacts, printHeading, printTable } from '../terminal.js';
import { count } from '../wording.js';

export const inspect = command({
  name: 'bptt inspect',
  operands: ['MODEL'],
  about: [
    'Says what a .safetensors file of this library holds: layers and their options, parameters, how it was trained. Nothing is built or run, '
    + 'so layers and losses of your own need no code here.',
  ],
  options: { json: flag('one JSON object on stdout, with every tensor and all metadata') },
  examples: ['bptt inspect model.safetensors', 'bptt inspect model.safetensors --json'],
  async run({ operands: [path = ''], values: { json } }) {
    const bytes = await readInput(path);
    const file = readModelFile(bytes, path);
    if (json) print(JSON.stringify({ file: basename(path), bytes: bytes.length, ...file }, null, 1));
    else printModelFile(path, bytes.length, file);
  },
});

function printModelFile(path: string, bytes: number, { inputs, layers, parameters, seed, training, tensors, metadata }: ModelFile): void {
  const kept = Object.keys(metadata);
  printHeading(basename(path));
  printFacts([
    ['size', `${count(bytes, 'byte')} in ${count(tensors.length, 'tensor')}`],
    ['input', inputs.map((shape) => formatShape(['batch', ...shape])).join(' ')],
    ['parameters', parameters.toLocaleString('en-US')],
    ['training', training ? trainingText(training) : 'not compiled'],
    ['seed', String(seed)],
    ...(kept.length > 0 ? [['metadata', kept.join(', ')] as const] : []),
  ]);
  printHeading('Layers');
  printTable(['layer', 'type', 'parameters', 'options'], layers.flatMap(({ name, type, parameters: size, options }) => {
    const [first = '', ...rest] = wrapWords(optionText(options), 60);
    return [[name, type, size.toLocaleString('en-US'), first], ...rest.map((line) => ['', '', '', line])];
  }), ['left', 'left', 'right', 'left']);
}

function trainingText({ optimizer: { type, options: { learningRate } }, losses, metrics, epochs, steps }: NonNullable<ModelFile['training']>): string {
  const rate = typeof learningRate === 'number' ? `, learning rate ${learningRate}` : '';
  return `${type}${rate}; loss ${losses.join(', ')}${metrics.length > 0 ? `; metrics ${metrics.join(', ')}` : ''}; ${count(epochs, 'epoch')}, ${count(steps, 'step')}`;
}

/** What is set: neither switched off, nor nothing, nor a way to draw weights that are there already. */
function optionText(options: JsonObject): string {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === false || value === 0 || name.endsWith('Initializer')) return [];
    return value === true ? [name] : [`${name} ${valueText(value)}`];
  }).join(', ');
}

function valueText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return Array.isArray(value) ? JSON.stringify(value) : String(value);
  const { className, config, ...plain } = objectOf('option', value);
  return className === undefined ? `(${optionText(plain)})` : `${textOf('class', className)} (${optionText(objectOf('config', config))})`;
}
