/** How long something will still take. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRemaining, durationOf } from '../../src/operation/remaining.js';

test('what is left follows from what was done since the first report, wherever that began', () => {
  let time = 0;
  const left = createRemaining(() => time);
  assert.is(left(0.5), undefined);
  time = 1000;
  assert.is(left(0.5), undefined);
  assert.is(left(0.75), 1000);
  time = 5000;
  assert.is(left(1), 0);
});

test('durations in two units', () => {
  assert.equal([20_000, 720_000, 19_200_000, 183_600_000].map(durationOf), ['less than a minute', '12 min', '5 h 20 min', '2 d 3 h']);
});

test.run();
