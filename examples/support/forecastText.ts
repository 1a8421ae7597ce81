/** What `npm start` prints. */
import type { Amounts } from '../../src/cli/amounts.js';
import { BLOCKS } from './pipeline.js';
import type { ForecastResult, PreparedForecast } from './pipeline.js';
import type { Source } from './source.js';
import { printBlock, printFacts, printHeading, printParagraph, printTable } from '../../src/cli/terminal.js';
import type { Verdict } from './verdict.js';
import { SCORE_HEAD, changeText, count, findings, gatherWarnings, rowName, scalerReason, scoreCells, strategyText } from '../../src/cli/wording.js';

export function printBefore(source: Source, prepared: PreparedForecast, unit: string, automatic: boolean): void {
  const { table, target, columns, chosen } = source;
  const { ranges, setup: { window, horizon } } = prepared;
  const targetText = `${target}${chosen ? ' (chosen by its name; --target takes another)' : ''}`;
  printHeading('Data');
  printFacts([
    ['source', source.name],
    ['rows', `${table.rows.toLocaleString('en-US')}, ${rowName(table.dates, 0)} to ${rowName(table.dates, table.rows - 1)}`],
    ['target', targetText],
    ...(columns.length > 1 ? [['features', columns.slice(1).join(', ')] as const] : []),
    ['samples', `${count(window, unit)} in, ${horizon} out; ${BLOCKS.map((name) => `${name} ${ranges[name].end - ranges[name].start}`).join(', ')}, in time order`],
    ['leak-free', `the scaler saw the first ${count(prepared.trainingRows.end, 'row')} only; ${count(horizon - 1, 'sample')} left out between blocks`],
    ['scaling', scalerReason(prepared.setup.scaler, automatic)],
    ...findings(table).map((text) => ['note', text] as const),
  ]);
  printHeading('Model');
  printBlock(prepared.model.summary());
  printHeading('Training');
}

export function printAfter(result: ForecastResult, verdict: Verdict, amount: Amounts, unit: string): void {
  const { history, bestEpoch, interval, blocks, forecast, setup: { horizon, table } } = result;
  const epochs = history.epoch.length;
  const stopped = epochs < result.setup.epochs ? ', stopped early' : '';
  printParagraph(`${count(epochs, 'epoch')} in ${result.trainingSeconds.toFixed(1)} s${stopped}; weights of epoch ${bestEpoch} kept (lowest validation loss).`);

  printHeading('Verdict');
  const style = verdict.winner === 'network' ? 'green' : 'yellow';
  printParagraph(verdict.text, { text: verdict.winner === 'network' ? '✓' : '✗', style });
  for (const warning of gatherWarnings(result.warnings, horizon)) printParagraph(warning, { text: 'Warning:', style: 'yellow' });

  printHeading(`Errors, 1 ${unit} ahead`);
  printTable(['block', ...SCORE_HEAD], BLOCKS.map((name) => {
    const step = blocks[name].byStep[0];
    return [name, ...(step ? scoreCells(step, amount) : [])];
  }));
  if (horizon > 1) {
    printHeading('Errors on the test block, by distance');
    printTable([`${unit}s ahead`, ...SCORE_HEAD], [
      ...blocks.test.byStep.map((score, k) => [String(k + 1), ...scoreCells(score, amount)]), ['all', ...scoreCells(blocks.test.score, amount)],
    ]);
  }
  printParagraph('MASE divides by the mean one-step change of the training rows; skill is 1 − MSE / MSE of no-change, above 0 is better.');

  const last = rowName(table.dates, table.rows - 1);
  const before = table.columns[result.setup.columns[0] ?? '']?.at(-1) ?? NaN;
  printHeading(`Forecast after ${last} (${amount(before)})`);
  printTable([forecast.dates.length > 0 ? 'date' : 'row', 'forecast', 'change', `${interval.coverage * 100} % from`, 'to'], Array.from(forecast.values, (value, k) => [
    forecast.dates[k] ?? String(table.rows + k + 1), amount(value), changeText(value, before), amount(forecast.lower[k] ?? NaN), amount(forecast.upper[k] ?? NaN),
  ]));
  printParagraph(`Strategy: ${strategyText(result.strategy, result.setup.horizon, unit)}. The interval is made of ${interval.count} validation residuals of that strategy, each distance on its own.`);
}
