/** RepeatVector, UpSampling, Permute: PyTorch's numbers (GlobalMaxPool's as well), gradients, masks, refusals. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Input } from '../../src/layers/layer.js';
import type { AnyLayer, JsonObject } from '../../src/layers/layer.js';
import { Permute } from '../../src/layers/permute.js';
import { GlobalMaxPool1D, GlobalMaxPool2D } from '../../src/layers/pooling.js';
import { RepeatVector, UpSampling1D, UpSampling2D } from '../../src/layers/repeat.js';
import { maskOfInput, stretchedMask } from '../../src/layers/timeMask.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { casesOf, compareLayer } from '../support/goldenLayer.js';
import { assertGradients } from '../support/gradients.js';
import { runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { randomTensor } from '../support/values.js';

const makers: Readonly<Record<string, (options: JsonObject) => AnyLayer>> = {
  RepeatVector: (o) => new RepeatVector({ n: Number(o.n) }),
  UpSampling1D: (o) => new UpSampling1D(o),
  UpSampling2D: (o) => new UpSampling2D(o),
  Permute: (o) => new Permute({ dims: o.dims as number[] }),
  GlobalMaxPool1D: () => new GlobalMaxPool1D(),
  GlobalMaxPool2D: () => new GlobalMaxPool2D(),
};

const golden = readGolden('rearranged');
test('PyTorch: all cases are here', () => assert.is(casesOf(golden).length, 11));
for (const [name, options] of casesOf(golden)) {
  test(`PyTorch: ${name} ${JSON.stringify(options)}`, () => {
    const make = makers[name.replace(/ .*/, '')];
    assert.ok(make);
    compareLayer(golden, name, make(options), []);
  });
}

test('gradients', async () => {
  const cases = fc.record({ sizes: distinctSizes(['B', 'H', 'W', 'C', 'n'], 6), seed: anySeed });
  await forAll(cases, 6, async ({ sizes: { B, H, W, C, n }, seed }) => {
    await assertGradients(new RepeatVector({ n }), { inputShape: [B, C], seed }, 'RepeatVector', { count: B * C });
    await assertGradients(new UpSampling1D({ size: n }), { inputShape: [B, W, C], seed }, 'UpSampling1D', { count: B * W * C });
    await assertGradients(new UpSampling2D({ size: [n, 2] }), { inputShape: [B, H, W, C], seed }, 'UpSampling2D', { count: B * H * W * C });
    await assertGradients(new UpSampling2D({ size: [n, 3], interpolation: 'bilinear' }), { inputShape: [B, H, W, C], seed }, 'bilinear', { count: B * H * W * C });
    await assertGradients(new Permute({ dims: [2, 3, 1] }), { inputShape: [B, H, W, C], seed }, 'Permute', { count: B * H * W * C });
    await assertGradients(new GlobalMaxPool1D(), { inputShape: [B, W, C], seed }, 'GlobalMaxPool1D', { count: B * W * C });
    await assertGradients(new GlobalMaxPool1D(), { inputShape: [3, W, C], seed, lengths: [W, 1, 1 + (seed % W)] }, 'GlobalMaxPool1D, lengths', { count: 3 * W * C });
    await assertGradients(new GlobalMaxPool2D(), { inputShape: [B, H, W, C], seed }, 'GlobalMaxPool2D', { count: B * H * W * C });
  });
});

test('Permute: every order of four axes, entry by entry, and back again', () => {
  const shape = [2, 3, 4, 5];
  const x = randomTensor(1, 'x', [2, ...shape]);
  const orders = (rest: readonly number[]): number[][] => (rest.length === 0 ? [[]] : rest.flatMap((axis) => orders(rest.filter((other) => other !== axis)).map((tail) => [axis, ...tail])));
  for (const dims of orders([1, 2, 3, 4])) {
    const input = Input({ shape });
    const there = new Permute({ dims }).apply(input);
    const back = new Permute({ dims: dims.map((_, i) => dims.indexOf(i + 1) + 1) }).apply(there);
    const { outputs: [y = [], same = []] } = runNetwork(buildNetwork([input], [there, back]), { weights: {}, inputs: [x] });
    const to = dims.map((axis) => shape[axis - 1] ?? 1);
    const expected = Array.from({ length: x.data.length }, (_, i) => {
      let rest = i;
      const place = [...to].reverse().map((size) => { const at = rest % size; rest = Math.floor(rest / size); return at; }).reverse();
      return x.data[shape.reduce((at, size, axis) => at * size + (place[dims.indexOf(axis + 1)] ?? 0), rest)] ?? NaN;
    });
    assertSame(y, expected, dims.join());
    assertSame(same, x.data, `${dims.join()} and back`);
  }
});

