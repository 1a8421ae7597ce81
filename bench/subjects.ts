/** Who takes part: our backends and, on request, other libraries. Each measurement is a process of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Timing } from './measure.js';
import { imageWorkloads } from './images.js';
import { sequenceWorkloads } from './sequences.js';
import { products, workloads } from './workloads.js';

export interface Measurement {
  readonly train: Timing;
  readonly gflops?: number;
  /** What really ran: library, mode, adapter, threads. */
  readonly backend: string;
}

export interface Subject {
  readonly name: string;
  /** Undefined where it does not take part. */
  run(id: string, seconds: number): Measurement | undefined;
}

function childJson(command: string, args: readonly string[], cwd: string): Measurement {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measurement;
}

export function ours(root: string, name: string): Subject {
  return {
    name: `bptt ${name}`,
    // Images on plain TypeScript, or on a GPU that is none, take minutes a step.
    run: (id, seconds) => (imageWorkloads[id] && !name.startsWith('wasm')
      ? undefined
      : childJson(process.execPath, [join(root, 'dist/bench/child.js'), name, id, String(seconds)], root)),
  };
}

/** The measurement as peers read it; undefined for what only we have. */
function specOf(id: string, size: number | undefined): object | undefined {
  if (size !== undefined) return { product: size };
  return id === 'P1' ? { ...workloads.W1, batch: 1, predict: true } : workloads[id] ?? imageWorkloads[id] ?? sequenceWorkloads[id];
}

/** A script in bench/peers that takes a backend or a thread count, the workload as JSON, and the time. `runs`: what it has code for. */
function peer(folder: string, name: string, command: string, script: string, argument: string, runs: (id: string) => boolean): Subject {
  return {
    name,
    run(id, seconds) {
      if (!runs(id)) return undefined;
      const size = products[id];
      const spec = specOf(id, size);
      return spec && childJson(command, [script, argument, JSON.stringify(spec), String(seconds)], folder);
    },
  };
}

/** On first use. */
function installPeers(folder: string): void {
  if (existsSync(join(folder, 'node_modules'))) return;
  process.stderr.write('installing the peers into bench/peers\n');
  const { status, stderr } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm install in bench/peers failed: ${stderr}`);
}

/**
 * TensorFlow.js, jax-js and brain.js. TensorFlow.js has no gradient of a convolution's kernel in wasm and takes a minute and a half for
 * W10 without; jax-js has no room for W11; brain.js knows neither images nor products; attention and embeddings have code for
 * TensorFlow.js alone.
 */
export function javascriptPeers(folder: string): Subject[] {
  installPeers(folder);
  const noImages = (id: string): boolean => imageWorkloads[id] === undefined;
  return [
    peer(folder, 'tfjs cpu', process.execPath, 'tfjs.mjs', 'cpu', noImages), peer(folder, 'tfjs wasm', process.execPath, 'tfjs.mjs', 'wasm', noImages),
    peer(folder, 'jax-js wasm', process.execPath, 'jax.mjs', 'wasm', (id) => id !== 'W11' && !sequenceWorkloads[id]),
    peer(folder, 'brain.js', process.execPath, 'brain.mjs', 'cpu', (id) => noImages(id) && !sequenceWorkloads[id] && products[id] === undefined),
  ];
}

/** A Python that has PyTorch. */
export function findPython(): string {
  const python = ['/usr/bin/python3', 'python3'].find((command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
  if (!python) throw new Error('no python3 with torch found; on Debian: apt install python3-torch libopenblas0-pthread');
  return python;
}

/** PyTorch on one and two threads, and its net for a single window in onnxruntime-node. */
export function pytorch(folder: string): Subject[] {
  const python = findPython();
  installPeers(folder);
  return [
    ...[1, 2].map((threads) => peer(folder, `torch ${threads}`, python, 'torch.py', String(threads), () => true)),
    peer(folder, 'onnxruntime', process.execPath, 'onnx.mjs', python, (id) => id === 'P1'),
  ];
}
