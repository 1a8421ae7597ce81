/** The report: scores, forecasts, corrections, alerts, training, and the heat maps. */
import { linePlot } from 'bptt/charts';
import type { ImageScale, LinePlotOptions, Plot, Reference, ReportImage, ReportSection, TableBlock } from 'bptt/charts';
import { noChange, score } from './evaluation.js';
import type { AlertTally, Forecasts, Score } from './evaluation.js';
import { TITLES } from './findings.js';
import type { Outcome } from './findings.js';
import { MAP_COLORS, mapDomain } from './heatMaps.js';
import { NETWORKS } from './network.js';
import type { NetworkName } from './network.js';

export interface ReportInput {
  readonly outcome: Outcome;
  /** Dates of the test bars that are forecast; empty without. */
  readonly dates: readonly Date[];
  /** Test forecasts of the fusion with the correction of the validation block. */
  readonly corrected?: Forecasts;
  readonly alerts: { readonly raw: readonly AlertTally[]; readonly corrected: readonly AlertTally[] } | undefined;
  readonly pictures: { readonly notified: MapPictures; readonly epochs: MapPictures };
  readonly summary: string;
  readonly seconds: Readonly<Partial<Record<NetworkName, number>>>;
}

/** Charts with their maps, and the value that has the strongest colour in all of them. */
export interface MapPictures {
  readonly images: readonly ReportImage[];
  readonly strongest: number;
}

function mapScale(strongest: number): ImageScale {
  return { ...MAP_COLORS, domain: mapDomain(strongest), label: 'moves the forecast by, log10 of the price', format: (value) => (value === 0 ? '0' : value.toPrecision(2)) };
}

const SCORES = ['RMSE (log10)', 'MSE (log10)', 'MAPE of log10', 'RMSE', 'MAE', 'MAPE'] as const;

export function scoreRow({ log10, dollars }: Score): number[] {
  return [log10.rmse, log10.mse, log10.mape, dollars.rmse, dollars.mae, dollars.mape];
}

/** Rows of the table of scores: every network, the corrected fusion, no-change. */
export function scoreRows({ outcome: { forecasts }, corrected }: Pick<ReportInput, 'outcome' | 'corrected'>): { readonly name: string; readonly values: readonly number[] }[] {
  const tests = NETWORKS.flatMap((name) => (forecasts[name] ? [{ name: TITLES[name], test: forecasts[name].test }] : []));
  const [first] = tests;
  const rows = [
    ...tests, ...(corrected ? [{ name: `${TITLES.fusion}, corrected`, test: corrected }] : []), ...(first ? [{ name: 'No-change', test: noChange(first.test) }] : []),
  ];
  return rows.map(({ name, test }) => ({ name, values: scoreRow(score(test)) }));
}

export const SCORE_NAMES = SCORES;

function small(value: number): string {
  return value.toPrecision(3);
}

function scoreTable(input: ReportInput): TableBlock {
  const [a, b, c, ...dollars] = SCORES;
  return {
    kind: 'table', caption: 'Test bars, which neither training nor the choice of the epoch saw', rowHeading: 'Forecast',
    columns: [
      { name: a, format: small, best: 'lowest' }, { name: b, format: small, best: 'lowest' }, { name: c, format: (v) => `${v.toPrecision(3)} %`, best: 'lowest' },
      ...dollars.map((name) => ({ name, format: name === 'MAPE' ? (v: number) => `${v.toFixed(2)} %` : 'usd' as const, best: 'lowest' as const })),
    ],
    rows: scoreRows(input),
  };
}

const HALF_DAY = 43_200_000;

/** Days lie on a time axis; bars of an hour beside each other, or the nights between them would take most of it. */
function placesOf(dates: readonly Date[]): Pick<LinePlotOptions, 'x' | 'xLabel'> {
  const [first, second] = dates;
  if (!first || !second) return { xLabel: 'test bar' };
  if (Number(second) - Number(first) >= HALF_DAY) return { x: dates };
  const day = (date: Date | undefined): string => date?.toISOString().slice(0, 10) ?? '';
  return { xLabel: `test bar, from ${day(first)} to ${day(dates.at(-1))}` };
}

export function forecastPlot({ outcome: { forecasts }, corrected, dates }: ReportInput): Plot {
  const price = (values: Float64Array): Float64Array => values.map((value) => 10 ** value);
  const [first] = Object.values(forecasts);
  return linePlot({
    title: 'Next close over the test bars', yFormat: 'usd', yLabel: 'dollars', yDomain: 'robust', ...placesOf(dates),
    series: [
      { name: 'actual', values: price(first?.test.actual ?? new Float64Array()), color: 'ink' },
      ...NETWORKS.flatMap((name) => (forecasts[name] ? [{ name: TITLES[name], values: price(forecasts[name].test.predicted) }] : [])),
      ...(corrected ? [{ name: `${TITLES.fusion}, corrected`, values: price(corrected.predicted) }] : []),
      { name: 'no-change', values: price(first?.test.previous ?? new Float64Array()), color: 'muted' },
    ],
  });
}

