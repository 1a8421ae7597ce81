/**
 * The published findings, each with the rule that decides it. Rules are fixed before the run: a statement about a single run
 * is asked of every seed, and holds, or does not, only if all of them agree; a comparison of errors holds only if the ranges over
 * the seeds do not overlap. One seed decides nothing. The published protocol decides; the others are told beside it.
 */
import type { Claim } from '../support/claims.js';
import { FLAT, groupOf, spread, spreadOfNorms } from './analysis.js';
import type { Analysis, Group, Run, Spread } from './analysis.js';
import { CELLS, DEPTHS, PROTOCOLS, nameOf } from './configurations.js';
import type { Cell, Configuration, Normalization, ProtocolName } from './configurations.js';
import { millions, power, ranged, ratio } from './wording.js';

export type Verdict = Claim['verdict'];
/** Of one seed: yes, no, or not to be told from this run. */
export type Answer = 'yes' | 'no' | 'open';

/** All seeds, and more than one of them, must say the same. */
export function agree(answers: readonly Answer[]): Verdict {
  if (answers.length < 2) return 'cannot be told';
  return answers.every((answer) => answer === 'yes') ? 'holds' : answers.every((answer) => answer === 'no') ? 'does not hold' : 'cannot be told';
}

/** Is `a` larger than `b`? Holds if every value of a is larger than every one of b, does not hold if its mean is not larger. */
export function larger(a: Spread, b: Spread, seeds: number): Verdict {
  if (seeds < 2 || !Number.isFinite(a.mean + b.mean)) return 'cannot be told';
  return a.least > b.most ? 'holds' : a.mean <= b.mean ? 'does not hold' : 'cannot be told';
}

const deep = (cell: Cell, layers: number, normalization: Normalization = 'none'): Configuration => ({ cell, units: 5, layers, normalization });
const wide = (cell: Cell, units: number): Configuration => ({ cell, units, layers: 1, normalization: 'none' });

const isFlat = ({ collapse }: Run): boolean => collapse < FLAT;

export function judgeFindings(analysis: Analysis): Claim[] {
  return [
    {
      claim: 'Deep stacks collapse: with 25 layers both RNN and LSTM forecast a horizontal line.',
      ...told(analysis, (view) => ({
        verdict: agree(view.pairs(deep('RNN', 25), deep('LSTM', 25)).map(([rnn, lstm]) => (isFlat(rnn) && isFlat(lstm) ? 'yes' : 'no'))),
        figures: CELLS.map((cell) => `${cell} ${DEPTHS.map((layers) => view.collapse(deep(cell, layers))).join(' → ')}`).join('; '),
      }), 'std(forecast) / std(target) at depth 1 → 5 → 15 → 25'),
    },
    {
      claim: 'The LSTM collapses at a smaller depth (15 layers) than the RNN (25).',
      ...told(analysis, (view) => {
        const depths = view.firstFlat();
        return { verdict: agree(depths.map(([rnn, lstm]) => earlier(lstm, rnn))), figures: depths.map(([rnn, lstm]) => `LSTM ${depthName(lstm)}, RNN ${depthName(rnn)}`).join('; ') };
      }, `the first depth at which the ratio is below ${FLAT}, seed by seed`),
    },
    normalizationHelps(analysis, 15, 'Batch normalisation lifts the 15-layer RNN off the line.', ['yes', 'no']),
    normalizationHelps(analysis, 25, 'With 25 layers the RNN forecasts a line in spite of batch normalisation.', ['no', 'yes']),
    {
      claim: 'The RNN gets worse at width 250, and close to a line.',
      ...told(analysis, (view) => ({
        verdict: larger(view.rmse(wide('RNN', 250)), view.rmse(wide('RNN', 125)), view.seeds(wide('RNN', 250))),
        figures: `width 125 ${view.error(wide('RNN', 125))}, width 250 ${view.error(wide('RNN', 250))}; ratio ${view.collapse(wide('RNN', 125))} and ${view.collapse(wide('RNN', 250))}`,
      }), 'RMSE in million shares'),
    },
    {
      claim: 'Wider is better up to 125, for RNN and LSTM.',
      ...told(analysis, (view) => {
        const each = CELLS.map((cell) => larger(view.rmse(wide(cell, 5)), view.rmse(wide(cell, 125)), view.seeds(wide(cell, 125))));
        return {
          verdict: each.every((verdict) => verdict === each[0]) ? each[0] ?? 'cannot be told' : 'cannot be told',
          figures: CELLS.map((cell) => `${cell} ${[5, 25, 125].map((units) => view.error(wide(cell, units))).join(' → ')}`).join('; '),
        };
      }, 'RMSE in million shares at width 5 → 25 → 125'),
    },
    {
      claim: 'The cause is a gradient that vanishes on its way to the first layer (the text guesses, and does not measure).',
      ...told(analysis, (view) => {
        const flat = CELLS.flatMap((cell) => DEPTHS.flatMap((layers) => view.runs(deep(cell, layers)))).filter(isFlat);
        const deepest = CELLS.map((cell) => view.runs(deep(cell, 25)));
        return {
          verdict: agree(flat.map((run) => (reach(run) < VANISHED ? 'yes' : 'no'))),
          figures: `${flat.filter((run) => reach(run) < VANISHED).length} of ${flat.length} flat networks; at depth 25 ${deepest.map((runs, i) => `${CELLS[i] ?? ''} ${power(spreadOfNorms(runs.map(reach)).mean)}`).join(', ')}`,
        };
      }, `norm of the first layer's gradient over that of the last, before training, is below ${VANISHED}`),
    },
  ];
}

