/** The plots of the study, each for one protocol. Lines are means over the seeds, bands reach from the least to the most where there are several. */
import { linePlot, panels } from 'bptt/charts';
import type { LineSeries, Plot, Reference } from 'bptt/charts';
import { FLAT, groupOf, spread, spreadOfNorms } from './analysis.js';
import type { Analysis, Group, Run, Spread } from './analysis.js';
import { CELLS, DEPTHS, NORMALIZED, WIDTHS, depthSeries, nameOf, widthSeries } from './configurations.js';
import type { Configuration, Normalization, Protocol } from './configurations.js';
import type { StudyData } from './features.js';

const MILLION = 1e6;

/** The lines of the plots over depth. */
const STACKS: readonly (readonly [name: string, cell: 'RNN' | 'LSTM', normalization: Normalization])[] = [
  ['RNN', 'RNN', 'none'], ['LSTM', 'LSTM', 'none'], ['RNN + norm after', 'RNN', 'after'], ['RNN + norm between', 'RNN', 'between'],
];

function seriesOver(
  name: string, x: readonly number[], configurations: readonly Configuration[], analysis: Analysis, protocol: Protocol, value: (runs: readonly Run[]) => Spread,
): LineSeries {
  const runs = configurations.map((configuration) => groupOf(analysis, protocol.name, configuration)?.runs ?? []);
  return { name, x, mark: 'both', ...meanAndBand(runs.map(value), runs.some(({ length }) => length > 1)) };
}

/** The means, and a band around them where there are several seeds: one has no spread. */
function meanAndBand(spreads: readonly Spread[], several: boolean): Pick<LineSeries, 'values' | 'band'> {
  const values = spreads.map(({ mean }) => mean);
  return several ? { values, band: { lower: spreads.map(({ least }) => least), upper: spreads.map(({ most }) => most) } } : { values };
}

function overDepth(analysis: Analysis, protocol: Protocol, value: (runs: readonly Run[]) => Spread): LineSeries[] {
  return STACKS.map(([name, cell, normalization]) =>
    seriesOver(name, normalization === 'none' ? DEPTHS : NORMALIZED, depthSeries(cell, normalization), analysis, protocol, value));
}

function overWidth(analysis: Analysis, protocol: Protocol, value: (runs: readonly Run[]) => Spread): LineSeries[] {
  return CELLS.map((cell) => seriesOver(cell, WIDTHS, widthSeries(cell), analysis, protocol, value));
}

function errors({ baselines }: Analysis): { value: (runs: readonly Run[]) => Spread; references: Reference[] } {
  return {
    value: (runs) => spread(runs.map(({ rmse }) => rmse / MILLION)),
    references: named(Object.entries(baselines).map(([label, value]) => [label, value / MILLION])),
  };
}

/** Lines that are too close for two names share one. */
function named(lines: readonly (readonly [label: string, value: number])[]): Reference[] {
  const near = 0.08 * Math.max(...lines.map(([, value]) => value));
  const references: { axis: 'y'; value: number; label?: string }[] = [];
  for (const [label, value] of lines) {
    const other = references.find((reference) => reference.label !== undefined && Math.abs(reference.value - value) < near);
    if (other) other.label = `${other.label ?? ''}, ${label}`;
    references.push(other ? { axis: 'y', value } : { axis: 'y', value, label });
  }
  return references;
}

const collapses = (runs: readonly Run[]): Spread => spread(runs.map(({ collapse }) => collapse));

/** Error and collapse ratio over the width, at one layer. */
export function widthPlot(analysis: Analysis, protocol: Protocol): Plot {
  const { value, references } = errors(analysis);
  const shared = { xLabel: 'width', xScale: 'log', xFormat: String } as const;
  return panels({
    title: `One layer, ${protocol.title}`, columns: 2,
    plots: [
      linePlot({ title: 'Error on the test part', yLabel: 'RMSE, million shares', series: overWidth(analysis, protocol, value), references, ...shared, height: 300 }),
      linePlot({ title: 'How much the forecast moves', yLabel: 'std(forecast) / std(target)', series: overWidth(analysis, protocol, collapses), references: [{ axis: 'y', value: 1 }, flatLine], ...shared, height: 300 }),
    ],
  });
}

const flatLine: Reference = { axis: 'y', value: FLAT, label: 'below: a line' };

