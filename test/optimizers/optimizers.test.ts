import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { Adagrad } from '../../src/optimizers/adagrad.js';
import { Adam, AdamW } from '../../src/optimizers/adam.js';
import { decayOf, requireExclusions } from '../../src/optimizers/decay.js';
import { Nadam } from '../../src/optimizers/nadam.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { optimizerFromConfig, resolveOptimizer } from '../../src/optimizers/resolve.js';
import { RMSprop } from '../../src/optimizers/rmsprop.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { updateOnce } from '../support/optimizer.js';
import type { OptimizerState } from '../support/optimizer.js';
import { float32, runOne } from '../support/step.js';
import { host } from '../support/values.js';

const all: readonly (readonly [string, Optimizer])[] = [
  ['SGD', new SGD({ learningRate: 0.1 })],
  ['momentum', new SGD({ learningRate: 0.1, momentum: 0.8 })],
  ['Nesterov', new SGD({ learningRate: 0.1, momentum: 0.8, nesterov: true })],
  ['RMSprop', new RMSprop()],
  ['RMSprop, centred, with momentum', new RMSprop({ centered: true, momentum: 0.8, epsilon: 1e-4 })],
  ['Adagrad', new Adagrad()],
  ['Nadam', new Nadam()],
  ['Adam', new Adam()],
  ['amsgrad', new Adam({ amsgrad: true })],
  ['AdamW', new AdamW({ weightDecay: 0.1, excludeFromDecay: ['bias'], clipNorm: 3 })],
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
  const common = { learningRate: 0.001, globalClipNorm: undefined, clipNorm: undefined, clipValue: undefined, weightDecay: 0, excludeFromDecay: [] };
  assert.equal(new SGD().config(), { ...common, learningRate: 0.01, momentum: 0, nesterov: false });
  assert.equal(new RMSprop().config(), { ...common, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false });
  assert.equal(new Adagrad().config(), { ...common, initialAccumulator: 0.1, epsilon: 1e-7 });
  const moments = { ...common, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  assert.equal(new Nadam().config(), { ...moments, momentumDecay: 1 });
  const adam = { ...moments, amsgrad: false };
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

test('decoupled decay of every optimiser: with a zero gradient, p shrinks by η·λ and nothing else happens', () => {
  const shared = { learningRate: 0.1, weightDecay: 0.5 };
  for (const optimizer of [new SGD(shared), new SGD({ ...shared, momentum: 0.9 }), new RMSprop({ ...shared, momentum: 0.9 }), new Adagrad(shared), new Adam(shared), new Nadam(shared)]) {
    const { p, slots } = updateOnce(optimizer, 1, start, [0, 0, 0]);
    assertClose(p, Array.from(start.p, (x) => 0.95 * x), 1e-15, optimizer.className);
    for (const name of optimizer.slotNames) assert.ok(slots[name]?.every((x) => x === 0), `${optimizer.className} ${name}`);
  }
});

test('exclusions from decay: a name in any layer, a key, letters left open', () => {
  const decays = (excludeFromDecay: string[], key: string): boolean => decayOf(new SGD({ weightDecay: 0.1, excludeFromDecay }), key) > 0;
  const keys = ['lstm/kernel', 'lstm/bias', 'layer_norm/gamma', 'layer_norm_1/beta', 'bidirectional/forward/bias'];
  const left = (...patterns: string[]): string[] => keys.filter((key) => decays(patterns, key));
  assert.equal(left('bias'), ['lstm/kernel', 'layer_norm/gamma', 'layer_norm_1/beta']);
  assert.equal(left('layer_norm*/*', 'lstm/kernel'), ['lstm/bias', 'bidirectional/forward/bias']);
  assert.equal(left('*a'), ['lstm/kernel', 'lstm/bias', 'bidirectional/forward/bias']);
  assert.equal(left('l*m/b*'), ['lstm/kernel', 'layer_norm/gamma', 'layer_norm_1/beta', 'bidirectional/forward/bias']);
  assert.equal(left('bia', 'ias', 'layer_norm', 'm*m/kernel', 'lstm/bias*s'), keys);
  requireExclusions(new SGD({ weightDecay: 0.1, excludeFromDecay: ['bias', 'layer_norm*/*'] }), keys);
  const { message } = thrown(ArgumentError, () => { requireExclusions(new AdamW({ excludeFromDecay: ['bias', 'layerNorm/*'] }), keys); });
  assert.match(message, "compile: excludeFromDecay of AdamW must be names or keys of weights of this model, got 'layerNorm/*'. Its weights are lstm/kernel, ");
  assert.match(thrown(ArgumentError, () => new SGD({ excludeFromDecay: ['bias'] })).message, 'given with a weightDecay');
  // @ts-expect-error a function cannot be saved
  assert.match(thrown(ArgumentError, () => new SGD({ weightDecay: 1, excludeFromDecay: [() => true] })).message, "as 'bias' or 'layer_norm/*', got function");
});

test('centred RMSprop stays finite where v − m² would not: a large gradient that does not change', () => {
  let state: OptimizerState = { p: new Float64Array(1), slots: {} };
  for (let t = 1; t <= 1500; t++) state = updateOnce(new RMSprop({ centered: true, learningRate: 1e-3 }), t, state, [1000.7], {}, float32);
  assert.ok(Number.isFinite(state.p[0]) && (state.slots.v?.[0] ?? -1) >= 0, `${state.p[0]} ${state.slots.v?.[0]}`);
});

test('keepIfFinite keeps or replaces as the guard says', () => {
  const run = (guard: number): Float64Array =>
    runOne([host([1], [guard]), host([2], [1, 2]), host([2], [3, 4])], (k, [g, a, b]) => (g && a && b ? k.keepIfFinite(g, a, b) : k.zeros([1])));
  assertSame(run(0), [3, 4], 'finite');
  for (const guard of [NaN, Infinity]) assertSame(run(guard), [1, 2], String(guard));
});

test('names and options are checked', () => {
  assert.instance(resolveOptimizer('adamw'), AdamW);
  assert.equal(['sgd', 'rmsprop', 'adagrad', 'adam', 'nadam'].map((name) => resolveOptimizer(name as 'sgd').className), ['SGD', 'RMSprop', 'Adagrad', 'Adam', 'Nadam']);
  const own = new SGD();
  assert.is(resolveOptimizer(own), own);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => resolveOptimizer('lion')).message, /sgd \| rmsprop \| adagrad \| adam \| adamw \| nadam, got lion/);
  assert.match(thrown(ArgumentError, () => optimizerFromConfig('Lion', {})).message, /loadModel: optimizer/);
  assert.match(thrown(ArgumentError, () => new Adam({ learningRate: 0 })).message, /Adam: learningRate must be a positive number, got 0/);
  assert.match(thrown(ArgumentError, () => new Adam({ beta1: 1 })).message, /beta1 must be a number in \[0, 1\)/);
  assert.match(thrown(ArgumentError, () => new Adam({ beta2: -0.1 })).message, /beta2/);
  assert.match(thrown(ArgumentError, () => new SGD({ momentum: 1 })).message, /momentum/);
  assert.match(thrown(ArgumentError, () => new RMSprop({ rho: NaN })).message, /rho/);
  assert.match(thrown(ArgumentError, () => new SGD({ globalClipNorm: 0 })).message, /globalClipNorm must be a positive number/);
  assert.match(thrown(ArgumentError, () => new SGD({ clipValue: -1 })).message, /clipValue/);
  assert.match(thrown(ArgumentError, () => new AdamW({ weightDecay: -1 })).message, /AdamW: weightDecay/);
  assert.match(thrown(ArgumentError, () => new SGD({ clipNorm: 1, globalClipNorm: 1 })).message, 'given without globalClipNorm, got both');
  assert.match(thrown(ArgumentError, () => new SGD({ clipNorm: -1 })).message, /clipNorm must be a positive number/);
  assert.match(thrown(ArgumentError, () => new RMSprop({ momentum: 1 })).message, /RMSprop: momentum/);
  assert.match(thrown(ArgumentError, () => new Adagrad({ initialAccumulator: -1 })).message, /initialAccumulator/);
  assert.match(thrown(ArgumentError, () => new Adagrad({ initialAccumulator: 0, epsilon: 0 })).message, /positive where initialAccumulator is 0/);
  assert.match(thrown(ArgumentError, () => new Nadam({ momentumDecay: NaN })).message, /momentumDecay/);
  assert.match(thrown(ArgumentError, () => new Nadam({ beta2: 1 })).message, /Nadam: beta2/);
});

test.run();
