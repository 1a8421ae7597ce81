/** The HTML report of a forecast. */
import { barChart } from '../../charts/plots/barChart.js';
import { linePlot } from '../../charts/plots/linePlot.js';
import type { ReportBlock } from '../../charts/report/blocks.js';
import type { TableBlock } from '../../charts/report/table.js';
import { htmlReport } from '../../charts/report/report.js';
import type { ReportSection } from '../../charts/report/report.js';
import { columnTitle, count, findings, fixed, gatherWarnings, rowName, scalingText, scoreCells, scoreHead, strategyText, unitName } from '../wording.js';
import { COLORS, comparisonFigure, fitFigure, nextFigure, residualFigure } from './figures.js';
import { intervalText, shownOf, unitOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { shownTable } from './shown.js';
import { viewOf } from './view.js';
import type { SeriesView } from './view.js';

/** Series that are drawn. */
export const DRAWN = 3;

/** @param facts how it was run. */
export function forecastReport(outcome: Outcome, facts: readonly (readonly [string, string])[]): string {
  const { task: { source, target, options: { series } }, forecaster } = outcome;
  const views = [...source.panel.keys()].slice(0, DRAWN).map((name) => viewOf(shownOf(outcome), name, outcome.blocks));
  const [only] = views;
  const single = source.panel.size === 1;
  return htmlReport({
    title: `${columnTitle(target)}: forecast by a stacked LSTM`,
    subtitle: single && only ? `${source.name} · ${count(only.table.rows, 'row')}, ${rowName(only.table.dates, 0)} to ${rowName(only.table.dates, only.table.rows - 1)}` : `${source.name} · ${count(source.panel.size, 'series')} by ${series ?? ''}`,
    sections: [
      resultSection(outcome, views),
      ...(single ? views.map((view): ReportSection => ({ heading: 'Fit and forecast', blocks: [fitFigure(view, target, unitOf(outcome), outcome.task.options.window)] })) : []),
      comparisonSection(outcome, views),
      ...(single ? views.map((view): ReportSection => ({ heading: 'Residuals', blocks: [residualFigure(view, target, unitOf(outcome))] })) : []),
      trainingSection(outcome),
      { heading: 'Metrics', blocks: metricTables(outcome) },
      { heading: 'Model', blocks: [{ kind: 'preformatted', text: forecaster.model.summary() }] },
      { heading: 'Data and settings', blocks: dataBlocks(outcome, facts) },
    ],
    footer: facts.map(([name, value]) => `${name} ${value}`).join(' · '),
  });
}

function resultSection(outcome: Outcome, views: readonly SeriesView[]): ReportSection {
  const { task: { target, options: { horizon = 1 } }, verdict, fit, forecast, forecaster, by } = outcome;
  const unit = unitOf(outcome);
  const figures = views.map((view) => nextFigure(view, target, unit, fit.interval?.coverage));
  return {
    heading: 'Result',
    blocks: [
      { kind: verdict.winner === 'network' ? 'note' : 'warning', text: verdict.text },
      ...gatherWarnings(horizon, { 'Test block': fit.warnings, Forecast: forecast.warnings }).map((text) => ({ kind: 'warning', text }) as const),
      shownTable(shownOf(outcome)),
      ...figures,
      { kind: 'text', text: `Strategy: ${strategyText(forecaster.plan.strategy, horizon, unit)}.${intervalText(outcome)}${by.units.size > views.length ? ` The first ${views.length} of ${by.units.size} series are drawn.` : ''}` },
    ],
  };
}

function comparisonSection(outcome: Outcome, views: readonly SeriesView[]): ReportSection {
  const { test, by, amount, task: { target } } = outcome;
  const unit = unitOf(outcome);
  return {
    heading: `Forecast against ${by.rival}`,
    blocks: [
      ...views.flatMap((view) => comparisonFigure(view, target, unit, by.rival)),
      {
        kind: 'figure',
        plot: barChart({
          title: by.units.size > 1 ? 'Mean absolute error on the test block, in naive errors of each series' : 'Mean absolute error on the test block',
          categories: test.byStep.map((_, k) => String(k + 1)), xLabel: `${unit}s ahead`, yFormat: amount.money ? 'usd' : 'plain',
          yLabel: by.units.size > 1 ? 'naive errors' : unitName(target),
          series: [
            { name: 'network', values: test.byStep.map(({ mae }) => mae), color: COLORS.test },
            { name: by.rival, values: test.byStep.map(({ noChange }) => noChange.mae), color: COLORS.rival },
          ],
        }),
      },
    ],
  };
}

function trainingSection({ fit: { history, bestEpoch }, seconds }: Outcome): ReportSection {
  const { loss = [], val_loss: validation = [] } = history.history;
  const x = history.epoch.map((epoch) => epoch + 1);
  const logarithmic = Math.max(...loss, ...validation) > 5 * Math.min(...loss, ...validation) && Math.min(...loss, ...validation) > 0;
  return {
    heading: 'Training',
    blocks: [{
      kind: 'figure',
      plot: linePlot({
        title: 'Loss', x, xLabel: 'epoch', yLabel: 'loss, scaled data', height: 300, yScale: logarithmic ? 'log' : 'linear',
        references: bestEpoch === undefined ? [] : [{ axis: 'x', value: bestEpoch, label: 'kept' }],
        series: [{ name: 'training', values: loss, mark: 'both', color: COLORS.train }, { name: 'validation', values: validation, mark: 'both', color: COLORS.validation }],
      }),
      caption: `In units of the scaled data. ${count(x.length, 'epoch')} in ${seconds.toFixed(1)} s${bestEpoch === undefined ? '' : `; the weights of epoch ${bestEpoch} have the lowest validation loss`}. Training loss is measured with dropout on, validation loss without: it may lie lower.`,
    }],
  };
}

function metricTables(outcome: Outcome): ReportBlock[] {
  const { blocks, test, by, amount, task: { options: { horizon = 1 } } } = outcome;
  const unit = unitOf(outcome);
  const columns = scoreHead(by.rival).map((name) => ({ name }));
  const oneStep: TableBlock = {
    kind: 'table', caption: `1 ${unit} ahead`, rowHeading: 'Block', columns,
    rows: Object.entries(blocks).map(([name, { byStep }]) => ({ name, values: byStep.slice(0, 1).flatMap((score) => scoreCells(score, amount)) })),
  };
  const byStep: TableBlock = {
    kind: 'table', caption: 'Test block by distance', rowHeading: `${unit}s ahead`, columns,
    rows: [...test.byStep.map((score, k) => ({ name: String(k + 1), values: scoreCells(score, amount) })), { name: 'all', values: scoreCells(test.score, amount) }],
  };
  const others: TableBlock = {
    kind: 'table', caption: `Test block, 1 ${unit} ahead, other measures`, rowHeading: 'Forecast',
    columns: ['MAPE', 'sMAPE', 'R²', 'explained variance'].map((name) => ({ name })),
    rows: test.byStep.slice(0, 1).flatMap((score) => [['network', score], [by.rival, score.noChange]] as const).map(([name, s]) => ({
      name, values: [`${s.mape.toFixed(2)} %`, `${s.smape.toFixed(2)} %`, fixed(s.r2, 4), fixed(s.explainedVariance, 4)],
    })),
  };
  const units = by.units.size > 1 ? 'Errors count in naive errors of each series. ' : '';
  return [
    { kind: 'text', text: `${units}In brackets: ${by.rival} on the same targets. MASE divides by the mean change over ${by.season === 1 ? 'one step' : 'one season'} of the training rows. Skill is 1 − MSE / MSE of ${by.rival}: above 0 is better than ${by.rival}.` },
    oneStep, ...(horizon > 1 ? [byStep] : []), ...(by.units.size > 1 ? [] : [others]),
    ...(by.units.size > 1 ? [] : [{ kind: 'note', text: `R² is high for any forecast near the last known value of a drifting series; compare it with that of ${by.rival} before admiring it.` } as const]),
  ];
}

function dataBlocks(outcome: Outcome, facts: readonly (readonly [string, string])[]): ReportBlock[] {
  const { task: { source, target, options, scalers }, fit: { samples }, blocks, by } = outcome;
  const { panel, columns } = source;
  const dates = source.table?.dates ?? [];
  const span = (name: string, size: number): string => {
    const block = Object.entries(blocks).find(([each]) => each === name)?.[1];
    return `${count(size, 'sample')}${block && panel.size === 1 ? `, forecasts from ${rowName(dates, (block.origins[0] ?? 0) + 1)} to ${rowName(dates, (block.origins.at(-1) ?? 0) + 1)}` : ''}`;
  };
  const [rows] = by.training.values();
  return [
    {
      kind: 'facts',
      facts: [
        ['Target', columnTitle(target)], ...(columns.length > 1 ? [['Inputs', columns.slice(1).map(columnTitle).join(', ')] as const] : []),
        ['Train', span('train', samples.train)], ['Validation', span('validation', samples.validation)], ['Test', span('test', samples.test)],
        ['Scaler', `${(scalers[target] ?? []).join(', then ')}, fitted on ${panel.size === 1 ? `the first ${count(rows ?? 0, 'row')}` : 'the first rows of each series'}`],
        ['Between blocks', `${count((options.horizon ?? 1) - 1, 'sample')} left out, so that no training target lies in a later block`],
        ...facts,
      ],
    },
    { kind: 'text', text: `Scaling is by ${scalingText(outcome.task)}` },
    ...(source.table ? findings(source.table).map((text) => ({ kind: 'note', text }) as const) : []),
  ];
}
