/** `bptt inspect`: what a model file holds. */
import { basename } from 'node:path';
import { formatShape } from '../../errors.js';
import { rowColumns } from '../../forecast/forecaster/plan.js';
import { knowledgeFromJson } from '../../forecast/forecaster/state.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { contentsOf } from '../../models/files/contents.js';
import type { ModelFile } from '../../models/files/contents.js';
import { objectOf, textOf } from '../../models/files/json.js';
import { decodeModel } from '../../models/files/persist.js';
import { command } from '../command.js';
import { readForeign } from '../converting/read.js';
import { inspectForeign } from '../converting/inspect.js';
import { ofFile } from '../modelFile.js';
import { flag, wrapWords } from '../options.js';
import { print, printFacts, printHeading, printTable } from '../terminal.js';
import { count } from '../wording.js';

export const inspect = command({
  name: 'bptt inspect',
  operands: ['FILE'],
  about: [
    'Says what a model file holds. Of a .safetensors file of this library: layers and their options, parameters, how it was trained; of a forecaster its columns, scalers and training range too. Nothing of it is built or run, '
    + 'so layers and losses of your own need no code here.',
    'Of files of PyTorch (.pt, .pth, .safetensors), Keras (.keras, .h5), TensorFlow.js (model.json) and ONNX: layers or operators, tensors, who wrote it, and whether bptt can read it as a model.',
  ],
  options: { json: flag('one JSON object on stdout, with every tensor and all metadata') },
  examples: ['bptt inspect model.safetensors', 'bptt inspect model.onnx --json'],
  async run({ operands: [path = ''], values: { json } }) {
    const found = await readForeign(path);
    const { bytes, description } = found;
    if (description.format !== 'bptt') {
      await inspectForeign(found, json);
      return;
    }
    const file = await ofFile(path, 'a damaged model file of bptt', () => contentsOf(decodeModel(bytes)));
    if (json) print(JSON.stringify({ file: basename(path), bytes: bytes.length, format: description.format, ...file }, null, 1));
    else {
      const { forecaster } = file.metadata;
      printModelFile(path, bytes.length, file, forecaster === undefined ? undefined : await ofFile(path, 'a damaged forecaster', () => knowledgeFromJson(forecaster)));
    }
  },
});

function printModelFile(path: string, bytes: number, { inputs, layers, parameters, seed, training, tensors, metadata }: ModelFile, forecaster: ReturnType<typeof knowledgeFromJson> | undefined): void {
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
  if (forecaster) printForecaster(forecaster);
  printHeading('Layers');
  printTable(['layer', 'type', 'parameters', 'options'], layers.flatMap(({ name, type, parameters: size, options }) => {
    const [first = '', ...rest] = wrapWords(optionText(options), 60);
    return [[name, type, size.toLocaleString('en-US'), first], ...rest.map((line) => ['', '', '', line])];
  }), ['left', 'left', 'right', 'left']);
}

/** What `Forecaster.save` has written beside the network. */
function printForecaster({ plan, knowledge: { trained, history, ranges, interval } }: ReturnType<typeof knowledgeFromJson>): void {
  const { target, past, future, static: fixed, window, horizon, season, strategy, head, calendar, series } = plan;
  const listed = (name: string, columns: readonly string[]): (readonly [string, string])[] => (columns.length > 0 ? [[name, columns.join(', ')]] : []);
  printHeading('Forecaster');
  printFacts([
    ['target', target], ...listed('inputs', past), ...listed('known ahead', future), ...listed('static', fixed), ...listed('calendar', calendar.inputs ?? []),
    ...(history.size > 1 || series !== undefined ? [['series', `${history.size}${series === undefined ? '' : ` by ${series}`}`] as const] : []),
    ['window', `${window}, horizon ${horizon}, season ${season}`],
    ['strategy', strategy],
    ['head', typeof head === 'string' ? head : `quantiles ${head.quantiles.join(', ')}`],
    ['interval', interval ? `${100 * interval.coverage} %, of ${interval.count} validation forecasts` : 'none'],
    ['trained', `${trained.from} to ${trained.to}`],
  ]);
  const size = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 6 });
  printHeading('Columns');
  printTable(['column', 'scaler', 'training range'], rowColumns(plan).map((column) => {
    const range = ranges.find((each) => each.column === column && each.of === 'values');
    return [column, [plan.scalers[column] ?? 'standard'].flat().map((step) => (typeof step === 'string' ? step : step.kind)).join(', then '), range ? `${size(range.low)} to ${size(range.high)}` : ''];
  }), ['left', 'left', 'left']);
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
