/** Penalties and constraints: values of PyTorch, gradients, the loss that is logged, every layer's options, files. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ArgumentError, Attention, BatchNorm, Bidirectional, Conv1D, Dense, FileFormatError, GRU, Input, LSTM, LayerNorm, Model, MultiHeadAttention, SGD, Sequential, SimpleRNN, TimeDistributed, checkGradients, cpu, l1,
  l1l2, l2, loadModel, maxNorm, modelFromJSON, nonNegative, unitNorm,
} from '../../src/index.js';
import type { Constraint, Kernels, Regularizer, Tensor } from '../../src/index.js';
import { MaxNorm, UnitNorm } from '../../src/constraints.js';
import { readGolden } from '../golden/read.js';
import { randomData, rejected, sameWeights } from '../models/support.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { float32, float64, runOne, runStep } from '../support/step.js';

const golden = readGolden('rules');
const names = ['kernel', 'bias', 'images'] as const;

for (const [backend, tolerance] of [[float64, 1e-13], [float32, 1e-5]] as const) {
  test(`penalties and their gradients, ${backend.description}`, () => {
    for (const [name, rule] of Object.entries({ l1: l1(0.3), l2: l2(0.2), both: l1l2({ l1: 0.3, l2: 0.2 }) })) {
      for (const weight of names) {
        const w = golden.get(`w/${weight}`);
        const [value = [], gradient = []] = runStep([w], (k, [x]) => (x ? [rule.penalty(k, x), rule.gradientTo(k, k.zeros(w.shape), x)] : []), backend);
        assertClose(value, golden.get(`${name}/${weight}`).data, tolerance, `${name}/${weight}`);
        assertClose(gradient, golden.get(`${name}/slope/${weight}`).data, tolerance, `${name}/slope/${weight}`);
      }
    }
  });

  test(`norms over axes, ${backend.description}`, () => {
    const cases = Object.keys(golden.tensors).filter((key) => key.includes('Norm/'));
    assert.ok(cases.length >= 14);
    for (const key of cases) {
      const [kind = '', axes = '', weight = ''] = key.split('/');
      const axis = [...axes].map(Number);
      const w = golden.get(`w/${weight}`);
      const rule = kind === 'maxNorm' ? new MaxNorm({ maxValue: 0.9, axis }) : new UnitNorm({ axis: axis.map((at) => at - w.shape.length) });
      // PyTorch's factor is limit / (norm + 1e-7), ours for unit norms 1 / (norm + 1e-7).
      assertClose(runOne([w], (k, [x]) => rule.apply(k, x ?? k.zeros([1])), backend), golden.get(key).data, Math.max(tolerance, 1e-6), key);
    }
  });
}

test('what is within the limit stays to the bit, and zeros have no direction', () => {
  const w = { data: Float64Array.of(0.3, 0, 0.4, 0, 0.5, 3), shape: [3, 2] };
  assertSame(runOne([w], (k, [x]) => new MaxNorm({ maxValue: 4 }).apply(k, x ?? k.zeros([1]))), w.data, 'within');
  const zero = { data: new Float64Array(4), shape: [2, 2] };
  for (const rule of [new MaxNorm(), new UnitNorm()]) assertSame(runOne([zero], (k, [x]) => rule.apply(k, x ?? k.zeros([1]))), zero.data, rule.className);
});

const { x, y } = randomData(11, [4, 3], [2]);
const rules = { kernelRegularizer: l2(0.02), recurrentRegularizer: l1(0.01), biasRegularizer: l1l2({ l1: 0.02, l2: 0.03 }) };

function build(options: typeof rules | object = rules): Sequential {
  const model = new Sequential([new LSTM({ units: 3, ...options }), new Dense({ units: 2, ...('kernelRegularizer' in options ? { kernelRegularizer: l1(0.05) } : {}) })], { inputShape: [4, 3], seed: 4 });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }), backend: cpu({ dtype: 'float64' }) });
  return model;
}

/** By hand, from the weights. */
function penaltyOf(model: Model): number {
  const sum = (key: string, term: (w: number) => number): number => Array.from(model.getWeights()[key]?.data ?? [], term).reduce((a, b) => a + b, 0);
  return 0.02 * sum('lstm/kernel', (w) => w * w) + 0.01 * sum('lstm/recurrentKernel', Math.abs) + 0.05 * sum('dense/kernel', Math.abs)
    + sum('lstm/bias', (w) => 0.02 * Math.abs(w) + 0.03 * w * w);
}

