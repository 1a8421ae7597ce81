/** Everything a backend must do as the float64 oracle does it. */
import type { Backend } from '../../../src/backend.js';
import { arrayCases } from './arrays.js';
import { verdict } from './case.js';
import type { ConformanceCase } from './case.js';
import { layerCases } from './layers.js';
import { pointwiseCases } from './pointwise.js';
import { trainingRuns, trainingVerdict } from './runs.js';
import { trainingCases } from './training.js';

/** Every kernel of the contract is called by one of these; conformance.test.ts watches. */
export const kernelCases: readonly ConformanceCase[] = [...arrayCases, ...pointwiseCases, ...trainingCases];

/** A named demand. `check` gives what is wrong with a backend, or undefined. */
export interface Demand {
  readonly name: string;
  check(backend: Backend): Promise<string | undefined>;
}

export const demands: readonly Demand[] = [
  ...[...kernelCases, ...layerCases].map((test): Demand => ({ name: test.name, check: (backend) => verdict(test, backend) })),
  ...trainingRuns.map((run): Demand => ({ name: run.name, check: (backend) => trainingVerdict(run, backend) })),
];
