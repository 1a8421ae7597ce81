/** The checker itself: it must see wrong gradients, name them, and refuse nonsense. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, Tensor } from '../src/backend.js';
import { ArgumentError } from '../src/errors.js';
import { checkGradients, checkLossGradients } from '../src/gradcheck.js';
import { Dense } from '../src/layers/dense.js';
import { Dropout } from '../src/layers/dropout.js';
import { GRU } from '../src/layers/gru.js';
import { Layer, dOutput } from '../src/layers/layer.js';
import type { Forward, JsonObject, NoTensors, ParameterSpec, Run } from '../src/layers/layer.js';
import { LSTM } from '../src/layers/lstm.js';
import type { Shape } from '../src/tensor.js';

/** y = unit·x·w, element by element along the last axis; `wrong` replaces one of the gradients. */
class Scale extends Layer<{ w: Tensor }, NoTensors, { x: Tensor; y: Tensor }> {
  override readonly kind = 'scale';
  override readonly className = 'Scale';

  constructor(
    private readonly wrong: { dx?: (k: Kernels, right: Tensor) => Tensor; dw?: (k: Kernels, right: Tensor) => Tensor } = {},
    private readonly unit = 1,
  ) {
    super();
  }

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override parameters(inputs: readonly Shape[]): { w: ParameterSpec } {
    return { w: { shape: [this.single(inputs).at(-1) ?? 1], initializer: 'ones' } };
  }

