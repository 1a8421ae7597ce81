/** The command line of `npm run bench`. */
import { UsageError, flag, list, optionHelp, parseCommand, parseOptions, text, wholeNumber } from '../src/cli/options.js';
import type { Option } from '../src/cli/options.js';
import { backendNames } from './backends.js';
import { caseOf, ids, productId, trainingId } from './catalogue.js';

function seconds(help: string, fallback: number): Option<number> {
  return {
    value: 'S', help, shown: String(fallback),
    parse: (given, name) => {
      const number = given === undefined ? fallback : Number(given);
      if (given?.trim() === '' || !(number >= 0.01 && number <= 600)) throw new UsageError(`--${name} must be a number of seconds from 0.01 to 600, got '${given}'.`);
      return number;
    },
  };
}

/** Whole numbers separated by commas. */
function sizes(help: string, count?: number): Option<readonly number[] | undefined> {
  return {
    value: count === undefined ? 'N,…' : Array.from({ length: count }, () => 'N').join(','), help, shown: undefined,
    parse: (given, name) => {
      if (given === undefined) return undefined;
      const parts = given.split(',');
      if ((count !== undefined && parts.length !== count) || !parts.every((part) => /^[1-9]\d{0,4}$/.test(part))) {
        throw new UsageError(`--${name} must be ${count ?? 'one or more'} whole numbers from 1 to 99999 separated by commas, got '${given}'.`);
      }
      return parts.map(Number);
    },
  };
}

const options = {
  only: list('W1,M3', `which measurements: ${ids.join(' ')} (default all of them; of one's own alone, where one is given)`),
  lstm: sizes('a training step of one\'s own: units of each LSTM layer'),
  gru: sizes('the same of GRU layers, reset after the product as in PyTorch'),
  rnn: sizes('the same of tanh RNN layers'),
  batch: wholeNumber('its samples', { fallback: 32, least: 1, most: 999_999 }),
  steps: wholeNumber('its time steps', { fallback: 20, least: 1, most: 999_999 }),
  features: wholeNumber('its inputs at each step', { fallback: 1, least: 1, most: 99_999 }),
  product: sizes('a matrix product of one\'s own: rows, inner size, columns', 3),
  backends: list('wasm,cpu', `which of ours: gpu, ${backendNames.join(', ')} (default all that run here; gpu is the best mode of gpu.js here)`),
  peers: flag('beside TensorFlow.js, jax-js and brain.js, installed into bench/peers on first use'),
  torch: flag('beside PyTorch on one and two threads, if a python3 here has it'),
  onnxruntime: flag('predictions and streams beside onnxruntime-node and onnxruntime-web on one thread, installed into bench/peers on first use'),
  seconds: seconds('time for each measurement and round', 1),
  rounds: wholeNumber('rounds; the table shows the median over them', { fallback: 3, least: 1, most: 1000 }),
  json: flag('prints the run as JSON in one line, to send in, in place of the table'),
  out: text('DIR', 'where bench.json, bench.csv, the charts and the page go', 'out/bench'),
};

export const help = `npm run bench -- [options]
npm run bench -- --compare BEFORE.json AFTER.json   two saved runs; exit code 1 where one became slower beyond the spread

${optionHelp(options)}`;

export interface Compare { readonly kind: 'compare'; readonly before: string; readonly after: string }
export interface Measure {
  readonly kind: 'measure';
  readonly ids: readonly string[];
  /** Undefined: all that run here. */
  readonly backends: readonly string[] | undefined;
  readonly peers: boolean;
  readonly torch: boolean;
  readonly onnxruntime: boolean;
  readonly seconds: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly out: string;
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Compare | Measure | 'help' {
  if (args.includes('--compare')) {
    const given = parseCommand(['BEFORE.json', 'AFTER.json'], { compare: flag('compares') }, args);
    if (given === 'help') return given;
    const [before = '', after = ''] = given.operands;
    return { kind: 'compare', before, after };
  }
  const given = parseOptions(options, args);
  if (given === 'help') return given;
  const { only, lstm, gru, rnn, batch, steps, features, product, backends, ...rest } = given;
  const own = [
    ...Object.entries({ lstm, gru, rnn }).flatMap(([cell, layers]) => (layers ? [trainingId({ cell: cell as 'lstm' | 'gru' | 'rnn', layers, batch, steps, inputs: features })] : [])),
    ...(product?.length === 3 ? [productId([product[0] ?? 1, product[1] ?? 1, product[2] ?? 1])] : []),
  ];
  const chosen = [...(only.length > 0 || own.length > 0 ? only : ids), ...own];
  const unknown = chosen.filter((id) => !caseOf(id));
  if (unknown.length > 0) throw new UsageError(`Unknown measurement ${unknown.join(', ')}: choose from ${ids.join(' ')}.`);
  const strange = backends.filter((name) => name !== 'gpu' && !backendNames.includes(name));
  if (strange.length > 0) throw new UsageError(`Unknown backend ${strange.join(', ')}: choose from gpu, ${backendNames.join(', ')}.`);
  return { kind: 'measure', ids: chosen, backends: backends.length > 0 ? backends : undefined, ...rest };
}
