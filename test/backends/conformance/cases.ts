/** Everything a backend must do as the float64 oracle does it. */
import type { Backend } from '../../../src/backend.js';
import { arrayCases } from './arrays.js';
import { verdict } from './case.js';
import type { ConformanceCase } from './case.js';
import { convolutionCases } from './convolution.js';
import { layerCases } from './layers.js';
import { pointwiseCases } from './pointwise.js';
import { trainingRuns, trainingVerdict } from './runs.js';
import { trainingCases } from './training.js';

/** Every kernel of the contract is called by one of these; conformance.test.ts watches. */
export const kernelCases: readonly ConformanceCase[] = [...arrayCases, ...pointwiseCases, ...convolutionCases, ...trainingCases];

/** A named demand. `check` gives what is wrong with a backend, or undefined. */
export interface Demand {
  readonly name: string;
  check(backend: Backend): Promise<string | undefined>;
}

export const demands: readonly Demand[] = [
  ...[...kernelCases, ...layerCases].map((test): Demand => ({ name: test.name, check: (backend) => verdict(test, backend) })),
  ...trainingRuns.map((run): Demand => ({ name: run.name, check: (backend) => trainingVerdict(run, backend) })),
];

/**
 * A selection for backends that need seconds for a plan: every kernel in every variant at one size, every kind of layer
 * once, the run with dropout.
 */
export function selected(): readonly Demand[] {
  const groups = new Map<string, ConformanceCase[]>();
  const collect = (key: string, test: ConformanceCase): unknown => groups.set(key, [...(groups.get(key) ?? []), test]);
  for (const test of kernelCases) collect(`kernel ${test.name.replace(/ \d+(?:×\d+)*/, '')}`, test);
  for (const test of layerCases) collect(`layer ${test.name.replace(/,.*/, '')}`, test);
  const names = new Set([...groups.values()].map((tests) => (tests[1] ?? tests[0])?.name));
  return demands.filter(({ name }) => names.has(name) || name.includes('W8'));
}
