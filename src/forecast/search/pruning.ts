/**
 * Ending hopeless trials early, by the values they report. Lower is better.
 *
 * - median (Golovin et al. 2017, Google Vizier, §3.2): a trial stops at a step where its best value so far is worse than
 *   the median of what finished trials had reached by that step. The bounds are fixed when a trial is submitted, and
 *   which trials have finished by then depends on how fast they ran: with more than one worker, another run may prune
 *   other trials.
 * - halving (Jamieson & Talwalkar 2016): all trials run to the first rung, the best 1/factor of them to the next, and so
 *   on; those left after the last rung run to their end. Each rung is decided when it is complete, so the same reports
 *   give the same choice, whatever the scheduling. A promoted trial runs again from the beginning, with its own seed.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { nearWhole } from '../../statistics.js';
import { isRecord, shorten } from './json.js';
import { describe } from '../series/describe.js';
import type { Halt, Report, TrialRecord } from './trial.js';

export type Pruning =
  | {
    readonly rule: 'median';
    /** Finished trials that must have reported a step before it is judged; 5 by default. */
    readonly after?: number;
    /** Steps below this one are never judged; 0 by default. */
    readonly warmUp?: number;
  }
  | {
    readonly rule: 'halving';
    /** Ascending steps at which trials are compared. */
    readonly rungs: readonly number[];
    /** One in `factor` trials is promoted; 3 by default. */
    readonly factor?: number;
  };

const RULES = {
  median: { rule: true, after: true, warmUp: true } satisfies OptionNames<Extract<Pruning, { rule: 'median' }>>,
  halving: { rule: true, rungs: true, factor: true } satisfies OptionNames<Extract<Pruning, { rule: 'halving' }>>,
};

/** @throws ArgumentError for an unknown rule or setting, or a setting out of its domain. */
export function checkPruning(operation: string, prune: Pruning | undefined): void {
  if (prune === undefined) return;
  const given: unknown = prune;
  const refuse = (argument: string, expected: string, actual: unknown): never => {
    throw new ArgumentError({ operation, argument, expected, actual: shorten(actual) });
  };
  if (!isRecord(given) || (given.rule !== 'median' && given.rule !== 'halving')) return refuse('prune', `an object with the rule ${Object.keys(RULES).join(' or ')}`, given);
  if (prune.rule === 'halving') {
    checkOptions(`${operation}: prune`, prune, RULES.halving);
    const { rungs, factor = 3 } = prune;
    const ascending = Array.isArray(rungs) && rungs.length > 0 && rungs.every((step, i) => Number.isFinite(step) && step > (rungs[i - 1] ?? -Infinity));
    if (!ascending) refuse('prune.rungs', 'at least one step, ascending', rungs);
    if (!(factor > 1 && factor < Infinity)) refuse('prune.factor', 'a finite number above 1', factor);
    return;
  }
  checkOptions(`${operation}: prune`, prune, RULES.median);
  requireCount(operation, 'prune.after', prune.after ?? 5);
  if (!Number.isFinite(prune.warmUp ?? 0)) refuse('prune.warmUp', 'a finite step', prune.warmUp);
}

/** Where the rungs are: a search without halving has one stage, and nothing to halt at. */
export function stages(prune: Pruning | undefined): (number | undefined)[] {
  return prune?.rule === 'halving' ? [...prune.rungs, undefined] : [undefined];
}

/** When a trial submitted now is to stop, from the trials that have finished. */
export function haltRule(prune: Pruning | undefined, stage: number | undefined, finished: Iterable<TrialRecord>): Halt | undefined {
  if (stage !== undefined) return { at: stage };
  if (prune?.rule !== 'median') return undefined;
  const { after = 5, warmUp = 0 } = prune;
  const bestByStep = new Map<number, number[]>();
  for (const { status, reports } of finished) {
    if (status !== 'done') continue;
    let best = Infinity;
    for (const [step, value] of reports) {
      best = Math.min(best, value);
      const values = bestByStep.get(step) ?? [];
      values.push(best);
      bestByStep.set(step, values);
    }
  }
  const above = [...bestByStep]
    .filter(([step, values]) => step >= warmUp && values.length >= after)
    .map(([step, values]): Report => [step, describe(values).median]);
  return above.length > 0 ? { above } : undefined;
}

/** How many of `entered` trials are let through a rung. */
export function promoted(prune: Pruning | undefined, entered: number): number {
  return Math.ceil(nearWhole(entered / (prune?.rule === 'halving' ? (prune.factor ?? 3) : 1)));
}

/** The trials that go on after a rung. One that ended before the rung counts in the comparison, and is complete. */
export function survivors(prune: Pruning | undefined, rung: readonly TrialRecord[]): TrialRecord[] {
  return rung
    .filter((record) => record.value !== undefined)
    .sort((a, b) => (a.value ?? NaN) - (b.value ?? NaN) || a.index - b.index)
    .slice(0, promoted(prune, rung.length))
    .filter(({ status }) => status === 'pruned')
    .sort((a, b) => a.index - b.index);
}
