/** `bptt inspect` of a file of another library: what it holds, and what bptt makes of it. */
import { basename } from 'node:path';
import { importModel } from '../../convert/index.js';
import type { DescribedPort, ModelDescription } from '../../convert/index.js';
import { BpttError, ConversionError, formatShape } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { UsageError } from '../options.js';
import { print, printBlock, printFacts, printHeading, printTable } from '../terminal.js';
import { count } from '../wording.js';
import { formatText, withoutLayers } from './formats.js';
import { readShards } from './read.js';
import type { ForeignFile } from './read.js';

/** More rows than anybody reads; --json has them all. */
const most = 60;

export async function inspectForeign(file: ForeignFile, json: boolean): Promise<void> {
  const { path, bytes, description } = file;
  const made = await tried(file);
  if (json) print(JSON.stringify({ file: basename(path), bytes: bytes.length, ...description, readable: 'model' in made, problems: 'model' in made ? [] : made.problems }, null, 1));
  else printForeign(file, made);
}

type Made = { readonly model: Model } | { readonly problems: readonly string[] };

/** The model, or all that stands in its way. */
async function tried(file: ForeignFile): Promise<Made> {
  const alone = withoutLayers(file.description);
  if (alone !== undefined) return { problems: [`${alone}: bptt convert --model FILE puts them into a model of bptt`] };
  try {
    return { model: (await importModel(file.bytes, { weights: await readShards(file) })).model };
  } catch (error) {
    if (error instanceof ConversionError) return { problems: error.problems };
    if (error instanceof BpttError || error instanceof UsageError) return { problems: [error.message] };
    throw error;
  }
}

function printForeign({ path, bytes, description }: ForeignFile, made: Made): void {
  const { inputs, outputs, layers, tensors, parameters } = description;
  printHeading(basename(path));
  printFacts([
    ['format', formatText(description)],
    ['size', `${count(bytes.length, 'byte')} in ${count(tensors.length, 'tensor')}`],
    ['parameters', parameters.toLocaleString('en-US')],
    ...(inputs.length > 0 ? [['input', portsText(inputs)] as const] : []), ...(outputs.length > 0 ? [['output', portsText(outputs)] as const] : []),
  ]);
  if ('model' in made) {
    printHeading('In bptt');
    printBlock(made.model.summary());
  } else {
    printLayers(layers);
    printHeading('In bptt');
    printFacts(made.problems.slice(0, most).map((problem) => ['not read', problem]));
  }
  printHeading('Tensors');
  printRows(['tensor', 'type', 'shape'], tensors.map(({ name, dtype, shape }) => [name, dtype, formatShape(shape)]), ['left', 'left', 'left']);
}

function portsText(ports: readonly DescribedPort[]): string {
  return ports.map(({ name, shape }) => `${name} ${formatShape(shape)}`.trim()).join('; ');
}

function printLayers(all: ModelDescription['layers']): void {
  const layers = all.filter(({ type }) => type !== '');
  if (layers.length === 0) return;
  const counted = layers.some(({ parameters }) => parameters !== undefined);
  printHeading('Layers');
  printRows(['layer', 'type', ...(counted ? ['parameters'] : [])], layers.map(({ name, type, parameters }) => [name, type, ...(counted ? [parameters?.toLocaleString('en-US') ?? ''] : [])]), ['left', 'left', 'right']);
}

function printRows(head: readonly string[], rows: readonly (readonly string[])[], sides: readonly ('left' | 'right')[]): void {
  printTable(head, rows.slice(0, most), sides);
  if (rows.length > most) print(`  and ${(rows.length - most).toLocaleString('en-US')} more; --json has them all`);
}
