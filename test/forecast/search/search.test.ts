import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, BackendError } from '../../../src/errors.js';
import { gridSearch, randomSearch } from '../../../src/forecast/search/search.js';
import type { TrialJournal } from '../../../src/forecast/search/journal.js';
import { fingerprint } from '../../../src/forecast/search/journal.js';
import { gridPoints, randomPoint } from '../../../src/forecast/search/space.js';
import { inProcess, runTrial, trialSeed } from '../../../src/forecast/search/trial.js';
import type { TrialProgram, TrialRecord, TrialRunner } from '../../../src/forecast/search/trial.js';
import { thrown } from '../support.js';

const space = { units: [4, 8, 16], rate: [0.1, 0.01] };

/** The objective is 3 − units / 8 + rate, and the seed's last bits far behind the comma. */
const program: TrialProgram = ({ seed, parameters }) => ({ loss: 3 - Number(parameters.units) / 8 + Number(parameters.rate), bits: seed % 97 });

/** Runs `lanes` trials at once and lets them finish in an order of their own. */
function scrambled(run: TrialProgram, lanes: number): TrialRunner {
  return {
    concurrency: lanes,
    async submit(task, signal) {
      await new Promise((resolve) => setTimeout(resolve, (task.index * 7) % 5));
      return runTrial(run, task, signal);
    },
    close: async () => undefined,
  };
}

/** A journal in memory that can be opened again. */
function notebook(): TrialJournal & { readonly records: TrialRecord[] } {
  const records: TrialRecord[] = [];
  return { records, open: async () => ({ run: 'notebook', records: [...records] }), append: async (record) => void records.push(record), close: async () => undefined };
}

const timeless = (trials: readonly TrialRecord[]): unknown => JSON.parse(JSON.stringify(trials.map((trial) => ({ ...trial, seconds: 0 }))));

test('a grid lists every combination, the last parameter fastest', () => {
  assert.equal(gridPoints(space), [
    { units: 4, rate: 0.1 }, { units: 4, rate: 0.01 }, { units: 8, rate: 0.1 }, { units: 8, rate: 0.01 }, { units: 16, rate: 0.1 }, { units: 16, rate: 0.01 },
  ]);
});

test('random points stay within their domains, fill them, and depend on seed and index alone', () => {
  const domains = { cell: ['lstm', 'gru'], units: { integer: [3, 6] }, drop: { uniform: [0.2, 0.4] }, rate: { logUniform: [1e-4, 1e-2] } } as const;
  const points = Array.from({ length: 400 }, (_, index) => randomPoint(domains, 5, index));
  const values = (key: string): number[] => points.map((point) => Number(point[key]));
  assert.equal([...new Set(points.map(({ cell }) => cell))].sort(), ['gru', 'lstm']);
  assert.equal([...new Set(values('units'))].sort(), [3, 4, 5, 6]);
  assert.ok(values('drop').every((v) => v >= 0.2 && v < 0.4));
  assert.ok(values('rate').every((v) => v >= 1e-4 && v < 1e-2));
  // Uniform in the logarithm: about half lies below the geometric mean.
  const low = values('rate').filter((v) => v < 1e-3).length;
  assert.ok(low > 150 && low < 250, String(low));
  assert.equal(randomPoint(domains, 5, 17), points[17]);
  assert.not.equal(randomPoint(domains, 6, 17), points[17]);
});

test('spaces that make no sense are refused', async () => {
  const runner = inProcess(program);
  assert.match((await thrown(ArgumentError, () => gridSearch({ space: { a: { uniform: [0, 1] } }, runner }))).message, /space\.a must be a list/);
  for (const domain of [[], { uniform: [2, 1] }, { logUniform: [0, 1] }, { integer: [0.5, 2] }] as const) {
    await thrown(ArgumentError, () => randomSearch({ space: { a: domain }, trials: 1, runner }));
  }
  await thrown(ArgumentError, () => gridSearch({ space: {}, runner }));
  await thrown(ArgumentError, () => randomSearch({ space, trials: 0, runner }));
});

test('records: parameters, a seed of its own, the result; the best is the lowest objective', async () => {
  const { trials, best } = await gridSearch({ space, runner: inProcess(program), seed: 9 });
  assert.equal(trials.map(({ index }) => index), [0, 1, 2, 3, 4, 5]);
  assert.equal(trials.map(({ parameters }) => parameters), gridPoints(space));
  assert.equal(trials.map(({ seed }) => seed), trials.map((_, index) => trialSeed(9, index)));
  assert.is(new Set(trials.map(({ seed }) => seed)).size, 6);
  assert.is(best?.index, 5);
  assert.is(best?.value, 3 - 2 + 0.01);
  assert.equal(best?.result, { loss: best?.value, bits: (best?.seed ?? 0) % 97 });
});

