/** `model.summary()`: what the network is, layer by layer, and what it runs on. */
import { formatShape } from '../errors.js';
import { countNumbers, firstUses, lastingStates, trainableWeights } from './graph/network.js';
import type { Network } from './graph/network.js';

export interface SummaryExtras {
  readonly backend: string;
  readonly optimizer?: string;
  readonly loss?: string;
}

function table(rows: readonly (readonly string[])[], numbersIn: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, column) => (numbersIn.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('   ').trimEnd());
}

/** @param frozen names of layers that are not trained. */
export function describeNetwork(network: Network, frozen: ReadonlySet<string>, extras: SummaryExtras): string {
  const trainable = trainableWeights(network);
  const all = [...trainable, ...lastingStates(network)];
  const count = (layer: string): number => countNumbers(all.filter((spec) => spec.layer === layer));
  const first = new Set(firstUses(network));
  const body = network.nodes.map((node) => [
    node.name, node.layer.className, node.outputShapes.map((shape) => formatShape(['batch', ...shape])).join(' '),
    first.has(node) ? count(node.name).toLocaleString('en-US') : 'shared',
  ]);
  const lines = table([['layer', 'type', 'output', 'parameters'], ...body], [3]);
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  const inputs = network.inputs.map(({ shape }) => formatShape(['batch', ...shape])).join(' ');
  const weights = `${countNumbers(all).toLocaleString('en-US')} parameters, ${countNumbers(trainable.filter(({ layer }) => !frozen.has(layer))).toLocaleString('en-US')} trained`;
  const compiled = extras.optimizer === undefined ? 'not compiled' : `${extras.optimizer}, loss ${extras.loss}`;
  return [
    `input ${inputs}`, rule, lines[0] ?? '', rule, ...lines.slice(1), rule, weights, `${compiled}, backend ${extras.backend}`,
  ].join('\n');
}
