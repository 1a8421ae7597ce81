/** One honest forecast from the command line: trained, scored on what was not seen, carried on after the last row. */
import type { Callback } from '../../callbacks/callback.js';
import { ProgressBar } from '../../callbacks/progressBar.js';
import type { TextStream } from '../../callbacks/progressBar.js';
import { Forecaster } from '../../forecast/forecaster/forecaster.js';
import type { FitStart, ForecasterFitOptions } from '../../forecast/forecaster/fitOptions.js';
import type { ForecasterOptions } from '../../forecast/forecaster/plan.js';
import type { ForecasterFit } from '../../forecast/forecaster/running.js';
import type { Forecast } from '../../forecast/forecaster/results.js';
import type { BlockName } from '../../forecast/forecaster/blocks.js';
import type { Table } from '../../forecast/series/table.js';
import type { Amounts } from '../amounts.js';
import { Interrupted } from '../runCli.js';
import { fixed, stepUnit } from '../wording.js';
import { learnedFrom, requireSeason } from './beforehand.js';
import { inCommandTerms } from './errors.js';
import type { Task } from './options.js';
import { scoreBlock, yardstick } from './scored.js';
import type { ScoredBlock, Yardstick } from './scored.js';
import { seriesAmounts } from './shown.js';
import type { Shown } from './shown.js';
import { judge } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Shares of the windows of each series. */
export const SHARES = { validation: 0.15, test: 0.15 } as const;

export interface Outcome extends Omit<Trained, 'blocks'> {
  readonly task: Task;
  readonly forecast: Forecast;
  /** In order of time; of several series the training block is left out. */
  readonly blocks: Readonly<Partial<Record<BlockName, ScoredBlock>>>;
  readonly test: ScoredBlock;
  readonly by: Yardstick;
  readonly verdict: Verdict;
  /** Of scores. */
  readonly amount: Amounts;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly batch: number;
  /** Where the model goes. Ctrl-C then keeps the best one; without it, nothing is kept. */
  readonly save?: string | undefined;
  readonly signal: AbortSignal;
  readonly progress: TextStream;
  /** Told what will be trained on what. */
  readonly onStart: (start: FitStart) => void;
}

export interface Trained {
  readonly forecaster: Forecaster;
  readonly fit: ForecasterFit;
  readonly blocks: FitStart['blocks'];
  /** Of training and of the forecasts that judge it. */
  readonly seconds: number;
}

/** Trains, and saves where that is asked for. @throws Interrupted after Ctrl-C. */
export async function train(task: Task, { epochs, batch, save, signal, progress, onStart }: TrainingOptions): Promise<Trained> {
  const { source, options } = task;
  const stopping: Callback = { name: 'Interrupt', onBatchEnd: (_batch, _logs, context) => { if (signal.aborted) context.stop('Ctrl-C'); } };
  let blocks: FitStart['blocks'] = new Map();
  const started = performance.now();
  const { forecaster, fit } = await inCommandTerms(source.path, () => fitted(options, source.panel, {
    ...SHARES, epochs, batchSize: batch, callbacks: [new ProgressBar({ stream: progress }), ...(save === undefined ? [] : [stopping])],
    onStart: (start) => {
      ({ blocks } = start);
      requireSeason(options.season ?? 1, learnedFrom(task, blocks));
      onStart(start);
    },
    // Training that is to be kept ends in good order; any other at once.
    ...(save === undefined && { signal }),
  }));
  if (save !== undefined && (fit.bestEpoch !== undefined || !signal.aborted)) await forecaster.save(save);
  if (save !== undefined && signal.aborted) throw new Interrupted(fit.bestEpoch === undefined ? 'no epoch had ended, and nothing was written' : `the best model so far, of epoch ${fit.bestEpoch}, is in ${save}`);
  return { forecaster, fit, blocks, seconds: (performance.now() - started) / 1000 };
}

async function fitted(options: ForecasterOptions, table: Table, settings: ForecasterFitOptions): Promise<Pick<Trained, 'forecaster' | 'fit'>> {
  const forecaster = new Forecaster(options);
  return { forecaster, fit: await forecaster.fit(table, settings) };
}

/** Scores what was trained, and forecasts what comes after the last row. */
export async function conclude(task: Task, trained: Trained, future: Table | undefined, signal: AbortSignal): Promise<Outcome> {
  const { source: { panel } } = task;
  const { forecaster, fit } = trained;
  const by = yardstick(panel, forecaster.plan, trained.blocks);
  const single = panel.size === 1;
  const score = async (name: BlockName): Promise<ScoredBlock> => scoreBlock((name === 'train' ? undefined : fit[name]) ?? await forecaster.forecastsOf(name, { signal }), by);
  const blocks = { ...(single && { train: await score('train') }), validation: await score('validation'), test: await score('test') };
  const forecast = await inCommandTerms(task.source.path, () => forecaster.forecast({ future, signal }));
  const amount = single ? shownOf({ task, forecast, fit, by }).amountOf([...panel.keys()][0] ?? '') : Object.assign((value: number) => fixed(value, 3), { money: false });
  return { task, ...trained, forecast, blocks, test: blocks.test, by, amount, verdict: judge(blocks.test, by, amount, unitOf({ task })) };
}

/** The forecast of an outcome; amounts are as precise as the naive error of the training rows. */
export function shownOf({ task: { source: { panel }, target }, forecast, fit, by }: Pick<Outcome, 'task' | 'forecast' | 'fit' | 'by'>): Shown {
  return { panel, target, forecast, coverage: fit.interval?.coverage, amountOf: (series) => seriesAmounts(target, (by.values.get(series) ?? new Float64Array()).subarray(0, by.training.get(series))) };
}

/** What the interval rests on, as a sentence after another; nothing where there is none. */
export function intervalText({ fit: { interval }, by }: Pick<Outcome, 'fit' | 'by'>): string {
  if (!interval) return '';
  if (interval.kind === 'quantiles') return ` The interval lies between the outer quantiles, corrected by ${interval.count} validation forecasts, each distance on its own.`;
  return ` The interval is made of ${interval.count} validation residuals of that strategy${by.units.size > 1 ? ', in naive errors of each series' : ''}, each distance on its own.`;
}

/** What one step ahead is called. */
export function unitOf({ task: { source: { panel } } }: { readonly task: Pick<Task, 'source'> }): string {
  const [table] = panel.values();
  return stepUnit(table?.dates ?? []);
}
