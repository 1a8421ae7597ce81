import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { haltRule, promoted } from '../../../src/forecast/search/pruning.js';
import type { TrialRecord } from '../../../src/forecast/search/trial.js';

test('a rung lets through as many as whole numbers say, for factors that binary cannot hold', () => {
  for (let tenths = 11; tenths <= 99; tenths++) {
    for (let entered = 1; entered <= 200; entered++) {
      assert.is(promoted({ rule: 'halving', rungs: [1], factor: tenths / 10 }, entered), Math.ceil((10 * entered) / tenths - 1e-6), `${entered} by ${tenths / 10}`);
    }
  }
});

test('the median of two bests of the largest numbers is between them', () => {
  const done = (value: number): TrialRecord => ({ index: 0, parameters: {}, seed: 0, status: 'done', value, reports: [[1, value]], rung: 0, seconds: 0 });
  assert.equal(haltRule({ rule: 'median', after: 2 }, undefined, [done(1.7e308), done(-1.7e308)]), { above: [[1, 0]] });
});

test.run();