test('the penalty is part of every loss that is told, and its gradient of the gradients', async () => {
  const [model, plain] = [build(), build({})];
  const own = penaltyOf(model);
  assert.ok(own > 0.1);
  const [mine, theirs] = [await model.lossAndGradients(x, y), await plain.lossAndGradients(x, y)];
  assertClose([mine.loss], [theirs.loss + own], 1e-14, 'lossAndGradients');
  for (const [key, { data }] of Object.entries(theirs.gradients)) {
    const w = model.getWeights()[key]?.data ?? [];
    const extra: Record<string, (w: number) => number> = {
      'lstm/kernel': (v) => 0.04 * v, 'lstm/recurrentKernel': (v) => 0.01 * Math.sign(v), 'lstm/bias': (v) => 0.02 * Math.sign(v) + 0.06 * v, 'dense/kernel': (v) => 0.05 * Math.sign(v),
    };
    assertClose(mine.gradients[key]?.data ?? [], Array.from(data, (g, i) => g + (extra[key]?.(w[i] ?? NaN) ?? 0)), 1e-13, key);
  }
  const { loss = NaN } = await model.evaluate(x, y, { batchSize: 4 });
  assertClose([loss], [((await plain.evaluate(x, y)).loss ?? NaN) + own], 1e-14, 'evaluate');
  const before = model.getWeights();
  assertClose([(await model.trainOnBatch(x, y)).loss ?? NaN], [mine.loss], 1e-14, 'trainOnBatch');
  for (const [key, { data }] of Object.entries(model.getWeights())) {
    assertClose(data, Array.from(before[key]?.data ?? [], (w, i) => w - 0.1 * (mine.gradients[key]?.data[i] ?? NaN)), 1e-14, `step of ${key}`);
  }
  const { history } = await build().fit(x, y, { epochs: 1, batchSize: 11, validationData: [x, y], shuffle: false });
  assertClose(history.loss ?? [], [mine.loss], 1e-14, 'loss');
  assertClose(history.val_loss ?? [], [(await model.evaluate(x, y)).loss ?? NaN], 1e-13, 'val_loss');
});

test('frozen weights are not punished, and a layer used twice is punished once', async () => {
  const dense = new Dense({ units: 3, kernelRegularizer: l2(1) });
  const input = Input({ shape: [3] });
  const model = new Model({ inputs: input, outputs: dense.apply(dense.apply(input)), seed: 3 });
  const data = randomData(5, [3], [3]);
  const lossOf = async (): Promise<number> => {
    model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
    return (await model.evaluate(data.x, data.y)).loss ?? NaN;
  };
  const punished = await lossOf();
  dense.trainable = false;
  const kernel = model.getWeights()['dense/kernel']?.data ?? [];
  const free = await lossOf();
  assertClose([punished - free], [Array.from(kernel, (w) => w * w).reduce((a, b) => a + b)], 1e-13, 'penalty');
  assertClose([(await model.lossAndGradients(data.x, data.y)).loss], [free], 1e-14, 'lossAndGradients');
});

test('checkGradients knows penalties, of layers in layers too', async () => {
  const shape = { inputShape: [3, 5, 2] };
  await assertGradients(new LSTM({ units: 3, ...rules }), shape, 'LSTM');
  await assertGradients(new GRU({ units: 2, ...rules, returnSequences: true }), shape, 'GRU');
  await assertGradients(new Bidirectional({ layer: new SimpleRNN({ units: 2, kernelRegularizer: l2(0.5) }) }), shape, 'Bidirectional');
  await assertGradients(new TimeDistributed({ layer: new Dense({ units: 2, biasRegularizer: l1(0.3) }) }), shape, 'TimeDistributed');
  await assertGradients(new Conv1D({ filters: 2, kernelSize: 2, kernelRegularizer: l2(0.3) }), shape, 'Conv1D');
  await assertGradients(new LayerNorm({ gammaRegularizer: l1l2({ l1: 0.1, l2: 0.2 }) }), shape, 'LayerNorm');
  await assertGradients(new BatchNorm({ betaRegularizer: l2(0.2) }), shape, 'BatchNorm');
  await assertGradients(new Attention({ score: 'additive', kernelRegularizer: l2(0.2) }), shape, 'Attention');
  await assertGradients(new MultiHeadAttention({ numHeads: 2, keyDim: 3, kernelRegularizer: l2(0.2), biasRegularizer: l1(0.3) }), shape, 'MultiHeadAttention');
  const wrong: Regularizer = { className: 'Wrong', config: () => ({}), penalty: (k, w) => k.sumSquares([w]), gradientTo: (k, target, w) => k.addTo(target, w) };
  assert.is((await checkGradients(new Dense({ units: 2, kernelRegularizer: wrong }), { inputShape: [3, 2] })).passed, false);
});

