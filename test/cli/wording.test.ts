/** What a step is called, and what is said of one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gatherWarnings, stepUnit } from '../../src/cli/wording.js';
import type { ForecastWarning } from '../../src/forecast/evaluation/warning.js';
import { weekdays } from '../examples/support.js';

test('a step is named after the spacing of the dates', () => {
  assert.equal([stepUnit(weekdays(12)), stepUnit([]), stepUnit(['2024-01-01', '2024-02-01', '2024-03-01'])], ['trading day', 'row', 'month']);
  const hours = Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2024, 0, 1, i)).toISOString());
  const everySix = Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i))).filter((day) => day.getUTCDay() !== 0).map((day) => day.toISOString().slice(0, 10));
  assert.equal([stepUnit(hours), stepUnit(['2024-01-01', '2024-04-01', '2024-07-01']), stepUnit(['2022-01-01', '2023-01-01', '2024-01-01']), stepUnit(everySix)], ['hour', 'quarter', 'year', 'open day']);
});

test('warnings of steps are gathered, those of no step are not, and the same sentence stands once, others of a kind with their blocks', () => {
  const outside = (horizon: number): ForecastWarning => ({ kind: 'outside', horizon, figure: 1, message: `Outside, ${horizon}.` });
  const range = (column: string): ForecastWarning => ({ kind: 'range', horizon: 0, figure: 1, message: `Beyond the range of ${column}.` });
  const few: ForecastWarning = { kind: 'fewResiduals', horizon: 0, figure: 9, message: 'Few residuals.' };
  assert.equal(gatherWarnings(3, { Test: [range('a'), outside(1), range('b'), outside(2), few], Forecast: [few, outside(1), outside(2), outside(3)] }), [
    'Beyond the range of a.', 'Test: Outside, 1. The same holds 2 steps ahead.', 'Beyond the range of b.', 'Few residuals.', 'Forecast: Outside, 1. The same holds for all other steps.',
  ]);
});

test.run();
