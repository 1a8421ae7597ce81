/** Outcomes and records come from outside: what does not fit is refused, and none can say it belongs to another trial. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, FileFormatError } from '../../../src/errors.js';
import type { TrialJournal } from '../../../src/forecast/search/journal.js';
import { gridSearch } from '../../../src/forecast/search/search.js';
import { inProcess, trialSeed } from '../../../src/forecast/search/trial.js';
import type { TrialOutcome, TrialRecord, TrialRunner } from '../../../src/forecast/search/trial.js';
import { thrown } from '../support.js';

const good: TrialOutcome = { status: 'done', value: 0.5, result: { loss: 0.5, other: [null, 'x'] }, reports: [[1, 2], [2, 0.5]], seconds: 0.1 };

/** A runner that answers what it likes. */
function answers(outcome: unknown): TrialRunner {
  return { concurrency: 1, submit: async () => outcome as TrialOutcome, close: async () => undefined };
}

/** What is wrong in an outcome, and how it is told. */
const WRONG: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ status: 'finished' }, /status must be done, pruned, failed, got "finished"/],
  [{ status: undefined }, /status/],
  [{ value: NaN }, /value must be a finite number, got NaN/],
  [{ value: '0.5' }, /value must be a finite number/],
  [{ value: null }, /value must be a finite number/],
  [{ value: 0.1 }, /result\.loss must be the value, 0\.1, got 0\.5/],
  [{ result: undefined }, /result must be plain JSON/],
  [{ result: { loss: 0.5, other: NaN } }, /result must be plain JSON/],
  [{ result: { loss: 0.5, other: new Date(0) } }, /result must be plain JSON/],
  [{ reason: 'none' }, /reason must be absent/],
  [{ status: 'failed' }, /value must be absent/],
  [{ status: 'failed', value: undefined }, /reason must be a text/],
  [{ status: 'pruned' }, /reason must be a text/],
  [{ status: 'pruned', reason: 'x', value: undefined }, /value must be a finite number/],
  [{ reports: undefined }, /reports must be a list/],
  [{ reports: [[1, NaN]] }, /reports must be pairs of finite numbers/],
  [{ reports: [[1]] }, /pairs/],
  [{ reports: [[1, 2, 3]] }, /pairs/],
  [{ reports: [{ 0: 1, 1: 2 }] }, /pairs/],
  [{ seconds: -1 }, /seconds must be a number of at least 0/],
  [{ seconds: '1' }, /seconds/],
];

const search = { space: { a: [1, 2] }, seed: 8 };

test('a whole outcome is taken as it is', async () => {
  const { trials } = await gridSearch({ ...search, runner: answers(good) });
  assert.equal(trials, [0, 1].map((index) => ({ ...good, index, rung: 0, seed: trialSeed(8, index), parameters: { a: index + 1 } })));
});

test('an outcome that is none ends the search, names the field, and is not recorded', async () => {
  const kept: TrialRecord[] = [];
  const journal: TrialJournal = { open: async () => ({ run: 'x', records: [] }), append: async (record) => void kept.push(record), close: async () => undefined };
  for (const [change, message] of WRONG) {
    assert.match((await thrown(DataError, () => gridSearch({ ...search, journal, runner: answers({ ...good, ...change }) }))).message, message, JSON.stringify(change));
  }
  for (const outcome of [undefined, null, 7, 'done', [good]]) await thrown(DataError, () => gridSearch({ ...search, journal, runner: answers(outcome) }));
  assert.equal(kept, []);
});

test('an outcome cannot say which trial it is', async () => {
  for (const theft of [{ index: 1 }, { seed: 3 }, { parameters: { a: 9 } }, { rung: 1 }, { anything: 1 }]) {
    const [name = ''] = Object.keys(theft);
    assert.match((await thrown(DataError, () => gridSearch({ ...search, runner: answers({ ...good, ...theft }) }))).message, `outcome of trial 0: ${name} must be absent`);
  }
});

test('records of a journal must be those of the plan: index, rung, seed, parameters, outcome', async () => {
  const record = (index: number): Record<string, unknown> => ({ ...good, index, rung: 0, seed: trialSeed(8, index), parameters: { a: index + 1 } });
  const resume = async (...records: Record<string, unknown>[]): Promise<number> => {
    let [ran, closed] = [0, 0];
    const journal: TrialJournal = { open: async () => ({ run: 'x', records: records as never }), append: async () => undefined, close: async () => void closed++ };
    const runner = inProcess(() => ({ loss: ran++ }));
    try {
      await gridSearch({ ...search, runner, journal });
      return ran;
    } finally {
      assert.is(closed, 1);
    }
  };
  assert.is(await resume(record(1)), 1);
  assert.is(await resume(record(1), record(0)), 0);
  for (const [change, message] of [
    [{ index: 2 }, /index must be below 2/], [{ index: '0' }, /index/], [{ rung: 1 }, /rung must be a whole number from 0 to 0/], [{ rung: -1 }, /rung/], [{ rung: undefined }, /rung/],
    [{ seed: 1 }, /seed must be that of trial 0/], [{ parameters: { a: 2 } }, /parameters must be those of trial 0/], [{ parameters: undefined }, /parameters/],
    [{ extra: 1 }, /extra must be absent/], ...WRONG,
  ] as const) {
    const error = await thrown(FileFormatError, () => resume(record(1), { ...record(0), ...change }));
    assert.match(error.message, message);
    assert.match(error.message, /record 2/);
  }
  assert.match((await thrown(FileFormatError, () => resume(record(0), record(0)))).message, /recorded twice/);
});

test.run();