test('constraints hold after every update, and where there is none nothing moves', async () => {
  const model = new Sequential([
    new GRU({ units: 3, returnSequences: true, kernelConstraint: unitNorm(), recurrentConstraint: nonNegative(), biasConstraint: maxNorm({ maxValue: 0.01 }) }), new Dense({ units: 2, kernelConstraint: maxNorm({ maxValue: 0.2, axis: 1 }) }),
  ], { inputShape: [4, 3], seed: 4 });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.5 }) });
  const start = model.getWeights();
  const mask = Array.from({ length: 11 }, (_, i) => [1, 1, 1, 1].map((real) => (i < 4 ? 0 : real)));
  const steps = randomData(11, [4, 3], [4, 2]).y;
  await model.fit(x, steps, { batchSize: 4, shuffle: false, mask, callbacks: [{ name: 'look', onBatchEnd(batch) {
    if (batch > 0) return;
    for (const [key, { data }] of Object.entries(model.getWeights())) assertSame(data, start[key]?.data ?? [], `${key} after a batch of padding`);
  } }] });
  await model.fit(x, steps, { epochs: 2, batchSize: 4 });
  const after = model.getWeights();
  const norms = (key: string, axis: 0 | 1): number[] => {
    const { data = [], shape = [] } = after[key] ?? {};
    const [rows = 1, columns = 1] = shape.length === 1 ? [shape[0] ?? 1, 1] : shape;
    return Array.from({ length: axis === 0 ? columns : rows }, (_, i) => Math.hypot(...Array.from(data).filter((__, at) => (axis === 0 ? at % columns : Math.floor(at / columns)) === i)));
  };
  assertClose(norms('gru/kernel', 0), Array.from({ length: 9 }, () => 1), 1e-6, 'unit norms');
  assert.ok(after['gru/recurrentKernel']?.data.every((w) => w >= 0) && after['gru/recurrentKernel'].data.some((w) => w > 0));
  assertClose([...norms('gru/bias', 0), ...norms('gru/recurrentBias', 0)], [0.01, 0.01], 1e-6, 'both biases');
  assert.ok(Math.max(...norms('dense/kernel', 1)) < 0.2 * (1 + 1e-6) && norms('dense/kernel', 1).some((n) => n > 0.199));
});

test('of attention every kernel has the rules of kernels, every bias those of biases', async () => {
  const make = (options: object): Sequential => {
    const model = new Sequential([new MultiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 1, biasInitializer: 'ones', ...options })], { inputShape: [4, 3], seed: 4 });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }), backend: cpu({ dtype: 'float64' }) });
    return model;
  };
  const [ruled, plain] = [make({ kernelRegularizer: l2(1), biasRegularizer: l1(100) }), make({})];
  const target = randomData(11, [4, 3], [4, 3]).y;
  const squares = Object.entries(plain.getWeights()).flatMap(([key, { data }]) => Array.from(data, (w) => (key.endsWith('Bias') ? 100 * Math.abs(w) : w * w)));
  const losses = await Promise.all([ruled, plain].map(async (model) => (await model.lossAndGradients(x, target)).loss));
  assertClose([(losses[0] ?? NaN) - (losses[1] ?? NaN)], [squares.reduce((a, b) => a + b)], 1e-12, 'penalties');
  const held = make({ kernelConstraint: nonNegative(), biasConstraint: maxNorm({ maxValue: 0.1 }) });
  await held.fit(x, target);
  for (const [key, { data }] of Object.entries(held.getWeights())) {
    if (key.endsWith('Bias')) assertClose([Math.hypot(...data)], [0.1], 1e-6, key);
    else assert.ok(data.every((w) => w >= 0) && data.some((w) => w > 0), key);
  }
  assert.equal(modelFromJSON(JSON.stringify(held)).toJSON(), held.toJSON());
  assert.match(thrown(ArgumentError, () => new Sequential([new Attention({ kernelRegularizer: l2() })], { inputShape: [4, 3] })).message, 'kernelRegularizer must be left out: it has no weights');
});

