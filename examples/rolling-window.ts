/**
 * System 2: a stacked LSTM on five years of AAPL, judged by rolling-window validation: the published protocol, with what
 * leaks in it, beside the same network without leaks and beside no-change.
 *
 *   npm run example rolling-window [-- --full --csv FILE]     --help lists the options
 */
import { backendNamed } from './support/backends.js';
import { flag, wholeNumber } from '../src/cli/options.js';
import { loadSource } from './support/source.js';
import { runStudy } from './support/study.js';
import { PUBLISHED } from './rolling-window/protocols.js';
import { drawStudy } from './rolling-window/report.js';
import { studyFigures } from './rolling-window/study.js';
import { printStudy } from './rolling-window/summary.js';
import { LONGER, train } from './rolling-window/train.js';
import { claimsOf, headline, winner } from './rolling-window/verdicts.js';

await runStudy({
  name: 'rolling-window',
  summary: 'Validates a stacked LSTM (50 → 50 → 25 → 1) on daily closing prices by rolling windows: train on 200 samples, forecast the next 10, '
    + 'move on. The published protocol (one scaler for the whole file, one model carried through all splits, the scored samples choose the epoch) '
    + 'beside one without leaks, beside expanding windows, and beside no-change.',
  csv: 'daily prices with a closing column; by default AAPL 2013–2018',
  full: 'all 988 splits, under an hour on two cores',
  options: {
    epochs: wholeNumber('passes over the training samples of a split at most', { fallback: 10, least: 1 }),
    step: wholeNumber('samples from one split to the next; 0 stands for 1 with --full and 40 without', { fallback: 0, least: 0 }),
    'warm-start': flag('also, on the last splits, the protocol without leaks where each split starts from the weights of the one before'),
  },
  async run({ options, reading, full, journal, progress, signal }) {
    const { csv, epochs, seed, workers, out } = options;
    const source = await loadSource({ csv, reading });
    const values = source.table.columns[source.target] ?? new Float64Array();
    const step = options.step === 0 ? (full ? 1 : 40) : options.step;
    const settings = { csv, reading, epochs, seed, workers, out, backend: options.backend, step, sparseStep: (full ? 20 : 3) * step, warm: options['warm-start'], models: full ? 10 : 3 };
    const trained = await train({ ...settings, values, journal, progress, signal });
    const figures = studyFigures(source, trained, full);
    const { sections, plots } = drawStudy(source, figures, step);
    printStudy(figures);
    return {
      title: 'A stacked LSTM on daily prices, by rolling windows', headline: headline(figures), warning: winner(figures.leakFree) !== 'network', sections, plots, claims: claimsOf(figures),
      source, backend: (await backendNamed(options.backend)).description, settings: { ...PUBLISHED, ...settings, longer: LONGER }, figures,
    };
  },
});
