/** Which runs a study makes: every configuration as published, and what fits in the time under other protocols. */
import { PROTOCOLS, allConfigurations, nameOf } from './configurations.js';
import type { Configuration, Protocol } from './configurations.js';

export interface PlannedRun {
  readonly protocol: Protocol;
  readonly configuration: Configuration;
  /** From 1; the seed is that of the study + repeat − 1. */
  readonly repeat: number;
}

export interface Plan {
  readonly published: readonly PlannedRun[];
  /** Other batches, other initial weights. */
  readonly variations: readonly PlannedRun[];
}

const REPEATS = 3;

/**
 * The full plan, or the quick one: the published protocol once, without the LSTM of width 250, which takes as long as all the
 * others together. The longest runs come first, so that no thread is left alone with one at the end.
 */
export function planRuns(full: boolean): Plan {
  const runs = PROTOCOLS.flatMap((protocol) => allConfigurations()
    .filter((configuration) => included(protocol, configuration) && (full || !isLargest(configuration)))
    .flatMap((configuration) => Array.from({ length: full ? REPEATS : 1 }, (_, i) => ({ protocol, configuration, repeat: i + 1 }))));
  runs.sort((a, b) => work(b.configuration) - work(a.configuration));
  return {
    published: runs.filter(({ protocol }) => protocol.name === 'published'),
    variations: full ? runs.filter(({ protocol }) => protocol.name !== 'published') : [],
  };
}

/** Variations are about depth: they are tried on the stacks of width 5, other initial weights on those without normalisation. */
function included({ name }: Protocol, { units, normalization }: Configuration): boolean {
  return name === 'published' || (units === 5 && (name === 'mini-batch' || normalization === 'none'));
}

function isLargest({ cell, units }: Configuration): boolean {
  return cell === 'LSTM' && units === 250;
}

/** Products in one time step, and what each layer costs besides; for the order alone. */
function work({ cell, units, layers }: Configuration): number {
  return layers * (cell === 'LSTM' ? 4 : 1) * (units * units + 2000);
}

/** `published | LSTM 5 × 15 | 2`: what the trial is told. */
export function runName({ protocol, configuration, repeat }: PlannedRun): string {
  return `${protocol.name} | ${nameOf(configuration)} | ${repeat}`;
}

/** The run of that name, in whichever plan. */
export function runNamed(name: string): PlannedRun {
  const { published, variations } = planRuns(true);
  const run = [...published, ...variations].find((one) => runName(one) === name);
  if (!run) throw new Error(`there is no run '${name}'`);
  return run;
}