/** λ·Σw⁴, of one's own. */
class Fourth implements Regularizer, Constraint {
  readonly className = 'Fourth';
  readonly factor: number;

  constructor(factor: number) {
    this.factor = factor;
  }

  config(): { factor: number } {
    return { factor: this.factor };
  }

  penalty(k: Kernels, w: Tensor): Tensor {
    return k.scale(k.sumSquares([k.mul(w, w)]), this.factor);
  }

  gradientTo(k: Kernels, target: Tensor, w: Tensor): Tensor {
    return k.addTo(target, k.scale(k.mul(w, k.mul(w, w)), 4 * this.factor));
  }

  apply(k: Kernels, w: Tensor): Tensor {
    return k.scale(w, 1 - this.factor);
  }
}

test('files and JSON hold the rules, of layers in layers and of your own; a run goes on inside an epoch', async () => {
  const make = (): Sequential => {
    const model = new Sequential([
      new Bidirectional({ layer: new LSTM({ units: 2, ...rules, returnSequences: true }) }), new TimeDistributed({ layer: new Dense({ units: 3, kernelConstraint: maxNorm({ axis: [0, 1], maxValue: 0.3 }) }) }),
      new GRU({ units: 2, kernelRegularizer: new Fourth(0.01), kernelConstraint: new Fourth(0.02), recurrentConstraint: unitNorm({ axis: -1 }), biasConstraint: nonNegative() }), new Dense({ units: 2 }),
    ], { inputShape: [4, 3], seed: 4 });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }) });
    return model;
  };
  const customRules = { Fourth: (o: object): Fourth => new Fourth(Number(Reflect.get(o, 'factor'))) };
  const whole = make();
  const settings = { epochs: 2, batchSize: 3 };
  await whole.fit(x, y, settings);
  const cut = make();
  let bytes = new Uint8Array();
  await cut.fit(x, y, { ...settings, callbacks: [{ name: 'cut', onBatchEnd: (batch, _logs, context) => { if (batch === 1) { bytes = Uint8Array.from(cut.toBytes()); context.stop('half'); } } }] });
  const again = await loadModel(bytes, { customRules });
  await again.fit(x, y, { ...settings, resume: true });
  assert.ok(sameWeights(again, whole));
  assert.equal(again.history.history.loss, whole.history.history.loss);
  assert.equal(modelFromJSON(JSON.stringify(whole), { customRules }).toJSON(), whole.toJSON());
  assert.match((await rejected(FileFormatError, loadModel(bytes))).message, /rule class must be L1L2 \| MaxNorm \| NonNegative \| UnitNorm, got Fourth\. Pass your own rules as customRules/);
});

test('rules that mean nothing are refused', () => {
  const say = (run: () => unknown): string => thrown(ArgumentError, run).message;
  // @ts-expect-error a name as Keras takes it
  assert.match(say(() => new Dense({ units: 1, kernelRegularizer: 'l2' })), "kernelRegularizer must be a regulariser, such as l2(0.01), got 'l2'");
  // @ts-expect-error the other kind
  assert.match(say(() => new Dense({ units: 1, kernelConstraint: l2() })), 'kernelConstraint must be a constraint, such as maxNorm(), got object');
  assert.match(say(() => new Sequential([new Dense({ units: 1, useBias: false, biasRegularizer: l2() })], { inputShape: [2] })), 'biasRegularizer must be about one of its weights: kernel, got about none');
  assert.match(say(() => new Sequential([new Dense({ units: 1, biasConstraint: maxNorm({ axis: 1 }) })], { inputShape: [2] })), 'axis of MaxNorm must be neighbouring axes of a weight [1], got 1');
  assert.match(say(() => new Sequential([new Conv1D({ filters: 1, kernelSize: 2, kernelConstraint: unitNorm({ axis: [0, 2] }) })], { inputShape: [4, 2] })), 'neighbouring axes of a weight [2, 2, 1], got 0, 2');
  assert.match(say(() => l2(-1)), 'l1l2: l2 must be a finite number of at least 0, got -1');
  assert.match(say(() => l1l2({ l1: Infinity })), 'l1 must be a finite number');
  assert.match(say(() => maxNorm({ maxValue: 0 })), 'maxNorm: maxValue must be a positive number, got 0');
  assert.match(say(() => unitNorm({ axis: 0.5 })), 'unitNorm: axis must be an axis or a list of axes');
});

test.run();
