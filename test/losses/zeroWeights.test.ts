/** What counts nothing counts nothing, whatever it is: 0 times a loss that has overflowed is no number. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, GRU, Sequential, cpu, wasm } from '../../src/index.js';
import type { Backend, Loss } from '../../src/index.js';
import { gpu } from '../../src/gpu.js';
import { resolveLoss } from '../../src/losses/losses.js';
import { assertSame } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

const [N, T] = [3, 4];
const own: Loss = { name: 'fourth', per: 'number', compare: (k, p, t) => {
  const e = k.sub(p, t);
  const square = k.mul(e, e);
  return { losses: k.mul(square, square), dPrediction: k.scale(k.mul(square, e), 4) };
} };
const losses: readonly Loss[] = [
  'mse', 'mae', 'huber', 'logCosh', 'quantile', 'binaryCrossentropy', 'categoricalCrossentropy', 'poisson', 'gaussian', 'studentT', { kind: 'quantile', quantile: [0.1, 0.9] },
  { kind: 'binaryCrossentropy', labelSmoothing: 0.1 }, own,
];

function build(loss: Loss, backend: Backend): Sequential {
  const { parameters, name } = resolveLoss(loss);
  const model = new Sequential([new GRU({ units: 2, returnSequences: true }), new Dense({ units: typeof parameters === 'number' ? parameters : name === 'categoricalCrossentropy' ? 2 : 1 })], { inputShape: [T, 1], seed: 3 });
  model.compile({ loss, optimizer: 'sgd', backend });
  return model;
}

const lengths = [4, 2, 1];
/** Real steps are in [0, 1]. */
function targets(width: number, padding: number): Host {
  const y = randomTensor(5, 'y', [N, T, width]);
  return { shape: y.shape, data: y.data.map((v, i) => (Math.floor(i / width) % T >= (lengths[Math.floor(i / width / T)] ?? 0) ? padding : Math.min(1, Math.abs(v)))) };
}

const backends = [['cpu float64', () => cpu({ dtype: 'float64' }), 1e200], ['cpu float32', () => cpu(), 3e38], ['wasm', wasm, 3e38], ['gpu, cpu mode', () => gpu({ mode: 'cpu' }), 3e38]] as const;

for (const [name, open, large] of backends) {
  test(`padded targets and those of weight 0 may be anything, on ${name}`, async () => {
    const backend = await open();
    const x = randomTensor(1, 'x', [N, T, 1]);
    for (const loss of losses) {
      const model = build(loss, backend);
      const width = resolveLoss(loss).parameters === undefined ? model.outputShape.at(-1) ?? 1 : 1;
      const sampleWeight = { shape: [N, T], data: Float64Array.from({ length: N * T }, (_, i) => (i % T < (lengths[Math.floor(i / T)] ?? 0) ? 1 + (i % 3) : 0)) };
      for (const options of [{ lengths }, { sampleWeight }]) {
        const [usual, huge] = [await model.lossAndGradients(x, targets(width, 0), options), await model.lossAndGradients(x, targets(width, large), options)];
        const what = `${resolveLoss(loss).name}, ${Object.keys(options)[0]}`;
        assert.ok(Number.isFinite(usual.loss) && Math.abs(usual.loss) > 1e-4, `${what}: ${usual.loss}`);
        assertSame([huge.loss], [usual.loss], what);
        for (const [key, { data }] of Object.entries(usual.gradients)) assertSame(huge.gradients[key]?.data ?? [], data, `${what}: ${key}`);
      }
    }
  });
}

test.run();