/** Error, collapse ratio and the gradient that reaches the first layer over the depth, at width 5. */
export function depthPlot(analysis: Analysis, protocol: Protocol): Plot {
  const { value, references } = errors(analysis);
  const gradient = (when: 'initial' | 'trained') => (runs: readonly Run[]): Spread => spreadOfNorms(runs.map(({ result }) => result.gradients[when][0]?.weights ?? NaN));
  const shared = { xLabel: 'layers', height: 300 } as const;
  return panels({
    title: `Width 5, ${protocol.title}`, columns: 2,
    plots: [
      linePlot({ title: 'Error on the test part', yLabel: 'RMSE, million shares', yScale: 'log', series: overDepth(analysis, protocol, value), references, ...shared }),
      linePlot({ title: 'How much the forecast moves', yLabel: 'std(forecast) / std(target)', yScale: 'log', series: overDepth(analysis, protocol, collapses), references: [flatLine], ...shared }),
      linePlot({ title: 'Gradient of the first layer before training', yLabel: 'norm of the gradient', yScale: 'log', series: overDepth(analysis, protocol, gradient('initial')), ...shared }),
      linePlot({ title: 'Gradient of the first layer after training', yLabel: 'norm of the gradient', yScale: 'log', series: overDepth(analysis, protocol, gradient('trained')), ...shared }),
    ],
  });
}

/** The norm of each layer's gradient, from the input on, in the deepest stacks. */
export function layerPlot(analysis: Analysis, protocol: Protocol): Plot | undefined {
  const deepest = Math.max(...DEPTHS);
  const curves = (when: 'initial' | 'trained'): LineSeries[] => STACKS.flatMap(([name, cell, normalization], color) => {
    const runs = groupOf(analysis, protocol.name, { cell, units: 5, layers: deepest, normalization })?.runs ?? [];
    const layers = Array.from({ length: deepest }, (_, i) => spreadOfNorms(runs.map(({ result }) => result.gradients[when][i]?.weights ?? NaN)));
    return runs.length === 0 ? [] : [{
      name, color, x: layers.map((_, i) => i + 1), ...meanAndBand(layers, runs.length > 1),
    }];
  });
  if (curves('initial').length === 0) return undefined;
  return panels({
    title: `Gradient by layer, ${deepest} layers, ${protocol.title}`, columns: 2,
    plots: ([['Before training', 'initial'], ['After training', 'trained']] as const).map(([title, when]) =>
      linePlot({ title, xLabel: 'layer, from the input', yLabel: 'norm of the gradient', yScale: 'log', series: curves(when), height: 300 })),
  });
}

/** Small plots of every configuration, in two columns. */
function ofEach(title: string, groups: readonly Group[], draw: (group: Group) => Plot): Plot {
  return panels({ title, columns: 2, plots: groups.map(draw) });
}

function groupsOf(analysis: Analysis, protocol: Protocol): Group[] {
  return analysis.groups.filter((group) => group.protocol === protocol.name);
}

/** Forecast and truth on the test part, of the first seed. @param only names of configurations; all by default. */
export function forecastPlots(analysis: Analysis, data: StudyData, protocol: Protocol, only?: readonly string[]): Plot {
  const { test, scaler, testDates } = data;
  const truth = Array.from(test.volume, (shares) => shares / MILLION);
  const x = testDates.length === truth.length ? testDates.map((date) => new Date(date)) : undefined;
  const shown = groupsOf(analysis, protocol).filter(({ configuration }) => only?.includes(nameOf(configuration)) ?? true);
  return ofEach(`Forecasts of the test part, ${protocol.title}${shown.some(({ runs }) => runs.length > 1) ? ', first seed' : ''}`, shown, ({ configuration, runs: [first] }) => linePlot({
    title: nameOf(configuration), yLabel: 'million shares', height: 190, x,
    series: [
      { name: 'volume', color: 'muted', values: truth },
      { name: 'forecast', color: 1, values: Array.from(scaler.inverse(first?.result.predictions ?? [], { column: 0 }).data, (shares) => shares / MILLION) },
    ],
  }));
}

/** Loss after each epoch, training and test part. */
export function lossPlots(analysis: Analysis, protocol: Protocol): Plot {
  const { trainingVariance, constantLoss } = analysis;
  return ofEach(`Loss by epoch, ${protocol.title}`, groupsOf(analysis, protocol), ({ configuration, runs }) => {
    const curve = (part: 'train' | 'test', color: number): LineSeries => {
      const epochs = Array.from(runs[0]?.result.curves[part] ?? [], (_, i) => spread(runs.map(({ result }) => result.curves[part][i] ?? NaN)));
      return {
        name: part === 'train' ? 'training' : 'test', color, x: epochs.map((_, i) => i + 1), ...meanAndBand(epochs, runs.length > 1),
      };
    };
    return linePlot({
      title: nameOf(configuration), yLabel: 'MSE, scaled', xLabel: 'epoch', yScale: 'log', height: 210, series: [curve('train', 0), curve('test', 1)],
      references: [{ axis: 'y', value: trainingVariance, label: 'training, a constant' }, { axis: 'y', value: constantLoss, label: 'test, the same constant' }],
    });
  });
}
