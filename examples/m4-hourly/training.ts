/** The members of an ensemble, trained on worker threads, and what they say together. */
import { join } from 'node:path';
import { randomStream } from 'bptt';
import type { TextStream } from 'bptt';
import { Forecaster, gridSearch } from 'bptt/forecast';
import type { ForecastRow, Panel, TrialJournal, TrialRunner } from 'bptt/forecast';
import type { BackendName } from '../support/backends.js';
import { averaged, conformalised, unitsOf } from './ensemble.js';
import type { Quantiles } from './ensemble.js';
import { before, valuesOf } from './panel.js';
import { HORIZON } from './settings.js';
import type { MemberSettings } from './settings.js';

export interface TrainingOptions {
  /** Of the ensemble: begins the names of its files. */
  readonly name: string;
  readonly members: readonly MemberSettings[];
  readonly runner: TrialRunner;
  /** The file that the threads read, and what it holds. */
  readonly train: string;
  readonly panel: Panel;
  readonly out: string;
  readonly seed: number;
  readonly backend: BackendName;
  /** Keeps finished trainings of one ensemble, by its name. */
  readonly journal: (name: string) => TrialJournal;
  readonly progress: TextStream;
  readonly signal: AbortSignal;
}

export interface Ensemble {
  /** Of the hours that follow the training part, by members trained on all of it; the outer quantiles conformalised. */
  readonly forecast: Quantiles;
  /** Of its last 48 hours, by members that were not trained on them; as they say it. */
  readonly validation: Quantiles;
  /** From the first training's start to the forecast; less where an earlier run had begun. */
  readonly seconds: number;
  /** Of each training alone. */
  readonly memberSeconds: readonly number[];
}

/** One training: of a member on all that is known, or without the last hours, to see what it says of them. */
export interface Job {
  readonly settings: MemberSettings;
  /** Where the trained member goes. */
  readonly path: string;
  /** Hours at the end of each series that it does not see. */
  readonly held: number;
  readonly seed: number;
}

/** Each member twice with one seed. */
function jobsOf({ name, members, out, seed }: TrainingOptions): Job[] {
  return members.flatMap((settings, index) => [HORIZON, 0].map((held) => ({
    settings, held, seed: randomStream(seed, name, index).next() >>> 0, path: join(out, `${name}-${index + 1}${held > 0 ? '-held' : ''}.safetensors`),
  })));
}

/** Seconds of each job. What an earlier run of the same plan had finished is taken from the journal. */
async function trainAll({ name, runner, train, backend, journal, progress, signal }: TrainingOptions, jobs: readonly Job[]): Promise<number[]> {
  const job = jobs.map((each) => ({ ...each, settings: { ...each.settings } }));
  const { trials } = await gridSearch({ space: { train: [train], backend: [backend], job }, runner, journal: journal(name), progress, signal });
  const failed = trials.find(({ status }) => status !== 'done');
  if (failed) throw new Error(`${name}, training ${failed.index + 1}: ${failed.reason ?? failed.status}`);
  return trials.map(({ seconds }) => seconds);
}

/** What the members say of the 48 hours after a panel, averaged. */
async function forecastOf(jobs: readonly Job[], history: Panel): Promise<Quantiles> {
  const said: (readonly ForecastRow[])[] = [];
  for (const { path } of jobs) said.push((await (await Forecaster.load(path)).forecast({ history })).rows);
  return averaged(said);
}

export async function trainEnsemble(options: TrainingOptions): Promise<Ensemble> {
  const started = performance.now();
  const { panel } = options;
  const jobs = jobsOf(options);
  const memberSeconds = await trainAll(options, jobs);
  const known = before(panel, HORIZON);
  const validation = await forecastOf(jobs.filter(({ held }) => held > 0), known);
  const actual = Float64Array.from([...valuesOf(panel).values()].flatMap((values) => Array.from(values.subarray(-HORIZON))));
  const forecast = conformalised(actual, validation, await forecastOf(jobs.filter(({ held }) => held === 0), panel), unitsOf(valuesOf(known).values()));
  return { forecast, validation, seconds: (performance.now() - started) / 1000, memberSeconds };
}
