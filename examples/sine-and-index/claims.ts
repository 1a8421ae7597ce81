/** What the document says, and the rule by which the figures of a run decide. */
import { mean } from 'bptt/forecast';
import type { Claim } from '../support/claims.js';
import { count } from '../../src/cli/wording.js';
import { pick } from './figures.js';
import type { Figures, Measured, Outcome } from './figures.js';
import type { Agreement } from './measures.js';
import { BATCH, SMALL_BATCH } from './plan.js';
import { percent, plain, seeds, span, tiny } from './words.js';

/** As published for one epoch on the index. */
const PUBLISHED = { loss: 0.0024, validation: 9.8e-4 };
/** Beyond this many standard errors a share of right directions is more than chance. */
const CHANCE = 2;

type Picked = readonly (Outcome & { readonly at: Measured })[];
type Verdict = Claim['verdict'];

const verdict = (holds: boolean): Verdict => (holds ? 'holds' : 'does not hold');
const ratios = (runs: Picked): number[] => runs.map(({ at }) => at.point.ratio);

/** @param last epochs of the longest runs on the index but the one of `long`. */
export function judgeClaims(figures: Figures, last: number): Claim[] {
  return [...waveClaims(figures), ...normalisationClaims(figures), ...pointClaims(figures, last), ...sequenceClaims(figures, last)];
}

/** First sentence first: who wins one step ahead on the index. */
export function headline(figures: Figures, last: number): { text: string; warning: boolean } {
  const index = pick(figures, 'index', last);
  const walks = pick(figures, 'walk', last);
  const statistics = index.map(({ at }) => at.point.statistic);
  const [verb, warning] = statistics.every((s) => s > CHANCE) ? ['No-change wins', true] as const
    : statistics.every((s) => s < -CHANCE) ? ['The network beats no-change', false] as const : ['No-change is not beaten', true] as const;
  const { sequences, hits, drawnHits } = figures.rule.index;
  return {
    warning,
    text: `${verb}: one step ahead on the index, after ${last} epochs, the squared error of the network is ${span(ratios(index))} times that of repeating the last value `
      + `(${span(index.map(({ at }) => at.point.mse), tiny)} against ${tiny(figures.noChange.test)}, ${seeds(index.length)}). `
      + `On random walks, where nothing can be known, it is ${span(ratios(walks))} times. `
      + `The published plot of 50-step sequences draws each true value in the unit of its own window; so drawn, the rule "back to where the window began" is right ${drawnHits} times of ${sequences}, `
      + `on prices ${hits} times.`,
  };
}

function waveClaims(figures: Figures): Claim[] {
  const published = pick(figures, 'sine', 1, BATCH);
  const small = pick(figures, 'sine', 1, SMALL_BATCH);
  const [first] = published;
  const longer = figures.outcomes.find(({ run }) => run.series === 'sine' && run.epochs.length > 1)?.snapshots.at(-1);
  const updates = (runs: Picked): number => Math.ceil((runs[0]?.result.trained ?? NaN) / (runs[0]?.run.batch ?? NaN));
  const wave = ({ at }: Picked[number]): boolean => {
    const { amplitude = NaN, period = NaN } = at.wave ?? {};
    return amplitude > 0.8 && amplitude < 1.2 && period > 80 && period < 120;
  };
  const sizes = (runs: Picked): string => `amplitude ${span(runs.map(({ at }) => at.wave?.amplitude ?? NaN))} (1), period ${span(runs.map(({ at }) => at.wave?.period ?? NaN))} steps (100)`;
  const errors = (runs: Picked, i: number): string => span(runs.map(({ at }) => at.wave?.errors.at(i) ?? NaN));
  return [
    {
      claim: 'One epoch is enough for a very good approximation of the sine wave, unlike in traditional networks.',
      verdict: verdict(published.every(({ at }) => at.point.ratio < 1)),
      ours: `An epoch is one pass over the samples in any network; here, in batches of ${BATCH}, it is ${updates(published)} updates. One step ahead its squared error is ${span(ratios(published))} times `
        + `that of no-change (${tiny(first?.at.point.noChange ?? NaN)}). In batches of ${SMALL_BATCH} one epoch is ${updates(small)} updates, and the error ${span(ratios(small))} times that of no-change`
        + `${longer ? `; after ${longer.epoch} epochs of ${BATCH} it is ${plain(longer.point.ratio)} times` : ''}.`,
    },
    {
      claim: 'From one true window the network goes on as a sine wave for about 500 steps; its frequency is not quite right.',
      verdict: verdict(published.every(wave)),
      ours: `One epoch in batches of ${BATCH}: ${sizes(published)}. In batches of ${SMALL_BATCH}: ${sizes(small)}${small.every(wave) ? ': there the claim holds' : ''}.`,
    },
    {
      claim: 'The further it predicts from its own predictions, the larger its error.',
      verdict: verdict(small.every(({ at }) => (at.wave?.errors.at(-1) ?? NaN) > (at.wave?.errors[0] ?? NaN))),
      ours: `Root mean squared error in the first hundred steps ${errors(small, 0)}, in the last ${errors(small, -1)} (batches of ${SMALL_BATCH}, where there is a wave to follow); the wave itself has 0.71.`,
    },
  ];
}

