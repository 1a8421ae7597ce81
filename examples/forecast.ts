/**
 * `npm start`: trains system 2's network (a stacked LSTM with dropout) on five years of prices, compares it honestly with
 * "no change", forecasts the next days, and writes an HTML report. `npm start -- --help` lists the options.
 */
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { formatDuration } from 'bptt';
import { naiveError } from 'bptt/forecast';
import type { ScalerKind } from 'bptt/forecast';
import { amountsOf } from '../src/cli/amounts.js';
import { runCli } from '../src/cli/runCli.js';
import { forecastFile } from './support/forecastFile.js';
import { forecastReport } from './support/forecastReport.js';
import { printAfter, printBefore } from './support/forecastText.js';
import { choice, list, optionHelp, parseOptions, text, wholeNumber } from '../src/cli/options.js';
import { makeFolder, writeOutput } from '../src/cli/output.js';
import { prepareForecast, runForecast } from './support/pipeline.js';
import { READING, csvOptionsOf } from '../src/cli/reading.js';
import { loadSource } from './support/source.js';
import type { Source } from './support/source.js';
import { print, printFacts, printHeading } from '../src/cli/terminal.js';
import { judge } from './support/verdict.js';
import { stepUnit } from '../src/cli/wording.js';

const OPTIONS = {
  csv: text('FILE', 'a CSV file of your own, with a line of column names; without it, AAPL 2013–2018'),
  target: text('COL', 'column to forecast; without it, the one that looks like a closing price'),
  features: list('A,B', 'more input columns'),
  window: wholeNumber('rows the network sees', { fallback: 60, least: 2 }),
  horizon: wholeNumber('rows to forecast', { fallback: 5, least: 1, most: 1000 }),
  epochs: wholeNumber('passes over the training samples at most', { fallback: 10, least: 1 }),
  batch: wholeNumber('samples a training step', { fallback: 10, least: 1 }),
  scaler: choice(['auto', 'logReturn', 'percentChange', 'minMax', 'standard'],
    'how numbers enter the network; auto is log returns, or standard where values are not above 0; minMax is what was published', 'auto'),
  seed: wholeNumber('of initial weights, shuffling and dropout; the same seed gives the same numbers', { fallback: 42, least: 0, most: Number.MAX_SAFE_INTEGER }),
  out: text('DIR', 'where the report goes', 'out/forecast'),
  ...READING,
};

const HELP = `npm start [-- OPTIONS]

Trains a stacked LSTM on a series of prices (or anything else), compares it with "no change" on data it
has not seen, forecasts what comes next, and writes report.html and forecast.json.

${optionHelp(OPTIONS)}

  npm start -- --csv prices.csv --target Close --features Volume --horizon 10
  npm start -- --csv all.csv --series Ticker=AAPL --date-column Day --date-format DD/MM/YYYY

Which column holds the dates, and which way the rows run, is read from the file only where it can
mean one thing; otherwise the command names the option that says it.

Exit code 0: done; 1: training blew up; 2: wrong arguments or data; 130: stopped by Ctrl-C.`;

await runCli('forecast', async (signal) => {
  const started = performance.now();
  const args = process.argv.slice(2);
  const options = parseOptions(OPTIONS, args);
  if (options === 'help') {
    print(HELP);
    return;
  }
  const { csv, target: named, features } = options;
  const source = await loadSource({ csv, target: named, features, reading: csvOptionsOf(options), columnFlags: '--target and --features' });
  await makeFolder(options.out);

  const { table, target, columns } = source;
  const automatic = options.scaler === 'auto';
  const scaler = options.scaler === 'auto' ? fittingScaler(source) : options.scaler;
  const { window, horizon, epochs, batch, seed } = options;
  const prepared = prepareForecast({ table, columns, window, horizon, epochs, batch, seed, scaler });
  const unit = stepUnit(table.dates);
  printBefore(source, prepared, unit, automatic);

  const result = await runForecast(prepared, { signal, progress: process.stderr });
  const amount = amountsOf(target, naiveError((table.columns[target] ?? new Float64Array()).subarray(0, result.trainingRows.end)));
  const verdict = judge(result.blocks.test, amount, unit);
  printAfter(result, verdict, amount, unit);

  const facts = {
    seed, window, horizon, 'at most epochs': epochs, 'batch size': batch, backend: prepared.model.summary().split('backend ').at(-1) ?? '', 'node.js': process.version,
    'wall-clock': formatDuration((performance.now() - started) / 1000), command: ['npm start', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  };
  const report = resolve(options.out, 'report.html');
  const files = [
    [report, forecastReport({ source, result, verdict, amount, unit, automatic, facts: Object.entries(facts).map(([name, value]) => [name, String(value)] as const) })],
    [resolve(options.out, 'forecast.json'), `${JSON.stringify(forecastFile(source, result, verdict, facts), null, 1)}\n`],
  ] as const;
  for (const [path, content] of files) await writeOutput(path, content);
  printHeading('Report');
  printFacts([
    ['report', pathToFileURL(report).href], ['figures', join(options.out, 'forecast.json')],
    ['time', `${formatDuration((performance.now() - started) / 1000)} in all, ${result.trainingSeconds.toFixed(1)} s of it training`],
  ]);
});

/** Log returns wherever they exist. */
function fittingScaler({ table, columns }: Source): ScalerKind {
  return columns.every((name) => table.columns[name]?.every((value) => value > 0)) ? 'logReturn' : 'standard';
}
