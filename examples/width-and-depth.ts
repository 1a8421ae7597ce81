/**
 * System 3: does a wider or a deeper network forecast the next day's trading volume better? RNN and LSTM, width 5 to 250 and
 * depth 1 to 25, several seeds, with what the published text left out: no-change beside every score, how flat the forecast is,
 * and the gradient that reaches the first layer.
 *
 *   npm run example width-and-depth [-- --full] [-- --help]
 */
import { gridSearch } from 'bptt/forecast';
import type { TrialRecord } from 'bptt/forecast';
import { threads } from 'bptt/node';
import { backendNamed } from './support/backends.js';
import type { BackendName } from './support/backends.js';
import { choice, wholeNumber } from '../src/cli/options.js';
import { packaged } from './support/packaged.js';
import { loadSource } from './support/source.js';
import { runStudy } from './support/study.js';
import { printHeading, printTable } from '../src/cli/terminal.js';
import { analyse } from './width-and-depth/analysis.js';
import { PROTOCOLS, PUBLISHED, nameOf } from './width-and-depth/configurations.js';
import { BAR_COLUMNS, BASELINES, WINDOW, prepare } from './width-and-depth/features.js';
import type { MeanOf } from './width-and-depth/features.js';
import { headline, judgeFindings } from './width-and-depth/findings.js';
import { buildNetwork } from './width-and-depth/network.js';
import { planRuns, runName } from './width-and-depth/plan.js';
import type { PlannedRun } from './width-and-depth/plan.js';
import { depthPlot, forecastPlots, layerPlot, widthPlot } from './width-and-depth/plots.js';
import { SCORE_HEAD, introduction, protocolSections, scoreCells, workOf } from './width-and-depth/sections.js';
import { millions } from './width-and-depth/wording.js';

/** Columns of the table that are printed; the report has all. */
const SHOWN = 3;

await runStudy({
  name: 'width-and-depth',
  summary: 'Forecasts the next day\'s trading volume with RNNs and LSTMs of width 5 to 250 and depth 1 to 25, and tests what was published of them.',
  csv: 'daily bars with the columns Volume, Close, High and Low; without it, AAPL 2013–2018',
  full: '18 networks, 3 seeds; the stacks again with small batches and with other initial weights; about 20 minutes on two cores',
  options: {
    mean: choice<MeanOf>(['close', 'volume'], 'what the fourth feature is the three-day mean of', 'close'),
    epochs: wholeNumber('passes over the training part', { fallback: 100, least: 1 }),
  },
  async run({ options: { csv, mean, epochs, backend, seed, workers }, reading, full, signal, progress, journal }) {
    const [target, ...others] = BAR_COLUMNS;
    const source = await loadSource({ csv, reading, fallback: packaged.aapl, target, features: others });
    const data = prepare(source.table, mean);
    const plan = planRuns(full);

    const runner = threads({ worker: new URL('./width-and-depth/trial.js', import.meta.url), workers });
    const runAll = async (name: string, runs: readonly PlannedRun[]): Promise<readonly TrialRecord[]> => {
      if (runs.length === 0) return [];
      const space = { run: runs.map(runName), csv: [source.path], reading: [reading], meanOf: [mean], epochs: [epochs], backend: [backend], seed: [seed] };
      return (await gridSearch({ space, seed, runner, journal: journal(name), progress, signal })).trials;
    };
    let trials: readonly TrialRecord[];
    try {
      trials = [...await runAll('published', plan.published), ...await runAll('variations', plan.variations)];
    } finally {
      await runner.close();
    }

    const analysis = analyse([...plan.published, ...plan.variations], trials, data);
    for (const { name, title } of PROTOCOLS) {
      const groups = analysis.groups.filter(({ protocol }) => protocol === name);
      if (groups.length === 0) continue;
      printHeading(groups.some(({ runs }) => runs.length > 1) ? `${title}: means over the seeds (least–most)` : `${title}, one seed`);
      printTable(['network', ...SCORE_HEAD.slice(0, SHOWN)], [
        ...BASELINES.map((baseline) => [baseline, millions(analysis.baselines[baseline]), (analysis.baselines[baseline] / analysis.baselines['no-change']).toFixed(2)]),
        ...groups.map((group) => [nameOf(group.configuration), ...scoreCells(group, analysis).slice(0, SHOWN)]),
      ]);
    }

    const { text, warning } = headline(analysis);
    const layers = layerPlot(analysis, PUBLISHED);
    const telling = ['RNN 25 × 1', 'RNN 250 × 1', 'RNN 5 × 25', 'LSTM 5 × 5', 'RNN 5 × 15 + norm after', 'RNN 5 × 25 + norm after'];
    return {
      title: 'Width and depth: RNN against LSTM on trading volume', headline: text, warning, source, backend: await describeBackend(backend),
      sections: [introduction(analysis, data, mean), ...protocolSections(analysis, data)],
      claims: judgeFindings(analysis),
      settings: {
        window: WINDOW, epochs, mean, 'training samples': data.train.volume.length, 'test samples': data.test.volume.length, 'work of all trials': workOf(analysis),
        protocols: PROTOCOLS.map(({ name, text: told }) => `${name}: ${told}`),
      },
      figures: { ...analysis, volume: data.test.volume, dates: data.testDates, forecastsWithoutNetwork: data.baselines, scaler: data.scaler.toJSON() },
      plots: {
        'width-and-depth-width': widthPlot(analysis, PUBLISHED), 'width-and-depth-depth': depthPlot(analysis, PUBLISHED),
        'width-and-depth-forecasts': forecastPlots(analysis, data, PUBLISHED, telling), ...(layers ? { 'width-and-depth-layers': layers } : {}),
      },
    };
  },
});

/** As a network of the study names it: `wasm simd128, 1 thread`. */
async function describeBackend(name: BackendName): Promise<string> {
  const network = buildNetwork({ cell: 'RNN', units: 5, layers: 1, normalization: 'none' }, PUBLISHED, 0, await backendNamed(name));
  return network.summary().split('backend ').at(-1) ?? name;
}
