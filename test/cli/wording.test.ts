/** What a step is called, and what is said of one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stepUnit } from '../../src/cli/wording.js';
import { weekdays } from '../examples/support.js';

test('a step is named after the spacing of the dates', () => {
  assert.equal([stepUnit(weekdays(12)), stepUnit([]), stepUnit(['2024-01-01', '2024-02-01', '2024-03-01'])], ['trading day', 'row', 'month']);
});

test.run();