export function trainingPlots({ outcome: { curves, bestEpoch, forecasts } }: ReportInput): Record<string, Plot> {
  const still: Reference | undefined = forecasts.fusion && { axis: 'y', value: score(forecasts.fusion.validation).log10.noChange.rmse, label: 'no-change, validation' };
  const epochs = Array.from(curves.loss ?? [], (_, i) => i + 1);
  const plot = (title: string, yLabel: string, names: Readonly<Record<string, string>>, { log = false, level }: { log?: boolean; level?: Reference } = {}): Plot => linePlot({
    title, x: epochs, xLabel: 'epoch', yLabel, yScale: log ? 'log' : 'linear', references: [{ axis: 'x', value: bestEpoch, label: 'kept' }, ...(level ? [level] : [])],
    series: Object.entries(names).map(([key, name]) => ({ name, values: curves[key] ?? [] })),
  });
  return {
    training: plot('While the CNN-LSTM trains', 'RMSE, log10 of the price', { rmse: 'training', val_rmse: 'validation' }, { log: true, level: still }),
    amplitude: plot('How much the forecast moves', 'std(forecast) / std(target), validation bars', { amplitude: 'validation' }, { level: { axis: 'y', value: 1, label: 'as much as the price' } }),
    attention: plot('How much of the map lies on candles', 'mean on candles / mean', { onCandles: 'on candles' }, { level: { axis: 'y', value: 1, label: 'takes no notice of them' } }),
    strength: plot('Strongest value of a heat map', 'log10 of the price', { strength: 'strength' }, { log: true }),
  };
}

function correctionTable({ corrections }: Outcome): TableBlock {
  const effects = NETWORKS.flatMap((name) => (corrections[name] ?? []).map((effect) => ({ name, effect })));
  return {
    kind: 'table', caption: 'The published correction: RMSE in log10 before and after', rowHeading: 'Network',
    columns: [
      { name: 'Fitted on', words: true }, { name: 'Applied to', words: true }, { name: 'Shift', format: small }, { name: 'Before', format: small },
      { name: 'After', format: small }, { name: 'No-change', format: small },
    ],
    rows: effects.map(({ name, effect: { fittedOn, appliedTo, correction, before, after, leak } }) => ({
      name: TITLES[name],
      values: [leak ? `${fittedOn} (as published: it sees what it corrects)` : fittedOn, appliedTo, correction.shift, before.log10.rmse, after.log10.rmse, before.log10.noChange.rmse],
    })),
  };
}

function alertTable(name: string, tallies: readonly AlertTally[]): TableBlock {
  return {
    kind: 'table', caption: `Alerts over the test bars, ${name}`, rowHeading: 'Threshold',
    columns: [{ name: 'Alerts' }, { name: 'Right' }, { name: 'Moves of that size' }],
    rows: tallies.map(({ threshold, alerts, hits, moves }) => ({ name: `${threshold} %`, values: [alerts, hits, moves] })),
  };
}

export function reportSections(input: ReportInput): ReportSection[] {
  const { outcome, alerts, pictures, summary, seconds } = input;
  const trained = Object.entries(seconds).map(([name, value]) => [TITLES[name as NetworkName], `${value.toFixed(0)} s`] as const);
  return [
    { heading: 'Scores', blocks: [scoreTable(input), { kind: 'figure', plot: forecastPlot(input), caption: 'A forecast that only repeats the last close would lie one bar behind the truth.' }] },
    { heading: 'Correction', blocks: [correctionTable(outcome)] },
    ...(alerts ? [{
      heading: 'Alerts', blocks: [
        { kind: 'text' as const, text: 'An alert is right when the next close moved at least as far as the threshold, in the direction foretold.' },
        alertTable('forecasts as they are', alerts.raw), alertTable('with the correction of the validation block', alerts.corrected),
        ...(pictures.notified.images.length > 0 ? [{
          kind: 'images' as const, images: pictures.notified.images, scale: mapScale(pictures.notified.strongest),
          caption: 'The strongest alerts with what the picture did to the forecast: red raised it, blue lowered it, what is clear did neither. One scale for all.',
        }] : []),
      ],
    }] : []),
    ...(outcome.forecasts.fusion ? [{
      heading: 'Training and what the maps look at', blocks: [
        ...Object.values(trainingPlots(input)).map((plot) => ({ kind: 'figure' as const, plot })),
        ...(pictures.epochs.images.length > 0 ? [{
          kind: 'images' as const, images: pictures.epochs.images, scale: mapScale(pictures.epochs.strongest),
          caption: 'One validation bar, by epoch: where the picture raises the forecast (Grad-CAM keeps no more than that). One scale for all.',
        }] : []),
        { kind: 'facts' as const, facts: trained },
      ],
    }] : []),
    { heading: 'Network', blocks: [{ kind: 'preformatted', text: summary }] },
  ];
}
