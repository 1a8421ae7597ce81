/**
 * What the studies share: the command line, the folder they write, the journals that let a killed run go on, the report
 * and the figures behind it.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { formatDuration } from 'bptt';
import type { TextStream } from 'bptt';
import type { Plot, ReportSection } from 'bptt/charts';
import type { TrialJournal } from 'bptt/forecast';
import { BACKENDS } from './backends.js';
import { printClaims } from './claims.js';
import type { Claim } from './claims.js';
import { runCli } from '../../src/cli/runCli.js';
import { studyJournal } from './journal.js';
import type { Resumed } from './journal.js';
import { UsageError, choice, flag, optionHelp, parseOptions, text, wholeNumber } from '../../src/cli/options.js';
import type { Options, Values } from '../../src/cli/options.js';
import { makeFolder, writeOutput } from '../../src/cli/output.js';
import { READING, csvOptionsOf } from '../../src/cli/reading.js';
import type { Reading } from '../../src/cli/reading.js';
import type { Source } from './source.js';
import { studyReport } from './studyReport.js';
import { print, printFacts, printHeading, printParagraph } from '../../src/cli/terminal.js';
import { count } from '../../src/cli/wording.js';

/** Options of every study. */
function commonOptions(name: string, csv: string, full: string) {
  return {
    quick: flag('a small run of about a minute, to see what comes out; the default'),
    full: flag(`the published size: ${full}`),
    csv: text('FILE', csv),
    seed: wholeNumber('of everything random; the same seed gives the same numbers, whatever the number of workers', { fallback: 42, least: 0, most: Number.MAX_SAFE_INTEGER }),
    backend: choice(BACKENDS, 'what computes; cpu64 is the plain TypeScript one in float64', 'wasm'),
    workers: wholeNumber('threads that train at the same time; by default one for each core', { fallback: availableParallelism(), least: 1, most: 1024 }),
    out: text('DIR', 'where report.html, results.json, the plots and the journals go', `out/${name}`),
    ...READING,
  };
}

export interface Study<O extends Options> {
  /** As in `npm run example NAME`. */
  readonly name: string;
  /** What it does, for --help; a few sentences. */
  readonly summary: string;
  /** Help of --csv: which file it takes instead of which. */
  readonly csv: string;
  /** Help of --full: what it runs, and how long that takes. */
  readonly full: string;
  /** Options of this study alone. */
  readonly options: O;
  run(context: StudyContext<O>): Promise<StudyResult>;
}

export interface StudyContext<O extends Options> {
  readonly options: Values<ReturnType<typeof commonOptions>> & Values<O>;
  /** How the file is read. */
  readonly reading: Reading;
  /** The published size; else the quick one. */
  readonly full: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Where progress goes. */
  readonly progress: TextStream;
  /** Keeps finished trials of one search or backtest; `name` tells it from others of the study. */
  readonly journal: (name: string) => TrialJournal;
}

export interface StudyResult {
  readonly title: string;
  /** The first thing the reader sees. Where no-change wins, its first sentence says so. */
  readonly headline: string;
  /** The headline is bad news for the published system. */
  readonly warning: boolean;
  readonly sections: readonly ReportSection[];
  readonly claims: readonly Claim[];
  /** What the numbers came from; absent where they were made up. */
  readonly source?: Source;
  /** What really ran: `wasm simd float32`. */
  readonly backend: string;
  /** All that was fixed before the run, apart from the options. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** All figures, for results.json. Typed arrays are written as arrays, what is not finite as null. */
  readonly figures: object;
  /** Plots that are also written as DIR/NAME.svg. */
  readonly plots?: Readonly<Record<string, Plot>>;
}

/** Runs a study from the command line, and sets the exit code. */
export async function runStudy<O extends Options>(study: Study<O>): Promise<void> {
  await runCli(study.name, (signal) => main(study, process.argv.slice(2), signal), 'finished trials are kept: the same command goes on');
}

async function main<O extends Options>(study: Study<O>, args: readonly string[], signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const { name, summary } = study;
  const table = { ...commonOptions(name, study.csv, study.full), ...study.options };
  const options = parseOptions<typeof table>(table, args);
  if (options === 'help') {
    print(`npm run example ${name} [-- OPTIONS]`, '');
    printParagraph(summary);
    print('', optionHelp(table));
    return;
  }
  const { quick, full, out, seed, workers, csv } = options as Values<ReturnType<typeof commonOptions>>;
  if (quick && full) throw new UsageError('--quick and --full exclude each other.');
  await makeFolder(out);
  if (!full) printParagraph(`A quick run: smaller than published. --full runs ${study.full}.`);

  const { version } = createRequire(import.meta.url)('bptt/package.json') as { version: string };
  const resumed: Resumed = { trials: 0, seconds: 0 };
  // Whatever may change a trial; where the files lie and how many threads there are does not.
  const identity = { ...options, version, out: undefined, workers: undefined, quick: undefined, csv: await contentOf(csv) };
  const result = await study.run({
    options, reading: csvOptionsOf(options), full, signal, progress: process.stderr,
    journal: (part) => studyJournal(join(out, 'trials'), part, identity, resumed),
  });
  signal.throwIfAborted();

  const seconds = (performance.now() - started) / 1000;
  const machine = `${count(availableParallelism(), 'core')}, ${cpus()[0]?.model ?? 'unknown processor'}`;
  const facts = {
    size: full ? 'full, as published' : 'quick: smaller than published', command: ['npm run example', name, ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    seed, backend: result.backend, workers, 'wall-clock': formatDuration(seconds),
    ...(resumed.trials > 0 ? { resumed: `${count(resumed.trials, 'trial')} of an earlier run, ${formatDuration(resumed.seconds)} of work` } : {}),
    'bptt': version, 'node.js': process.version, machine,
  };
  const report = resolve(out, 'report.html');
  await writeOutput(report, studyReport(result, full, Object.entries(facts)));
  const data = result.source && await describeSource(result.source);
  await writeOutput(join(out, 'results.json'), toJson({
    study: name, full, run: { ...facts, wallClockSeconds: seconds, resumed, workers }, data, options, settings: result.settings,
    headline: result.headline, claims: result.claims, figures: result.figures,
  }));
  for (const [file, plot] of Object.entries(result.plots ?? {})) await writeOutput(join(out, `${file}.svg`), `${plot.svg}\n`);

  printHeading('Result');
  printParagraph(result.headline);
  printClaims(result.claims);
  printFacts([['report', pathToFileURL(report).href], ['figures', join(out, 'results.json')], ['time', [facts['wall-clock'], facts.resumed].filter(Boolean).join(', after ')]]);
}

/** A hash of a file; undefined without one. What cannot be read is the study's to complain about. */
async function contentOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return createHash('sha256').update(await readFile(path).catch(() => '')).digest('hex');
}

/** The file, so that nobody has to guess which one it was. */
async function describeSource({ name, path, target, table: { dates, rows } }: Source): Promise<object> {
  return { source: name, sha256: await contentOf(path), rows, first: dates[0] ?? 0, last: dates.at(-1) ?? rows - 1, target };
}

/** Arrays of numbers on one line each. */
function toJson(value: object): string {
  const plain = (_: string, entry: unknown): unknown => (ArrayBuffer.isView(entry) && !(entry instanceof DataView) ? Array.from(entry as Float64Array) : entry);
  return `${JSON.stringify(value, plain, 1).replace(/\[\n([-+\d.eE,\snul]*)\]/g, (_, numbers: string) => `[${numbers.trim().replace(/\s+/g, ' ')}]`)}\n`;
}
