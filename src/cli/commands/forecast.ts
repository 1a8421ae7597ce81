/** `bptt forecast`: from a CSV file to an honest forecast. */
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { formatDuration } from '../../callbacks/progressBar.js';
import { forecastCsv } from '../../forecast/evaluation/forecastTable.js';
import { command } from '../command.js';
import { forecastFile } from '../forecasting/file.js';
import { readFuture, requireFuture } from '../forecasting/future.js';
import { FORECASTING, TABLE, readTask } from '../forecasting/options.js';
import { conclude, train } from '../forecasting/outcome.js';
import { forecastReport } from '../forecasting/report.js';
import { printOutcome, printStart } from '../forecasting/text.js';
import { flag, text } from '../options.js';
import type { Values } from '../options.js';
import { makeFolder, requireWritable, writeOutput } from '../output.js';
import { Interrupted } from '../runCli.js';
import { print, printFacts, printHeading } from '../terminal.js';

export const FORECAST = {
  ...FORECASTING,
  'future-file': text('FILE', 'CSV file with the rows to come of the --future columns, read as the first one'),
  save: text('MODEL', 'where the model goes, a .safetensors file for bptt predict; Ctrl-C then keeps the best one so far'),
  out: text('DIR', 'where report.html, forecast.json and forecast.csv go; without it, nothing is written'),
  json: flag('what forecast.json holds on stdout, and nothing else'),
  ...TABLE,
};

export interface ForecastRun {
  readonly path: string;
  /** What reports call the file. */
  readonly name?: string;
  readonly values: Values<typeof FORECAST>;
  /** As it was typed. */
  readonly line: string;
  readonly signal: AbortSignal;
}

/** Reads, trains, prints, writes. @throws UsageError */
export async function runForecast({ path, name, values, line, signal }: ForecastRun): Promise<void> {
  const started = performance.now();
  const { epochs, batch, save, out, json, seed, window, horizon } = values;
  const task = await readTask(path, values, name);
  const future = await readFuture(values['future-file'], task.options, task.source.reading);
  await requireFuture(task, future);
  if (save !== undefined) await requireWritable(save);
  if (out !== undefined) await makeFolder(out);
  const trained = await train(task, { epochs, batch, save, signal, progress: process.stderr, onStart: (start) => { if (!json) printStart(task, start); } });
  const outcome = await conclude(task, trained, future, signal).catch((error: unknown) => {
    throw save !== undefined && signal.aborted ? new Interrupted(`the model is in ${save}`) : error;
  });
  if (!json) printOutcome(outcome, epochs);

  const seconds = (performance.now() - started) / 1000;
  const facts = {
    seed, window, horizon, 'at most epochs': epochs, 'batch size': batch, backend: trained.forecaster.model.summary().split('backend ').at(-1) ?? '', 'node.js': process.version,
    'wall-clock': formatDuration(seconds), command: line,
  };
  const file = JSON.stringify(forecastFile(outcome, facts), null, 1);
  if (out !== undefined) {
    await writeOutput(join(out, 'report.html'), forecastReport(outcome, Object.entries(facts).map(([fact, value]) => [fact, String(value)] as const)));
    await writeOutput(join(out, 'forecast.json'), `${file}\n`);
    await writeOutput(join(out, 'forecast.csv'), forecastCsv(outcome.forecast.rows));
  }
  if (json) print(file);
  else {
    printHeading('Written');
    printFacts([
      ...(out === undefined ? [] : [['report', pathToFileURL(resolve(out, 'report.html')).href], ['figures', join(out, 'forecast.json')], ['table', join(out, 'forecast.csv')]] as const),
      ...(save === undefined ? [] : [['model', save] as const]),
      ['time', `${formatDuration(seconds)} in all, ${trained.seconds.toFixed(1)} s of it training`],
    ]);
  }
}

export const forecast = command({
  name: 'bptt forecast',
  operands: ['FILE'],
  about: [
    'Trains a stacked LSTM on a CSV file of numbers over time, compares it with the forecast it has to beat on rows that neither training nor selection saw, '
    + 'and forecasts what comes after the last row, with an interval.',
    'Which column holds the dates, and which way the rows run, is read from the file only where it can mean one thing; otherwise the command names the option that says it.',
  ],
  options: FORECAST,
  examples: [
    'bptt forecast prices.csv --target Close --horizon 10 --out report',
    'bptt forecast sales.csv --target Sold --future Promotion --future-file plan.csv --horizon 14',
    'bptt forecast sales.csv --target Sold --save sales.safetensors',
    'bptt forecast shops.csv --target Sold --series Shop --season 7 --quantiles 0.05,0.5,0.95',
  ],
  async run({ operands: [path = ''], values, line }, signal) {
    await runForecast({ path, values, line, signal });
  },
});
