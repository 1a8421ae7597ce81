/** Whole training runs through the public API: twenty Adam steps agree with the cpu backend in float32. */
import { buildData, buildModel, workloads } from '../../../bench/workloads.js';
import type { Workload } from '../../../bench/workloads.js';
import type { Backend } from '../../../src/backend.js';
import { cpu } from '../../../src/backends/cpu/index.js';
import { mismatch } from './case.js';

const steps = 20;
/** Of a loss. */
const lossTolerance = 1e-4;
/** Of a weight, relative to the largest of its tensor: where a gradient is near zero, Adam's m/√v turns its rounding into a step. */
const weightTolerance = 2e-3;

/** The workload with everything that costs time made smaller, its structure kept. */
function small(workload: Workload): Workload {
  const shrink = (n: number): number => Math.max(3, Math.ceil(n / 6));
  return { ...workload, batch: 5, steps: 7, layers: workload.layers.map(shrink), head: workload.head.map((n) => (n === 1 ? 1 : shrink(n))) };
}

export interface TrainingRun { readonly name: string; readonly workload: Workload }

export const trainingRuns: readonly TrainingRun[] = ['W1', 'W6', 'W8'].flatMap((id) => {
  const workload = workloads[id];
  return workload ? [{ name: `${steps} training steps of ${id}, made small`, workload: small(workload) }] : [];
});

async function train({ workload }: TrainingRun, backend: Backend): Promise<{ losses: number[]; weights: [string, ArrayLike<number>][] }> {
  const model = buildModel(workload, backend);
  const { x, y } = buildData(workload);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(x, y)).loss ?? NaN);
  const weights = Object.entries(model.getWeights()).map(([key, { data }]): [string, ArrayLike<number>] => [key, data]);
  model.dispose();
  return { losses, weights };
}

/** What is wrong with a run on a backend; undefined if nothing is. */
export async function trainingVerdict(run: TrainingRun, backend: Backend): Promise<string | undefined> {
  const expected = await train(run, cpu());
  const actual = await train(run, backend);
  const wrong = mismatch(actual.losses, expected.losses, lossTolerance);
  if (wrong !== undefined) return `loss ${wrong}`;
  for (const [i, [key, values]] of expected.weights.entries()) {
    const problem = mismatch(actual.weights[i]?.[1] ?? [], values, weightTolerance);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  return undefined;
}
