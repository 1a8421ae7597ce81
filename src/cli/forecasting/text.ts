/** What `bptt forecast` prints. */
import { printBlock, printFacts, printHeading, printParagraph, printTable } from '../terminal.js';
import { count, findings, gatherWarnings, rowName, scalingText, scoreCells, scoreHead, strategyText } from '../wording.js';
import type { FitStart } from '../../forecast/forecaster/fitOptions.js';
import type { Task } from './options.js';
import { intervalText, shownOf, unitOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { BLOCK_NAMES, trainingRows } from './scored.js';
import { printShown } from './shown.js';

/** Before training: what will be trained on what. */
export function printStart(task: Task, { blocks }: FitStart): void {
  const { source, target, options } = task;
  const { panel, columns, table } = source;
  const { window, horizon = 1 } = options;
  const plan = { window, horizon };
  const unit = unitOf({ task: { source } });
  const counts = BLOCK_NAMES.map((name) => `${name} ${[...blocks.values()].reduce((sum, { [name]: { start, end } }) => sum + end - start, 0)}`);
  const [split] = blocks.values();
  const seen = table && split ? `the first ${count(trainingRows(table.rows, split, plan), 'row')}` : 'the first rows of each series';
  printHeading('Data');
  printFacts([
    ['source', source.name],
    ...(table
      ? [['rows', `${table.rows.toLocaleString('en-US')}, ${rowName(table.dates, 0)} to ${rowName(table.dates, table.rows - 1)}`] as const]
      : [['series', `${count(panel.size, 'series')} by ${options.series ?? ''}, ${rangeText([...panel.values()].map(({ rows }) => rows))} rows each`] as const]),
    ['target', target],
    ...(columns.length > 1 ? [['inputs', `${columns.slice(1).join(', ')} beside its own past`] as const] : []),
    ['samples', `${count(window, unit)} in, ${horizon} out; ${counts.join(', ')}, in time order`],
    ['leak-free', `scalers and network saw ${seen} only; ${count(horizon - 1, 'sample')} left out between blocks`],
    ['scaling', scalingText(task)],
    ...(table ? findings(table).map((text) => ['note', text] as const) : []),
  ]);
  printHeading('Training');
}

function rangeText(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? least.toLocaleString('en-US') : `${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}`;
}

export function printOutcome(outcome: Outcome, epochs: number): void {
  const { forecaster: { model, plan: { horizon, strategy } }, fit, seconds, blocks, test, by, verdict, amount } = outcome;
  const unit = unitOf(outcome);
  const done = fit.history.epoch.length;
  printParagraph(`${count(done, 'epoch')} in ${seconds.toFixed(1)} s${done < epochs ? ', stopped early' : ''}${fit.bestEpoch === undefined ? '' : `; weights of epoch ${fit.bestEpoch} kept (lowest validation loss)`}.`);
  printHeading('Model');
  printBlock(model.summary());

  printHeading('Verdict');
  const good = verdict.winner === 'network';
  printParagraph(verdict.text, { text: good ? '✓' : '✗', style: good ? 'green' : 'yellow' });
  if (by.units.size > 1) printParagraph('Errors count in naive errors of each series: what repeating the value one season before errs by on its training rows.');
  for (const warning of gatherWarnings(horizon, { 'Test block': fit.warnings, Forecast: outcome.forecast.warnings })) printParagraph(warning, { text: 'Warning:', style: 'yellow' });

  const head = scoreHead(by.rival);
  printHeading(`Errors, 1 ${unit} ahead`);
  printTable(['block', ...head], Object.entries(blocks).map(([name, { byStep: [step] }]) => [name, ...(step ? scoreCells(step, amount) : [])]));
  if (horizon > 1) {
    printHeading('Errors on the test block, by distance');
    printTable([`${unit}s ahead`, ...head], [...test.byStep.map((score, k) => [String(k + 1), ...scoreCells(score, amount)]), ['all', ...scoreCells(test.score, amount)]]);
  }
  printParagraph(`MASE divides by the mean change over ${by.season === 1 ? 'one step' : 'one season'} of the training rows; skill is 1 − MSE / MSE of ${by.rival}, above 0 is better.`);
  printShown(shownOf(outcome));
  printParagraph(`Strategy: ${strategyText(strategy, horizon, unit)}.${intervalText(outcome)}`);
}