/** A first layer that gets less than this share of the last one's gradient has lost it. */
const VANISHED = 0.001;

/** ‖∂L/∂θ‖ of the first recurrent layer over that of the last one, before training. */
export function reach({ result: { gradients: { initial } } }: Run): number {
  return (initial[0]?.weights ?? NaN) / (initial.at(-1)?.weights ?? NaN);
}

function normalizationHelps(analysis: Analysis, layers: number, claim: string, [lifted, flat]: readonly [Answer, Answer]): Claim {
  const normalized = deep('RNN', layers, 'after');
  return {
    claim,
    ...told(analysis, (view) => ({
      verdict: agree(view.pairs(deep('RNN', layers), normalized).map(([plain, norm]) => (!isFlat(plain) ? 'open' : isFlat(norm) ? flat : lifted))),
      figures: ([['without', 'none'], ['once after the stack', 'after'], ['between layers', 'between']] as const)
        .map(([name, place]) => `${name} ${view.collapse(deep('RNN', layers, place))}, RMSE ${view.error(deep('RNN', layers, place))}`).join('; '),
    }), `std(forecast) / std(target) and RMSE in million shares; the mean of the training part has ${millions(analysis.baselines['training mean'])}`),
  };
}

/** Of two first flat depths; Infinity: never flat. */
export function earlier(lstm: number, rnn: number): Answer {
  if (lstm === rnn) return lstm === Infinity ? 'no' : 'open';
  return lstm < rnn ? 'yes' : 'no';
}

function depthName(depth: number): string {
  return depth === Infinity ? 'never' : String(depth);
}

/** One protocol's runs, by configuration. */
class View {
  constructor(private readonly analysis: Analysis, private readonly protocol: ProtocolName) {}

  private group(configuration: Configuration): Group | undefined {
    return groupOf(this.analysis, this.protocol, configuration);
  }

  runs(configuration: Configuration): readonly Run[] {
    return this.group(configuration)?.runs ?? [];
  }

  seeds(configuration: Configuration): number {
    return this.runs(configuration).length;
  }

  /** Runs of the same seed side by side. */
  pairs(a: Configuration, b: Configuration): [Run, Run][] {
    return this.runs(a).flatMap((run): [Run, Run][] => this.runs(b).filter(({ repeat }) => repeat === run.repeat).map((other) => [run, other]));
  }

