/** A forecaster: columns, scalers, network and intervals as one object. */
import { checkOptions, requireCount, requireNumber } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, StateError } from '../../errors.js';
import type { JsonObject } from '../../json.js';
import type { Loss } from '../../losses/losses.js';
import type { LoadOptions } from '../../models/load.js';
import type { Model } from '../../models/model.js';
import type { Panel } from '../series/panel.js';
import { readTable } from '../series/table.js';
import type { Table } from '../series/table.js';
import { settleBacktest } from './backtest.js';
import type { ForecasterBacktest, ForecasterBacktestOptions } from './backtest.js';
import type { BlockName } from './blocks.js';
import { settleFit } from './fitOptions.js';
import type { ForecasterFitOptions } from './fitOptions.js';
import { rowColumns, settle, specOf } from './plan.js';
import type { ForecasterOptions, Plan } from './plan.js';
import type { BlockForecasts, Forecast } from './results.js';
import type * as Running from './running.js';
import type { ForecasterFit, Material } from './running.js';
import { knowledgeFromJson, knowledgeJson } from './state.js';
import type { Knowledge } from './state.js';

export interface ForecastOptions {
  /** Rows to forecast from, of series that were fitted or of others; by default those that were fitted, or saved with the forecaster. */
  readonly history?: Table | undefined;
  /** The coming rows of the `future` columns, `horizon` of them after the last row of each series. */
  readonly future?: Table | undefined;
  /** How many paths to draw, and to return; of a recursive network that says a distribution. 100 are drawn by default, and not returned. */
  readonly paths?: number | undefined;
  /** Of the paths; that of the forecaster by default. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const forecastNames: OptionNames<ForecastOptions> = { history: true, future: true, paths: true, seed: true, signal: 'signal' };

interface Fitted {
  readonly model: Model;
  readonly knowledge: Knowledge;
  /** Absent where the forecaster was loaded. */
  readonly material?: Material;
}

/** A network in a file is weights and layers: who built it, and with which loss, is not there. */
function loadedError(operation: string): StateError {
  return new StateError({ operation, argument: 'forecaster', expected: 'a new one, where it is to be fitted', actual: 'one that was loaded', hint: 'new Forecaster(loaded.plan) has the same options; a model, layers or a loss of your own go in beside them.' });
}

const running = (): Promise<typeof Running> => import('./running.js');

/**
 * From a table to forecasts with intervals, and into a file: `fit` learns scalers and network from the training rows, chooses the epoch and measures
 * the interval on the validation block; `forecast` says what comes after the last row, in the units and with the dates of the table.
 */
export class Forecaster {
  /** The options with their defaults. */
  readonly plan: Plan;
  private readonly builders: Pick<ForecasterOptions, 'model' | 'layers'>;
  private readonly loss: Loss | undefined;
  private fitted: Fitted | undefined;

  /** @throws ArgumentError for options that are wrong, or do not go together. */
  constructor(options: ForecasterOptions) {
    this.plan = settle(options);
    const { model, layers, loss } = options;
    this.builders = { model, layers };
    this.loss = loss;
  }

  /** The network. @throws StateError before `fit`. */
  get model(): Model {
    return this.requireFitted('model').model;
  }

  /**
   * Learns from a table, anew. The blocks of each series follow each other in time: training rows, of which scalers and network learn; validation; test; with
   * as many windows left out between them as the horizon demands.
   *
   * @throws StateError where the forecaster was loaded: `new Forecaster(loaded.plan)` is fitted instead; DataError for a table that does not have what is wanted; NotFiniteError where training blows up; the signal's reason when aborted.
   */
  async fit(table: Table, options: ForecasterFitOptions = {}): Promise<ForecasterFit> {
    const own = settleFit('Forecaster.fit', options, this.plan);
    const panel = this.read('Forecaster.fit', table);
    if (this.fitted && !this.fitted.material) throw loadedError('Forecaster.fit');
    own.signal?.throwIfAborted();
    const { prepareFit, runFit } = await running();
    const prepared = prepareFit(this.plan, this.builders, panel, own);
    const { model, material } = prepared;
    own.onStart?.({ model, blocks: material.splits });
    const { knowledge, report } = await runFit(this.plan, this.loss, prepared, own);
    this.fitted = { model, knowledge, material };
    return report;
  }

