/** All of the study but its words: both ensembles trained, every baseline, the scores. */
import type { ModelScore } from 'bptt/forecast';
import { fixed } from '../../src/cli/wording.js';
import { before, readPanel, requirePair, valuesOf } from './panel.js';
import { TARGETS } from './published.js';
import { ensembleRows, scoresOf, standardRows } from './scores.js';
import type { Block } from './scores.js';
import { HORIZON } from './settings.js';
import type { Plan } from './settings.js';
import { trainEnsemble } from './training.js';
import type { Ensemble, TrainingOptions } from './training.js';

/** `train` and `test`: paths of the two files. */
export interface HourlyOptions extends Omit<TrainingOptions, 'name' | 'members' | 'panel'> {
  readonly test: string;
  readonly plan: Plan;
}

export interface HourlyResult {
  readonly block: Block;
  /** Of the test file, ours first. */
  readonly scores: readonly ModelScore[];
  /** Of the last 48 hours of the training part: the ensembles alone. */
  readonly validation: readonly ModelScore[];
  readonly ensembles: { readonly recurrent: Ensemble; readonly dense: Ensemble };
  readonly headline: string;
  readonly met: boolean;
}

export async function runHourly({ train, test, plan, ...options }: HourlyOptions): Promise<HourlyResult> {
  const [panel, following] = [await readPanel(train), await readPanel(test)];
  requirePair(panel, following);
  const { progress, signal } = options;
  const ensembles = {
    recurrent: await trainEnsemble({ ...options, train, panel, name: 'recurrent', members: plan.recurrent }),
    dense: await trainEnsemble({ ...options, train, panel, name: 'dense', members: plan.dense }),
  };
  const block: Block = { known: valuesOf(panel), actual: valuesOf(following) };
  const held: Block = { known: valuesOf(before(panel, HORIZON)), actual: new Map([...block.known].map(([name, values]) => [name, values.slice(-HORIZON)])) };
  const ours = Object.entries(ensembles);
  const scores = scoresOf([
    ...ours.flatMap(([name, { forecast }]) => ensembleRows(name, block, forecast, true)),
    ...await standardRows(block, (model) => { progress.write(`  baseline ${model}\n`); }, signal),
  ], block);
  const validation = scoresOf(ours.flatMap(([name, ensemble]) => ensembleRows(name, held, ensemble.validation, false)), held);
  return { block, scores, validation, ensembles, ...verdictOf(scores) };
}

function verdictOf(scores: readonly ModelScore[]): { headline: string; met: boolean } {
  const [ours, dense] = scores;
  const { smape = NaN, mase = NaN, msis = NaN, coverage = NaN } = ours ?? {};
  const [least, most] = TARGETS.coverage;
  const goals = [[`sMAPE ${fixed(smape, 3)}`, smape <= TARGETS.smape], [`MASE ${fixed(mase, 3)}`, mase <= TARGETS.mase], [`MSIS ${fixed(msis, 2)} at ${fixed(100 * coverage, 1)} % coverage`, msis <= TARGETS.msis && coverage >= least && coverage <= most]] as const;
  return {
    met: goals.every(([, met]) => met),
    headline: `${goals.map(([figure, met]) => `${figure} (target ${met ? 'met' : 'missed'})`).join(', ')}; without recurrence ${fixed(dense?.smape ?? NaN, 3)}, ${fixed(dense?.mase ?? NaN, 3)} and ${fixed(dense?.msis ?? NaN, 2)}. `
      + `Targets: at most ${TARGETS.smape}, ${TARGETS.mase}, and ${TARGETS.msis} at 93 to 97 %. The winner of M4 has 9.328 and 0.893, the best published MSIS is 7.538.`,
  };
}