  /** For each seed with all depths the first flat one of RNN and LSTM. */
  firstFlat(): [rnn: number, lstm: number][] {
    const of = (cell: Cell, repeat: number): (Run | undefined)[] => DEPTHS.map((layers) => this.runs(deep(cell, layers)).find((run) => run.repeat === repeat));
    return this.runs(deep('RNN', 1)).flatMap(({ repeat }): [number, number][] => {
      const [rnn, lstm] = [of('RNN', repeat), of('LSTM', repeat)];
      const first = (runs: readonly (Run | undefined)[]): number => DEPTHS[runs.findIndex((run) => run && isFlat(run))] ?? Infinity;
      return [...rnn, ...lstm].includes(undefined) ? [] : [[first(rnn), first(lstm)]];
    });
  }

  rmse(configuration: Configuration): Spread {
    return spread(this.runs(configuration).map(({ rmse }) => rmse));
  }

  error(configuration: Configuration): string {
    return ranged(this.rmse(configuration), millions);
  }

  collapse(configuration: Configuration): string {
    return ranged(spread(this.runs(configuration).map(({ collapse }) => collapse)), ratio);
  }
}

/** The verdict of the published protocol, and the figures of every one that was run. */
function told(analysis: Analysis, judge: (view: View) => { verdict: Verdict; figures: string }, what: string): Omit<Claim, 'claim'> {
  const ran = PROTOCOLS.filter(({ name }) => analysis.groups.some((group) => group.protocol === name));
  const each = ran.map(({ name, title }) => ({ title, ...judge(new View(analysis, name)) }));
  const [first, ...others] = each;
  if (!first) return { verdict: 'cannot be told', ours: 'not run' };
  const beside = others.filter(({ figures }) => !figures.includes('n/a')).map(({ title, verdict, figures }) => `With ${title}: ${verdict} (${figures}).`);
  const alone = analysis.groups.every(({ runs }) => runs.length < 2) ? ['One seed decides nothing.'] : [];
  return { verdict: first.verdict, ours: [...alone, `${what[0]?.toUpperCase() ?? ''}${what.slice(1)}: ${first.figures}.`, ...beside].join(' ') };
}

/** The runs that no-change and the means beat, for the headline. */
export function headline(analysis: Analysis): { text: string; warning: boolean } {
  const groups = analysis.groups.filter(({ protocol }) => protocol === 'published');
  const errorOf = ({ runs }: Group): number => spread(runs.map(({ rmse }) => rmse)).mean;
  const beaten = (baseline: keyof Analysis['baselines']): number => groups.filter((group) => errorOf(group) > analysis.baselines[baseline]).length;
  const best = groups.reduce<Group | undefined>((least, group) => (least === undefined || errorOf(group) < errorOf(least) ? group : least), undefined);
  if (!best) return { text: 'No network could be trained.', warning: true };
  const { 'no-change': noChange, 'training mean': mean, '20-day mean': recent } = analysis.baselines;
  const count = beaten('no-change');
  const flat = groups.filter(({ runs }) => runs.every(isFlat)).length;
  const first = count === 0
    ? `All ${groups.length} networks, trained as published, beat no-change (tomorrow's volume = today's).`
    : `No-change (tomorrow's volume = today's) beats ${count} of the ${groups.length} networks, trained as published.`;
  return {
    warning: count > 0,
    text: `${first} It errs by ${millions(noChange)} million shares (RMSE), the mean of the last 20 days by ${millions(recent)}, which beats ${beaten('20-day mean')}, and the mean of the training part by ${millions(mean)}, which beats ${beaten('training mean')}. `
      + `The best network is ${nameOf(best.configuration)} with ${ranged(spread(best.runs.map(({ rmse }) => rmse)), millions)}. ${flat} of ${groups.length} forecast a horizontal line.`,
  };
}