  /**
   * What comes after the last row of each series.
   * @throws StateError before `fit`; DataError for too few rows, or a coming row of a `future` column that is missing.
   */
  async forecast(options: ForecastOptions = {}): Promise<Forecast> {
    const operation = 'Forecaster.forecast';
    const { history, future, paths, seed = this.plan.seed, signal } = checkOptions(operation, options, forecastNames);
    if (paths !== undefined) requireCount(operation, 'paths', paths);
    requireNumber(operation, 'seed', seed, Number.isSafeInteger(seed), 'a whole number');
    const { model, knowledge } = this.requireFitted('forecast');
    const { plan } = this;
    if (future !== undefined && plan.future.length === 0) {
      throw new ArgumentError({ operation, argument: 'future', expected: 'left off: no column of the forecaster is known ahead', actual: 'given' });
    }
    const ask = {
      history: history === undefined ? knowledge.history : this.read(operation, history), offsets: history === undefined ? knowledge.offsets : new Map<string, number>(),
      future: future === undefined ? undefined : readTable(operation, future, { columns: plan.future, series: plan.series, dateColumn: plan.dateColumn, missing: 'refuse' }), paths, seed, signal,
    };
    const { forecastAhead } = await running();
    return forecastAhead(plan, model, knowledge, ask);
  }

  /** Forecasts of a block of the table that was fitted last. @throws StateError where the forecaster was loaded. */
  async forecastsOf(block: BlockName, options: { signal?: AbortSignal | undefined } = {}): Promise<BlockForecasts> {
    const { signal } = checkOptions('Forecaster.forecastsOf', options, { signal: 'signal' });
    const { model, knowledge, material } = this.requireFitted('forecastsOf');
    if (!material) throw new StateError({ operation: 'Forecaster.forecastsOf', argument: 'forecaster', expected: 'fitted', actual: 'one that was loaded, without the table it was fitted on' });
    const { forecastBlock } = await running();
    return forecastBlock(this.plan, model, knowledge, material, block, signal);
  }

  /**
   * Forecasts from past origins beside what came, as one long table, with no-change and other baselines on the same values.
   * @throws ArgumentError for an origin whose values were learned from; StateError before `fit`, unless it is given a table and fitted anew.
   */
  async backtest(options: ForecasterBacktestOptions = {}): Promise<ForecasterBacktest> {
    const operation = 'Forecaster.backtest';
    const own = settleBacktest(options);
    const fit = settleFit(`${operation}, fit`, { ...own.fit, signal: own.signal }, this.plan);
    const { plan } = this;
    const panel = own.table === undefined ? this.requireFitted('backtest').knowledge.history : this.read(operation, own.table);
    const fitted = own.refit === 'never' ? this.requireFitted('backtest') : undefined;
    if (!fitted && this.fitted && !this.fitted.material) throw loadedError(operation);
    own.signal?.throwIfAborted();
    const { backtestFitted, backtestRefitting } = await import('./backtesting.js');
    return fitted ? backtestFitted(plan, fitted, panel, own) : backtestRefitting(plan, this.builders, this.loss, panel, fit, own);
  }

  /** Columns, scalers as they were learned, interval, training range: all that is saved beside the network, but for the rows. */
  describe(): JsonObject {
    const { history: _, ...rest } = knowledgeJson(this.plan, this.requireFitted('describe').knowledge);
    return rest;
  }

  /** All of it as the bytes of one .safetensors file: the network's, as `loadModel` reads it too, with the rest in its metadata. */
  toBytes(): Uint8Array {
    return this.withMetadata().toBytes();
  }

  /** Writes {@link toBytes} to a file, all or nothing. Node only. */
  async save(path: string): Promise<void> {
    await this.withMetadata().save(path);
  }

  private withMetadata(): Model {
    const { model, knowledge } = this.requireFitted('save');
    model.metadata.forecaster = knowledgeJson(this.plan, knowledge);
    return model;
  }

  /**
   * A forecaster as it was saved; it forecasts the same to the last bit.
   * @param source a path (Node), or the bytes of a file.
   * @param options of `loadModel`: where it runs, makers of layers of one's own.
   * @throws FileFormatError for anything else.
   */
  static async load(source: string | ArrayBufferLike | ArrayBufferView, options: LoadOptions = {}): Promise<Forecaster> {
    const { loadModel, requireFitting } = await import('./loading.js');
    const model = await loadModel(source, options);
    const { plan, knowledge } = knowledgeFromJson(model.metadata.forecaster);
    const forecaster = new Forecaster(plan);
    forecaster.fitted = { model: requireFitting(specOf(plan), model), knowledge };
    return forecaster;
  }

  private read(operation: string, table: Table): Panel {
    const { plan } = this;
    return readTable(operation, table, { columns: [...rowColumns(plan), ...plan.static], series: plan.series, dateColumn: plan.dateColumn, missing: plan.missing });
  }

  private requireFitted(operation: string): Fitted {
    if (this.fitted) return this.fitted;
    throw new StateError({ operation: `Forecaster.${operation}`, argument: 'forecaster', expected: 'fitted', actual: 'one that has seen no data', hint: 'Call fit first, or load one that was saved.' });
  }
}
