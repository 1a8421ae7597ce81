/** Models written as ONNX say in onnxruntime what they say here. */
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ArgumentError, BatchNorm, ConversionError, Conv1D, Dense, Dropout, Embedding, GRU, Input, LSTM, Layer, Model, RNN, Sequential, SimpleRNN, tensor,
} from '../../../../src/index.js';
import type { Cell, Forward, JsonObject, NoTensors, Run, Shape, Tensor } from '../../../../src/index.js';
import { exportOnnx } from '../../../../src/convert/index.js';
import { readModel } from '../../../../src/convert/onnx/proto/readModel.js';
import { writeModel } from '../../../../src/convert/onnx/proto/writeModel.js';
import { makers } from '../../../../src/models/files/makers.js';
import { writes } from '../../../../src/convert/onnx/write/layerWriters.js';
import { forAll } from '../../../support/property.js';
import { rejected } from '../../../models/support.js';
import { randomTensor } from '../../../support/values.js';
import { Stream, differenceOf, judgeRandomModel } from './agreement.js';
import { openInRuntime } from './onnxruntime.js';
import { randomModel } from './randomModels.js';

const limit = 1e-5;

test('every layer of the library has a writer', () => {
  assert.equal(Object.keys(makers).filter((name) => !writes(name)), []);
});

test('random models, both opsets, with lengths and without (all of them: npm run soak -- onnx)', async () => {
  const cases = fc.record({ choices: fc.array(fc.nat(1e6), { minLength: 10, maxLength: 80 }), seed: fc.nat(1e6), opset: fc.constantFrom(17 as const, 22 as const), lengths: fc.boolean() });
  let worst = 0;
  await forAll(cases, 40, async ({ choices, seed, opset, lengths }) => {
    const difference = await judgeRandomModel(choices, seed, { opset, lengths });
    assert.ok(difference <= limit, `differs by ${difference} of the largest output`);
    worst = Math.max(worst, difference);
  });
  console.log(`largest difference ${worst.toExponential(1)} of the largest output`);
});

test('inputs and outputs: names, types, open axes; several of them', async () => {
  const [text, prices] = [Input({ shape: [null], name: 'text' }), Input({ shape: [null, 2], name: 'prices' })];
  const words = new GRU({ units: 3 }).apply(new Embedding({ inputDim: 7, outputDim: 2 }).apply(text));
  const steps = new LSTM({ units: 3, returnSequences: true }).apply(prices);
  const model = new Model({ inputs: [text, prices], outputs: { level: new Dense({ units: 1 }).apply(words), path: steps }, seed: 3 });
  const exported = await exportOnnx(model, { lengths: true });
  assert.equal(exported.inputs, [
    { name: 'text', type: 'int32', shape: ['batch', 'text_axis_1'] }, { name: 'text_lengths', type: 'int32', shape: ['batch'] },
    { name: 'prices', type: 'float32', shape: ['batch', 'prices_axis_1', 2] }, { name: 'prices_lengths', type: 'int32', shape: ['batch'] },
  ]);
  assert.equal(exported.outputs, [{ name: 'level', type: 'float32', shape: ['batch', 1] }, { name: 'path', type: 'float32', shape: ['batch', 'path_axis_1', 3] }]);
  const session = await openInRuntime(exported.bytes);
  const [a, b] = [tensor([[1, 2, 0], [6, 5, 4]]), randomTensor(1, 'x', [2, 5, 2])];
  const lengths = { text: [2, 3], prices: [5, 1] };
  const expected = await model.predictAll([a, b], { lengths });
  const results = await session.run({
    text: { type: 'int32', data: a.data, shape: [2, 3] }, prices: { type: 'float32', data: b.data, shape: [2, 5, 2] },
    text_lengths: { type: 'int32', data: lengths.text, shape: [2] }, prices_lengths: { type: 'int32', data: lengths.prices, shape: [2] },
  });
  exported.outputs.forEach(({ name }, i) => { assert.ok(differenceOf(results.get(name), expected[i] ?? a, name) <= limit, name); });
});

test('a model without layers, and an output that is an input', async () => {
  const x = Input({ shape: [2], name: 'x' });
  const { bytes, outputs } = await exportOnnx(new Model({ inputs: x, outputs: [x, new Dense({ units: 1 }).apply(x)] }));
  const results = await (await openInRuntime(bytes)).run({ x: { type: 'float32', data: [3, 4], shape: [1, 2] } });
  assert.equal(Array.from(results.get(outputs[0]?.name ?? '')?.data ?? []), [3, 4]);
});

test('a stateful model: states go in and come out, and cut where one likes', async () => {
  const model = new Sequential([
    new GRU({ units: 3, stateful: true, returnSequences: true }), new LSTM({ units: 2, stateful: true, returnSequences: true }),
  ], { inputShape: [null, 2], seed: 4 });
  const exported = await exportOnnx(model);
  assert.equal(exported.states.map(({ input, output }) => [input.name, output.name, input.shape]), [
    ['gru/h', 'gru/h_next', ['batch', 3]], ['lstm/h', 'lstm/h_next', ['batch', 2]], ['lstm/c', 'lstm/c_next', ['batch', 2]],
  ]);
  const stream = new Stream(exported, await openInRuntime(exported.bytes), 2);
  for (const [call, steps] of [4, 1, 3].entries()) {
    const x = randomTensor(call, 'x', [2, steps, 2]);
    const results = await stream.run({ input: { type: 'float32', ...x } });
    assert.ok(differenceOf(results.get('lstm'), await model.predict(x), `call ${call}`) <= limit);
  }
});

