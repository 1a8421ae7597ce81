/** Results of the study of sine wave, index and random walk without training. */
import { lastKnown, startsOf } from '../../examples/sine-and-index/predictors.js';
import type { Samples } from '../../examples/sine-and-index/predictors.js';
import { samplesOf } from '../../examples/sine-and-index/trial.js';
import type { Run, RunResult, Snapshot } from '../../examples/sine-and-index/trial.js';

/** As a network would leave them that says `forecast` of a window and its target. */
export function pretend(runs: readonly Run[], index: Float64Array, forecast: (last: number, truth: number, epoch: number) => number): { run: Run; result: RunResult }[] {
  return runs.map((run) => {
    const samples: Samples = samplesOf(run, index);
    const known = lastKnown(samples.windows);
    const { point, full, multiple } = startsOf(samples, run.steps);
    const at = (start: number, k: number, epoch: number): number => {
      const base = samples.scaler ? samples.series[start] ?? NaN : 1;
      const truth = samples.scaler ? (samples.series[start + 50 + k] ?? NaN) / base - 1 : samples.series[start + 50 + k] ?? NaN;
      return forecast(known[start] ?? NaN, truth, epoch);
    };
    const snapshots = run.epochs.map((epoch): Snapshot => ({
      epoch, point: point.map((start) => at(start, 0, epoch)), full: point.map((_, k) => at(full[0] ?? NaN, k, epoch)),
      multiple: multiple.map((start) => Array.from({ length: run.steps }, (_, k) => at(start, k, epoch))),
    }));
    return { run, result: { loss: [1e-5], validationLoss: [1e-5], lastValidationLoss: 1e-5, trained: 1000, validated: 50, snapshots, backend: 'none' } };
  });
}