  override forward({ k }: Run, { w }: { w: Tensor }, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, { x: Tensor; y: Tensor }> {
    const x = this.single(inputs);
    const y = k.scale(k.mulTiled(x, w), this.unit);
    return { outputs: [y], cache: { x, y } };
  }

  override backward({ k }: Run, { w }: { w: Tensor }, { x, y }: { x: Tensor; y: Tensor }, dOutputs: readonly (Tensor | undefined)[], grads: { w: Tensor }): Tensor[] {
    const dy = k.scale(dOutput(k, dOutputs, y), this.unit);
    const dw = k.sumRowsTo(k.zeros(w.shape), k.mul(dy, x));
    grads.w = k.addTo(grads.w, this.wrong.dw ? this.wrong.dw(k, dw) : dw);
    const dx = k.mulTiled(dy, w);
    return [this.wrong.dx ? this.wrong.dx(k, dx) : dx];
  }
}

const options = { inputShape: [3, 4], seed: 5 };

test('a right layer passes, and every entry is compared', async () => {
  const report = await checkGradients(new Scale(), options);
  assert.ok(report.passed);
  assert.is(report.compared, 4 + 12);
  assert.equal(report.worst.map((entry) => entry.tensor), ['w', 'input 0']);
  assert.ok(report.maxRelativeError < 1e-8 && report.maxRelativeError === Math.max(...report.worst.map((e) => e.relativeError)));
});

test('a gradient that is a little off fails, and the report says where', async () => {
  const report = await checkGradients(new Scale({ dx: (k, dx) => k.scale(dx, 1 + 1e-5) }), options);
  assert.not(report.passed);
  const [w, x] = report.worst;
  assert.ok(w && x && w.relativeError < 1e-8);
  assert.is(x.tensor, 'input 0');
  assert.ok(Math.abs(x.relativeError - 1e-5) < 1e-7, String(x.relativeError));
  assert.ok(x.index >= 0 && x.analytic !== x.numeric);
});

test('a layer of any unit: right passes, a little off fails', async () => {
  for (const unit of [1e-200, 1e-14, 1e-9, 1e9, 1e200]) {
    assert.ok((await checkGradients(new Scale({}, unit), options)).passed, String(unit));
    const off = await checkGradients(new Scale({ dx: (k, dx) => k.scale(dx, 1 + 1e-5) }, unit), options);
    assert.ok(Math.abs(off.maxRelativeError - 1e-5) < 1e-7, `${unit}: ${off.maxRelativeError}`);
  }
});

test('zero, doubled, negated and not-a-number gradients fail', async () => {
  const nan = (k: Kernels, d: Tensor): Tensor => k.scale(k.scale(d, Infinity), 0);
  for (const dw of [(k: Kernels, d: Tensor) => k.scale(d, 0), (k: Kernels, d: Tensor) => k.scale(d, 2), (k: Kernels, d: Tensor) => k.scale(d, -1), nan]) {
    const report = await checkGradients(new Scale({ dw }), options);
    assert.not(report.passed);
    assert.not(report.maxRelativeError <= 1e-6);
    assert.ok(report.worst[1] && report.worst[1].relativeError < 1e-8, 'dx is still right');
  }
});

test('a gradient too large everywhere and one too small everywhere fail', async () => {
  for (const shift of [0.01, -0.01]) {
    const moved = (k: Kernels, dx: Tensor): Tensor => k.addRow(k.copy(dx), k.scale(k.softmax(k.zeros([4])), 4 * shift));
    const report = await checkGradients(new Scale({ dx: moved }), options);
    assert.not(report.passed, String(shift));
    assert.is(Math.sign((report.worst[1]?.analytic ?? 0) - (report.worst[1]?.numeric ?? 0)), Math.sign(shift));
  }
});

test('a gradient put into the wrong place fails: rows of dx swapped', async () => {
  const swap = (k: Kernels, dx: Tensor): Tensor => k.stack([k.row(dx, 1), k.row(dx, 0), k.row(dx, 2)]);
  assert.not((await checkGradients(new Scale({ dx: swap }), options)).passed);
});

test('the tolerance is the one asked for', async () => {
  const nearly = new Scale({ dx: (k, dx) => k.scale(dx, 1 + 1e-5) });
  assert.ok((await checkGradients(nearly, { ...options, tolerance: 1e-4 })).passed);
});

test('the same seed gives the same report, another seed another one', async () => {
  const [a, b, c] = await Promise.all([5, 5, 6].map((seed) => checkGradients(new GRU({ units: 3 }), { inputShape: [2, 3, 4], seed })));
  assert.equal(a, b);
  assert.not.equal(a, c);
});

test('recurrent layers: x and every initial state are compared', async () => {
  const report = await checkGradients(new LSTM({ units: 4, peepholes: true }), { inputShape: [2, 3, 5] });
  assert.equal(report.worst.map((entry) => entry.tensor), ['kernel', 'recurrentKernel', 'bias', 'peephole', 'input 0', 'input 1', 'input 2']);
  assert.is(report.compared, 5 * 16 + 4 * 16 + 16 + 12 + 30 + 8 + 8);
  const without = await checkGradients(new LSTM({ units: 4 }), { inputShape: [2, 3, 5], initialState: false });
  assert.is(without.compared, 5 * 16 + 4 * 16 + 16 + 30);
});

test('inputs may be listed: an initial state of the caller', async () => {
  const report = await checkGradients(new GRU({ units: 4 }), { inputShape: [[2, 3, 5], [2, 4]] });
  assert.ok(report.passed);
  assert.is(report.compared, 5 * 12 + 4 * 12 + 12 + 12 + 30 + 8);
});

test('truncated backpropagation is seen not to be the gradient of the loss', async () => {
  assert.not((await checkGradients(new LSTM({ units: 3, truncate: 2 }), { inputShape: [2, 5, 4] })).passed);
  assert.ok((await checkGradients(new LSTM({ units: 3, truncate: 5 }), { inputShape: [2, 5, 4] })).passed);
});

test('dropout keeps one mask for all evaluations, and is off at inference', async () => {
  const training = await checkGradients(new Dropout({ rate: 0.5 }), { inputShape: [4, 5] });
  assert.ok(training.passed);
  const inference = await checkGradients(new Dropout({ rate: 0.5 }), { inputShape: [4, 5], training: false });
  assert.ok(inference.passed);
});

test('lengths must be one for each sample; shapes that do not fit are refused by the layer', async () => {
  await checkGradients(new LSTM({ units: 2 }), { inputShape: [2, 3, 4], lengths: [1] }).then(
    () => assert.unreachable('accepted'),
    (error: unknown) => assert.match(String((error as ArgumentError).message), /lengths must be 2 numbers, got 1/),
  );
  await checkGradients(new LSTM({ units: 2 }), { inputShape: [2, 3] }).then(
    () => assert.unreachable('accepted'), (error: unknown) => assert.match(String(error), /\[batch, time, features\]/),
  );
  await checkGradients(new Dense({ units: 2 }), { inputShape: [2] }).then(
    () => assert.unreachable('accepted'), (error: unknown) => assert.match(String(error), /ShapeError/),
  );
});

test('losses: a passing report over every entry of the prediction', async () => {
  const report = await checkLossGradients('mse', { shape: [3, 2, 4], weighted: true });
  assert.ok(report.passed);
  assert.is(report.compared, 24);
  assert.not((await checkLossGradients('mse', { shape: [3, 4], tolerance: 0 })).passed);
  await checkLossGradients({ kind: 'quantile', quantile: 1 }, { shape: [2, 2] }).then(
    () => assert.unreachable('accepted'), (error: unknown) => assert.instance(error, ArgumentError),
  );
});

test.run();
