/** Ten steps of every optimiser, and clipping, against PyTorch and against Keras's placement of epsilon. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adagrad } from '../../src/optimizers/adagrad.js';
import { Adam, AdamW } from '../../src/optimizers/adam.js';
import { Nadam } from '../../src/optimizers/nadam.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { RMSprop } from '../../src/optimizers/rmsprop.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { readGolden } from '../golden/read.js';
import { assertClose } from '../support/compare.js';
import { updateOnce } from '../support/optimizer.js';
import type { OptimizerState } from '../support/optimizer.js';
import { float32, float64, runOne, runStep } from '../support/step.js';
import { host } from '../support/values.js';

const golden = readGolden('optimizers');
const STEPS = 10;
const parameters = ['a', 'b', 'c'] as const;

/** ε before the bias correction (ours, Keras's) that equals PyTorch's 1e-8 after it, at step t. */
const torchEpsilon = (beta2: number, t: number): number => 1e-8 * Math.sqrt(1 - beta2 ** t);

const plainRms = { learningRate: 0.01, epsilon: 0 };

/** The optimiser of step t: it holds no state, so each step may have its own. */
const cases: Readonly<Record<string, (t: number) => Optimizer>> = {
  sgd: () => new SGD({ learningRate: 0.1 }),
  momentum: () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
  nesterov: () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adam: (t) => new Adam({ learningRate: 0.01, epsilon: torchEpsilon(0.999, t) }),
  amsgrad: (t) => new Adam({ learningRate: 0.01, beta2: 0.9, amsgrad: true, epsilon: torchEpsilon(0.9, t) }),
  adamw: (t) => new AdamW({ learningRate: 0.01, weightDecay: 0.004, epsilon: torchEpsilon(0.999, t) }),
  rmsprop_keras: () => new RMSprop({ learningRate: 0.01 }),
  adam_keras: () => new Adam({ learningRate: 0.01 }),
  amsgrad_keras: () => new Adam({ learningRate: 0.01, beta2: 0.9, amsgrad: true }),
  adamw_keras: () => new AdamW({ learningRate: 0.01 }),
  rmsprop_momentum: () => new RMSprop({ ...plainRms, momentum: 0.8 }),
  rmsprop_centered: () => new RMSprop({ ...plainRms, centered: true }),
  rmsprop_both: () => new RMSprop({ ...plainRms, centered: true, momentum: 0.8 }),
  rmsprop_both_keras: () => new RMSprop({ learningRate: 0.01, centered: true, momentum: 0.8 }),
  rmsprop_both_decay: () => new RMSprop({ ...plainRms, centered: true, momentum: 0.8, weightDecay: 0.05 }),
  nesterov_decay: () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05 }),
  adagrad: () => new Adagrad({ learningRate: 0.1, epsilon: 0 }),
  adagrad_keras: () => new Adagrad({ learningRate: 0.1 }),
  adagrad_decay: () => new Adagrad({ learningRate: 0.1, epsilon: 0, weightDecay: 0.05 }),
  nadam: () => new Nadam({ learningRate: 0.01, momentumDecay: 0.004 }),
  nadam_keras: () => new Nadam({ learningRate: 0.01 }),
  nadam_decay: () => new Nadam({ learningRate: 0.01, momentumDecay: 0.004, weightDecay: 0.05 }),
};

for (const [backend, tolerance] of [[float64, 1e-12], [float32, 1e-5]] as const) {
  for (const [name, optimizerAt] of Object.entries(cases)) {
    test(`${name}, ${backend.description}`, () => {
      for (const parameter of parameters) {
        const gradients = golden.get(`gradient/${parameter}`).data;
        const expected = golden.get(`${name}/${parameter}`).data;
        const size = expected.length / STEPS;
        let state: OptimizerState = { p: golden.get(`start/${parameter}`).data, slots: {} };
        for (let t = 1; t <= STEPS; t++) {
          const at = (t - 1) * size;
          state = updateOnce(optimizerAt(t), t, state, gradients.subarray(at, at + size), {}, backend);
          assertClose(state.p, expected.subarray(at, at + size), tolerance, `${name}/${parameter}, step ${t}`);
        }
      }
    });
  }
}

test("rmsprop in PyTorch's placement: ours with (√v + ε)² − v under the root, entry by entry", () => {
  const [rho, epsilon] = [0.9, 1e-7];
  for (const parameter of parameters) {
    const gradients = golden.get(`gradient/${parameter}`).data;
    const expected = golden.get(`rmsprop/${parameter}`).data;
    const start = golden.get(`start/${parameter}`).data;
    start.forEach((p0, i) => {
      let state: OptimizerState = { p: Float64Array.of(p0), slots: {} };
      let v = 0;
      for (let t = 1; t <= STEPS; t++) {
        const g = gradients[(t - 1) * start.length + i] ?? NaN;
        v = rho * v + (1 - rho) * g * g;
        const under = (Math.sqrt(v) + epsilon) ** 2 - v;
        state = updateOnce(new RMSprop({ learningRate: 0.01, rho, epsilon: under }), t, state, [g]);
        assertClose(state.p, [expected[(t - 1) * start.length + i] ?? NaN], 1e-9, `rmsprop/${parameter}[${i}], step ${t}`);
      }
    });
  }
});

test('every case of the golden file is compared', () => {
  const inFile = new Set(Object.keys(golden.tensors).map((key) => key.split('/')[0] ?? '').filter((name) => name !== 'start' && name !== 'gradient'));
  assert.equal([...Object.keys(cases), 'rmsprop'].sort(), [...inFile].sort());
});

const clipping = readGolden('clipping');
const clipped = parameters.map((parameter) => clipping.get(`gradient/${parameter}`));

for (const [backend, tolerance] of [[float64, 1e-13], [float32, 1e-5]] as const) {
  test(`clipping by global norm and by value, ${backend.description}`, () => {
    const [squares = [], tight = [], loose = []] = runStep(clipped, (k, gradients) => {
      const sum = k.sumSquares(gradients);
      return [sum, k.clipScale(sum, 1.5), k.clipScale(sum, 100)];
    }, backend);
    assertClose([Math.sqrt(squares[0] ?? NaN)], [clipping.scalar('norm')], tolerance, 'norm');
    assert.is(loose[0], 1);
    parameters.forEach((parameter, i) => {
      const g = clipped[i] ?? host([0], []);
      // One SGD step of rate 1 from zero makes −g visible.
      const step = (options: { gradientScale?: number; clipValue?: number }): Float64Array =>
        updateOnce(new SGD({ learningRate: 1 }), 1, { p: new Float64Array(g.data.length), slots: {} }, g.data, options, backend).p.map((x) => -x);
      assertClose(step({ gradientScale: tight[0] ?? NaN }), clipping.get(`exact/${parameter}`).data, tolerance, `exact/${parameter}`);
      // PyTorch's factor is 1.5 / (norm + 1e-6).
      assertClose(step({ gradientScale: tight[0] ?? NaN }), clipping.get(`offset/${parameter}`).data, Math.max(tolerance, 2e-7), `offset/${parameter}`);
      assertClose(step({ gradientScale: loose[0] ?? NaN }), clipping.get(`loose/${parameter}`).data, tolerance, `loose/${parameter}`);
      assertClose(step({ clipValue: 0.75 }), clipping.get(`value/${parameter}`).data, tolerance, `value/${parameter}`);
    });
  });
}

test('the scale of a zero gradient is 1', () => {
  assert.equal([...runOne([host([3], [0, 0, 0])], (k, g) => k.clipScale(k.sumSquares(g), 0.5))], [1]);
});

test.run();
