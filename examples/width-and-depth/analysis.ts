/** From trials to what tables, plots and verdicts need: figures of each run, and their spread over the seeds. */
import type { JsonObject } from 'bptt';
import { mean } from 'bptt/forecast';
import type { TrialRecord } from 'bptt/forecast';
import { PROTOCOLS, allConfigurations, sameConfiguration } from './configurations.js';
import type { Configuration, ProtocolName } from './configurations.js';
import { BASELINES, rootMeanSquare } from './features.js';
import type { BaselineName, StudyData } from './features.js';
import { runName } from './plan.js';
import type { PlannedRun } from './plan.js';
import type { TrialParameters, TrialResult } from './trial.js';

/** A forecast whose standard deviation is less than this share of the target's is a horizontal line. */
export const FLAT = 0.1;

export interface Run extends PlannedRun {
  /** Root mean squared error on the test part, in shares. */
  readonly rmse: number;
  /** std(prediction) / std(target) on the test part. */
  readonly collapse: number;
  /** Share of the training targets' variance that the network explains: 0 for the best constant. */
  readonly fit: number;
  readonly result: TrialResult;
  readonly seconds: number;
}

export interface Failure extends PlannedRun {
  readonly reason: string;
}

/** The runs of one configuration under one protocol. */
export interface Group {
  readonly protocol: ProtocolName;
  readonly configuration: Configuration;
  /** By repeat; those that failed are missing. */
  readonly runs: readonly Run[];
}

export interface Analysis {
  /** In the order of the tables; what was not run, or failed with every seed, is missing. */
  readonly groups: readonly Group[];
  readonly failures: readonly Failure[];
  /** Root mean squared errors on the same targets, in shares. */
  readonly baselines: Readonly<Record<BaselineName, number>>;
  /** Standard deviation of the test targets, in shares. */
  readonly targetStd: number;
  /** Mean squared error of the best constant on the training targets, scaled. */
  readonly trainingVariance: number;
  /** The same on the test targets, for the mean of the training targets. */
  readonly constantLoss: number;
}

export function analyse(plan: readonly PlannedRun[], trials: readonly TrialRecord[], data: StudyData): Analysis {
  const { test, train, scaler, baselines } = data;
  const trainTargets = Float64Array.from(train.y.data.subarray(train.y.offset, train.y.offset + train.volume.length));
  const testTargets = Float64Array.from(test.y.data.subarray(test.y.offset, test.y.offset + test.volume.length));
  const center = mean(trainTargets);
  const trainingVariance = rootMeanSquare(trainTargets, trainTargets.map(() => center)) ** 2;

  const runs: Run[] = [];
  const failures: Failure[] = [];
  for (const planned of plan) {
    const trial = trials.find(({ parameters }) => (parameters as TrialParameters).run === runName(planned));
    if (trial?.status !== 'done') {
      failures.push({ ...planned, reason: trial?.reason ?? 'not run' });
      continue;
    }
    const result = trial.result as JsonObject as TrialResult;
    const predicted = scaler.inverse(result.predictions, { column: 0 }).data;
    runs.push({
      ...planned, result, seconds: trial.seconds, rmse: rootMeanSquare(test.volume, Float64Array.from(predicted)),
      collapse: result.collapse.trained, fit: 1 - result.trainLoss / trainingVariance,
    });
  }
  const groups = PROTOCOLS.flatMap(({ name }) => allConfigurations().map((configuration): Group => ({
    protocol: name, configuration,
    runs: runs.filter((run) => run.protocol.name === name && sameConfiguration(run.configuration, configuration)).sort((a, b) => a.repeat - b.repeat),
  })));
  return {
    groups: groups.filter((group) => group.runs.length > 0),
    failures,
    baselines: Object.fromEntries(BASELINES.map((name) => [name, rootMeanSquare(test.volume, baselines[name])])) as Record<BaselineName, number>,
    targetStd: rootMeanSquare(test.volume, test.volume.map(() => mean(test.volume))),
    trainingVariance,
    constantLoss: rootMeanSquare(testTargets, testTargets.map(() => center)) ** 2,
  };
}

/** The group of that configuration; undefined if it was not run. */
export function groupOf({ groups }: Pick<Analysis, 'groups'>, protocol: ProtocolName, configuration: Configuration): Group | undefined {
  return groups.find((group) => group.protocol === protocol && sameConfiguration(group.configuration, configuration));
}

export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Over the seeds; NaN without runs. */
export function spread(values: readonly number[]): Spread {
  return values.length === 0 ? { mean: NaN, least: NaN, most: NaN } : { mean: mean(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Geometric mean in place of the mean: for norms that differ by powers of ten. 0 if one of them is 0. */
export function spreadOfNorms(values: readonly number[]): Spread {
  return { ...spread(values), mean: Math.exp(mean(values.map(Math.log))) };
}