test('results do not depend on the order in which trials end', async () => {
  const options = { space: { units: { integer: [1, 99] }, rate: { uniform: [0, 1] } }, trials: 11, seed: 3 } as const;
  const alone = await randomSearch({ ...options, runner: inProcess(program) });
  const together = await randomSearch({ ...options, runner: scrambled(program, 4) });
  assert.equal(timeless(together.trials), timeless(alone.trials));
  const more = await randomSearch({ ...options, trials: 13, runner: inProcess(program) });
  assert.equal(timeless(more.trials.slice(0, 11)), timeless(alone.trials));
});

test('a trial that throws, or has no finite objective, is recorded with its reason, and the search goes on', async () => {
  const odd: TrialProgram = ({ index }, { report }) => {
    if (index === 0) throw new RangeError('too deep');
    if (index === 2) report(3, NaN);
    if (index === 4) report(4, 0.5);
    return index === 1 ? { loss: NaN } : index === 3 ? { other: 1 } : { loss: index };
  };
  const { trials, best } = await gridSearch({ space, runner: inProcess(odd) });
  assert.equal(trials.map(({ status }) => status), ['failed', 'failed', 'failed', 'failed', 'done', 'done']);
  assert.is(trials[0]?.reason, 'RangeError: too deep');
  assert.is(trials[1]?.reason, 'loss is NaN');
  assert.match(trials[2]?.reason ?? '', /the value of step 3 must be finite, got NaN/);
  assert.is(trials[3]?.reason, 'loss is missing');
  assert.equal(trials[4]?.reports, [[4, 0.5]]);
  assert.is(best?.index, 4);
});

test('a trial that ends before the rung is complete: it counts in the comparison and does not run again', async () => {
  const runs: number[] = [];
  const short: TrialProgram = ({ index, parameters }, { report }) => {
    runs.push(index);
    for (let step = 1; step <= Number(parameters.length); step++) report(step, index);
    return { loss: index };
  };
  const { trials } = await gridSearch({ space: { length: [1, 4, 4, 4] }, prune: { rule: 'halving', rungs: [3], factor: 2 }, runner: inProcess(short) });
  assert.equal(trials.map(({ rung, status }) => `${rung} ${status}`), ['0 done', '1 done', '0 pruned', '0 pruned']);
  assert.equal(runs, [0, 1, 2, 3, 1]);
});

/** Reports units-dependent values at steps 1 … 6; a trial with lower `units` is better at first, worse in the end. */
const curves: TrialProgram = ({ parameters }, { report }) => {
  const units = Number(parameters.units);
  for (let step = 1; step <= 6; step++) report(step, units + (step > 3 ? (10 - units) * 2 : 0));
  return { loss: 20 - units };
};

test('successive halving promotes by rung, and the same trials whatever the scheduling', async () => {
  const options = { space: { units: [5, 1, 4, 2, 3, 9, 7] }, prune: { rule: 'halving', rungs: [2, 5], factor: 2 } } as const;
  const steps: number[][] = [];
  const watched: TrialProgram = async (trial, tools) => {
    const seen: number[] = [];
    steps.push(seen);
    return curves(trial, { ...tools, report: (step, value) => { seen.push(step); tools.report(step, value); } });
  };
  const alone = await gridSearch({ ...options, runner: inProcess(watched) });
  // Rung at step 2: the best 4 of 7 are units 5, 1, 4, 2, 3 without 5. At step 5, 20 − units counts: 4 and 3 go on.
  assert.equal(alone.trials.map(({ rung, status }) => `${rung} ${status}`), ['0 pruned', '1 pruned', '2 done', '1 pruned', '2 done', '0 pruned', '0 pruned']);
  assert.equal(alone.best?.parameters, { units: 4 });
  assert.is(alone.trials[0]?.value, 5);
  assert.equal(steps.map((seen) => seen.length).sort(), [...new Array<number>(7).fill(2), ...new Array<number>(4).fill(5), 6, 6]);
  const together = await gridSearch({ ...options, runner: scrambled(curves, 3) });
  assert.equal(timeless(together.trials), timeless(alone.trials));
});