test('half precision: half the bytes, and the largest error is said', async () => {
  const model = new Sequential([new LSTM({ units: 40 }), new Dense({ units: 1 })], { inputShape: [5, 3], seed: 2 });
  const [whole, half] = [await exportOnnx(model), await exportOnnx(model, { weights: 'float16' })];
  assert.is(whole.rounding, undefined);
  assert.ok(half.bytes.length < 0.6 * whole.bytes.length, `${half.bytes.length} of ${whole.bytes.length} bytes`);
  const { largest = NaN, weight = '', relative = NaN } = half.rounding ?? {};
  const { data = [] } = model.getWeights()[weight] ?? {};
  const scale = Math.max(...Array.from(data, Math.abs));
  assert.ok(largest > 0 && largest <= scale * 2 ** -11, `${largest} in ${weight}`);
  assert.ok(Math.abs(relative - largest / scale) < 1e-12);
  const x = randomTensor(1, 'x', [2, 5, 3]);
  const results = await (await openInRuntime(half.bytes)).run({ input: { type: 'float32', ...x } });
  const difference = differenceOf(results.get('dense'), await model.predict(x), 'output');
  assert.ok(difference > 1e-6 && difference < 1e-2, String(difference));
  model.setWeights({ 'dense/bias': [70_000] });
  assert.match((await rejected(ArgumentError, exportOnnx(model, { weights: 'float16' }))).message, /'dense\/bias' must be at most 65504/);
});

class Doubled extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly kind = 'doubled';
  override readonly className = 'Doubled';
  override config(): JsonObject {
    return {};
  }
  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [...inputs];
  }
  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, [x]: readonly Tensor[]): Forward<NoTensors, Tensor> {
    return { outputs: x ? [k.scale(x, 2)] : [], cache: x ?? k.zeros([1]) };
  }
  override backward(): Tensor[] {
    return [];
  }
}

test('layers and cells of your own are refused, all at once; nothing that nobody reads', async () => {
  const cell: Cell<NoTensors, { h: Tensor }, unknown> = {
    stateShapes: { h: [2] }, parameters: () => ({}), forward: (_k, _p, _x, states) => ({ states, cache: undefined }), backward: (_k, _p, _c, dStates) => ({ dx: dStates.h, dStates }),
  };
  const model = new Sequential([new Doubled({ name: 'mine' }), new SimpleRNN({ units: 2, returnSequences: true }), new RNN({ cell, name: 'ours' })], { inputShape: [3, 2] });
  const { message, problems } = await rejected(ConversionError, exportOnnx(model));
  assert.is(problems.length, 2);
  assert.match(message, /'mine' \(Doubled\): a layer of your own/);
  assert.match(message, /'ours' \(RNN\): its cell is one of your own/);

  const plain = new Sequential([new Dense({ units: 2 }), new Dropout({ rate: 0.5 })], { inputShape: [3], seed: 1 });
  assert.match((await rejected(ArgumentError, exportOnnx(plain, { lengths: true }))).message, /lengths must be false for a model in which no layer reads them/);
  // @ts-expect-error an opset that there is not
  assert.match((await rejected(ArgumentError, exportOnnx(plain, { opset: 18 }))).message, /opset must be 17 or 22/);
  const { graph } = readModel((await exportOnnx(plain)).bytes);
  assert.equal(graph.nodes.map(({ opType }) => opType), ['MatMul', 'Add', 'Identity']);
  assert.equal(graph.initializers.map(({ name, dims }) => [name, ...dims]), [['dense/kernel', 3, 2], ['dense/bias', 2]]);
});

test('a layer used twice has its weights in the file once', async () => {
  const layer = new Dense({ units: 3 });
  const x = Input({ shape: [3] });
  const { graph } = readModel((await exportOnnx(new Model({ inputs: x, outputs: layer.apply(layer.apply(x)) }))).bytes);
  assert.is(graph.initializers.length, 2);
});

test('a file that is read and written again is the same, byte by byte', async () => {
  for (const seed of [1, 2, 3]) {
    const { bytes } = await exportOnnx(randomModel([seed, 7, 3, 9, 4, 1, 5], seed).model);
    assert.equal(writeModel(readModel(bytes)), bytes);
  }
});

test('what we write at opset 17 passes the checker of onnx 1.12', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-onnx-'));
  const models = [
    new Sequential([new Conv1D({ filters: 2, kernelSize: 3, padding: 'same' }), new BatchNorm(), new LSTM({ units: 3, projection: 2, returnSequences: true }), new GRU({ units: 2 })], { inputShape: [null, 2] }),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => randomModel(Array.from({ length: 40 }, (_, i) => (i + 1) * seed * 7919), seed).model),
  ];
  const files = await Promise.all(models.map(async (model, i) => {
    const file = join(folder, `${i}.onnx`);
    writeFileSync(file, (await exportOnnx(model)).bytes);
    return file;
  }));
  const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', 'import sys, onnx\nfor f in sys.argv[1:]: onnx.checker.check_model(f, full_check=True)', ...files], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.is(status, 0, stderr);
});

test.run();
