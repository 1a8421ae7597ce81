/** A forecaster as an ONNX file: rows as they are in a table go in, forecasts in the table's units come out. */
import { ArgumentError, listed, quoted } from '../../../../errors.js';
import { normalQuantile } from '../../../../distributions.js';
import { levelsOf } from '../../../../forecast/forecaster/heads.js';
import { intervalFromJson } from '../../../../forecast/forecaster/intervals.js';
import type { Interval } from '../../../../forecast/forecaster/intervals.js';
import { coverageOf, drawsPaths, knownColumns, lostRows, specOf } from '../../../../forecast/forecaster/plan.js';
import type { Plan } from '../../../../forecast/forecaster/plan.js';
import { learnedFromJson } from '../../../../forecast/forecaster/seriesData.js';
import type { Learned } from '../../../../forecast/forecaster/seriesData.js';
import type { ColumnScaler } from '../../../../forecast/forecaster/columnScaler.js';
import type { JsonObject } from '../../../../json.js';
import type { Network } from '../../../../models/graph/network.js';
import type { Weights } from '../../../../models/training/options.js';
import { Refusals } from '../../refusals.js';
import type { OnnxExport, OnnxPort } from '../../types.js';
import { graphOf, modelFile } from '../exporter.js';
import { GraphBuilder, int, toEnd } from '../graphBuilder.js';
import type { Opset } from '../graphBuilder.js';
import { NetworkWriter } from '../networkWriter.js';
import { WeightWriter } from '../weightWriter.js';
import { combined, fromWindow, rowsBack } from './chains.js';
import { prepared } from './inputs.js';
import type { Prepared } from './inputs.js';

interface Request {
  readonly opset: Opset;
  readonly half: boolean;
  readonly series: string | undefined;
  readonly calendar: 'refuse' | 'inputs';
}

/** @param described what `describe` of the forecaster says. @throws ConversionError, ArgumentError as exportOnnx. */
export function writeForecaster(plan: Plan, network: Network, weights: Weights, described: JsonObject, request: Request): OnnxExport {
  const refusals = new Refusals('exportOnnx');
  const learned = learnedFromJson(plan, described.learned);
  const { inputs = [] } = plan.calendar;
  const refuse = (place: string, reason: string): void => { refusals.add(place, 'Forecaster', reason); };
  if (inputs.length > 0 && request.calendar === 'refuse') refuse('calendar', `dates are no numbers of a graph: calendar: 'inputs' makes inputs of ${listed(knownColumns(plan).slice(plan.future.length))}`);
  if (drawsPaths(plan)) refuse('head', 'forecasts of several steps are the median of paths that are drawn at random');
  if (plan.head === 'studentT') refuse('head', "no operator says quantiles of Student's t");
  const scalers = scalersOf(plan, learned, request.series);
  const graph = new ForecastGraph(plan, network, weights, learned, scalers, intervalFromJson(plan, described.interval), request, refusals);
  return graph.export();
}

/** @throws ArgumentError where it is not said of which series. */
function scalersOf({ scaling }: Plan, { scalers, naiveErrors }: Learned, series: string | undefined): readonly ColumnScaler[] {
  const names = [...naiveErrors.keys()];
  const actual = series === undefined ? 'nothing' : quoted(series);
  if (series !== undefined && !names.includes(series)) throw new ArgumentError({ operation: 'exportOnnx', argument: 'series', expected: `one that was fitted: ${listed(names)}`, actual });
  const [only] = scalers.values();
  const found = scaling === 'pooled' || names.length === 1 ? only : scalers.get(series ?? '');
  if (found) return found;
  throw new ArgumentError({ operation: 'exportOnnx', argument: 'series', expected: `one of ${listed(names)}, whose scalers the graph is to have`, actual, hint: "With scaling 'series' each has scalers of its own." });
}