function normalisationClaims(figures: Figures): Claim[] {
  const levels = figures.outcomes.filter(({ run }) => run.series === 'levels').flatMap(({ snapshots }) => snapshots.slice(-1));
  return [
    {
      claim: 'On raw index values the network does not converge to anything useful.',
      verdict: verdict(levels.every(({ point }) => point.r2 < 0)),
      ours: `After ${span(levels.map(({ epoch }) => epoch), String)} epochs on raw values R² is ${span(levels.map(({ point }) => point.r2))}: worse than a constant.`,
    },
    {
      claim: 'Windows as percentage change from their first value, undone at the end, give real-world numbers.',
      verdict: verdict(figures.roundTrip < 1e-6),
      ours: `Normalised and undone, targets differ from the file by ${tiny(figures.roundTrip)} points at most.`,
    },
  ];
}

function pointClaims(figures: Figures, last: number): Claim[] {
  const one = pick(figures, 'index', 1);
  const index = pick(figures, 'index', last);
  const walks = pick(figures, 'walk', last);
  const losses = (name: 'loss' | 'validationLoss'): number[] => one.map(({ result }) => result[name][0] ?? NaN);
  const { noChange } = figures;
  const relative = losses('validationLoss').map((value) => value / noChange.validation);
  const near = (values: readonly number[], published: number): boolean => values.every((value) => value < 3 * published && value > published / 3);
  const of = (runs: Picked, name: 'r2' | 'correlation' | 'direction' | 'smoothing' | 'changeCorrelation'): number[] => runs.map(({ at }) => at.point[name]);
  const smooth = of(index, 'smoothing').every((r) => r > 0.9);
  const samples = index[0]?.at.predictions.point.length ?? 0;
  const margin = CHANCE * Math.sqrt(0.25 / samples);
  return [
    {
      claim: `One epoch on the index: loss ${PUBLISHED.loss}, validation loss ${tiny(PUBLISHED.validation)}.`,
      verdict: verdict(near(losses('loss'), PUBLISHED.loss) && near(relative, PUBLISHED.validation / noChange.train)),
      ours: `Loss ${span(losses('loss'), tiny)}, validation loss ${span(losses('validationLoss'), tiny)} (${seeds(one.length)}). Beside them, which the text does not say: no-change has ${tiny(noChange.train)} on the training samples, `
        + `${tiny(noChange.validation)} on those of validation, ${tiny(noChange.test)} on the test. So the validation loss is ${span(relative)} times that of no-change; the published one, on windows drawn at random from the training block, `
        + `${plain(PUBLISHED.validation / noChange.train)} times. "Holds" is within a factor of 3.`,
    },
    {
      claim: `Point by point, ${last} epochs: the prediction matches the index closely, but that is deceptive.`,
      verdict: verdict(of(index, 'correlation').every((r) => r > 0.8) && ratios(index).every((ratio) => ratio > 1)),
      ours: `R² ${span(of(index, 'r2'))}, correlation ${span(of(index, 'correlation'))}; no-change has ${span(index.map(({ at }) => at.point.noChangeR2))} and ${span(index.map(({ at }) => at.point.noChangeCorrelation))}. `
        + `Direction right in ${span(of(index, 'direction'), percent)} of ${samples} days, where coin tosses stay within ${percent(0.5 - margin)} and ${percent(0.5 + margin)}.`,
    },
    {
      claim: 'The next point is, in effect, drawn at random around the last one.',
      verdict: smooth ? 'does not hold' : 'cannot be told',
      ours: `The same window gives the same prediction${smooth ? ', which is close to a moving average' : ''}. How far the prediction lies from the last value correlates ${span(of(index, 'smoothing'))} with the way back to the mean of the last ten days, `
        + `and ${span(of(index, 'changeCorrelation'))} with the change that came.`,
    },
    {
      claim: 'A random walk made to look like the index gives a point-by-point plot as good.',
      verdict: verdict(mean(ratios(walks)) <= 1.25 * mean(ratios(index))),
      ours: `Squared error over that of no-change: walks ${span(ratios(walks))}, index ${span(ratios(index))}. R²: walks ${span(of(walks, 'r2'))}, index ${span(of(index, 'r2'))}. `
        + `Direction right: walks ${span(of(walks, 'direction'), percent)}, index ${span(of(index, 'direction'), percent)}.`,
    },
    {
      claim: 'More epochs usually mean a more accurate model.',
      verdict: verdict(index.every(({ at, snapshots }) => at.point.mse < (snapshots.find(({ epoch }) => epoch === 1)?.point.mse ?? NaN))),
      ours: `One step ahead the squared error is ${span(one.map(({ at }) => at.point.ratio))} times that of no-change after one epoch, ${span(ratios(index))} times after ${last}. `
        + `Over sequences of ${index[0]?.run.steps ?? 0} steps: ${span(one.map(({ at }) => at.multiple.ratio))} times after one epoch, ${span(index.map(({ at }) => at.multiple.ratio))} times after ${last}.`,
    },
  ];
}

