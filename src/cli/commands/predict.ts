/** `bptt predict`: what a saved forecaster says of another file, or of the same one when it has grown. */
import { join } from 'node:path';
import { forecastCsv } from '../../forecast/evaluation/forecastTable.js';
import { Forecaster } from '../../forecast/forecaster/forecaster.js';
import { numberOf, objectOf } from '../../models/files/json.js';
import { command } from '../command.js';
import { inCommandTerms } from '../forecasting/errors.js';
import { forecastEntries } from '../forecasting/file.js';
import { readFuture } from '../forecasting/future.js';
import { predictReport } from '../forecasting/predictReport.js';
import { printShown, seriesAmounts } from '../forecasting/shown.js';
import { readInput } from '../input.js';
import { flag, text } from '../options.js';
import { ofFile } from '../modelFile.js';
import { makeFolder, writeOutput } from '../output.js';
import { READING, csvOptionsOf } from '../reading.js';
import { readSource } from '../source.js';
import { print, printFacts, printHeading, printParagraph } from '../terminal.js';
import { gatherWarnings } from '../wording.js';

export const predict = command({
  name: 'bptt predict',
  operands: ['MODEL', 'FILE'],
  about: [
    'Forecasts what comes after the last row of a CSV file with a model that bptt forecast --save has written. Columns, scalers, window and horizon are those of the model; '
    + 'nothing is learned.',
  ],
  options: {
    'future-file': text('FILE', 'CSV file with the rows to come of the columns that are known ahead, read as the first one'),
    out: text('DIR', 'where report.html, forecast.json and forecast.csv go; without it, nothing is written'),
    json: flag('what forecast.json holds on stdout, and nothing else'),
    ...READING,
  },
  examples: ['bptt predict sales.safetensors sales-today.csv', 'bptt predict shops.safetensors shops.csv --json'],
  async run({ operands: [path = '', csv = ''], values, line }, signal) {
    const { out, json } = values;
    const bytes = await readInput(path);
    const forecaster = await ofFile(path, 'no forecaster, as bptt forecast --save writes it', () => Forecaster.load(bytes));
    const { plan } = forecaster;
    const { target, past, future, static: fixed, series } = plan;
    const reading = csvOptionsOf(values);
    const alone = reading.series !== undefined;
    const source = await readSource({ path: csv, reading, series: alone ? undefined : series, columns: [target, ...past, ...future, ...fixed] });
    const ahead = await readFuture(values['future-file'], { future, series: alone ? undefined : series }, reading);
    if (out !== undefined) await makeFolder(out);
    const forecast = await inCommandTerms(csv, () => forecaster.forecast({ history: source.panel, future: ahead, signal }));
    const shown = { panel: source.panel, target, forecast, coverage: coverageOf(forecaster), amountOf: (name: string) => seriesAmounts(target, source.panel.get(name)?.columns[target] ?? new Float64Array()) };
    const file = JSON.stringify({ model: path, data: { source: source.name, target }, run: { command: line }, warnings: forecast.warnings, forecast: forecastEntries(forecast, source) }, null, 1);
    const warnings = gatherWarnings(plan.horizon, { Forecast: forecast.warnings });
    if (out !== undefined) {
      await writeOutput(join(out, 'report.html'), predictReport(shown, warnings, { source: source.name, model: path, command: line }));
      await writeOutput(join(out, 'forecast.json'), `${file}\n`);
      await writeOutput(join(out, 'forecast.csv'), forecastCsv(forecast.rows));
    }
    if (json) print(file);
    else {
      printShown(shown);
      for (const warning of warnings) printParagraph(warning, { text: 'Warning:', style: 'yellow' });
      if (out !== undefined) {
        printHeading('Written');
        printFacts([['report', join(out, 'report.html')], ['figures', join(out, 'forecast.json')], ['table', join(out, 'forecast.csv')]]);
      }
    }
  },
});

/** Of the interval, as it was measured when the forecaster was fitted. */
function coverageOf(forecaster: Forecaster): number | undefined {
  const { interval = null } = forecaster.describe();
  return interval === null ? undefined : numberOf('coverage', objectOf('interval', interval).coverage);
}
