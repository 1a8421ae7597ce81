/** Everything a backend must do as the float64 oracle does it. */
import type { Backend } from '../../../src/backend.js';
import { arrayCases } from './arrays.js';
import { verdict } from './case.js';
import type { ConformanceCase } from './case.js';
import { convolutionCases } from './convolution.js';
import { layerCases } from './layers.js';
import { lookupCases } from './lookup.js';
import { pointwiseCases } from './pointwise.js';
import { trainingRuns, trainingVerdict } from './runs.js';
import { trainingCases } from './training.js';

/** Every kernel of the contract is called by one of these; conformance.test.ts watches. */
export const kernelCases: readonly ConformanceCase[] = [...arrayCases, ...pointwiseCases, ...convolutionCases, ...lookupCases, ...trainingCases];

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
 * A selection for backends that need seconds for a plan: every kernel in every variant at one size, one layer of every kind, and
 * these training runs. The others they meet as well: `npm run soak -- conformance`.
 */
export function selected(...runs: readonly ('W1' | 'W6' | 'W8')[]): readonly Demand[] {
  const groups = new Map<string, ConformanceCase[]>();
  const collect = (key: string, test: ConformanceCase): unknown => groups.set(key, [...(groups.get(key) ?? []), test]);
  for (const test of kernelCases) collect(`kernel ${test.name.replace(/ \d+(?:×\d+)*|, one element/, '')}`, test);
  const kernels = [...groups.values()].map((tests) => tests[1] ?? tests[0]);
  const layers = layerCases.filter(({ name }, i) => layerCases.findIndex((other) => kindOf(other.name) === kindOf(name)) === i);
  const names = new Set([...kernels, ...layers].map((test) => test?.name));
  return demands.filter(({ name }) => names.has(name) || runs.some((id) => name.includes(` of ${id},`)));
}

/** `lstm, returnState` and `dense relu` are of the kinds lstm and dense. */
function kindOf(layer: string): string {
  return layer.replace(/[ ,].*/, '');
}
