import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { Adam, AdamW } from '../../src/optimizers/adam.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { optimizerFromConfig, resolveOptimizer } from '../../src/optimizers/resolve.js';
import { RMSprop } from '../../src/optimizers/rmsprop.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { updateOnce } from '../support/optimizer.js';
import type { OptimizerState } from '../support/optimizer.js';
import { runOne } from '../support/step.js';
import { host } from '../support/values.js';

const all: readonly (readonly [string, Optimizer])[] = [
  ['SGD', new SGD({ learningRate: 0.1 })],
  ['momentum', new SGD({ learningRate: 0.1, momentum: 0.8 })],
  ['Nesterov', new SGD({ learningRate: 0.1, momentum: 0.8, nesterov: true })],
  ['RMSprop', new RMSprop()],
  ['Adam', new Adam()],
  ['amsgrad', new Adam({ amsgrad: true })],
  ['AdamW', new AdamW({ weightDecay: 0.1 })],
];
const start: OptimizerState = { p: Float64Array.of(0.7, -1.2, 0.3), slots: {} };
const gradient = [0.5, -2, 0.25];

for (const [name, optimizer] of all) {
  test(`${name}: a step goes downhill, an unfinite guard changes nothing`, () => {
    const state = updateOnce(optimizer, 1, start, gradient);
    state.p.forEach((p, i) => assert.ok((p - (start.p[i] ?? NaN)) * (gradient[i] ?? NaN) < 0, `entry ${i}`));
    const later = updateOnce(optimizer, 2, state, gradient);
    for (const guard of [NaN, Infinity, -Infinity]) {
      const held = updateOnce(optimizer, 2, state, [NaN, 1, Infinity], { guard });
      assertSame(held.p, state.p, 'p');
      for (const slot of optimizer.slotNames) assertSame(held.slots[slot] ?? [], state.slots[slot] ?? [], slot);
    }
    assert.ok(later.p.every((p, i) => p !== state.p[i]));
  });

  test(`${name}: gradientScale and clipValue act on the gradient, in this order`, () => {
    const scaled = updateOnce(optimizer, 1, start, gradient, { gradientScale: 0.5, clipValue: 0.2 });
    const byHand = updateOnce(optimizer, 1, start, gradient.map((g) => Math.max(-0.2, Math.min(0.2, 0.5 * g))));
    assertSame(scaled.p, byHand.p, 'p');
  });

  test(`${name}: a configuration makes the same optimiser again`, () => {
    const again = optimizerFromConfig(optimizer.className, optimizer.config());
    assert.is(again.constructor, optimizer.constructor);
    assert.equal(again.config(), optimizer.config());
    assert.equal(again.slotNames, optimizer.slotNames);
  });
}

test("Keras's defaults", () => {
  assert.equal(new SGD().config(), { learningRate: 0.01, globalClipNorm: undefined, clipValue: undefined, momentum: 0, nesterov: false });
  assert.equal(new RMSprop().config(), { learningRate: 0.001, globalClipNorm: undefined, clipValue: undefined, rho: 0.9, epsilon: 1e-7 });
  const adam = { learningRate: 0.001, globalClipNorm: undefined, clipValue: undefined, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false };
  assert.equal(new Adam().config(), adam);
  assert.equal(new AdamW().config(), { ...adam, weightDecay: 0.004 });
});

test('the first Adam step is the learning rate, whatever the size of the gradient', () => {
  const { p } = updateOnce(new Adam({ learningRate: 0.01, epsilon: 1e-12 }), 1, { p: new Float64Array(3), slots: {} }, [1e-3, -5, 200]);
  assertClose(p, [-0.01, 0.01, -0.01], 1e-6, 'p');
});

test('the decay of AdamW is decoupled: it acts on p alone, with a zero gradient too', () => {
  const { p, slots } = updateOnce(new AdamW({ learningRate: 0.1, weightDecay: 0.5 }), 1, start, [0, 0, 0]);
  assertClose(p, Array.from(start.p, (x) => 0.95 * x), 1e-15, 'p');
  assertSame(slots.m ?? [], [0, 0, 0], 'm');
});

test('keepIfFinite keeps or replaces as the guard says', () => {
  const run = (guard: number): Float64Array =>
    runOne([host([1], [guard]), host([2], [1, 2]), host([2], [3, 4])], (k, [g, a, b]) => (g && a && b ? k.keepIfFinite(g, a, b) : k.zeros([1])));
  assertSame(run(0), [3, 4], 'finite');
  for (const guard of [NaN, Infinity]) assertSame(run(guard), [1, 2], String(guard));
});

test('names and options are checked', () => {
  assert.instance(resolveOptimizer('adamw'), AdamW);
  assert.equal(['sgd', 'rmsprop', 'adam'].map((name) => resolveOptimizer(name as 'sgd').className), ['SGD', 'RMSprop', 'Adam']);
  const own = new SGD();
  assert.is(resolveOptimizer(own), own);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => resolveOptimizer('lion')).message, /sgd \| rmsprop \| adam \| adamw, got lion/);
  assert.match(thrown(ArgumentError, () => optimizerFromConfig('Lion', {})).message, /loadModel: optimizer/);
  assert.match(thrown(ArgumentError, () => new Adam({ learningRate: 0 })).message, /Adam: learningRate must be a positive number, got 0/);
  assert.match(thrown(ArgumentError, () => new Adam({ beta1: 1 })).message, /beta1 must be a number in \[0, 1\)/);
  assert.match(thrown(ArgumentError, () => new Adam({ beta2: -0.1 })).message, /beta2/);
  assert.match(thrown(ArgumentError, () => new SGD({ momentum: 1 })).message, /momentum/);
  assert.match(thrown(ArgumentError, () => new RMSprop({ rho: NaN })).message, /rho/);
  assert.match(thrown(ArgumentError, () => new SGD({ globalClipNorm: 0 })).message, /globalClipNorm must be a positive number/);
  assert.match(thrown(ArgumentError, () => new SGD({ clipValue: -1 })).message, /clipValue/);
  assert.match(thrown(ArgumentError, () => new AdamW({ weightDecay: -1 })).message, /weightDecay/);
});

test.run();
