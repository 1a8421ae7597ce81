/**
 * `npm run bench:recompute`: memory and time of training on long sequences, with `recompute` and without, and of another build. Each is a process of its own; they take
 * their steps in turn. Memory is that of WebAssembly with the ArrayBuffers. Gates that remember start open (bias 6), so that gradients live to the first step: where they
 * die, processors take many times as long over numbers too small to be normal, and times say nothing.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as Bptt from 'bptt';
import { choice, flag, optionHelp, parseOptions, text, wholeNumber } from '../src/cli/options.js';
import { runCli } from '../src/cli/runCli.js';
import { medianOf } from './measure.js';
import { randomArray } from './workloads.js';

const here = fileURLToPath(new URL('../../', import.meta.url));

const options = {
  cell: choice(['lstm', 'gru', 'rnn'], 'the layer', 'lstm'),
  units: wholeNumber('of the layer', { fallback: 256, least: 1 }),
  steps: wholeNumber('of the sequence', { fallback: 250, least: 1 }),
  batch: wholeNumber('sequences', { fallback: 64, least: 1 }),
  threads: wholeNumber('of the wasm backend', { fallback: 1, least: 1, most: 64 }),
  rounds: wholeNumber('training steps of each that count', { fallback: 5, least: 1 }),
  sequences: flag('a loss at every step, not at the last alone'),
  against: text('PATH', 'a built checkout of another commit, whose training is measured beside'),
};

type Sizes = Pick<Exclude<ReturnType<typeof parseOptions<typeof options>>, 'help'>, 'cell' | 'units' | 'steps' | 'batch' | 'threads' | 'sequences'>;

/** What a process says after each step. */
interface Step { readonly wall: number; readonly cpu: number; readonly bytes: number; readonly loss: number }

/** In the process that trains. */
async function child(root: string, recompute: boolean, { cell, units, steps, batch, threads, sequences }: Sizes): Promise<void> {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  const { Dense, GRU, LSTM, Sequential, SimpleRNN, wasm } = (await import(pathToFileURL(join(root, 'dist/src/index.js')).href)) as typeof Bptt;
  const own = { units, returnSequences: sequences };
  const layer = cell === 'lstm' ? new LSTM(own) : cell === 'gru' ? new GRU(own) : new SimpleRNN(own);
  const model = new Sequential([layer, new Dense({ units: 1 })], { inputShape: [steps, 1], seed: 1 });
  model.compile({ loss: 'mse', backend: await wasm({ threads }), ...(recompute ? { recompute } : {}) });
  const bias = model.getWeights()[`${layer.kind}/bias`];
  if (bias && cell !== 'rnn') model.setWeights({ [`${layer.kind}/bias`]: { shape: bias.shape, data: Float32Array.from(bias.data).fill(6, units, 2 * units) } });
  const x = { data: randomArray(batch * steps, 1), shape: [batch, steps, 1] };
  const shape = sequences ? [batch, steps, 1] : [batch, 1];
  const y = { data: randomArray(shape.reduce((a, b) => a * b), 2), shape };
  const step = async (): Promise<Step> => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const { loss = NaN } = await model.trainOnBatch(x, y);
    const { user, system } = process.cpuUsage(before);
    const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, process.memoryUsage().arrayBuffers);
    return { wall: performance.now() - start, cpu: (user + system) / 1000, bytes, loss };
  };
  process.on('message', () => { void step().then((said) => process.send?.(said)); });
  process.on('disconnect', () => { process.exit(); });
  process.send?.('ready');
}

async function nextOf(process: ChildProcess): Promise<Step> {
  process.send('step');
  const [said] = (await once(process, 'message')) as [Step];
  return said;
}

async function main(signal: AbortSignal): Promise<void> {
  const values = parseOptions(options, process.argv.slice(2));
  if (values === 'help') {
    console.log(`npm run bench:recompute -- [options]\n\n${optionHelp(options)}`);
    return;
  }
  const { against, rounds, ...sizes } = values;
  if (against !== undefined && !existsSync(join(against, 'dist/src/index.js'))) throw new Error(`no build at '${against}'`);
  const subjects = [
    ...(against === undefined ? [] : [{ name: 'the other build', root: resolve(against), recompute: false }]),
    { name: 'as it is', root: here, recompute: false }, { name: 'recompute', root: here, recompute: true },
  ].map((subject) => ({ ...subject, taken: [] as Step[], process: fork(fileURLToPath(import.meta.url), [JSON.stringify([subject.root, subject.recompute, sizes])], { signal, env: { ...process.env, BPTT_BENCH_CHILD: '1' } }) }));
  try {
    for (const { process } of subjects) await once(process, 'message');
    for (let round = 0; round <= rounds; round++) for (const subject of subjects) subject.taken.push(await nextOf(subject.process));
  } finally {
    for (const { process } of subjects) process.kill();
  }
  const { cell, units, steps, batch, threads, sequences } = sizes;
  console.log(`${cell} ${units}, ${steps} steps, batch ${batch}${sequences ? ', a loss at every step' : ''}, dense 1, Adam; wasm, ${threads} thread${threads > 1 ? 's' : ''}; medians of ${rounds} steps in turn, after a first one. Ratios to ${subjects[0]?.name}.\n`);
  const ratio = (value: number, to = NaN): string => (value / to).toFixed(2).padStart(6);
  const figures = subjects.map(({ name, taken }) => {
    const counted = taken.slice(1);
    return { name, bytes: Math.max(...taken.map(({ bytes }) => bytes)), wall: medianOf(counted.map(({ wall }) => wall)), cpu: medianOf(counted.map(({ cpu }) => cpu)), loss: taken.at(-1)?.loss };
  });
  const [first] = figures;
  console.log(`${''.padEnd(16)}${'MB'.padStart(8)}${'ratio'.padStart(6)}${'ms'.padStart(10)}${'ratio'.padStart(6)}${'CPU ms'.padStart(10)}${'ratio'.padStart(6)}  loss`);
  for (const { name, bytes, wall, cpu, loss } of figures) {
    console.log(`${name.padEnd(16)}${(bytes / 1e6).toFixed(0).padStart(8)}${ratio(bytes, first?.bytes)}${wall.toFixed(0).padStart(10)}${ratio(wall, first?.wall)}${cpu.toFixed(0).padStart(10)}${ratio(cpu, first?.cpu)}  ${String(loss)}`);
  }
}

if (process.env.BPTT_BENCH_CHILD) {
  const [root, recompute, sizes] = JSON.parse(process.argv[2] ?? '[]') as [string, boolean, Sizes];
  await child(root, recompute, sizes);
} else await runCli('bench:recompute', main);
