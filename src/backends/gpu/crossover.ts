/**
 * Where the GPU overtakes the processor on this machine: the smallest square product, in floating-point operations, from
 * which the gpu backend is faster than wasm. Measured once, then remembered for this adapter: in a file in Node, in
 * localStorage in browsers.
 */
import type { Backend, Step } from '../../backend.js';
import { readBytes, writeAtomically } from '../../files.js';
import { randomStream } from '../../random.js';

const usualSizes = [64, 128, 256, 512, 1024];
/** Products in one run, so that copying in and out weighs little, as it does in a training step. */
const repeats = 8;

const products: Step = (k, [a, b]) => {
  if (!a || !b) return { outputs: [], variables: [] };
  let c = k.matmul('nn', a, b);
  for (let i = 1; i < repeats; i++) c = k.matmul('nn', c, b);
  return { outputs: [k.row(c, 0)], variables: [] };
};

/** Fastest of three runs after one to warm up, ms. */
async function time(backend: Backend, n: number): Promise<number> {
  const random = randomStream(n, 'crossover');
  const matrix = (): Float32Array => new Float32Array(n * n).map(() => random.next() / 2 ** 31 / n);
  await backend.prepare?.([]);
  const device = backend.open();
  const program = device.compile(products, [[n, n], [n, n]], []);
  const inputs = [matrix(), matrix()];
  let best = Infinity;
  for (let run = 0; run < 4; run++) {
    const start = performance.now();
    await program.run(inputs);
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  device.dispose();
  return best;
}

/** Operations of the smallest measured product from which `gpu` stays ahead; Infinity if it never is. */
export async function measureCrossover(gpu: Backend, wasm: Backend, sizes: readonly number[] = usualSizes): Promise<number> {
  let crossover = Infinity;
  for (const n of sizes) {
    const faster = (await time(gpu, n)) < (await time(wasm, n));
    crossover = faster ? Math.min(crossover, 2 * n ** 3) : Infinity;
  }
  return crossover;
}

type Remembered = Record<string, number | 'never'>;

/** Where Node keeps what can be measured again. */
function cacheFile(): string | undefined {
  if (typeof process === 'undefined' || !process.getBuiltinModule) return undefined;
  const { tmpdir } = process.getBuiltinModule('node:os');
  return process.getBuiltinModule('node:path').join(tmpdir(), 'bptt-crossover.json');
}

async function recall(): Promise<Remembered> {
  const file = cacheFile();
  try {
    const text = file === undefined ? localStorage.getItem('bptt-crossover') : new TextDecoder().decode(await readBytes('auto', file));
    const found: unknown = JSON.parse(text ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Remembered) : {};
  } catch {
    return {}; // nothing remembered, or nothing readable: measure
  }
}

async function remember(all: Remembered): Promise<void> {
  const file = cacheFile();
  const text = JSON.stringify(all);
  try {
    if (file === undefined) localStorage.setItem('bptt-crossover', text);
    else await writeAtomically('auto', file, new TextEncoder().encode(text));
  } catch {
    // A machine that keeps nothing measures again next time.
  }
}

/** The crossover of this machine and adapter. */
export async function crossoverOf(gpu: Backend, wasm: Backend): Promise<number> {
  const key = `${gpu.description} against ${wasm.description}`;
  const all = await recall();
  const known = all[key];
  if (known !== undefined) return known === 'never' ? Infinity : known;
  const crossover = await measureCrossover(gpu, wasm);
  await remember({ ...all, [key]: Number.isFinite(crossover) ? crossover : 'never' });
  return crossover;
}
