/** Trials that would never end: time limits and aborts in this process. Nothing is timed; a hang is the failure. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gridSearch } from '../../../src/forecast/search/search.js';
import { inProcess, runTrial } from '../../../src/forecast/search/trial.js';
import type { TrialProgram, TrialTask } from '../../../src/forecast/search/trial.js';
import { soon, thrown } from '../support.js';

const task: TrialTask = { id: 'a', index: 0, seed: 0, parameters: {}, timeout: 0.02 };
const never = (): Promise<never> => new Promise(() => undefined);
const busy = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

test('out of time: the trial has failed, says why, and the search goes on', async () => {
  const slow: TrialProgram = ({ index }) => (index === 1 ? never() : { loss: index });
  const { trials, best } = await soon(gridSearch({ space: { a: [1, 2, 3] }, runner: inProcess(slow), trialTimeout: 1 }));
  assert.equal(trials.map(({ status }) => status), ['done', 'failed', 'done']);
  assert.is(trials[1]?.reason, 'Overtime: not finished after 1 s (trialTimeout)');
  assert.is(best?.index, 0);
});

test('a trial that heeds its signal leaves in order, with what it had reported', async () => {
  let left = false;
  const orderly: TrialProgram = async (_, { report, signal }) => {
    report(1, 0.5);
    await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
    await new Promise((resolve) => setTimeout(resolve, 5));
    left = true;
    throw new Error('on my way out');
  };
  const outcome = await runTrial(orderly, task);
  assert.ok(left);
  assert.equal([outcome.status, outcome.reports], ['failed', [[1, 0.5]]]);
  assert.match(outcome.reason ?? '', /Overtime/);
});

test('a trial that never waits is judged at its next report, or when it returns', async () => {
  let reports = 0;
  const reporting: TrialProgram = (_, { report }) => {
    for (let step = 0; step < 100; step++) {
      busy(10);
      report(step, 1);
      reports++;
    }
    return { loss: 1 };
  };
  assert.match((await runTrial(reporting, task)).reason ?? '', /Overtime/);
  assert.ok(reports < 100);
  const silent: TrialProgram = () => {
    busy(30);
    return { loss: 1 };
  };
  assert.match((await runTrial(silent, task)).reason ?? '', /Overtime/);
});

test('no limit is none, and a limit that is kept changes nothing', async () => {
  const waits: TrialProgram = async () => {
    await new Promise((resolve) => setTimeout(resolve, 40));
    return { loss: 1 };
  };
  for (const timeout of [undefined, 30]) assert.is((await runTrial(waits, { ...task, timeout })).status, 'done');
});

test('an abort ends trials that do not heed it; the next search starts', async () => {
  const stop = new AbortController();
  const options = { space: { a: [1, 2] }, runner: inProcess(({ parameters }) => (parameters.a === 1 ? never() : { loss: 1 })) };
  setTimeout(() => stop.abort(new Error('enough')), 5);
  assert.is((await soon(thrown(Error, () => gridSearch({ ...options, signal: stop.signal })))).message, 'enough');
  assert.is((await gridSearch({ ...options, space: { a: [2, 3] } })).trials.length, 2);
});

test.run();
