/**
 * System 1: an LSTM on a sine wave, on the S&P 500 and on a random walk, with point-by-point, full-sequence and
 * multiple-sequence prediction. `npm run example sine-and-index -- --help` lists the options.
 */
import { gridSearch } from 'bptt/forecast';
import { threads } from 'bptt/node';
import { headline, judgeClaims } from './sine-and-index/claims.js';
import { gather, pick } from './sine-and-index/figures.js';
import type { Figures, Outcome } from './sine-and-index/figures.js';
import { BATCH, STEPS, WINDOW, lastEpoch, planRuns } from './sine-and-index/plan.js';
import { drawReport } from './sine-and-index/report.js';
import type { Run, RunResult } from './sine-and-index/trial.js';
import { percent, plain, tiny } from './sine-and-index/words.js';
import { UsageError, flag } from '../src/cli/options.js';
import { packaged } from './support/packaged.js';
import { loadSource } from './support/source.js';
import { runStudy } from './support/study.js';
import { printHeading, printTable } from '../src/cli/terminal.js';

/** Windows, and room for two sequences in the test block. */
const LEAST_ROWS = WINDOW + 20 * STEPS;

await runStudy({
  name: 'sine-and-index',
  summary: 'Trains the published network (LSTM 50, LSTM 100, percentage change by window) on a sine wave, a stock index and random walks, predicts point by point, '
    + 'as one full sequence and as sequences of 50 steps, and tests what the text says of the plots.',
  csv: 'a CSV file with a daily index; without it, the S&P 500 of vega-datasets, 2000 to 2020',
  full: '50 epochs, three seeds, ten random walks (about ten minutes on two free cores)',
  options: { long: flag('also trains the index for 400 epochs, as published (about 25 minutes more)') },
  async run({ options: { csv, seed, backend, workers, long }, reading, full, signal, progress, journal }) {
    const source = await loadSource({ csv, reading, fallback: packaged.sp500, ...(csv === undefined && { target: 'adjclose' }) });
    const values = source.table.columns[source.target] ?? new Float64Array();
    if (values.length < LEAST_ROWS) throw new UsageError(`too few rows: the study needs at least ${LEAST_ROWS}, the file has ${values.length}.`);
    if (values.some((value) => value <= 0)) throw new UsageError(`${source.target} has values that are not above 0: a percentage change needs a price.`);

    const runs = planRuns({ full, long, seed, backend, index: { path: source.path, reading, column: source.target } });
    const runner = threads({ worker: new URL('./sine-and-index/trial.js', import.meta.url), workers });
    const { trials } = await gridSearch({ space: { run: runs }, seed, objective: 'lastValidationLoss', runner, journal: journal('runs'), progress, signal })
      .finally(() => runner.close());
    const failed = trials.find(({ status }) => status !== 'done');
    if (failed) throw new UsageError(`training failed (${JSON.stringify(failed.parameters.run)}): ${failed.reason ?? ''}`);
    const figures = gather(trials.map(({ parameters, result }) => ({ run: parameters.run as Run, result: result as RunResult })), values);

    const last = lastEpoch(full);
    printShort(figures);
    const { text, warning } = headline(figures, last);
    const { sections, plots } = drawReport({ figures, source, last });
    return {
      title: 'A sine wave, a stock index, a random walk', headline: text, warning, sections, plots, source,
      claims: judgeClaims(figures, last), backend: figures.outcomes[0]?.result.backend ?? '',
      settings: {
        network: 'LSTM 50 (sequences), dropout 0.2, LSTM 100, dropout 0.2, dense 1', optimizer: 'RMSprop, learning rate 0.001', loss: 'mean squared error',
        window: WINDOW, steps: STEPS, batch: BATCH, split: '90 % of the windows, then 10 %; the last 5 % of the training windows are for validation', seeds: [...new Set(runs.map((run) => run.seed))],
      },
      figures: jsonOf(figures),
    };
  },
});

/** A line for each kind of run, the first seed of each. */
function printShort(figures: Figures): void {
  printHeading('One step ahead over the test block, first seed of each; all of them in the report');
  const kinds = new Map(figures.outcomes.flatMap(({ run, snapshots }) => snapshots.map(({ epoch }) => [`${run.series} ${epoch} ${run.batch}`, { ...run, epoch }])));
  const rows = [...kinds.values()].sort((a, b) => a.series.localeCompare(b.series) || b.batch - a.batch || a.epoch - b.epoch).flatMap(({ series, epoch, batch }) =>
    pick(figures, series, epoch, batch).slice(0, 1).map(({ run, at: { point, multiple } }) => [
      `${series === 'levels' ? 'index, raw values' : series}, batches of ${batch}, seed ${run.seed}`, String(epoch), tiny(point.mse), tiny(point.noChange), plain(point.ratio), plain(point.r2), percent(point.direction),
      plain(multiple.ratio),
    ]));
  printTable(['', 'epochs', 'MSE', 'no-change', 'ratio', 'R²', 'direction', '50 steps, ratio'], rows);
}

/** All but the series themselves, which are in the file or made from the seed. */
function jsonOf({ outcomes, ...rest }: Figures): object {
  const plainOutcome = ({ run, result, snapshots, samples: { ranges, windows } }: Outcome): object => ({ run, split: ranges, firstTestRow: ranges.test.start + windows.window, ...result, snapshots });
  return { ...rest, runs: outcomes.map(plainOutcome) };
}
