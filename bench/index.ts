/**
 * `npm run bench`: kernels and training steps, each measured in a process of its own, in rounds that alternate between
 * the subjects. Prints a table, writes JSON.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { backendNames } from './backends.js';
import { gateSizes } from './kernels.js';
import type { Timing } from './measure.js';
import { products, workloads } from './workloads.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peersFolder = join(root, 'bench/peers');
const ids = [...Object.keys(products), ...Object.keys(gateSizes), ...Object.keys(workloads)];

const help = `npm run bench -- [options]
  --only W1,W2,M3     which measurements (default: all of ${ids.join(' ')})
  --backends cpu      which of ours (default: ${backendNames.join(',')})
  --peers             beside TensorFlow.js, installed into bench/peers on first use
  --seconds 1         time for each measurement and round
  --rounds 3          rounds; the table shows the median over them
  --out FILE          where the JSON goes (default out/bench.json)
  --help`;

interface Subject { readonly name: string; run(id: string, seconds: number): Measurement | undefined }
interface Measurement { readonly train: Timing; readonly gflops?: number; readonly backend: string }
interface Row { readonly id: string; readonly subject: string; readonly backend: string; readonly median: number; readonly low: number; readonly high: number; readonly gflops?: number }

function childJson(command: string, args: readonly string[], cwd: string): Measurement {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measurement;
}

function ours(name: string): Subject {
  return { name: `bptt ${name}`, run: (id, seconds) => childJson(process.execPath, [join(root, 'dist/bench/child.js'), name, id, String(seconds)], root) };
}

function tfjs(backend: string): Subject {
  return {
    name: `tfjs ${backend}`,
    run(id, seconds) {
      const size = products[id];
      const spec = size === undefined ? workloads[id] : { product: size };
      return spec && childJson(process.execPath, ['tfjs.mjs', backend, JSON.stringify(spec), String(seconds)], peersFolder);
    },
  };
}

function installPeers(): void {
  if (existsSync(join(peersFolder, 'node_modules'))) return;
  process.stderr.write('installing the peers into bench/peers\n');
  const { status, stderr } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peersFolder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm install in bench/peers failed:\n${stderr}`);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
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

function formatMs(ms: number): string {
  return ms < 0.01 ? `${(ms * 1000).toFixed(2)} µs` : ms < 10 ? `${ms.toFixed(3)} ms` : `${ms.toFixed(1)} ms`;
}

function printRows(rows: readonly Row[]): void {
  const first = rows[0];
  for (const row of rows) {
    const ratio = first && row !== first ? `${(row.median / first.median).toFixed(2)} ×` : '';
    const about = workloads[row.id]?.about ?? '';
    const cells = [
      row.id.padEnd(3), row.subject.padEnd(14), formatMs(row.median).padStart(10), `${formatMs(row.low)} – ${formatMs(row.high)}`.padStart(25),
      (row.gflops === undefined ? '' : `${row.gflops.toFixed(1)} GFLOP/s`).padStart(14), ratio.padStart(9), `  ${row === first ? about : ''}`,
    ];
    console.log(cells.join(' ').trimEnd());
  }
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' }, backends: { type: 'string', default: backendNames.join(',') }, peers: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, out: { type: 'string', default: join(root, 'out/bench.json') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
} else {
  const chosen = values.only?.split(',') ?? ids;
  const unknown = chosen.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    console.error(`unknown measurement ${unknown.join(', ')}: choose from ${ids.join(' ')}`);
    process.exit(2);
  }
  if (values.peers) installPeers();
  const subjects = [...values.backends.split(',').map(ours), ...(values.peers ? [tfjs('cpu'), tfjs('wasm')] : [])];
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30), node: process.version };
  console.log(styleText('bold', `${machine.cores} × ${machine.cpu}, ${machine.memoryGB} GB, Node ${machine.node}`));
  console.log('medians over rounds, lowest – highest; a step is forward, loss, backward, Adam; × is relative to the first row\n');
  const rows = chosen.flatMap((id) => {
    const found = compare(id, subjects, Number(values.rounds), Number(values.seconds));
    printRows(found);
    return found;
  });
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, JSON.stringify({ date: new Date().toISOString(), machine, rounds: Number(values.rounds), seconds: Number(values.seconds), rows }, null, 2));
  console.log(`\n${values.out}`);
}
