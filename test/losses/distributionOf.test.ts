/** Outputs read as distributions: by their definitions, by integrals of their densities, and by what is drawn. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalCdf, studentTCdf } from '../../src/distributions.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { distributionOf } from '../../src/losses/distributionOf.js';
import type { Loss } from '../../src/losses/losses.js';
import { assertClose, thrown } from '../support/compare.js';
import { host } from '../support/values.js';

const softplus = (x: number): number => Math.log1p(Math.exp(x));
const levels = [0.001, 0.1, 0.5, 0.75, 0.999];

test('parameters and means', () => {
  const gaussian = distributionOf('gaussian');
  assert.equal(gaussian.names, ['mean', 'scale']);
  assertClose(gaussian.parameters([[2, 1], [3, -4]]).data, [2, softplus(1) + 1e-3, 3, softplus(-4) + 1e-3], 1e-15, 'gaussian');
  const student = distributionOf({ kind: 'studentT', minScale: 0.5 });
  const parameters = student.parameters(host([1, 2, 3], [2, 1, 0, 3, -4, 5]));
  assert.equal(parameters.shape, [1, 2, 3]);
  assertClose(parameters.data, [2, softplus(1) + 0.5, 2 + Math.LN2, 3, softplus(-4) + 0.5, 2 + softplus(5)], 1e-15, 'studentT');
  assertClose(student.mean(host([1, 2, 3], [2, 1, 0, 3, -4, 5])).data, [2, 3], 0, 'mean');
  const poisson = distributionOf('poisson').mean([[0, 1], [2, 3]]);
  assert.equal(poisson.shape, [2, 2]);
  assertClose(poisson.data, [1, Math.E, Math.exp(2), Math.exp(3)], 1e-15, 'poisson');
});

test('quantiles are where the distribution function has their level', () => {
  for (const [mean, scale, degrees] of [[0, 0, -30], [5, 2, 0], [-1, -3, 40], [0, 1, 1e6]] as const) {
    const [sigma, nu] = [softplus(scale) + 1e-3, 2 + (degrees > 30 ? degrees : softplus(degrees))];
    for (const level of levels) {
      const normal = distributionOf('gaussian').quantile([[mean, scale]], level).get(0);
      assertClose([normalCdf((normal - mean) / sigma)], [level], 1e-12, `gaussian ${level}`);
      const student = distributionOf('studentT').quantile([[mean, scale, degrees]], level).get(0);
      assertClose([studentTCdf((student - mean) / sigma, nu)], [level], nu > 1e3 ? 1e-7 : 1e-12, `studentT ${nu} ${level}`);
    }
  }
});

test('Poisson: the least count that is not exceeded with this probability', () => {
  for (const rate of [0.01, 0.7, 3, 40, 5000]) {
    for (const level of levels) {
      const k = distributionOf('poisson').quantile([Math.log(rate)], level).get(0);
      const upTo = (last: number): number => {
        let [sum, log] = [0, -rate];
        for (let i = 0; i <= last; i++) {
          sum += Math.exp(log);
          log += Math.log(rate / (i + 1));
        }
        return sum;
      };
      assert.ok(upTo(k) >= level - 1e-9 && (k === 0 || upTo(k - 1) < level + 1e-9), `${rate} ${level}: ${k}`);
    }
  }
});

test('samples have the moments and quantiles of their distribution; a seed draws the same', () => {
  const count = 20_000;
  for (const [loss, outputs] of [['gaussian', [[1, 2]]], ['studentT', [[1, 2, 5]]], ['studentT', [[1, 2, 0.5]]], ['poisson', [1.5]]] as const) {
    const drawn = distributionOf(loss);
    const sample = drawn.sample(outputs, { count, seed: 3 });
    assert.equal(sample.shape, [count, 1]);
    const values = [...sample.data].sort((a, b) => a - b);
    for (const level of [0.05, 0.3, 0.8, 0.95]) {
      const at = drawn.quantile(outputs, level).get(0);
      const below = values.filter((v) => v <= at).length / count;
      const atLeast = values.filter((v) => v < at).length / count;
      assert.ok(below > level - 0.015 && atLeast < level + 0.015, `${loss} ${level}: ${atLeast} to ${below}`);
    }
    assert.equal([...drawn.sample(outputs, { count: 5, seed: 3 }).data], [...sample.data.slice(0, 5)]);
    assert.not.equal(drawn.sample(outputs, { seed: 4 }).get(0, 0), sample.get(0, 0));
  }
  const many = distributionOf('gaussian').sample([[0, 0], [100, 0]], { count: 3 });
  assert.equal(many.shape, [3, 2]);
  assert.ok([0, 1, 2].every((i) => Math.abs(many.get(i, 0)) < 10 && Math.abs(many.get(i, 1) - 100) < 10));
});

test('several quantiles have those levels, and nothing else', () => {
  const columns = distributionOf({ kind: 'quantile', quantile: [0.1, 0.9] });
  assert.equal(columns.names, ['q0.1', 'q0.9']);
  assert.equal([...columns.quantile([[1, 5], [2, 7]], 0.9).data], [5, 7]);
  assert.equal(distributionOf({ kind: 'quantile', quantile: [0.5] }).quantile([[4], [6]], 0.5).shape, [2]);
  assert.match(thrown(ArgumentError, () => columns.quantile([[1, 5]], 0.5)).message, 'level 0.5 must be of a likelihood; quantiles are known at 0.1, 0.9 alone');
  thrown(ArgumentError, () => columns.mean([[1, 5]]));
  thrown(ArgumentError, () => columns.sample([[1, 5]]));
});

test('what is no distribution, no parameters and no level is refused', () => {
  for (const loss of ['mse', 'quantile', 'binaryCrossentropy', { name: 'own', per: 'row', compare: () => { throw new Error('never'); } }] as Loss[]) {
    assert.match(thrown(ArgumentError, () => distributionOf(loss)).message, /loss must be 'poisson', 'gaussian', 'studentT' or several quantiles/);
  }
  assert.match(thrown(ShapeError, () => distributionOf('gaussian').mean([[1, 2, 3]])).message, 'outputs must be […, 2], got [1, 3]');
  for (const level of [0, 1, NaN]) assert.match(thrown(ArgumentError, () => distributionOf('gaussian').quantile([[1, 2]], level)).message, 'a level in (0, 1)');
  assert.match(thrown(ArgumentError, () => distributionOf('gaussian').sample([[1, 2]], { count: 0 })).message, 'count');
});

test.run();