function sequenceClaims(figures: Figures, last: number): Claim[] {
  const long = figures.outcomes.filter(({ run }) => run.series === 'index').flatMap(({ snapshots }) => snapshots).find(({ epoch }) => epoch === 400);
  const index = pick(figures, 'index', last);
  const same = new Set(index.map(({ run }) => run.seed));
  const one = pick(figures, 'index', 1).filter(({ run }) => same.has(run.seed));
  const levels = (runs: Picked): number[] => runs.map(({ at }) => at.full.level);
  const settled = (runs: Picked): number[] => runs.map(({ at }) => at.full.settled);
  const moved = index.map(({ at }, i) => Math.abs(at.full.level - (one[i]?.at.full.level ?? NaN)));
  return [
    {
      claim: 'Full sequences on the index converge very quickly to an equilibrium.',
      verdict: verdict([...settled(one), ...settled(index)].every((steps) => steps <= 100)),
      ours: `Steps until the sequence stays within one per cent of its final level: ${span(settled(one), String)} after one epoch, ${span(settled(index), String)} after ${last}, of ${index[0]?.at.predictions.full.length ?? 0}.`,
    },
    {
      claim: `The equilibria after 1 and after ${last} epochs differ wildly.`,
      verdict: verdict(moved.every((distance) => distance > 0.05)),
      ours: `Final level, against the first value of the window, by seed: ${levels(one).map(signedPercent).join(', ')} after one epoch, ${levels(index).map(signedPercent).join(', ')} after ${last}. "Holds" is more than five points at each seed. `
        + `Where seeds end on different sides of the first value, the direction is luck.`,
    },
    agreementClaim(figures),
    {
      claim: 'After 400 epochs the sequences point upwards almost every time.',
      verdict: long ? verdict(long.multiple.up >= 0.8) : 'cannot be told',
      ours: long
        ? `After 400 epochs ${percent(long.multiple.up)} of ${long.multiple.sequences} sequences end above the last known value; ${percent(long.multiple.trulyUp)} of the true ones do. One seed.`
        : `Not run: --long does. After ${last} epochs ${span(index.map(({ at }) => at.multiple.up), percent)} of the sequences end above the last known value.`,
    },
  ];
}

/** The claim that surprised its author. */
function agreementClaim(figures: Figures): Claim {
  const { rule } = figures;
  const one = pick(figures, 'index', 1).map(({ at }) => at.multiple);
  const walks = pick(figures, 'walk', 1).map(({ at }) => at.multiple);
  const share = (list: readonly Agreement[], name: 'hits' | 'drawnHits' | 'largeHits', of: 'sequences' | 'large' = 'sequences'): number =>
    sum(list.map((a) => a[name])) / sum(list.map((a) => a[of]));
  const excess = (rule.index.hits - rule.index.sequences / 2) / Math.sqrt(rule.index.sequences / 4);
  const drawing = share(walks, 'drawnHits') > 0.6;
  return {
    claim: 'After one epoch, sequences of 50 steps often agree with the movement that followed, above all with the large ones.',
    verdict: excess > CHANCE ? 'holds' : drawing ? 'does not hold' : 'cannot be told',
    ours: `On ${count(one[0]?.sequences ?? 0, 'sequence')} of the test: direction right in ${percent(share(one, 'hits'))}, of the larger half of the movements in ${percent(share(one, 'largeHits', 'large'))}; as the published plot draws it, in ${percent(share(one, 'drawnHits'))}. `
      + `On ${walks.length} random walks: ${percent(share(walks, 'hits'))} of prices, ${percent(share(walks, 'drawnHits'))} as drawn. That plot draws each true value in the unit of its own window, as the change over the last 50 days, `
      + `and a change over 50 days falls back to its mean in a random walk too. The rule "back to where the window began", without a network, on the whole file: `
      + `${rule.index.hits} of ${rule.index.sequences} on prices, ${rule.index.drawnHits} as drawn; on the walks ${span(rule.walks.map((w) => w.hits), String)} and ${span(rule.walks.map((w) => w.drawnHits), String)}. `
      + `Squared error over that of holding the last value: ${span(one.map((m) => m.ratio))} on the test of the index, ${span(walks.map((m) => m.ratio))} on the walks; the rule on the whole file ${plain(rule.index.ratio)}.`,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function signedPercent(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`;
}
