/** What a search takes: no option, domain or rule is guessed at, and all of it is read at once. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { gridSearch, randomSearch } from '../../../src/forecast/search/search.js';
import type { SearchOptions } from '../../../src/forecast/search/search.js';
import { inProcess } from '../../../src/forecast/search/trial.js';
import type { TrialProgram } from '../../../src/forecast/search/trial.js';
import { thrown } from '../support.js';

let runs = 0;
const program: TrialProgram = ({ parameters }) => {
  runs++;
  return { loss: Number(parameters.a) };
};
const runner = inProcess(program);

/** What a program without types may hand over. */
function untyped<T>(value: unknown): T {
  return value as T;
}

test('an unknown option is refused with the nearest name', async () => {
  for (const [extra, name] of [[{ objectiv: 'x' }, 'objective'], [{ pruning: {} }, 'prune'], [{ trial_timeout: 3 }, 'trialTimeout'], [{ onTrials: 1 }, 'onTrial']] as const) {
    const options: SearchOptions = { space: { a: [1] }, runner, ...extra };
    assert.match((await thrown(ArgumentError, () => gridSearch(options))).message, `Did you mean '${name}'?`);
    assert.match((await thrown(ArgumentError, () => randomSearch({ ...options, trials: 1 }))).message, `Did you mean '${name}'?`);
  }
  const options = { space: { a: [1] }, runner, trials: 5 };
  assert.match((await thrown(ArgumentError, () => gridSearch(options))).message, /option 'trials'/);
  await thrown(ArgumentError, () => gridSearch(untyped(undefined)));
});

