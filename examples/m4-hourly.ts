/**
 * M4 Hourly (Makridakis, Spiliotis & Assimakopoulos 2020): 414 series, 48 hours ahead, by one network for all of them, through `Forecaster` alone.
 *
 *   npm run example m4-hourly -- --train M4_hourly_train.csv --test M4_hourly_test.csv [--full]
 *
 * Both files are the competition's (Mcompetitions/M4-methods, Dataset/Hourly-train.csv and Hourly-test.csv). Settings were chosen on the last 48 hours of the training part.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { formatDuration } from 'bptt';
import { threads } from 'bptt/node';
import { BACKENDS } from './support/backends.js';
import { studyJournal } from './support/journal.js';
import type { Resumed } from './support/journal.js';
import { UsageError, choice, flag, optionHelp, parseOptions, text, wholeNumber } from '../src/cli/options.js';
import { makeFolder, writeOutput } from '../src/cli/output.js';
import { runCli } from '../src/cli/runCli.js';
import { print, printFacts, printHeading, printParagraph, printTable } from '../src/cli/terminal.js';
import { count } from '../src/cli/wording.js';
import { runHourly } from './m4-hourly/run.js';
import { HEAD, cellsOf, hourlyReport, seriesPlot } from './m4-hourly/report.js';
import { NAMES, planOf } from './m4-hourly/settings.js';

const OPTIONS = {
  train: text('FILE', 'the training part: a header, then a series a row'),
  test: text('FILE', 'the 48 hours that followed, in the same form'),
  full: flag('all members at their full length, ten minutes on two idle cores; without it, a small run of a minute or two'),
  seed: wholeNumber('of everything random', { fallback: 42, least: 0, most: Number.MAX_SAFE_INTEGER }),
  backend: choice(BACKENDS, 'what computes', 'wasm'),
  workers: wholeNumber('threads that train at the same time', { fallback: availableParallelism(), least: 1, most: 1024 }),
  out: text('DIR', 'where report.html, results.json, series.svg and the trained members go', 'out/m4-hourly'),
};

await runCli('m4-hourly', async (signal) => {
  const options = parseOptions(OPTIONS, process.argv.slice(2));
  if (options === 'help') {
    print('npm run example m4-hourly [-- OPTIONS]', '', 'Needs --train and --test.', '', optionHelp(OPTIONS));
    return;
  }
  const { train, test, full, seed, backend, workers, out } = options;
  if (train === undefined || test === undefined) throw new UsageError('--train and --test are needed: the hourly files of the M4 competition, from the repository Mcompetitions/M4-methods.');
  await makeFolder(out);
  if (!full) printParagraph('A quick run: fewer members, trained for less. --full runs all of it.');
  const runner = threads({ worker: new URL('./m4-hourly/member.js', import.meta.url), workers });
  const { version } = createRequire(import.meta.url)('bptt/package.json') as { version: string };
  const started = performance.now();
  const plan = planOf(full);
  const resumed: Resumed = { trials: 0, seconds: 0 };
  const identity = { version, seed, backend, full, train: createHash('sha256').update(await readFile(train).catch(() => '')).digest('hex') };
  try {
    const { block, scores, validation, ensembles, headline, met } = await runHourly({ train, test, plan, runner, out, seed, backend, progress: process.stderr, signal,
      journal: (name) => studyJournal(join(out, 'trials'), name, identity, resumed),
    });
    const [cpu] = cpus();
    const facts = [
      ['size', full ? 'full' : 'quick'], ['members', `${plan.recurrent.length} of each kind`], ['seed', String(seed)], ['workers', String(workers)],
      ...Object.entries(ensembles).map(([name, { seconds }]) => [`trained, ${NAMES[name] ?? name}`, formatDuration(seconds)] as const),
      ['all', formatDuration((performance.now() - started) / 1000)],
      ...(resumed.trials > 0 ? [['resumed', `${count(resumed.trials, 'training')} of an earlier run, ${formatDuration(resumed.seconds)} of work`] as const] : []), ['node.js', process.version], ['machine', `${count(availableParallelism(), 'core')}, ${cpu?.model ?? 'unknown processor'}`],
    ] as const;
    const report = resolve(out, 'report.html');
    await writeOutput(report, hourlyReport({ headline, met, test: scores, validation, block, forecast: ensembles.recurrent.forecast, facts, settings: plan }));
    await writeOutput(join(out, 'series.svg'), `${seriesPlot(block, ensembles.recurrent.forecast, 6).svg}\n`);
    await writeOutput(join(out, 'results.json'), `${JSON.stringify({ facts: Object.fromEntries(facts), settings: plan, headline, test: scores, validation, memberSeconds: ensembles.recurrent.memberSeconds }, null, 1)}\n`);
    printHeading('Test');
    printTable(['', ...HEAD], scores.map((score) => [NAMES[score.model] ?? score.model, ...cellsOf(score)]));
    printHeading('Validation');
    printTable(['', ...HEAD], validation.map((score) => [NAMES[score.model] ?? score.model, ...cellsOf(score)]));
    printHeading('Result');
    printParagraph(headline);
    printFacts([['report', pathToFileURL(report).href], ...facts]);
  } finally {
    await runner.close();
  }
}, 'finished trainings are kept: the same command goes on');
