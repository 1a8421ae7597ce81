import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../src/errors.js';
import { initializerNames, resolveInitializer } from '../src/initializers.js';
import type { InitializerName } from '../src/initializers.js';
import { randomStream } from '../src/random.js';
import { sizeOf } from '../src/tensor.js';
import type { Shape } from '../src/tensor.js';
import { assertSame, thrown } from './support/compare.js';

const make = (name: InitializerName, shape: Shape, seed = 1): Float64Array => resolveInitializer(name)(shape, randomStream(seed, 'weights'));

test('randomUniform is within 0.05, whatever the shape', () => {
  const w = make('randomUniform', [150, 50]);
  const largest = w.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  assert.ok(largest <= 0.05 && largest > 0.0499, String(largest));
  assert.ok(Math.abs(w.reduce((sum, v) => sum + v * v, 0) / w.length / (0.05 ** 2 / 3) - 1) < 0.05);
});

test('zeros and ones', () => {
  assertSame(make('zeros', [2, 3]), [0, 0, 0, 0, 0, 0], 'zeros');
  assertSame(make('ones', [3]), [1, 1, 1], 'ones');
});

/** Variances by name for fanIn = 150, fanOut = 50. */
const variances: readonly (readonly [InitializerName, number])[] = [
  ['glorotUniform', 2 / 200], ['glorotNormal', 2 / 200], ['heUniform', 2 / 150], ['heNormal', 2 / 150], ['lecunUniform', 1 / 150], ['lecunNormal', 1 / 150],
];

for (const [name, variance] of variances) {
  test(`${name}: mean 0, variance ${variance.toFixed(5)}, cut at its limit, right up to it`, () => {
    const w = make(name, [150, 50]);
    const n = w.length;
    const mean = w.reduce((sum, v) => sum + v, 0) / n;
    const second = w.reduce((sum, v) => sum + v * v, 0) / n;
    assert.ok(Math.abs(mean) < 5 * Math.sqrt(variance / n), `mean ${mean}`);
    assert.ok(Math.abs(second / variance - 1) < 5 * Math.sqrt(1.5 / n), `variance ${second}`);
    const limit = name.endsWith('Uniform') ? Math.sqrt(3 * variance) : (2 * Math.sqrt(variance)) / 0.87962566103423978;
    const largest = w.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
    assert.ok(largest <= limit && largest > 0.98 * limit, `largest ${largest}, limit ${limit}`);
    assert.is(new Set(w).size, n, 'all different');
  });

  test(`${name}: the window of a convolution counts as receptive field`, () => {
    const w = make(name, [3, 5, 10, 40]);
    const [fanIn, fanOut] = [150, 600];
    const expected = name.startsWith('glorot') ? 2 / (fanIn + fanOut) : name.startsWith('he') ? 2 / fanIn : 1 / fanIn;
    const second = w.reduce((sum, v) => sum + v * v, 0) / w.length;
    assert.ok(Math.abs(second / expected - 1) < 5 * Math.sqrt(1.5 / w.length), `${second} instead of ${expected}`);
  });
}

test('orthogonal: rows or columns are orthonormal, in every shape', () => {
  for (const shape of [[6, 6], [4, 9], [9, 4], [2, 3, 5], [1, 7], [7, 1]]) {
    const w = make('orthogonal', shape);
    const columns = shape.at(-1) ?? 1;
    const rows = sizeOf(shape) / columns;
    const count = Math.min(rows, columns);
    const at = (vector: number, i: number): number => (rows <= columns ? w[vector * columns + i] : w[i * columns + vector]) ?? NaN;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
        assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-14, `[${shape.join()}] ${a}·${b} = ${dot}`);
      }
    }
  }
});

test('orthogonal keeps no direction: the mean entry is 0 over seeds', () => {
  const firsts = Array.from({ length: 400 }, (_, seed) => make('orthogonal', [3, 3], seed)[0] ?? NaN);
  assert.ok(Math.abs(firsts.reduce((sum, v) => sum + v, 0) / 400) < 5 * Math.sqrt(1 / 3 / 400));
});

test('the same stream gives the same weights, another seed others', () => {
  for (const name of initializerNames.filter((known) => known !== 'zeros' && known !== 'ones')) {
    assertSame(make(name, [4, 3]), make(name, [4, 3]), name);
    assert.not.equal([...make(name, [4, 3])], [...make(name, [4, 3], 2)]);
    assert.is(make(name, [7]).length, 7, 'vectors too');
  }
});

test('a function passes through; an unknown name is refused with the known ones', () => {
  const own = (): Float64Array => Float64Array.of(1);
  assert.is(resolveInitializer(own), own);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => resolveInitializer('xavier')).message, /zeros \| ones \| randomUniform \| glorotUniform \| .* got xavier/);
});

test.run();