test('a domain is a list, or bounds of exactly one known kind', async () => {
  for (const [domain, message] of [
    [{ min: 1, max: 3, log: true }, /one of \{ uniform: \[low, high\] \}/],
    [{ log_uniform: [1, 2] }, /Did you mean 'logUniform'/],
    [{ int: [1, 2] }, /Did you mean 'integer'/],
    [{ uniform: [0, 1], integer: [0, 1] }, /one of \{ uniform/],
    [{}, /a list of values, or one of/],
    [null, /a list of values/], ['abc', /a list of values/], [3, /a list of values/],
    [[], /at least one value/],
    [[1, NaN], /plain JSON/], [[undefined], /plain JSON/], [[new Date(0)], /plain JSON/], [[() => 1], /plain JSON/], [[{ deep: [Infinity] }], /plain JSON/],
    [{ uniform: [2, 1] }, /finite bounds \[low, high\], low at most high/],
    [{ uniform: [0, Infinity] }, /finite bounds/], [{ uniform: [NaN, 1] }, /finite bounds/], [{ uniform: [-1.7e308, 1.7e308] }, /finite bounds/],
    [{ uniform: [1] }, /finite bounds/], [{ uniform: [1, 2, 3] }, /finite bounds/], [{ uniform: ['1', '2'] }, /finite bounds/], [{ uniform: 3 }, /finite bounds/],
    [{ logUniform: [0, 1] }, /above 0/], [{ logUniform: [-1, 1] }, /above 0/], [{ logUniform: [1e-300, 1e300] }, /above 0/],
    [{ integer: [0.5, 2] }, /whole bounds/], [{ integer: [3, 2] }, /whole bounds/], [{ integer: [0, 2 ** 60] }, /whole bounds/],
  ] as const) {
    const error = await thrown(ArgumentError, () => randomSearch({ space: { rate: untyped(domain) }, trials: 2, runner }));
    assert.match(error.message, message, JSON.stringify(domain));
    assert.match(error.message, /space\.rate/);
  }
  for (const space of [{}, [], null, 'a']) await thrown(ArgumentError, () => gridSearch({ space: untyped(space), runner }));
});

test('rules of pruning, seeds, counts, limits and runners are checked before a trial runs', async () => {
  runs = 0;
  const base = { space: { a: [1] }, runner };
  for (const wrong of [
    { prune: { rule: 'mean' } }, { prune: {} }, { prune: 'median' }, { prune: { rule: 'median', warmup: 2 } }, { prune: { rule: 'median', warmUp: NaN } },
    { prune: { rule: 'median', after: 1.5 } }, { prune: { rule: 'median', rungs: [1] } }, { prune: { rule: 'halving', rungs: [1], after: 2 } },
    { prune: { rule: 'halving' } }, { prune: { rule: 'halving', rungs: [1, 1] } }, { prune: { rule: 'halving', rungs: [1], factor: Infinity } },
    { seed: 0.5 }, { seed: '3' }, { objective: 3 }, { runner: program }, { runner: undefined }, { runner: Promise.resolve(runner) },
    { trialTimeout: 0 }, { trialTimeout: -1 }, { trialTimeout: NaN }, { trialTimeout: Infinity }, { trialTimeout: 3e6 }, { trialTimeout: '5' },
  ]) {
    await thrown(ArgumentError, () => gridSearch(untyped({ ...base, ...wrong })));
    await thrown(ArgumentError, () => randomSearch(untyped({ ...base, trials: 1, ...wrong })));
  }
  for (const trials of [0, 1.5, NaN, '3', undefined]) await thrown(ArgumentError, () => randomSearch(untyped({ ...base, trials })));
  assert.throws(() => inProcess(untyped(undefined)), (error: unknown) => error instanceof ArgumentError);
  assert.is(runs, 0);
});

test('the caller may change everything as soon as the call is made', async () => {
  const space = { a: [{ v: 1 }, { v: 2 }], b: [0] };
  const prune = { rule: 'halving' as const, rungs: [1], factor: 2 };
  const plain: TrialProgram = ({ parameters }, { report }) => {
    report(1, 1);
    return { loss: (parameters.a as { v: number }).v };
  };
  const options = { space, prune, runner: inProcess(plain), seed: 1 };
  const running = gridSearch(options);
  Object.assign(space.a[0] ?? {}, { v: 99 });
  space.b.push(7);
  prune.rungs[0] = 50;
  Object.assign(options, { seed: 5, runner: undefined });
  const { trials, best } = await running;
  assert.equal(trials.map(({ parameters }) => parameters), [{ a: { v: 1 }, b: 0 }, { a: { v: 2 }, b: 0 }]);
  assert.equal([best?.value, best?.rung], [1, 1]);
});

test('what a trial does to its parameters is not what is recorded', async () => {
  const greedy: TrialProgram = ({ parameters }) => {
    Object.assign(parameters, { a: 'mine' });
    return { loss: 1 };
  };
  assert.equal((await gridSearch({ space: { a: [1] }, runner: inProcess(greedy) })).trials[0]?.parameters, { a: 1 });
});

test('of equal trials the first is the best, and rungs choose the first', async () => {
  const equal: TrialProgram = ({ index }, { report }) => {
    report(1, index < 1 ? 5 : 3);
    return { loss: index < 1 ? 5 : 3 };
  };
  const options = { space: { a: [1, 2, 3, 4] }, runner: inProcess(equal) };
  assert.is((await gridSearch(options)).best?.index, 1);
  const halved = await gridSearch({ ...options, prune: { rule: 'halving', rungs: [1], factor: 4 } });
  assert.equal(halved.trials.map(({ status }) => status), ['pruned', 'done', 'pruned', 'pruned']);
});

test('progress names the first of equal trials', async () => {
  let text = '';
  await gridSearch({ space: { a: [3, 3, 3] }, runner, progress: { write: (part: string) => { text += part; } } });
  assert.match(text, /trial 3\/3 {2}best 3\.000 \(trial 0\)\n$/);
});

test('only finished trials count in the median', async () => {
  // 1, 2, 3 finish; 9 and 8 are pruned. Were they counted, the median would be 3 and 2.5 would pass.
  const flat: TrialProgram = ({ parameters }, { report }) => {
    report(1, Number(parameters.a));
    return { loss: Number(parameters.a) };
  };
  const { trials } = await gridSearch({ space: { a: [1, 2, 3, 9, 8, 2.5] }, runner: inProcess(flat), prune: { rule: 'median', after: 3 } });
  assert.equal(trials.map(({ status }) => status), ['done', 'done', 'done', 'pruned', 'pruned', 'pruned']);
  assert.is(trials[5]?.reason, '2.5 at step 1 is above the median 2');
});

test.run();
