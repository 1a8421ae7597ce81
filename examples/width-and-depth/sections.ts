/** The report: for each protocol its scores, widths, depths, gradients, forecasts and losses. */
import type { ReportBlock, ReportSection, TableBlock } from 'bptt/charts';
import { formatDuration } from 'bptt';
import { spread, spreadOfNorms } from './analysis.js';
import type { Analysis, Group } from './analysis.js';
import { PROTOCOLS, nameOf } from './configurations.js';
import type { Protocol } from './configurations.js';
import { BASELINES } from './features.js';
import type { StudyData } from './features.js';
import { depthPlot, forecastPlots, layerPlot, lossPlots, widthPlot } from './plots.js';
import { millions, power, ranged, ratio } from './wording.js';

export const SCORE_HEAD = ['RMSE, million shares', 'over no-change', 'forecast moves', 'before training', 'training explained', 'gradient of layer 1', 'after training', 'layer 1 moved', 'seconds'] as const;

/** The cells of a row, in the order of `SCORE_HEAD`; means over the seeds, with least and most where they differ. */
export function scoreCells({ runs }: Group, { baselines }: Analysis): string[] {
  const of = (value: (run: Group['runs'][number]) => number): number[] => runs.map(value);
  const error = spread(of(({ rmse }) => rmse));
  return [
    ranged(error, millions), (error.mean / baselines['no-change']).toFixed(2),
    ranged(spread(of(({ collapse }) => collapse)), ratio), ratio(spread(of(({ result }) => result.collapse.initial)).mean), ratio(spread(of(({ fit }) => fit)).mean),
    power(spreadOfNorms(of(({ result }) => result.gradients.initial[0]?.weights ?? NaN)).mean),
    power(spreadOfNorms(of(({ result }) => result.gradients.trained[0]?.weights ?? NaN)).mean),
    ratio(spread(of(({ result }) => result.moved[0] ?? NaN)).mean), spread(of(({ seconds }) => seconds)).mean.toFixed(1),
  ];
}

/** What needs no network, as rows of the same table. */
function baselineRows({ baselines }: Analysis): TableBlock['rows'] {
  return BASELINES.map((name) => ({
    name, values: [millions(baselines[name]), (baselines[name] / baselines['no-change']).toFixed(2), ...SCORE_HEAD.slice(2).map(() => '')],
  }));
}

export function protocolSections(analysis: Analysis, data: StudyData): ReportSection[] {
  return PROTOCOLS.flatMap((protocol) => {
    const groups = analysis.groups.filter((group) => group.protocol === protocol.name);
    return groups.length === 0 ? [] : [protocolSection(protocol, groups, analysis, data)];
  });
}

function protocolSection(protocol: Protocol, groups: readonly Group[], analysis: Analysis, data: StudyData): ReportSection {
  const layers = layerPlot(analysis, protocol);
  const gradients: ReportBlock[] = layers ? [{ kind: 'figure', plot: layers, caption: 'Norm of the gradient of each layer\'s weights: all training samples as one batch, geometric mean over the seeds. A line that falls to the left loses the gradient on its way to the input.' }] : [];
  const wide = groups.some(({ configuration }) => configuration.units > 5);
  return {
    heading: `${protocol.title[0]?.toUpperCase() ?? ''}${protocol.title.slice(1)}`,
    blocks: [
      { kind: 'text', text: `${protocol.text[0]?.toUpperCase() ?? ''}${protocol.text.slice(1)}.` },
      {
        kind: 'table', caption: 'Scores on the test part: means over the seeds, in brackets the least and the most', rowHeading: 'Network, width × layers',
        columns: SCORE_HEAD.map((name) => ({ name })),
        rows: [...baselineRows(analysis), ...groups.map((group) => ({ name: nameOf(group.configuration), values: scoreCells(group, analysis) }))],
      },
      ...(wide ? [{ kind: 'figure', plot: widthPlot(analysis, protocol) } as const] : []),
      { kind: 'figure', plot: depthPlot(analysis, protocol), caption: 'Bands reach from the least to the most of the seeds. Grey lines: forecasts without a network.' },
      ...gradients,
      { kind: 'figure', plot: forecastPlots(analysis, data, protocol) },
      { kind: 'figure', plot: lossPlots(analysis, protocol), caption: 'Mean squared error, scaled. The training curve is the mean over the steps of an epoch, each before its update. The labelled lines are those of the mean training target.' },
    ],
  };
}

/** What the columns of the table mean, and what stands behind the study. */
export function introduction(analysis: Analysis, { trainingRows, train, test }: StudyData, mean: string): ReportSection {
  const { failures, targetStd } = analysis;
  return {
    heading: 'What is measured',
    blocks: [
      {
        kind: 'text',
        text: `Twenty days of volume, close, high − low and the three-day mean of ${mean} go in, the volume of the next day comes out. Everything is scaled to [0, 1] by the smallest and largest values of the first ${trainingRows} rows alone. `
          + `The first ${train.volume.length} samples train, the last ${test.volume.length} test; nothing is chosen on the test part.\n\n`
          + 'Adam with learning rate 0.005, mean squared error. Width 5 at one layer belongs to both series, so the 16 published networks are 14 different ones; batch normalisation adds four.',
      },
      {
        kind: 'facts',
        facts: [
          ['forecast moves', `std(forecast) / std(target) on the test part, whose std is ${millions(targetStd)} million shares; \`before training\` the same of the untrained network`],
          ['training explained', 'share of the variance of the training targets: 0 is what the best constant reaches'],
          ['gradient of layer 1', 'norm of the gradient of all its weights over the whole training part, before and after training; geometric mean'],
          ['layer 1 moved', 'distance of its weights from where they began, over the norm they began with'],
        ],
      },
      ...(failures.length === 0 ? [] : [{ kind: 'warning', text: `Failed: ${failures.map(({ protocol, configuration, repeat, reason }) => `${protocol.title}, ${nameOf(configuration)}, seed ${repeat}: ${reason}`).join('; ')}` } as const]),
    ],
  };
}

/** Work of all trials, however many threads did it. */
export function workOf({ groups }: Analysis): string {
  return formatDuration(groups.flatMap(({ runs }) => runs).reduce((sum, { seconds }) => sum + seconds, 0));
}