class ForecastGraph {
  private readonly b: GraphBuilder;
  private readonly weights: WeightWriter;
  private readonly writer: NetworkWriter;
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];

  constructor(
    private readonly plan: Plan, private readonly network: Network, weights: Weights, private readonly learned: Learned, private readonly scalers: readonly ColumnScaler[],
    private readonly interval: Interval | undefined, private readonly request: Request, private readonly refusals: Refusals,
  ) {
    this.b = new GraphBuilder(request.opset);
    this.weights = new WeightWriter(this.b, weights, request.half);
    this.writer = new NetworkWriter(network, this.b, this.weights, refusals);
  }

  export(): OnnxExport {
    const { b, plan, learned } = this;
    const { columns, futureColumns } = specOf(plan);
    const given = {
      history: this.input('history', [plan.window + lostRows(plan), columns.length], columns),
      future: futureColumns.length > 0 ? this.input('future', [plan.horizon, futureColumns.length], futureColumns) : '',
      static: plan.static.length > 0 ? this.input('static', [plan.static.length], plan.static) : '',
    };
    const unit = this.unit();
    for (const name of ['forecast', 'lower', 'upper', 'quantiles']) b.name(name);
    const rows = prepared(b, plan, this.scalers, learned.statics, given);
    const { middle, levels } = plan.strategy === 'recursive' ? this.recursive(rows) : this.sequence(rows);
    b.scope = '';
    const back = (z: string): string => rowsBack(b, this.target, fromWindow(b, z, rows.measure, this.target.window), rows.previous);
    const forecast = back(middle);
    const values = levels.map(back);
    this.output('forecast', forecast, [plan.horizon]);
    const bounds = this.bounds(forecast, values, unit);
    if (bounds) {
      this.output('lower', bounds.lower, [plan.horizon]);
      this.output('upper', bounds.upper, [plan.horizon]);
    }
    if (typeof plan.head === 'object') this.output('quantiles', b.concat(values.map((each) => b.unsqueeze(each, [2])), 2), [plan.horizon, plan.head.quantiles.length], plan.head.quantiles.map(String));
    if (this.writer.states.size > 0) this.refusals.add('model', 'Forecaster', 'a stateful layer, whose states the forecaster carries from one forecast to the next');
    this.refusals.throwIfAny('of what ONNX has operators for');
    const { inputs, outputs } = this;
    const bytes = modelFile(b, graphOf(b, inputs, outputs), new Map([['forecaster', JSON.stringify({ target: plan.target, horizon: plan.horizon, inputs: columnsOf(inputs) })]]));
    return { bytes, inputs, outputs, states: [], ...(this.weights.rounding ? { rounding: this.weights.rounding } : {}) };
  }

  private get target(): ColumnScaler {
    const [first] = this.scalers;
    if (first) return first;
    throw new Error('a forecaster has a target');
  }

  private input(name: string, shape: readonly number[], columns?: readonly string[]): string {
    this.inputs.push({ name: this.b.name(name), type: 'float64', shape: ['batch', ...shape], ...(columns && { columns: [...columns] }) });
    return name;
  }

  private output(name: string, value: string, shape: readonly number[], columns?: readonly string[]): void {
    this.b.named(name, value);
    this.outputs.push({ name, type: 'float64', shape: ['batch', ...shape], ...(columns && { columns: [...columns] }) });
  }

  /** [B, 1] or one number: what bounds are multiplied by; undefined where there is one series. */
  private unit(): string | undefined {
    const { b, learned: { naiveErrors }, request: { series }, interval } = this;
    if (naiveErrors.size < 2 || !interval) return undefined;
    return series === undefined ? b.unsqueeze(this.input('naive_error', []), [1]) : b.double(naiveErrors.get(series) ?? NaN);
  }

  /** What the network says, float32. @param statics [B, S]. */
  private outputsOf(window: readonly string[], future: readonly string[], statics: string | undefined): string {
    const { b, network } = this;
    const table = (columns: readonly string[]): string => b.cast(b.concat(columns.map((column) => b.unsqueeze(column, [2])), 2), 'float');
    const values = [table(window), ...(future.length > 0 ? [table(future)] : []), ...(statics === undefined ? [] : [b.cast(statics, 'float')])];
    const [output = ''] = this.writer.write(network.inputs.map(({ indices, shape }, i) => {
      const whole = indices !== undefined;
      return { name: whole ? b.cast(values[i] ?? '', 'int32') : values[i] ?? '', rank: shape.length + 1, whole, lengths: undefined };
    }));
    b.scope = '';
    return values.reduce((sum, value) => b.op('Add', [sum, this.nothing(value)]), output);
  }

  /**
   * Zeros [B, 1] or [B, 1, 1], NaN for a sample with a value that is not finite: an LSTM or GRU of onnxruntime answers such a value with numbers
   * (findings/onnxruntime-nan-in-recurrent.sh).
   * @param value [B, rows, columns] or [B, columns].
   */
  private nothing(value: string): string {
    const { b, plan: { head } } = this;
    const sum = b.reduce('Sum', b.op('Mul', [b.reshape(value, [0, -1]), b.float(0)]), [1], true);
    return head === 'point' ? sum : b.unsqueeze(sum, [2]);
  }

  /** Middle and levels of a head, [B, steps] of float64 each: forecast/forecaster/heads.ts. */
  private read(output: string): { middle: string; levels: readonly string[] } {
    const { b, plan: { head }, interval } = this;
    const wide = (x: string): string => b.cast(x, 'double');
    const entry = (x: string, at: number): string => b.op('Gather', [x, b.int(at)], { axis: int(2) });
    if (head === 'point') return { middle: wide(output), levels: [] };
    if (typeof head === 'object') {
      const { quantiles } = head;
      // Where quantiles cross they are put in order.
      const [sorted = ''] = b.node('TopK', [output, b.ints([quantiles.length])], { axis: int(-1), largest: int(0), sorted: int(1) }, 2);
      const levels = quantiles.map((_, i) => wide(entry(sorted, i)));
      return { middle: levels[quantiles.indexOf(0.5)] ?? '', levels };
    }
    const middle = wide(entry(output, 0));
    const scale = combined(b, 'Add', wide(b.op('Softplus', [entry(output, 1)])), 1e-3);
    const coverage = interval?.coverage ?? coverageOf(this.plan) ?? 0.9;
    return { middle, levels: levelsOf(head, coverage).map((level) => combined(b, 'Add', middle, combined(b, 'Mul', scale, normalQuantile(level)))) };
  }

  private sequence({ columns, static: statics }: Prepared): { middle: string; levels: readonly string[] } {
    const { b, plan } = this;
    const { middle, levels } = this.read(this.outputsOf(columns.map(({ window }) => window), columns.flatMap(({ ahead }) => ahead ?? []), statics));
    if (plan.relativeTo === undefined) return { middle, levels };
    // The last season of the window, again and again.
    const places = Array.from({ length: plan.horizon }, (_, k) => plan.window - plan.season + (k % plan.season));
    const base = b.op('Gather', [columns[0]?.window ?? '', b.ints(places)], { axis: int(1) });
    const shifted = (z: string): string => combined(b, 'Add', z, base);
    return { middle: shifted(middle), levels: levels.map(shifted) };
  }

  /** One step after the other, each fed with those before it. */
  private recursive({ columns, static: statics }: Prepared): { middle: string; levels: readonly string[] } {
    const { b, plan } = this;
    let windows = columns.map(({ window }) => window);
    const steps: string[] = [];
    let first: readonly string[] = [];
    for (let k = 0; k < plan.horizon; k++) {
      b.scope = '';
      const coming = columns.map(({ ahead }) => (ahead === undefined ? undefined : b.slice(ahead, 1, k, k + 1)));
      const { middle, levels } = this.read(this.outputsOf(windows, coming.flatMap((each) => each ?? []), statics));
      b.scope = '';
      const [target = ''] = windows;
      const base = plan.relativeTo === undefined ? undefined : b.slice(target, 1, plan.window - plan.season, plan.window - plan.season + 1);
      const shifted = (z: string): string => (base === undefined ? z : combined(b, 'Add', z, base));
      const value = shifted(middle);
      if (k === 0) first = levels.map(shifted);
      steps.push(value);
      windows = windows.map((window, j) => b.concat([b.slice(window, 1, 1, toEnd), j === 0 ? value : coming[j] ?? ''], 1));
    }
    return { middle: b.concat(steps, 1), levels: first };
  }

  /** forecast/forecaster/intervals.ts. */
  private bounds(forecast: string, levels: readonly string[], unit: string | undefined): { lower: string; upper: string } | undefined {
    const { b, interval, plan: { horizon } } = this;
    const [low = forecast, high = forecast] = [levels[0], levels.at(-1)];
    if (!interval) return levels.length > 0 ? { lower: low, upper: high } : undefined;
    const offsets = (list: Float64Array): string => {
      const own = b.double(Array.from(list), [1, horizon]);
      return unit === undefined ? own : combined(b, 'Mul', own, unit);
    };
    if (interval.kind === 'residuals') return { lower: combined(b, 'Add', forecast, offsets(interval.lower)), upper: combined(b, 'Add', forecast, offsets(interval.upper)) };
    const widening = offsets(interval.widening);
    const [lower, upper] = [combined(b, 'Sub', low, widening), combined(b, 'Add', high, widening)];
    const meet = combined(b, 'LessOrEqual', lower, upper);
    const middle = combined(b, 'Add', combined(b, 'Mul', low, 0.5), combined(b, 'Mul', high, 0.5));
    return { lower: b.op('Where', [meet, lower, middle]), upper: b.op('Where', [meet, upper, middle]) };
  }
}

function columnsOf(inputs: readonly OnnxPort[]): Record<string, readonly string[]> {
  return Object.fromEntries(inputs.flatMap(({ name, columns }) => (columns ? [[name, columns]] : [])));
}
