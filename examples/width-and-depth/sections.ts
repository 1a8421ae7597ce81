/** The report: for each protocol its scores, widths, depths, gradients, forecasts and losses. */
import type { ReportBlock, ReportSection, TableBlock } from 'bptt/charts';
import { formatDuration } from 'bptt';
import { spread, spreadOfNorms } from './analysis.js';
import type { Analysis, Group, Run } from './analysis.js';
import { PROTOCOLS, nameOf } from './configurations.js';
import type { Protocol } from './configurations.js';
import { BASELINES } from './features.js';
import type { StudyData } from './features.js';
import { depthPlot, forecastPlots, layerPlot, lossPlots, widthPlot } from './plots.js';
import { millions, power, ranged, ratio } from './wording.js';

export const SCORE_HEAD = ['RMSE, million shares', 'over no-change', 'forecast moves', 'before training', 'training explained'] as const;
const GRADIENT_HEAD = ['gradient of layer 1', 'after training', 'gradient of the last', 'after training', 'layer 1 moved', 'last moved', 'weights', 'seconds'] as const;

function valuesOf<T>({ runs }: Group, value: (run: Run) => T): T[] {
  return runs.map(value);
}

/** The cells of a row, in the order of `SCORE_HEAD`; means over the seeds, with least and most where they differ. */
export function scoreCells(group: Group, { baselines }: Analysis): string[] {
  const error = spread(valuesOf(group, ({ rmse }) => rmse));
  return [
    ranged(error, millions), (error.mean / baselines['no-change']).toFixed(2), ranged(spread(valuesOf(group, ({ collapse }) => collapse)), ratio),
    ratio(spread(valuesOf(group, ({ result }) => result.collapse.initial)).mean), ratio(spread(valuesOf(group, ({ fit }) => fit)).mean),
  ];
}

/** The cells of a row, in the order of `GRADIENT_HEAD`: geometric means of norms, means of the others. */
function gradientCells(group: Group): string[] {
  const norm = (when: 'initial' | 'trained', layer: number): string =>
    power(spreadOfNorms(valuesOf(group, ({ result }) => result.gradients[when].at(layer)?.weights ?? NaN)).mean);
  const moved = (layer: number): string => ratio(spread(valuesOf(group, ({ result }) => result.moved.at(layer) ?? NaN)).mean);
  return [
    norm('initial', 0), norm('trained', 0), norm('initial', -1), norm('trained', -1), moved(0), moved(-1),
    (group.runs[0]?.result.weights ?? 0).toLocaleString('en-US'), spread(valuesOf(group, ({ seconds }) => seconds)).mean.toFixed(1),
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
  const several = groups.some(({ runs }) => runs.length > 1);
  const gradients: ReportBlock[] = layers ? [{ kind: 'figure', plot: layers, caption: `Norm of the gradient of each layer's weights: all training samples as one batch${several ? ', geometric mean over the seeds' : ''}. A line that falls to the left loses the gradient on its way to the input.` }] : [];
  const wide = groups.some(({ configuration }) => configuration.units > 5);
  return {
    heading: `${protocol.title[0]?.toUpperCase() ?? ''}${protocol.title.slice(1)}`,
    blocks: [
      { kind: 'text', text: `${protocol.text[0]?.toUpperCase() ?? ''}${protocol.text.slice(1)}.` },
      {
        kind: 'table', caption: several ? 'Scores on the test part: means over the seeds, in brackets the least and the most' : 'Scores on the test part, one seed', rowHeading: 'Network, width × layers',
        columns: SCORE_HEAD.map((name) => ({ name })),
        rows: [...baselineRows(analysis), ...groups.map((group) => ({ name: nameOf(group.configuration), values: scoreCells(group, analysis) }))],
      },
      ...(wide ? [{ kind: 'figure', plot: widthPlot(analysis, protocol) } as const] : []),
      { kind: 'figure', plot: depthPlot(analysis, protocol), caption: `${several ? 'Bands reach from the least to the most of the seeds' : 'One seed: how far others would lie from it, nobody knows'}. Dotted lines: forecasts without a network. A value of 0 has no place on a logarithmic axis.` },
      {
        kind: 'table', caption: 'Gradients of the recurrent layers and how far training moved them', rowHeading: 'Network, width × layers', columns: GRADIENT_HEAD.map((name) => ({ name })),
        rows: groups.map((group) => ({ name: nameOf(group.configuration), values: gradientCells(group) })),
      },
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
          ['gradient', 'norm of the gradient of all weights of a layer over the whole training part; of several seeds the geometric mean'],
          ['moved', 'distance of a layer\'s weights from where they began, over the norm they began with'],
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