test('of equals the first gets the gradient; a sequence of padding alone is 0 and gets none', () => {
  const x = { shape: [2, 3, 1], data: Float64Array.of(4, 7, 7, -1, -2, -3) };
  const input = Input({ shape: [3, 1] });
  const { outputs: [y = []], inputGradients: [dx = []] } = runNetwork(buildNetwork([input], [new GlobalMaxPool1D().apply(input)]), {
    weights: {}, inputs: [x], dOutputs: [{ shape: [2, 1], data: Float64Array.of(10, 20) }], mask: { shape: [2, 3], data: Float64Array.of(1, 1, 1, 0, 0, 0) },
  });
  assertClose(y, [7, 0], 0, 'y');
  assertClose(dx, [0, 10, 0, 0, 0, 0], 0, 'dx');
});

test('masks: repeated with the steps; passed on where time stays first; ended elsewhere', () => {
  const mask = maskOfInput(0, 3);
  const rows = (of: typeof mask): number[] => Array.from(of.rows([{ mask: Float64Array.of(1, 1, 0), values: undefined }], 1) ?? []);
  const [twice] = new UpSampling1D({ size: 2 }).masks([mask]);
  assert.ok(twice);
  assert.equal([twice.steps, rows(twice)], [6, [1, 1, 1, 1, 0, 0]]);
  assert.equal(new UpSampling2D().masks([mask]), []);
  assert.equal(new RepeatVector({ n: 4 }).masks([mask], []), []);
  assert.equal(new Permute({ dims: [1, 3, 2] }).masks([mask]), [mask]);
  assert.equal(new Permute({ dims: [2, 1] }).masks([mask]), []);
  // Steps whose reach overlaps, and some that leave gaps.
  assert.equal(rows(stretchedMask(mask, 2, 3)), [1, 1, 1, 1, 1, 0, 0]);
  assert.equal(rows(stretchedMask(mask, 3, 1)), [1, 1, 1, 1, 0, 0, 0]);
  assert.equal(rows(stretchedMask(mask, 2, -1)), [1, 0, 0]);
});

test('shapes, configuration and refusals', () => {
  assert.equal(new RepeatVector({ n: 4 }).outputShapes([[3]]), [[4, 3]]);
  assert.equal(new UpSampling1D().outputShapes([[5, 2]]), [[10, 2]]);
  assert.equal(new UpSampling2D({ size: [3, 1] }).outputShapes([[4, 5, 2]]), [[12, 5, 2]]);
  assert.equal(new Permute({ dims: [3, 1, 2] }).outputShapes([[4, 5, 2]]), [[2, 4, 5]]);
  assert.equal(new UpSampling2D({ size: [3, 1] }).config(), { size: [3, 1], interpolation: 'nearest' });
  assert.equal(new UpSampling1D({ size: 3 }).config(), { size: 3 });
  // @ts-expect-error there are two
  assert.match(thrown(ArgumentError, () => new UpSampling2D({ interpolation: 'cubic' })).message, /interpolation must be nearest \| bilinear/);
  // @ts-expect-error of images alone
  assert.match(thrown(ArgumentError, () => new UpSampling1D({ interpolation: 'bilinear' })).message, /option 'interpolation'/);
  assert.match(thrown(ShapeError, () => new RepeatVector({ n: 4 }).outputShapes([[3, 2]])).message, /input must be \[batch, features\]/);
  assert.match(thrown(ShapeError, () => new UpSampling1D().outputShapes([[3]])).message, /\[batch, time, channels\]/);
  assert.match(thrown(ArgumentError, () => new RepeatVector({ n: 0 })).message, /n must be a whole number of at least 1/);
  assert.match(thrown(ArgumentError, () => new UpSampling2D({ size: [2, 0] })).message, /size must be a whole number/);
  for (const dims of [[], [1, 1], [0, 1], [1, 3], [2]]) assert.match(thrown(ArgumentError, () => new Permute({ dims })).message, /Permute: dims must be the numbers of all axes/);
  assert.match(thrown(ShapeError, () => new Permute({ dims: [2, 1] }).outputShapes([[3]])).message, /of 2 axes without the batch/);
  const { dims } = new Permute({ dims: [2, 1] });
  assert.equal(new Permute({ dims }).config(), { dims: [2, 1] });
});

test.run();
