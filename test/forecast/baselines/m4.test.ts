/** The baselines as the organisers of M4 ran them, on the 414 hourly series of the competition. */
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { standardBaselines } from '../../../src/forecast/baselines/standard.js';
import type { StandardBaseline } from '../../../src/forecast/baselines/standard.js';
import { smape } from '../../../src/forecast/evaluation/metrics.js';
import { mase, naiveError, owa } from '../../../src/forecast/evaluation/scaledMetrics.js';
import { mean } from '../../../src/statistics.js';

const folder = '../shared/data/';
/** The files lie beside the project where CI runs; elsewhere these tests say that they did not run. */
const found = existsSync(`${folder}M4_hourly_train.csv`);
if (!found) console.log(`not run: ${folder}M4_hourly_train.csv is absent`);

const read = (part: string): number[][] => (found ? readFileSync(`${folder}M4_hourly_${part}.csv`, 'utf8') : '').trim().split('\n').slice(1)
  .map((line) => line.split(',').slice(1).map((cell) => cell.replaceAll('"', '')).filter((cell) => /\d/.test(cell)).map(Number));
const [train, future] = [read('train'), read('test')];
const baselines = standardBaselines({ season: 24 });

/** Means over every `each`-th series. */
function scored(name: StandardBaseline, each = 1): { smape: number; mase: number } {
  const chosen = [...train.keys()].filter((i) => i % each === 0);
  const scores = chosen.map((i) => {
    const [history, actual] = [train[i] ?? [], future[i] ?? []];
    const forecast = baselines[name].fit(history).forecast(48);
    return { smape: smape(actual, forecast), mase: mase(actual, forecast, { naiveError: naiveError(history, 24) }) };
  });
  return { smape: mean(scores.map((s) => s.smape)), mase: mean(scores.map((s) => s.mase)) };
}

const printed = ({ smape: s, mase: m }: { smape: number; mase: number }): string => `${s.toFixed(3)} ${m.toFixed(3)}`;

test('414 series, as the competition published them', () => {
  if (!found) return;
  assert.equal([train.length, future.length, Math.min(...train.map((y) => y.length)), Math.max(...train.map((y) => y.length))], [414, 414, 700, 960]);
  assert.ok(future.every((y) => y.length === 48));
});

test('seasonal naive and Naive2 to the digits that were printed', () => {
  if (!found) return;
  assert.is(printed(scored('seasonal')), '13.912 1.193');
  const reference = scored('naive2');
  assert.is(printed(reference), '18.383 2.395');
  assert.is(owa(scored('seasonal'), reference).toFixed(3), '0.628');
});

test('Theta to the digits that were printed', () => {
  if (!found) return;
  assert.is(printed(scored('theta')), '18.138 2.455');
});

test.run();
