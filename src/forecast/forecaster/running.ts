/** What a forecaster fetches once it works: fitting, forecasting, and the network there is by default. */
import { ArgumentError, DataError } from '../../errors.js';
import type { Loss } from '../../losses/losses.js';
import type { Model } from '../../models/model.js';
import type { History } from '../../models/training/position.js';
import { fromHost } from '../../ndarrays.js';
import type { ForecastWarning } from '../evaluation/warning.js';
import { forecastWarnings } from '../evaluation/warnings.js';
import { inferSpacing } from '../series/calendar.js';
import type { Spacing } from '../series/spacing.js';
import type { Panel } from '../series/panel.js';
import type { Split } from '../windows/splits.js';
import { knownRows, samplesOf, splitSeries, trainingRows } from './blocks.js';
import type { BlockName, SampleList } from './blocks.js';
import { boundWarnings, noIntervalWarning, spacingWarnings, outsideWarnings, trainingRanges } from './rangeNotes.js';
import type { SettledFit } from './fitOptions.js';
import { lossOf } from './heads.js';
import { boundsOf, fittingCoverage, measureInterval } from './intervals.js';
import type { Interval } from './intervals.js';
import { buildNetwork } from './network.js';
import { coverageOf, drawsPaths, lostRows } from './plan.js';
import type { ForecasterOptions, Plan } from './plan.js';
import { predictSamples } from './predicting.js';
import type { PathOptions, Points } from './predicting.js';
import { actualOf, blockForecasts, tableRows, unitsOf } from './results.js';
import type { BlockForecasts, Forecast } from './results.js';
import { SampleReader } from './samples.js';
import type { Sample } from './samples.js';
import { learn, prepare } from './seriesData.js';
import type { SeriesData } from './seriesData.js';
import type { Knowledge } from './state.js';
import { trainNetwork } from './training.js';

/** Paths of each forecast, where nobody says how many. */
export const PATHS = 100;

/** The series that were fitted, and which of their windows are in which block. */
export interface Material {
  readonly series: readonly SeriesData[];
  readonly splits: ReadonlyMap<string, Split>;
}

export interface ForecasterFit {
  readonly history: History;
  /** Epoch whose weights were kept, counted from 1; undefined where there was nothing to choose by. */
  readonly bestEpoch: number | undefined;
  /** Windows of each block. */
  readonly samples: Readonly<Record<BlockName, number>>;
  readonly validation: BlockForecasts | undefined;
  readonly test: BlockForecasts | undefined;
  /** What the bounds rest on; undefined where there are none, or the network's own. */
  readonly interval: { readonly kind: Interval['kind']; readonly coverage: number; readonly count: number } | undefined;
  readonly warnings: readonly ForecastWarning[];
}

/** All that is fixed before training. */
export interface Prepared {
  readonly model: Model;
  readonly panel: Panel;
  readonly material: Material;
  readonly knowledge: Knowledge;
}

/** Of the longest series that has dates. */
export function spacingOf(plan: Plan, panel: Panel): Spacing | undefined {
  const [longest = []] = [...panel.values()].map(({ dates }) => dates).sort((a, b) => b.length - a.length);
  if (plan.calendar.spacing) return plan.calendar.spacing;
  return new Set(longest).size < 3 ? undefined : inferSpacing(longest);
}

/** Learns what scalers learn, and builds the network. */
export function prepareFit(plan: Plan, owner: Pick<ForecasterOptions, 'model' | 'layers'>, panel: Panel, options: SettledFit): Prepared {
  const operation = 'Forecaster.fit';
  const lost = lostRows(plan);
  const splits = splitSeries(operation, plan, new Map([...panel].map(([name, { rows }]) => [name, rows])), lost, options);
  const known = new Map([...splits].map(([name, split]) => [name, trainingRows(split, lost, plan)]));
  const learned = learn(plan, panel, known, spacingOf(plan, panel));
  const material = { series: prepare(operation, plan, learned, panel), splits };
  const dateAt = (name: string, row: number): string => panel.get(name)?.dates[row] ?? String(row);
  const ends = [...splits].map(([name, split]) => dateAt(name, knownRows(split, lost, plan) - 1));
  const trained = { from: [...splits].map(([name]) => dateAt(name, 0)).reduce((a, b) => (a < b ? a : b)), to: ends.reduce((a, b) => (a > b ? a : b)) };
  const knowledge = { learned, interval: undefined, ranges: trainingRanges(plan, panel, known), trained, history: panel, offsets: new Map<string, number>() };
  return { model: buildNetwork(new SampleReader(plan).spec, owner), panel, material, knowledge };
}

