/**
 * `npm run bench`: kernels and training steps, each measured in a process of its own, in rounds that alternate between
 * the subjects. Prints a table, writes JSON, SVG charts and a page.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { availableBackends } from './backends.js';
import { ids } from './prepare.js';
import { breakEven, charts, page, printRows } from './report.js';
import type { Row } from './report.js';
import { javascriptPeers, ours, pytorch } from './subjects.js';
import type { Measurement, Subject } from './subjects.js';
import { products } from './workloads.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peersFolder = join(root, 'bench/peers');

const help = `npm run bench -- [options]
  --only W1,W2,M3     which measurements (default: all of ${ids.join(' ')})
  --backends wasm,cpu which of ours (default: all that run here)
  --peers             beside TensorFlow.js, jax-js and brain.js, installed into bench/peers on first use
  --torch             beside PyTorch on one and two threads, and onnxruntime-node for P1, if a python3 here has torch
  --seconds 1         time for each measurement and round
  --rounds 3          rounds; the table shows the median over them
  --out DIR           where bench.json, the charts and the page go (default out/bench)
  --help`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' }, backends: { type: 'string' }, peers: { type: 'boolean', default: false }, torch: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, out: { type: 'string', default: join(root, 'out/bench') },
    help: { type: 'boolean', default: false },
  },
});

function medianOf(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;
}

/** Rounds over all subjects for one id. */
function compare(id: string, subjects: readonly Subject[], rounds: number, seconds: number): Row[] {
  const found = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const measurement = subject.run(id, seconds);
      if (measurement) found.set(subject.name, [...(found.get(subject.name) ?? []), measurement]);
    }
  }
  return [...found].map(([subject, list]) => {
    const times = list.map((m) => m.train.median);
    const gflops = list.flatMap((m) => (m.gflops === undefined ? [] : [m.gflops]));
    return {
      id, subject, backend: list[0]?.backend ?? '', median: medianOf(times), low: Math.min(...times), high: Math.max(...times),
      ...(gflops.length > 0 ? { gflops: medianOf(gflops) } : {}),
    };
  });
}

async function main(): Promise<void> {
  const chosen = values.only?.split(',') ?? ids;
  const unknown = chosen.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    console.error(`unknown measurement ${unknown.join(', ')}: choose from ${ids.join(' ')}`);
    process.exitCode = 2;
    return;
  }
  const names = values.backends?.split(',') ?? (await availableBackends());
  const subjects = [
    ...names.map((name) => ours(root, name)), ...(values.peers ? javascriptPeers(peersFolder) : []), ...(values.torch ? pytorch(peersFolder) : []),
  ];
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30), node: process.version };
  const date = new Date().toISOString();
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  console.log(styleText('bold', `${machine.cores} × ${machine.cpu}, ${machine.memoryGB} GB, Node ${machine.node}, ${date.slice(0, 10)}`));
  console.log('medians over rounds, lowest – highest; × is relative to the first row');
  console.log('M: product of two N × N matrices, G: LSTM gates forward and backward, P: predict one window, W: a training step with Adam\n');
  const rows: Row[] = [];
  for (const id of chosen) {
    const found = compare(id, subjects, rounds, seconds);
    printRows(found);
    rows.push(...found);
  }
  console.log();
  for (const [subject, backend] of new Map(rows.map((row) => [row.subject, row.backend]))) console.log(`${subject.padEnd(16)} ${backend}`);
  for (const name of names.filter((n) => n.startsWith('gpu'))) {
    const from = breakEven(rows, `bptt ${name}`);
    console.log(`${name} ${from === undefined ? 'is faster than wasm at no measured product' : `is faster than wasm from N = ${products[from]} on`}`);
  }
  mkdirSync(values.out, { recursive: true });
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim();
  writeFileSync(join(values.out, 'bench.json'), JSON.stringify({ date, command, machine, rounds, seconds, rows }, null, 2));
  for (const { name, plot } of charts(rows)) writeFileSync(join(values.out, `${name}.svg`), plot.svg);
  writeFileSync(join(values.out, 'index.html'), page(rows, machine, date, command));
  console.log(`\n${values.out}`);
}

if (values.help) console.log(help);
else await main();
