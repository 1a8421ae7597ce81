/** Who takes part: our backends and, on request, other libraries. Each measurement is a process of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../src/cli/options.js';
import { caseOf } from './catalogue.js';
import type { Case } from './catalogue.js';
import type { Timing } from './measure.js';

export interface Measurement {
  readonly train: Timing;
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
    // On plain TypeScript, or on a GPU that is none, these take from seconds to minutes a step.
    run: (id, seconds) => ((caseOf(id)?.kind === 'images' || id === 'W16' || id === 'W17') && !name.startsWith('wasm')
      ? undefined
      : childJson(process.execPath, [join(root, 'dist/bench/child.js'), name, id, String(seconds)], root)),
  };
}

/** The measurement as peers read it; undefined for what only we have. */
function specOf(found: Case): object | undefined {
  switch (found.kind) {
    case 'product': return { product: found.size };
    case 'prediction': return { ...found.network, predict: true };
    case 'gates': case 'stream': return undefined;
    default: return found.network;
  }
}

/** A script in bench/peers that takes a backend or a thread count, the workload as JSON, and the time. `runs`: what it has code for. */
function peer(folder: string, name: string, command: string, script: string, argument: string, runs: (found: Case, id: string) => boolean): Subject {
  return {
    name,
    run(id, seconds) {
      const found = caseOf(id);
      const spec = found && runs(found, id) ? specOf(found) : undefined;
      return spec && childJson(command, [script, argument, JSON.stringify(spec), String(seconds)], folder);
    },
  };
}

/** On first use. */
function installPeers(folder: string): void {
  if (['onnxruntime-web', '@tensorflow/tfjs'].every((name) => existsSync(join(folder, 'node_modules', name)))) return;
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
  const hasCode = (found: Case): boolean => found.kind !== 'images' && !('network' in found && 'cell' in found.network && found.network.cell === 'gru');
  const [tfjs, jax, brain] = [hasCode, (found: Case, id: string) => (hasCode(found) || found.kind === 'images') && id !== 'W11' && found.kind !== 'sequences', (found: Case) => hasCode(found) && found.kind !== 'sequences' && found.kind !== 'product'];
  return [
    peer(folder, 'tfjs cpu', process.execPath, 'tfjs.mjs', 'cpu', tfjs), peer(folder, 'tfjs wasm', process.execPath, 'tfjs.mjs', 'wasm', tfjs),
    peer(folder, 'jax-js wasm', process.execPath, 'jax.mjs', 'wasm', jax), peer(folder, 'brain.js', process.execPath, 'brain.mjs', 'cpu', brain),
  ];
}

/** A Python that has PyTorch. */
export function findPython(): string {
  const python = ['/usr/bin/python3', 'python3'].find((command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
  if (!python) throw new UsageError('No python3 with torch was found; on Debian: apt install python3-torch libopenblas0-pthread.');
  return python;
}

/** PyTorch on one and two threads. */
export function pytorch(folder: string): Subject[] {
  const python = findPython();
  return [1, 2].map((threads) => peer(folder, `torch ${threads}`, python, 'torch.py', String(threads), () => true));
}

/** onnxruntime, native and in WebAssembly, with our networks as exported by `bptt/convert`. */
export function onnxruntimes(root: string, folder: string): Subject[] {
  installPeers(folder);
  return ['node', 'web'].map((kind) => ({
    name: `onnxruntime-${kind}`,
    run: (id, seconds) => (['prediction', 'stream'].includes(caseOf(id)?.kind ?? '') ? childJson(process.execPath, [join(root, 'dist/bench/onnx.js'), kind, id, String(seconds)], root) : undefined),
  }));
}