test('the median rule stops a trial whose best value is above the median of the finished ones', async () => {
  const values = [4, 6, 5, 5.5, 5, 4.5, 7];
  const steps: number[] = [];
  const flat: TrialProgram = ({ index, parameters }, { report }) => {
    for (let step = 1; step <= 3; step++) {
      steps[index] = step;
      // Only the best value so far counts: step 2 is bad in every trial.
      report(step, step === 2 ? 100 : Number(parameters.v));
    }
    return { loss: Number(parameters.v) };
  };
  const { trials } = await gridSearch({ space: { v: values }, runner: inProcess(flat), prune: { rule: 'median', after: 3, warmUp: 2 } });
  // Three finished, median 5: 5.5 stops at step 2, 5 itself does not. Then the median of 4, 4.5, 5, 5, 6 stops 7.
  assert.equal(trials.map(({ status }) => status), ['done', 'done', 'done', 'pruned', 'done', 'done', 'pruned']);
  assert.equal(steps, [3, 3, 3, 2, 3, 3, 2]);
  assert.is(trials[3]?.reason, '5.5 at step 2 is above the median 5');
  await thrown(ArgumentError, () => gridSearch({ space, runner: inProcess(flat), prune: { rule: 'median', after: 0 } }));
  await thrown(ArgumentError, () => gridSearch({ space, runner: inProcess(flat), prune: { rule: 'halving', rungs: [3, 2] } }));
});

test('a program that swallows the stop is pruned all the same, and its signal is aborted', async () => {
  let aborted = false;
  const stubborn: TrialProgram = (_, { report, signal }) => {
    for (let step = 0; step < 3; step++) {
      try {
        report(step, 1);
      } catch {
        aborted = signal.aborted;
      }
    }
    return { loss: -1 };
  };
  const { status, reports } = await runTrial(stubborn, { id: 'a', index: 0, seed: 0, parameters: {}, halt: { at: 1 } });
  assert.is(status, 'pruned');
  assert.ok(aborted);
  assert.equal(reports, [[0, 1], [1, 1]]);
});

test('after an abort the finished trials are kept, and the next run does only the others', async () => {
  for (const prune of [undefined, { rule: 'halving', rungs: [2, 4], factor: 2 } as const]) {
    const journal = notebook();
    const ran: string[] = [];
    const counted: TrialRunner = { ...inProcess(curves), submit: (task, signal) => { ran.push(task.id); return runTrial(curves, task, signal); } };
    const options = { space: { units: [3, 1, 2, 5, 4] }, prune, journal, runner: counted };
    const stop = new AbortController();
    const error = await thrown(Error, () => gridSearch({ ...options, signal: stop.signal, onTrial: () => { if (journal.records.length === 3) stop.abort(); } }));
    assert.is(error.name, 'AbortError');
    assert.is(journal.records.length, 3);
    const resumed = await gridSearch(options);
    const straight = await gridSearch({ ...options, journal: undefined, runner: inProcess(curves) });
    assert.equal(timeless(resumed.trials), timeless(straight.trials));
    assert.is(new Set(ran).size, ran.length, 'no trial ran twice');
    assert.is(ran.length, journal.records.length);
  }
});

test('a runner that cannot run trials ends the search, when the other lanes have ended', async () => {
  let running = 0;
  const broken: TrialRunner = {
    concurrency: 3,
    async submit({ index }, signal) {
      running++;
      try {
        await new Promise((resolve) => setTimeout(resolve, index === 1 ? 1 : 10));
        signal?.throwIfAborted();
        throw new BackendError({ operation: 'submit', argument: 'worker', expected: 'there', actual: 'gone' });
      } finally {
        running--;
      }
    },
    close: async () => undefined,
  };
  await thrown(BackendError, () => gridSearch({ space, runner: broken }));
  assert.is(running, 0);
});

test('progress: counts, the best, and no time left on the last line', async () => {
  const lines: string[] = [];
  const odd: TrialProgram = ({ index }) => ({ loss: index === 1 ? NaN : 10 - index });
  await gridSearch({ space, runner: inProcess(odd), progress: { write: (text: string) => lines.push(text) } });
  assert.is(lines.length, 6);
  assert.match(lines[2] ?? '', /^trial 3\/6 {2}1 failed {2}best 8\.000 \(trial 2\) {2}ETA \d/);
  assert.is(lines[5], 'trial 6/6  1 failed  best 5.000 (trial 5)\n');
});

test('progress on a terminal is one line, left at the end even of a search that is broken off', async () => {
  let text = '';
  const stop = new AbortController();
  const progress = { isTTY: true, columns: 30, write: (part: string) => { text += part; } };
  await thrown(Error, () => gridSearch({ space, runner: inProcess(program), progress, signal: stop.signal, onTrial: ({ index }) => { if (index === 1) stop.abort(); } }));
  const [, first = '', second = ''] = text.split('\r\u001b[K');
  assert.is(first, 'trial 1/6  best 2.600 (trial ');
  assert.match(second, /^trial 2\/6 .{19}\n$/);
});

test('a fingerprint ignores the order of keys, and nothing else', async () => {
  const base = await fingerprint({ a: 1, b: { c: [1, 2], d: null } });
  assert.is(await fingerprint({ b: { d: null, c: [1, 2] }, a: 1 }), base);
  assert.is.not(await fingerprint({ a: 1, b: { c: [2, 1], d: null } }), base);
  assert.match(base, /^[0-9a-f]{64}$/);
});

test.run();
