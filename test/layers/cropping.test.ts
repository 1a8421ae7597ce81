/** Cropping1D: entry by entry, gradients, masks, refusals. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Cropping1D } from '../../src/layers/cropping.js';
import { Input } from '../../src/layers/layer.js';
import { maskOfInput } from '../../src/layers/timeMask.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { randomTensor } from '../support/values.js';

const ends = fc.record({ sizes: distinctSizes(['B', 'T', 'C'], 5), before: fc.nat(3), after: fc.nat(3), seed: anySeed });

test('the steps between, each where it was', async () => {
  await forAll(ends, 20, ({ sizes: { B, T, C }, before, after, seed }) => {
    const steps = before + T + after;
    const x = randomTensor(seed, 'x', [B, steps, C]);
    const input = Input({ shape: [steps, C] });
    const { outputs: [y = []] } = runNetwork(buildNetwork([input], [new Cropping1D({ cropping: [before, after] }).apply(input)]), { weights: {}, inputs: [x] });
    const expected = Array.from({ length: B }, (_, b) => Array.from(x.data.slice((b * steps + before) * C, (b * steps + before + T) * C))).flat();
    assertSame(y, expected, 'y');
  });
});

test('gradients', async () => {
  await forAll(ends, 8, async ({ sizes: { B, T, C }, before, after, seed }) => {
    const steps = before + T + after;
    await assertGradients(new Cropping1D({ cropping: [before, after] }), { inputShape: [B, steps, C], seed }, 'Cropping1D', { count: B * steps * C });
  });
});

test('the mask of the steps that stay', () => {
  const mask = maskOfInput(0, 5);
  const [kept] = new Cropping1D({ cropping: [1, 2] }).masks([mask]);
  assert.equal([kept?.steps, Array.from(kept?.rows([{ mask: Float64Array.of(0, 1, 0, 0, 1), values: undefined }], 1) ?? [])], [2, [1, 0]]);
  assert.equal(new Cropping1D().masks([undefined]), []);
});

test('shapes, configuration and refusals', () => {
  assert.equal(new Cropping1D().outputShapes([[5, 2]]), [[3, 2]]);
  assert.equal(new Cropping1D({ cropping: [0, 4] }).outputShapes([[5, 2]]), [[1, 2]]);
  assert.equal(new Cropping1D({ cropping: 2 }).config(), { cropping: [2, 2] });
  assert.match(thrown(ShapeError, () => new Cropping1D({ cropping: [3, 2] }).outputShapes([[5, 2]])).message, /more than 5 steps/);
  assert.match(thrown(ShapeError, () => new Cropping1D().outputShapes([[5]])).message, /\[batch, time, channels\]/);
  for (const cropping of [-1, 0.5, [1], [1, 2, 3], [1, -1], null, 'all']) {
    // @ts-expect-error what is no number of steps
    assert.match(thrown(ArgumentError, () => new Cropping1D({ cropping })).message, /cropping must be a number of steps or \[before, after\]/, JSON.stringify(cropping));
  }
});

test.run();
