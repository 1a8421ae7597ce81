import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { dieboldMariano } from '../../../src/forecast/evaluation/dieboldMariano.js';
import { normal, randomStream } from '../../../src/random.js';
import { readGolden } from '../../golden/read.js';
import { close, thrown } from '../support.js';

const golden = readGolden('r/dieboldMariano');

test("R's dm.test: statistic and three p-values, one and three steps ahead, both powers, both variances", () => {
  let compared = 0;
  for (const place of new Set(Object.keys(golden.tensors).map((key) => key.split('/').slice(0, 2).join('/')))) {
    const [a, b] = [golden.get(`${place}/first`).data, golden.get(`${place}/second`).data];
    const horizon = Number(place.split('/')[1]);
    for (const [kernel, variance] of [['acf', 'truncated'], ['bartlett', 'bartlett']] as const) {
      for (const power of [1, 2]) {
        const at = `${place}/${kernel}/${power}`;
        if (!(`${at}/p` in golden.tensors)) continue;
        const results = (['twoSided', 'less', 'greater'] as const).map((alternative) => dieboldMariano(a, b, { horizon, power, variance, alternative }));
        close([results[0]?.statistic ?? NaN], [golden.scalar(`${at}/statistic`)], 1e-10);
        close(results.map(({ pValue }) => pValue), golden.get(`${at}/p`).data, 1e-10);
        assert.is(results[0]?.variance, variance);
        compared++;
      }
    }
  }
  assert.is(compared, 18);
});

test('by hand, one step ahead: the t test of the mean difference with divisor n', () => {
  const { statistic, meanDifference, degreesOfFreedom } = dieboldMariano([1, 2, 3, 2], [2, 2, 1, 4], { power: 1 });
  // d = −1, 0, 2, −2; mean −¼, γ₀ = (9 − ¼)/4
  close([meanDifference, statistic, degreesOfFreedom], [-0.25, (-0.25 / Math.sqrt((9 - 0.25) / 4 / 4)) * Math.sqrt(3 / 4), 3]);
});

test('without a difference, five in a hundred seem to differ at 5 %, though forecasts overlap', () => {
  const random = randomStream(11, 'dm test');
  const overlapping = (): number[] => {
    const shocks = Array.from({ length: 62 }, () => normal(random));
    return Array.from({ length: 60 }, (_, t) => (shocks[t] ?? NaN) + (shocks[t + 1] ?? NaN) + (shocks[t + 2] ?? NaN));
  };
  const trials = 600;
  let found = 0;
  for (let i = 0; i < trials; i++) if (dieboldMariano(overlapping(), overlapping(), { horizon: 3 }).pValue < 0.05) found++;
  assert.ok(found / trials > 0.02 && found / trials < 0.1, String(found / trials));
});

test('a negative variance is replaced by one that cannot be, and the result says so', () => {
  const a = Array.from({ length: 20 }, (_, t) => (t % 2 === 0 ? 3 : 1) + 0.01 * t);
  const b = a.map(() => 2);
  assert.equal([dieboldMariano(a, b, { horizon: 2 }).variance, dieboldMariano(a, b).variance], ['bartlett', 'truncated']);
  assert.ok(Number.isFinite(dieboldMariano(a, b, { horizon: 2 }).statistic));
});

test('differences that are all alike: 0 for rounding, infinite for more', () => {
  const { statistic, pValue } = dieboldMariano([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.1 + 0.2]);
  assert.equal([statistic, pValue], [0, 1]);
  const sure = dieboldMariano([1, -1, 1], [2, 2, -2]);
  assert.equal([sure.statistic, sure.pValue, sure.meanDifference], [-Infinity, 0, -3]);
});

test('errors of several steps: losses are averaged over the steps of an origin, which overlap as the last one does', () => {
  const a = [[1, 2], [3, 1], [0, 2], [2, 2], [1, 0]];
  const b = [[2, 1], [1, 1], [1, 4], [3, 2], [0, 1]];
  const average = (rows: readonly (readonly number[])[]): number[] => rows.map(([x = NaN, y = NaN]) => Math.sqrt((x * x + y * y) / 2));
  assert.equal(dieboldMariano(a, b).statistic.toFixed(12), dieboldMariano(average(a), average(b), { horizon: 2 }).statistic.toFixed(12));
  assert.throws(() => dieboldMariano(a, b, { horizon: 1 }), /horizon must be a whole number of at least 2/);
});

test('errors of any size', () => {
  const [a, b] = [[1, 2, 3, 2], [2, 2, 1, 4]];
  const plain = dieboldMariano(a, b);
  for (const scale of [1e-200, 1e200]) close([dieboldMariano(a.map((v) => v * scale), b.map((v) => v * scale)).pValue], [plain.pValue]);
});

test('wrong input is refused by name', async () => {
  await thrown(DataError, () => dieboldMariano([1], [2]));
  assert.match((await thrown(DataError, () => dieboldMariano([1, 2, 3], [2, 1, 3], { horizon: 3 }))).message, /errors of more than 3 origins, got 3/);
  await thrown(ShapeError, () => dieboldMariano([1, 2, 3], [2, 1]));
  await thrown(ArgumentError, () => dieboldMariano([1, 2], [2, 1], { power: 0 }));
  // @ts-expect-error R's word for it
  assert.match((await thrown(ArgumentError, () => dieboldMariano([1, 2], [2, 1], { alternative: 'two.sided' }))).message, /Did you mean 'twoSided'/);
});

test.run();
