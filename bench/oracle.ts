/** Nothing is timed before it is right: results in float32 against the cpu backend in float64. */
import { cpu } from 'bptt';
import type { Backend } from 'bptt';
import { buildImageData, buildImageModel, reduced } from './images.js';
import type { ImageWorkload } from './images.js';
import { load } from './kernels.js';
import type { Operation } from './kernels.js';
import { buildSequenceData, buildSequenceModel } from './sequences.js';
import type { SequenceWorkload } from './sequences.js';
import { buildData, buildModel } from './workloads.js';
import type { Workload } from './workloads.js';

/** Of the largest magnitude in each tensor. */
const tolerance = 1e-4;

interface Numbers { readonly [index: number]: number; readonly length: number }

function requireClose(what: string, actual: Numbers, expected: Numbers): void {
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    if (!(off <= tolerance * scale)) throw new Error(`${what}: entry ${i} is ${actual[i]}, the oracle says ${expected[i]}`);
  }
}

type Data = ReturnType<typeof buildData>;
type Checkable = Pick<ReturnType<typeof buildImageModel>, 'lossAndGradients' | 'dispose'>;

/** Loss and every gradient, without dropout. */
async function checkGradients(build: (backend: Backend) => Checkable, { x, y }: Data, backend: Backend): Promise<void> {
  const model = build(backend);
  const subject = await model.lossAndGradients(x, y);
  model.dispose();
  const oracle = await build(cpu({ dtype: 'float64' })).lossAndGradients(x, y);
  requireClose('loss', [subject.loss], [oracle.loss]);
  for (const [key, gradient] of Object.entries(oracle.gradients)) {
    requireClose(`gradient of ${key}`, subject.gradients[key]?.data ?? [], gradient.data);
  }
}

/** On 32 samples at most. */
export async function checkTraining(workload: Workload, backend: Backend): Promise<void> {
  const small = { ...workload, batch: Math.min(workload.batch, 32) };
  await checkGradients((on) => buildModel(small, on), buildData(small), backend);
}

/** What comes out, of a stream for its first step. */
export async function checkPrediction(workload: Workload, backend: Backend): Promise<void> {
  const { x } = buildData(workload);
  const [actual, expected] = await Promise.all([backend, cpu({ dtype: 'float64' })].map(async (on) => {
    const model = buildModel(workload, on);
    const { data } = await model.predict(x, { batchSize: workload.batch });
    const values = Float64Array.from(data);
    model.dispose();
    return values;
  }));
  requireClose('prediction', actual ?? [], expected ?? []);
}

/** On smaller images. */
export async function checkImageTraining(workload: ImageWorkload, backend: Backend): Promise<void> {
  const small = reduced(workload);
  await checkGradients((on) => buildImageModel(small, on), buildImageData(small), backend);
}

/** On a smaller batch. */
export async function checkSequenceTraining(workload: SequenceWorkload, backend: Backend): Promise<void> {
  const small = { ...workload, batch: 2 };
  await checkGradients((on) => buildSequenceModel(small, on), buildSequenceData(small), backend);
}

export async function checkOperation(operation: Operation, operands: readonly Float32Array[], backend: Backend): Promise<void> {
  const device = backend.open();
  const actual = await load(device, operation, operands)();
  device.dispose();
  const expected = await load(cpu({ dtype: 'float64' }).open(), operation, operands)();
  expected.forEach((values, i) => requireClose(`output ${i}`, actual[i] ?? [], values));
}
