/** Outputs that hold the parameters of distributions, in models: horizons with weights, masks, and what training makes of them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../../src/backends/cpu/index.js';
import { ShapeError } from '../../../src/errors.js';
import { Dense } from '../../../src/layers/dense.js';
import { GRU } from '../../../src/layers/gru.js';
import { Reshape } from '../../../src/layers/reshape.js';
import { distributionOf } from '../../../src/losses/distributionOf.js';
import type { Loss } from '../../../src/losses/losses.js';
import { Sequential } from '../../../src/models/sequential.js';
import { Adam } from '../../../src/optimizers/adam.js';
import { normal, randomStream, uniform } from '../../../src/random.js';
import { assertClose } from '../../support/compare.js';
import { host, randomTensor } from '../../support/values.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });
const [N, T, H] = [5, 4, 3];
const x = randomTensor(1, 'x', [N, T, 2]);

/** The mean loss of rows by their definition. */
const losses: readonly (readonly [Loss, width: number, of: (p: readonly number[], t: number) => number])[] = [
  ['gaussian', 2, ([mean = 0, raw = 0], t) => {
    const scale = Math.log1p(Math.exp(raw)) + 1e-3;
    return Math.log(scale) + ((t - mean) / scale) ** 2 / 2 + Math.log(2 * Math.PI) / 2;
  }],
  [{ kind: 'quantile', quantile: [0.1, 0.5, 0.9] }, 3, (p, t) => [0.1, 0.5, 0.9].reduce((sum, q, j) => sum + Math.max(q * (t - (p[j] ?? 0)), (q - 1) * (t - (p[j] ?? 0))), 0) / 3],
];

for (const [loss, width, of] of losses) {
  const name = typeof loss === 'string' ? loss : 'quantiles';

  test(`${name}: steps of a horizon, [N, h] or [N, h, 1], with weights of samples and of steps`, async () => {
    const model = new Sequential([new GRU({ units: 3 }), new Dense({ units: H * width }), new Reshape({ targetShape: [H, width] })], { inputShape: [T, 2], seed: 2 });
    model.compile({ loss, metrics: ['mae'], weightedMetrics: ['mae'], backend });
    const y = randomTensor(2, 'y', [N, H]);
    const p = (await model.predict(x)).data;
    for (const shape of [undefined, [N], [N, H], [N, H, 1]]) {
      const w = shape && randomTensor(3, 'w', shape).data.map(Math.abs);
      const weightOf = (row: number): number => (w ? w[w.length === N ? Math.floor(row / H) : row] ?? NaN : 1);
      const rows = Array.from(y.data, (t, row) => weightOf(row) * of(Array.from(p.subarray(row * width, (row + 1) * width)), t));
      const options = { batchSize: 2, ...(w && shape ? { sampleWeight: host(shape, w) } : {}) };
      for (const target of [y, host([N, H, 1], y.data)]) {
        const { loss: value = NaN, weighted_mae = NaN } = await model.evaluate(x, target, options);
        assertClose([value], [rows.reduce((a, b) => a + b) / rows.length], 1e-12, `${name} ${String(shape)}`);
        const errors = Array.from(y.data, (t, row) => Math.abs(t - (p[row * width + (width === 3 ? 1 : 0)] ?? NaN)));
        const total = errors.reduce((sum, _, row) => sum + weightOf(row), 0);
        assertClose([weighted_mae], [errors.reduce((sum, e, row) => sum + weightOf(row) * e, 0) / total], 1e-12, 'weighted mae');
      }
    }
    assert.match((await rejected(ShapeError, model.evaluate(x, randomTensor(2, 'y', [N, H, width])))).message, 'must be [batch, 3, 1]');
  });

  test(`${name}: padded steps count for nothing`, async () => {
    const model = new Sequential([new GRU({ units: 3, returnSequences: true }), new Dense({ units: width })], { inputShape: [T, 2], seed: 2 });
    model.compile({ loss, metrics: ['mae'], backend });
    const y = randomTensor(2, 'y', [N, T]);
    const lengths = [4, 1, 2, 3, 4];
    const p = (await model.predict(x, { lengths })).data;
    const real = Array.from(y.data, (t, row) => ({ t, row })).filter(({ row }) => row % T < (lengths[Math.floor(row / T)] ?? 0));
    const mean = real.reduce((sum, { t, row }) => sum + of(Array.from(p.subarray(row * width, (row + 1) * width)), t), 0) / real.length;
    assertClose([(await model.evaluate(x, y, { lengths, batchSize: 2 })).loss ?? NaN], [mean], 1e-12, 'loss');
  });
}

test('trained on the default backend: mean and spread, robust to outliers where ν is free, quantiles that cover what they say, a rate', async () => {
  const random = randomStream(7, 'data');
  const n = 2000;
  const inputs = host([n, 1], Array.from({ length: n }, () => 1));
  const clean = Array.from({ length: n }, () => 2 + 0.5 * normal(random));
  const outliers = clean.map((t) => (uniform(random) < 0.05 ? t + 30 * normal(random) : t));
  const counts = Array.from({ length: n }, () => distributionOf('poisson').quantile([Math.log(3)], Math.max(1e-9, uniform(random))).get(0));
  const trained = async (loss: Loss, width: number, y: readonly number[]): Promise<readonly number[]> => {
    const model = new Sequential([new Dense({ units: width, kernelInitializer: 'zeros' })], { inputShape: [1], seed: 1 });
    model.compile({ loss, optimizer: new Adam({ learningRate: 0.05 }) });
    await model.fit(inputs, host([n, 1], y), { epochs: 8, batchSize: 50 });
    const outputs = await model.predict([[1]]);
    model.dispose();
    return Array.from(loss === 'poisson' || typeof loss === 'string' ? distributionOf(loss).parameters(outputs).data : outputs.data);
  };
  const [mean = 0, scale = 0] = await trained('gaussian', 2, clean);
  assert.ok(Math.abs(mean - 2) < 0.1 && Math.abs(scale - 0.5) < 0.1, `gaussian ${mean} ${scale}`);
  const [, wide = 0] = await trained('gaussian', 2, outliers);
  const [centre = 0, narrow = 0, degrees = 0] = await trained('studentT', 3, outliers);
  assert.ok(wide > 3 && Math.abs(centre - 2) < 0.1 && Math.abs(narrow - 0.45) < 0.15 && degrees < 4, `studentT ${centre} ${narrow} ${degrees} beside ${wide}`);
  const levels = await trained({ kind: 'quantile', quantile: [0.1, 0.5, 0.9] }, 3, clean);
  [0.1, 0.5, 0.9].forEach((q, j) => {
    const below = clean.filter((t) => t < (levels[j] ?? NaN)).length / n;
    assert.ok(Math.abs(below - q) < 0.06, `${below} below the ${q} quantile`);
  });
  const [rate = 0] = await trained('poisson', 1, counts);
  assert.ok(Math.abs(rate - 3) < 0.3, `poisson ${rate}`);
});

test.run();
