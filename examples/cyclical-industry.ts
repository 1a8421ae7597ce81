/**
 * System 4: a multivariate LSTM for a cyclical industry, its 30 settings searched in parallel, and a forecast of the next six months.
 *
 *   npm run example cyclical-industry [-- --full --csv FILE …]      --help lists the options; docs/studies/cyclical-industry.md
 */
import { gridSearch } from 'bptt/forecast';
import { threads } from 'bptt/node';
import { analyse } from './cyclical-industry/analysis.js';
import { AUTO_SALES, EMPLOYMENT, FULL, PUBLISHED_GRID, QUICK, WINDOW, blocksOf, chosenSpace, gridSpace, reseededSpace } from './cyclical-industry/plan.js';
import { draw, sectionsOf, settingsOf } from './cyclical-industry/report.js';
import type { Cell, Common } from './cyclical-industry/trial.js';
import { claimsOf, headline, printScores } from './cyclical-industry/wording.js';
import { list, text } from '../src/cli/options.js';
import { labelOf } from './support/labels.js';
import { loadSource } from './support/source.js';
import { runStudy } from './support/study.js';

await runStudy({
  name: 'cyclical-industry',
  summary: 'Forecasts a monthly series from itself and ten indicators with an LSTM. Tries the settings of the published grid on worker threads, '
    + 'chooses on months before the test months, and compares the choice with no-change, last year, an autoregression, and with what choosing on the test months '
    + 'would have claimed. Then forecasts the next six months.',
  csv: 'a CSV file of months; without it, US employment 2006–2015. Its columns are those of US car sales unless --target and --indicators name others',
  full: '30 settings, 500 epochs, up to 1000 units: half an hour to an hour and a half on two cores',
  options: {
    target: text('COL', `column to forecast; without it, ${EMPLOYMENT.target}, or ${AUTO_SALES.target} with --csv`),
    indicators: list('A,B', 'columns to forecast it from besides itself; without it, ten of each file'),
  },
  async run({ options, reading, full, journal, progress, signal }) {
    const { csv, seed, backend, workers } = options;
    const known = csv === undefined ? EMPLOYMENT : AUTO_SALES;
    const source = await loadSource({
      csv, reading, columnFlags: '--target and --indicators', fallback: EMPLOYMENT.file, target: options.target ?? known.target, features: options.indicators.length > 0 ? options.indicators : known.indicators,
    });
    const blocks = blocksOf(source.table.rows);
    const size = full ? FULL : QUICK;
    const common: Common = { csv: source.path, reading: source.reading, columns: source.columns, epochs: size.epochs, batch: 0, window: WINDOW, backend };
    const runner = threads({ worker: new URL('./cyclical-industry/trial.js', import.meta.url), workers });
    const search = { seed, runner, progress, signal };
    try {
      const grid = await gridSearch({ ...search, space: gridSpace(size, common, blocks), journal: journal('grid') });
      const best = grid.best?.parameters as Cell | undefined;
      if (!best) throw new Error(`no cell of the grid could be trained: ${grid.trials[0]?.reason ?? ''}`);
      // Another seed, or a trial could meet its twin of the grid.
      const reseeded = await gridSearch({ ...search, seed: seed + 1, space: reseededSpace(size, common, blocks), journal: journal('reseeded') });
      const chosen = await gridSearch({ ...search, space: chosenSpace(best, size, common, blocks), journal: journal('chosen') });
      const analysis = analyse(source, size, blocks, { grid: grid.trials, reseeded: reseeded.trials, chosen: chosen.trials });
      printScores(analysis);
      const { target: _target, source: _source, amount: _amount, size: _size, ...figures } = analysis;
      const plots = draw(analysis);
      const { text: headlineText, warning } = headline(analysis);
      return {
        title: `${labelOf(source).title}: an LSTM for a cyclical industry`, headline: headlineText, warning, sections: sectionsOf(analysis, plots), claims: claimsOf(analysis),
        source, backend: analysis.backend, settings: settingsOf(analysis), figures: { ...figures, publishedGrid: PUBLISHED_GRID }, plots: { ...plots },
      };
    } finally {
      await runner.close();
    }
  },
});
