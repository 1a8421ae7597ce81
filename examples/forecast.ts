/**
 * `npm start`: `bptt forecast` on five years of prices that an npm package brings, or on a CSV file of yours. `npm start -- --help` lists the options.
 */
import process from 'node:process';
import { FORECAST, runForecast } from '../src/cli/commands/forecast.js';
import { EXIT_CODES } from '../src/cli/command.js';
import { optionHelp, parseOptions, text } from '../src/cli/options.js';
import { runCli } from '../src/cli/runCli.js';
import { print } from '../src/cli/terminal.js';
import { packaged } from './support/packaged.js';

const OPTIONS = {
  csv: text('FILE', 'a CSV file of your own, with a line of column names; without it, the closing price of AAPL 2013–2018'),
  ...FORECAST,
  out: text('DIR', 'where report.html, forecast.json and forecast.csv go', 'out/forecast'),
};

const HELP = `npm start [-- OPTIONS]

Is bptt forecast on the packaged prices of AAPL, or on a CSV file of your own: trains a stacked
LSTM, compares it with "no change" on data it has not seen, forecasts what comes next, and writes
a report.

${optionHelp(OPTIONS)}

  npm start -- --csv prices.csv --target Close --past Volume --horizon 10
  npm start -- --csv all.csv --target Close --series Ticker=AAPL --date-format DD/MM/YYYY

${EXIT_CODES}`;

await runCli('forecast', async (signal) => {
  const args = process.argv.slice(2);
  const values = parseOptions(OPTIONS, args);
  if (values === 'help') {
    print(HELP);
    return;
  }
  const { csv } = values;
  const line = ['npm start', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  await (csv === undefined
    ? runForecast({ path: packaged.aapl.path, name: packaged.aapl.name, values: { ...values, target: values.target ?? 'Close' }, line, signal })
    : runForecast({ path: csv, values, line, signal }));
});