export async function runFit(plan: Plan, loss: Loss | undefined, prepared: Prepared, options: SettledFit): Promise<{ knowledge: Knowledge; report: ForecasterFit }> {
  const { model, panel, material } = prepared;
  const { signal } = options;
  const reader = new SampleReader(plan);
  const block = (name: BlockName): SampleList => samplesOf(material.series, material.splits, name, plan);
  const [train, validation, test] = [block('train'), block('validation'), block('test')];
  const { history, bestEpoch } = await trainNetwork(plan, model, reader, { train, validation }, options, lossOf(plan.head, loss));

  const several = material.series.length > 1;
  const coverage = fittingCoverage(plan, validation.length);
  const shown = coverage ?? coverageOf(plan) ?? 0.9;
  const forecast = (samples: SampleList): Promise<Points> => predictSamples({ plan, model, reader }, samples, shown, { count: PATHS, seed: plan.seed }, signal);
  const held = validation.length > 0 ? await forecast(validation) : undefined;
  const heldSamples = validation.all();
  const interval = held && coverage !== undefined ? measureInterval(plan, actualOf(plan, heldSamples), held, unitsOf(heldSamples, several), coverage) : undefined;
  const tested = test.length > 0 ? await forecast(test) : undefined;
  const blocks = {
    validation: held && blockForecasts(plan, validation, held, interval, several), test: tested && blockForecasts(plan, test, tested, interval, several),
  };
  const testSamples = test.all();
  const warnings = [
    ...(blocks.test ? scoreWarnings(blocks.test, blocks.validation, several) : []),
    ...(blocks.test ? outsideWarnings(plan, prepared.knowledge.ranges, testSamples, panel) : []),
    ...(tested ? boundWarnings(plan, tested, boundsOf(tested, interval, unitsOf(testSamples, several)), interval) : []),
    ...noIntervalWarning(plan, validation.length, interval),
  ];
  return {
    knowledge: { ...prepared.knowledge, interval },
    report: {
      history, bestEpoch, samples: { train: train.length, validation: validation.length, test: test.length }, ...blocks,
      interval: interval && { kind: interval.kind, coverage: interval.coverage, count: interval.count }, warnings,
    },
  };
}

/** Of consecutive forecasts, which those of several series are not. */
function scoreWarnings({ actual, predicted, previous }: BlockForecasts, validation: BlockForecasts | undefined, several: boolean): ForecastWarning[] {
  return several ? [] : forecastWarnings(actual, predicted, previous, { ...(validation && { validation: { actual: validation.actual, predicted: validation.predicted } }) });
}

export async function forecastBlock(plan: Plan, model: Model, { interval }: Knowledge, { series, splits }: Material, name: BlockName, signal?: AbortSignal): Promise<BlockForecasts> {
  const samples = samplesOf(series, splits, name, plan);
  const points = await predictSamples({ plan, model, reader: new SampleReader(plan) }, samples, interval?.coverage ?? coverageOf(plan) ?? 0.9, { count: PATHS, seed: plan.seed }, signal);
  return blockForecasts(plan, samples, points, interval, series.length > 1);
}

export interface Ask {
  readonly history: Panel;
  readonly offsets: ReadonlyMap<string, number>;
  readonly future: Panel | undefined;
  readonly paths: number | undefined;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** From the last row of each series on. */
export async function forecastAhead(plan: Plan, model: Model, { learned, interval, ranges }: Knowledge, ask: Ask): Promise<Forecast> {
  const operation = 'Forecaster.forecast';
  const { history, offsets, future, paths, seed, signal } = ask;
  if (paths !== undefined && !drawsPaths(plan)) {
    throw new ArgumentError({ operation, argument: 'paths', expected: "left off: only a network that says a distribution, step after step (strategy 'recursive'), draws them", actual: String(paths) });
  }
  const series = prepare(operation, plan, learned, history, { steps: plan.horizon, future }, offsets);
  const samples = series.map((own): Sample => {
    if (own.rows - own.first >= plan.window) return { series: own, origin: own.rows - 1 };
    throw new DataError({ operation, argument: own.name === '' ? 'history' : `history of series '${own.name}'`, expected: `at least ${plan.window + own.first} rows`, actual: String(own.rows) });
  });
  const several = learned.naiveErrors.size > 1;
  const drawing: PathOptions = { count: paths ?? PATHS, seed };
  const points = await predictSamples({ plan, model, reader: new SampleReader(plan) }, samples, interval?.coverage ?? coverageOf(plan) ?? 0.9, drawing, signal);
  const bounds = boundsOf(points, interval, unitsOf(samples, several));
  const { paths: drawn } = points;
  const size = drawing.count * plan.horizon;
  return {
    rows: tableRows(plan, samples, points, bounds),
    ...(paths !== undefined && drawn && { paths: new Map(series.map(({ name }, i) => [name, fromHost(drawn.slice(i * size, (i + 1) * size), [drawing.count, plan.horizon])])) }),
    warnings: [...spacingWarnings(learned.spacing, history), ...outsideWarnings(plan, ranges, samples, history), ...boundWarnings(plan, points, bounds, interval)],
  };
}
