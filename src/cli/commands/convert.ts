/** `bptt convert`: a model file of one format as that of another. */
import { resolve } from 'node:path';
import process from 'node:process';
import { importModel } from '../../convert/index.js';
import type { ModelImport } from '../../convert/index.js';
import { Forecaster } from '../../forecast/forecaster/forecaster.js';
import { loadModel } from '../../models/load.js';
import type { Model } from '../../models/model.js';
import { command } from '../command.js';
import { TARGETS, formatText, isStateDict, targetOf, withoutLayers } from '../converting/formats.js';
import { aboutFile, readForeign, readShards } from '../converting/read.js';
import type { ForeignFile } from '../converting/read.js';
import { filesOf } from '../converting/write.js';
import type { Written } from '../converting/write.js';
import { readInput } from '../input.js';
import { UsageError, choice, flag, list, text } from '../options.js';
import { writeOutput } from '../output.js';
import { print, printFacts, printHeading, printTable } from '../terminal.js';
import { count } from '../wording.js';

export const convert = command({
  name: 'bptt convert',
  operands: ['IN', 'OUT'],
  about: [
    'Writes the model of one file as a file of another format. IN is a file of bptt, PyTorch (.pt, .pth, .safetensors), Keras (.keras, .h5), TensorFlow.js (model.json, its weights beside it) or ONNX; which of them, '
    + 'its bytes tell. OUT is .onnx, .safetensors (of bptt), .py (a module of PyTorch, its state dict beside it) or model.json (of TensorFlow.js, weights.bin beside it).',
    'A state dict, and .weights.h5, hold numbers without layers: --model names a file of bptt with the same layers, which takes them.',
  ],
  options: {
    to: choice(['auto', ...TARGETS] as const, 'what OUT is, where its extension leaves it open', 'auto'),
    model: text('FILE', 'a model of bptt whose layers the weights of IN belong to'),
    names: list('LAYER=MODULE,…', 'which module of a state dict a layer takes, where names and shapes leave it open; LAYER= leaves the layer as it is'),
    prefix: text('PREFIX', 'what the names of the model begin with in a checkpoint that holds more, such as model_state_dict'),
    flattened: choice(['channelsFirst', 'channelsLast'] as const, 'the order in which the module of a state dict flattened images', 'channelsFirst'),
    half: flag('weights of OUT as float16; how far that rounds them is said'),
    opset: choice(['17', '22'] as const, 'version of the operators of an .onnx file', '17'),
    lengths: flag('an .onnx file takes the lengths of its sequences as an input'),
    json: flag('one JSON object about what was done on stdout, and nothing else'),
  },
  examples: ['bptt convert model.keras model.onnx', 'bptt convert state.pt model.safetensors --model layers.safetensors --prefix model_state_dict', 'bptt convert model.onnx net.py --half'],
  async run({ operands: [from = '', to = ''], values }) {
    const target = targetOf(to, values.to);
    const { half, lengths, json, opset } = values;
    if (half && target === 'bptt') throw new UsageError('--half is of the other formats: files of bptt keep their weights as they are.');
    if (target !== 'onnx' && (lengths || opset !== '17')) throw new UsageError(`--${lengths ? 'lengths' : 'opset'} is of .onnx files.`);
    say(`reading ${from} …`);
    const file = await readForeign(from);
    const read = await modelOf(file, values);
    say(`writing ${to} …`);
    const forecaster = target === 'onnx' && read.model.metadata.forecaster !== undefined ? await aboutFile(from, () => Forecaster.load(file.bytes)) : undefined;
    if (lengths && forecaster) throw new UsageError('--lengths is of models; a forecaster knows how many rows it takes.');
    const written = await aboutFile(from, () => filesOf(read.model, to, target, { half, lengths, opset: opset === '22' ? 22 : 17, forecaster }));
    if (written.files.some(({ path }) => resolve(path) === resolve(from))) throw new UsageError(`${from} is IN, and would be written over.`);
    for (const { path, content } of written.files) await writeOutput(path, content);
    say('');
    if (json) print(JSON.stringify(summaryOf(file, read, written), null, 1));
    else printSummary(file, read, written);
  },
});

type Given = Readonly<{ model: string | undefined; names: readonly string[]; prefix: string | undefined; flattened: 'channelsFirst' | 'channelsLast' }>;

/** @throws UsageError for weights alone without a model to take them. */
async function modelOf(file: ForeignFile, { model: path, names, prefix, flattened }: Given): Promise<ModelImport> {
  const dict = isStateDict(file.description);
  const alone = withoutLayers(file.description);
  if (alone !== undefined && path === undefined) throw new UsageError(`${file.path} holds ${alone}: --model FILE names a model of bptt with the same layers, as model.save of it writes.`);
  if (alone === undefined && path !== undefined) throw new UsageError(`--model is for weights without layers; ${file.path} has its own.`);
  if (!dict && (names.length > 0 || prefix !== undefined)) throw new UsageError(`--${names.length > 0 ? 'names' : 'prefix'} is for state dicts; ${file.path} is none.`);
  const model = path === undefined ? undefined : await receiver(path);
  const weights = await readShards(file);
  return aboutFile(file.path, () => importModel(file.bytes, { model, weights, ...(dict && { names: namesOf(names), prefix, flattened }) }));
}

async function receiver(path: string): Promise<Model> {
  const bytes = await readInput(path);
  return aboutFile(path, () => loadModel(bytes));
}

function namesOf(pairs: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(pairs.map((pair) => {
    const [, layer, module] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (layer === undefined || module === undefined) throw new UsageError(`--names must be LAYER=MODULE, got '${pair}'.`);
    return [layer, module === '' ? null : module];
  }));
}

/** On a terminal, what is being done; the next line takes its place. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function summaryOf(file: ForeignFile, { model, layers, unused, notes }: ModelImport, written: Written): object {
  return {
    in: { file: file.path, bytes: file.bytes.length, format: file.description.format, about: file.description.about },
    model: { parameters: model.countParams(), layers: model.network.nodes.map(({ name, layer }) => ({ name, type: layer.className })) },
    mapped: layers, leftOver: unused, notes: [...notes, ...written.notes],
    out: written.files.map(({ path, content }) => ({ file: path, bytes: Buffer.byteLength(content) })), about: Object.fromEntries(written.facts),
  };
}

function printSummary(file: ForeignFile, { model, layers, unused, notes }: ModelImport, written: Written): void {
  const uses = new Set(model.network.nodes.map(({ layer }) => layer));
  printFacts([
    ['read', `${file.path}, ${count(file.bytes.length, 'byte')}: ${formatText(file.description)}`],
    ['model', `${count(uses.size, 'layer')}, ${count(model.countParams(), 'parameter')}`],
    ...(unused.length > 0 ? [['left over', `${unused.slice(0, 12).join(', ')}${unused.length > 12 ? ` and ${unused.length - 12} more` : ''}`] as const] : []),
    ...[...notes, ...written.notes].map((note) => ['note', note] as const),
    ...written.files.map(({ path, content }) => ['written', `${path}, ${count(Buffer.byteLength(content), 'byte')}`] as const),
    ...written.facts,
  ]);
  if (layers.length === 0) return;
  printHeading('Mapped');
  printTable(['layer', 'from', 'module', 'tensors'], layers.map(({ layer, from, module, tensors }) => [layer, from, module, String(tensors.length)]), ['left', 'left', 'left', 'right']);
}
