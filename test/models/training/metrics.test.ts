import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { resolveLoss } from '../../../src/losses/losses.js';
import { resolveMetric } from '../../../src/models/training/metrics.js';
import { exactR2 } from '../../support/exact.js';
import { CONSTANTS, centredPair, offsets, relative, scales } from '../../support/numbers.js';
import { forAll } from '../../support/property.js';

const metric = await resolveMetric('r2', { logits: false, width: 1, loss: resolveLoss('mse') }).load();

/** R² over rows of `width` numbers; after `cut` rows the sums go through JSON, as in a checkpoint. */
function epochR2(targets: readonly number[], predictions: readonly number[], width = 1, cut = Infinity): number {
  const [p, t] = [Float64Array.from(predictions), Float64Array.from(targets)];
  let sums = new Float64Array(metric.size);
  for (let at = 0; at + width <= t.length; at += width) {
    if (at / width === cut) sums = Float64Array.from(JSON.parse(JSON.stringify([...sums])) as number[]);
    metric.add(sums, { prediction: p, at, n: width, target: t, targetAt: at, targetN: width, weight: 1 });
  }
  return metric.result(sums);
}

test('r2 of targets at any offset and scale, beside exact arithmetic', async () => {
  await forAll(fc.tuple(centredPair, offsets, scales), 300, ([[x, z], offset, scale]) => {
    const targets = x.map((value) => (value + offset) * scale);
    const predictions = z.map((value) => (value + offset) * scale);
    const exact = exactR2(targets, predictions);
    relative(epochR2(targets, predictions), exact, 1e-13, 'r2', 1 - exact);
  });
});

test('r2 of constant targets is NaN, whatever was forecast', async () => {
  await forAll(fc.tuple(CONSTANTS, fc.integer({ min: 1, max: 1000 })), 200, ([value, count]) => {
    const targets = new Array<number>(count).fill(value);
    assert.ok(Number.isNaN(epochR2(targets, targets.map((_, i) => value * (i % 3)))));
  });
  assert.ok(Number.isNaN(epochR2([0.3, 0.1 + 0.2, 0.3], [1, 2, 3])), 'constant but for rounding');
  assert.ok(Number.isNaN(epochR2([], [])), 'no rows');
});

test('r2 goes on from JSON to the last bit, and does not ask how rows are cut', async () => {
  await forAll(fc.tuple(centredPair, offsets, fc.integer({ min: 1, max: 5 }), fc.nat(10)), 100, ([[x, z], offset, width, cut]) => {
    const whole = x.length - (x.length % width);
    const [targets, predictions] = [x, z].map((each) => each.slice(0, whole).map((value) => value + offset)) as [number[], number[]];
    const once = epochR2(targets, predictions);
    assert.ok(Object.is(epochR2(targets, predictions, width, cut), once));
  });
});

test.run();
