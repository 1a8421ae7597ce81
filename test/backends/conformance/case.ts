/**
 * One demand on every backend: a step, run once or several times on a device, gives what the float64 cpu oracle gives.
 * Nothing here needs Node or a test runner, so that the same cases run in a browser.
 */
import type { Backend, Kernels, Program, Step, Tensor } from '../../../src/backend.js';
import { cpu } from '../../../src/backends/cpu/index.js';
import { kernelFamilies } from '../../../src/backends/wasm/families.js';
import { normal, randomStream } from '../../../src/random.js';
import { sizeOf } from '../../../src/tensor.js';
import type { FloatArray, HostTensor, Shape } from '../../../src/tensor.js';

export interface ConformanceCase {
  readonly name: string;
  readonly step: Step;
  readonly inputShapes: readonly Shape[];
  /** Input values of each run, in order. */
  readonly runs: readonly (readonly FloatArray[])[];
  /** What lives on the device and changes from run to run. */
  readonly variables: readonly HostTensor[];
  /** Largest |difference| allowed in a tensor, relative to its largest entry. */
  readonly tolerance: number;
}

/** One kernel: a handful of float32 roundings, and exp, tanh and erf of each host. */
export const kernelTolerance = 1e-5;
/** A layer forward and backward: roundings of some hundred kernels, with cancellation. */
export const layerTolerance = 5e-5;

/** Every tensor a case makes, by what it is: outputs of each run, then the variables at the end. */
type Results = readonly (readonly [what: string, values: FloatArray])[];

export const oracle = cpu({ dtype: 'float64' });

/** Standard normal float32 numbers, so that no backend starts from other values than the oracle. */
export function random(purpose: string, shape: Shape, scale = 1): HostTensor {
  const stream = randomStream(11, `conformance ${purpose}`);
  return { shape, data: new Float32Array(sizeOf(shape)).map(() => scale * normal(stream)) };
}

/** As {@link random}, all at least `least`. */
export function positive(purpose: string, shape: Shape, least = 0.1): HostTensor {
  return { shape, data: random(purpose, shape).data.map((x) => least + Math.abs(x)) };
}

export function given(shape: Shape, values: ArrayLike<number>): HostTensor {
  return { shape, data: Float32Array.from(values) };
}

/** A step over inputs alone, run once. Bare shapes stand for random inputs. */
export function kernelCase(
  name: string, inputs: readonly (Shape | HostTensor)[], code: (k: Kernels, ...inputs: Tensor[]) => Tensor | readonly Tensor[],
  tolerance = kernelTolerance,
): ConformanceCase {
  const fed = inputs.map((input, i) => ('data' in input ? input : random(`${name} ${i}`, input)));
  return {
    name, tolerance, variables: [], inputShapes: fed.map(({ shape }) => shape), runs: [fed.map(({ data }) => data)],
    step: (k, tensors) => ({ outputs: [code(k, ...tensors)].flat(), variables: [] }),
  };
}

async function results({ step, inputShapes, runs, variables }: ConformanceCase, backend: Backend): Promise<Results> {
  await backend.prepare?.(kernelFamilies);
  const device = backend.open();
  try {
    const homes = variables.map((value) => device.variable(value));
    const program: Program = device.compile(step, inputShapes, homes);
    const found: [string, FloatArray][] = [];
    const [first = []] = runs;
    const outputs = runs.length === 1 ? [await program.run(first)] : await program.runMany(runs);
    outputs.forEach((list, run) => list.forEach((values, i) => found.push([`run ${run}, output ${i}`, values])));
    homes.forEach((home, i) => found.push([`variable ${i}`, device.read(home)]));
    return found;
  } finally {
    device.dispose();
  }
}

/** The worst entry of `actual` if it is further from `expected` than allowed. */
export function mismatch(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values instead of ${expected.length}`;
  const scale = Array.from(expected).reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  let worst = -1;
  let worstError = tolerance * scale;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    if (Object.is(a, e) || a === e) continue;
    const error = Number.isNaN(a - e) ? Infinity : Math.abs(a - e);
    if (error > worstError) [worst, worstError] = [i, error];
  }
  if (worst < 0) return undefined;
  return `[${worst}] is ${actual[worst]} instead of ${expected[worst]}, off by ${(worstError / scale).toExponential(1)} of the largest entry`;
}

/** What is wrong with a case on a backend; undefined if nothing is. */
export async function verdict(test: ConformanceCase, backend: Backend): Promise<string | undefined> {
  const expected = await results(test, oracle);
  if (expected.length === 0) return 'the case makes nothing';
  const actual = await results(test, backend);
  if (actual.length !== expected.length) return `${actual.length} tensors instead of ${expected.length}`;
  for (const [i, [what, values]] of expected.entries()) {
    const wrong = mismatch(actual[i]?.[1] ?? [], values, test.tolerance);
    if (wrong !== undefined) return `${what}: ${wrong}`;
  }
  return undefined;
}
