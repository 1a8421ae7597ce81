/** `bptt backtest`: a network beside what it has to beat, from many origins. */
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { formatDuration } from '../../callbacks/progressBar.js';
import { standardBaselines } from '../../forecast/baselines/standard.js';
import type { StandardBaseline } from '../../forecast/baselines/standard.js';
import { forecastCsv } from '../../forecast/evaluation/forecastTable.js';
import { scoreTable } from '../../forecast/evaluation/scoreTable.js';
import type { ForecasterBacktest, ForecasterBacktestOptions } from '../../forecast/forecaster/backtest.js';
import { Forecaster } from '../../forecast/forecaster/forecaster.js';
import type { BlockForecasts } from '../../forecast/forecaster/results.js';
import { command } from '../command.js';
import { backtestReport } from '../forecasting/backtestReport.js';
import { requireOrigins, requireSeason } from '../forecasting/beforehand.js';
import { inCommandTerms } from '../forecasting/errors.js';
import { MODEL_HEAD, SCORES_MEAN, modelCells } from '../forecasting/models.js';
import { FORECASTING, TABLE, readTask } from '../forecasting/options.js';
import type { Task } from '../forecasting/options.js';
import { SHARES, train } from '../forecasting/outcome.js';
import { printStart } from '../forecasting/text.js';
import { UsageError, flag, text, wholeNumber, words } from '../options.js';
import type { Values } from '../options.js';
import { makeFolder, writeOutput } from '../output.js';
import { print, printFacts, printHeading, printParagraph, printTable } from '../terminal.js';
import { gatherWarnings } from '../wording.js';

/** No-change is always there. */
const BASELINES: readonly Exclude<StandardBaseline, 'noChange'>[] = ['seasonal', 'drift', 'naive2', 'ses', 'holt', 'dampedTrend', 'comb', 'theta', 'autoregression'];

const BACKTEST = {
  ...FORECASTING,
  origins: wholeNumber('how many origins of each series, its last ones; 0: those of the last 15 percent of its windows', { fallback: 0, least: 0 }),
  stride: wholeNumber('rows from one origin to the next', { fallback: 1, least: 1 }),
  refit: wholeNumber('origins after which the network is trained anew, on the rows up to there; 0: never. Needs --origins', { fallback: 0, least: 0 }),
  baselines: words(BASELINES, 'what is compared besides no-change, each fitted anew from every origin'),
  adaptive: flag('bounds that learn from each value once it has come'),
  out: text('DIR', 'where report.html, backtest.json and backtest.csv go; without it, nothing is written'),
  json: flag('what backtest.json holds on stdout, and nothing else'),
  ...TABLE,
};

export const backtest = command({
  name: 'bptt backtest',
  operands: ['FILE'],
  about: [
    'Trains as bptt forecast does, then forecasts from one origin after another of the last rows, none of which were learned from, and scores the network and the '
    + 'baselines on the same values: each series on its own, then the mean over the series.',
  ],
  options: BACKTEST,
  examples: [
    'bptt backtest prices.csv --target Close --baselines drift,theta --out backtest',
    'bptt backtest shops.csv --target Sold --series Shop --season 7 --baselines seasonal,theta',
    'bptt backtest prices.csv --target Close --origins 100 --refit 20',
  ],
  async run({ operands: [path = ''], values, line }, signal) {
    const started = performance.now();
    const { season, refit, origins, out, json } = values;
    if (refit > 0 && origins === 0) throw new UsageError('--refit needs --origins, how many there are in all.');
    const task = await readTask(path, values);
    if (refit > 0) requireSeason(season, new Map([...task.source.panel].map(([name, { rows }]) => [name, rows - values.horizon - (origins - 1) * values.stride])));
    if (out !== undefined) await makeFolder(out);
    const { rows, forecasts, warnings, coverage } = await (refit > 0 ? refitted : once)(task, values, signal);
    const scores = scoreTable(rows, { training: knownBefore(task, forecasts), season, coverage });

    const duration = formatDuration((performance.now() - started) / 1000);
    const facts = { seed: values.seed, window: values.window, horizon: values.horizon, season, 'node.js': process.version, 'wall-clock': duration, command: line };
    const file = JSON.stringify({ data: { source: task.source.name, target: task.target, series: task.source.panel.size }, settings: task.options, run: facts, warnings, scores }, null, 1);
    if (out !== undefined) {
      await writeOutput(join(out, 'report.html'), backtestReport({ task, rows, scores, warnings, facts: Object.entries(facts).map(([name, value]) => [name, String(value)] as const) }));
      await writeOutput(join(out, 'backtest.json'), `${file}\n`);
      await writeOutput(join(out, 'backtest.csv'), forecastCsv(rows));
    }
    if (json) {
      print(file);
      return;
    }
    printHeading('Scores');
    printTable(['model', ...MODEL_HEAD], scores.map((score) => [score.model, ...modelCells(score)]));
    printParagraph(SCORES_MEAN);
    for (const warning of gatherWarnings(values.horizon, { warnings })) printParagraph(warning, { text: 'Warning:', style: 'yellow' });
    printHeading('Written');
    printFacts([
      ...(out === undefined ? [] : [['report', pathToFileURL(resolve(out, 'report.html')).href], ['scores', join(out, 'backtest.json')], ['table', join(out, 'backtest.csv')]] as const),
      ['time', duration],
    ]);
  },
});

type Tested = Pick<ForecasterBacktest, 'rows' | 'forecasts' | 'warnings'> & { readonly coverage: number | undefined };

/** Trained once, on the rows before the test block. */
async function once(task: Task, { epochs, batch, json, ...values }: Values<typeof BACKTEST>, signal: AbortSignal): Promise<Tested> {
  const { forecaster, fit } = await train(task, { epochs, batch, signal, progress: process.stderr, onStart: (start) => {
    if (values.origins > 0) requireOrigins(task, start.blocks, values.origins, values.stride);
    if (!json) printStart(task, start);
  } });
  const tested = await inCommandTerms(task.source.path, () => forecaster.backtest({ ...settings(values), signal }));
  return { ...tested, coverage: fit.interval?.coverage };
}

/** Trained anew as the origins move on. */
async function refitted(task: Task, { epochs, batch, refit, ...values }: Values<typeof BACKTEST>, signal: AbortSignal): Promise<Tested> {
  const onFold = (done: number, total: number): void => { process.stderr.write(`training ${done} of ${total} done\n`); };
  const fit = { validation: SHARES.validation, epochs, batchSize: batch };
  const tested = await inCommandTerms(task.source.path, async () => new Forecaster(task.options).backtest({ ...settings(values), table: task.source.panel, refit, fit, onFold, signal }));
  return { ...tested, coverage: undefined };
}

function settings({ season, stride, origins, baselines, adaptive }: Pick<Values<typeof BACKTEST>, 'season' | 'stride' | 'origins' | 'baselines' | 'adaptive'>): ForecasterBacktestOptions {
  const known = standardBaselines({ season });
  return { stride, adaptive, baselines: Object.fromEntries(baselines.map((name) => [name, known[name]])), ...(origins > 0 && { origins }) };
}

/** Values of each series up to its first origin. */
function knownBefore({ source: { panel }, target }: Task, { series, origins }: BlockForecasts): Record<string, Float64Array> {
  const first = new Map<string, number>();
  series.forEach((name, i) => { first.set(name, Math.min(first.get(name) ?? Infinity, origins[i] ?? NaN)); });
  return Object.fromEntries([...first].map(([name, row]) => [name, (panel.get(name)?.columns[target] ?? new Float64Array()).slice(0, row + 1)]));
}
