/** ONNX files as models: what PyTorch exports, what we write ourselves, what is refused. */
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConversionError, Dense, FileFormatError, GRU, LSTM, Sequential, SimpleRNN, randomStream } from '../../../src/index.js';
import type { Model } from '../../../src/index.js';
import { exportOnnx, importOnnx } from '../../../src/convert/index.js';
import type { OnnxAttribute, OnnxNode, OnnxValueInfo } from '../../../src/convert/onnx/proto/graph.js';
import { readModel } from '../../../src/convert/onnx/proto/readModel.js';
import { writeModel } from '../../../src/convert/onnx/proto/writeModel.js';
import { floatTensor, intTensor } from '../../../src/convert/onnx/write/graphBuilder.js';
import { reordered } from '../../../src/convert/onnx/write/layerWriter.js';
import { rejected } from '../../models/support.js';
import { forAll } from '../../support/property.js';
import { randomTensor } from '../../support/values.js';
import { differenceOf } from './runtime/agreement.js';
import { randomModel, randomise } from './runtime/randomModels.js';

const exported = 'test/golden/data/onnx/';
interface Golden { readonly x: readonly number[]; readonly xShape: readonly number[]; readonly y: readonly number[]; readonly yShape: readonly number[]; readonly lengths?: readonly number[] }

for (const name of readdirSync(exported).filter((each) => each.endsWith('.onnx')).map((each) => each.slice(0, -5))) {
  test(`torch 1.13, opset 16: ${name}`, async () => {
    const golden = JSON.parse(readFileSync(`${exported}${name}.json`, 'utf8')) as Golden;
    const { model, inputs: [input], outputs: [output] } = await importOnnx(readFileSync(`${exported}${name}.onnx`));
    const x = reordered({ data: Float32Array.from(golden.x), shape: golden.xShape }, input?.axes ?? []);
    const lengths = golden.lengths && { lengths: golden.lengths };
    const { data, shape } = await model.predict(x, lengths);
    const back = (output?.axes ?? []).map((_, axis, axes) => axes.indexOf(axis));
    assert.ok(differenceOf(reordered({ data: Float32Array.from(data), shape }, back), { data: golden.y, shape: golden.yShape }, name) < 1e-6);
    if (model.outputShape.at(-1) === null) return; // channels first over an open time: no loss takes it
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const { gradients } = await model.lossAndGradients(x, { data: new Float32Array(data.length), shape }, lengths);
    assert.ok(Object.values(gradients).some((gradient) => Array.from(gradient.data).some((value) => value !== 0)), 'it trains');
  });
}

/** So that operators are all that is read. */
function withoutDescription(bytes: Uint8Array): Uint8Array {
  return writeModel({ ...readModel(bytes), metadata: new Map() });
}

test('what we write is read by its operators alone: random models without padding of their own', async () => {
  let [same, refused] = [0, 0];
  await forAll(fc.record({ choices: fc.array(fc.nat(1e6), { minLength: 10, maxLength: 60 }), image: fc.boolean(), seed: fc.nat(1e6) }), 60, async ({ choices, image, seed }) => {
    const { model, shape } = randomModel([image ? 3 : 0, ...choices], seed);
    const x = randomTensor(seed, 'x', [3, ...shape]);
    const { bytes, states } = await exportOnnx(model);
    if (states.length > 0) return;
    let again: Model;
    try {
      again = (await importOnnx(withoutDescription(bytes))).model;
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      refused++;
      return;
    }
    assert.ok(differenceOf(await again.predict(x), await model.predict(x), 'y') <= 1e-5);
    same++;
  });
  console.log(`${same} the same, ${refused} refused`);
  assert.ok(same >= 30, `${same} of ${same + refused}`);
});

interface Piece { readonly op: string; readonly inputs: readonly string[]; readonly outputs?: readonly string[]; readonly attributes?: Readonly<Record<string, OnnxAttribute>>; readonly domain?: string }

/** A file by hand: nodes one after the other, `y` comes out. */
function file(inputs: Readonly<Record<string, readonly (number | string)[]>>, pieces: readonly Piece[], weights: Readonly<Record<string, readonly number[]>> = {}, opset = 17, output = 'y'): Uint8Array {
  const nodes = pieces.map(({ op, inputs: from, outputs = [output], attributes = {}, domain = '' }, i): OnnxNode => ({ name: `${op}_${i}`, opType: op, domain, inputs: from, outputs, attributes: new Map(Object.entries(attributes)) }));
  const infos = Object.entries(inputs).map(([name, shape]): OnnxValueInfo => ({ name, elementType: name === 'lens' ? 6 : 1, shape }));
  const random = Object.entries(weights).map(([name, shape]) => floatTensor(name, randomTensor(name.length, name, shape).data, shape));
  const graph = { name: 'g', nodes, initializers: [...random, intTensor('axes0', [0], [1]), intTensor('half', [2], [1])], inputs: infos, outputs: [{ name: output, elementType: 1, shape: undefined }] };
  return writeModel({ irVersion: 8, producer: 'test', opsets: new Map([['', opset]]), metadata: new Map(), graph });
}

const units = { hidden_size: { kind: 'int', value: 4 } } as const;
const gates = { W: [1, 16, 3], R: [1, 16, 4], B: [1, 32] } as const;

test('the batch is the axis that an operator takes for it', async () => {
  const bytes = file({ x: ['time', 'samples', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], outputs: ['', 'y'], attributes: units }], gates);
  const { model, ...rest } = await importOnnx(bytes);
  assert.equal(model.inputShape, [null, 3]);
  assert.equal(rest, {
    producer: 'test', opset: 17, inputs: [{ name: 'x', of: 'x', axes: [1, 0, 2] }], outputs: [{ name: 'y', of: 'y', axes: [1, 0, 2] }], lengths: [], asWritten: false,
  });
  assert.equal((await model.predict(randomTensor(1, 'x', [2, 5, 3]))).shape, [2, 1, 4]);
});

test('lengths of a file are lengths of the model; states go in', async () => {
  const lens: Piece = { op: 'LSTM', inputs: ['x', 'W', 'R', 'B', 'lens', 'h', 'c'], outputs: ['y'], attributes: units };
  const { model, lengths } = await importOnnx(file({ x: ['t', 'b', 3], lens: ['b'], h: [1, 'b', 4], c: [1, 'b', 4] }, [lens], gates));
  assert.equal(model.network.inputs.map(({ name }) => name), ['x', 'h', 'c']);
  assert.equal(lengths, [{ name: 'lens', of: 'x' }]);
  const layer = model.layers.find((each) => each instanceof LSTM);
  assert.is(layer?.zeroOutputForMask, true);
});

test('both biases count, and peepholes find their gates', async () => {
  const { model: one } = await importOnnx(file({ x: ['t', 'b', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], outputs: ['y'], attributes: units }], gates));
  const [bias] = Object.entries(one.getWeights()).filter(([key]) => key.endsWith('/bias')).map(([, { data }]) => data);
  const { data: both } = randomTensor(1, 'B', [1, 32]);
  [0, 8, 12, 4].forEach((at, gate) => { assert.ok(Math.abs((bias?.[4 * gate] ?? NaN) - Math.fround(both[at] ?? NaN) - Math.fround(both[16 + at] ?? NaN)) < 1e-6, `gate ${gate}`); });

  const model = new Sequential([new LSTM({ units: 3, peepholes: true })], { inputShape: [5, 2], seed: 3 });
  randomise(model, randomStream(3, 'peepholes'));
  const { model: again } = await importOnnx(withoutDescription((await exportOnnx(model)).bytes));
  const x = randomTensor(5, 'x', [2, 5, 2]);
  assert.ok(differenceOf(await again.predict(x), await model.predict(x), 'y') < 1e-6);
});

test('one set of weights read twice is one layer', async () => {
  const { model } = await importOnnx(file({ x: ['b', 3] }, [{ op: 'MatMul', inputs: ['x', 'W'], outputs: ['h'] }, { op: 'MatMul', inputs: ['h', 'W'] }], { W: [3, 3] }));
  assert.is(model.layers.length, 1);
  assert.is(model.network.nodes.length, 2);
});

test('a sequence that is read from its end and gives all its steps', async () => {
  const made = new Sequential([new GRU({ units: 3, goBackwards: true, returnSequences: true })], { inputShape: [5, 2], seed: 2 });
  randomise(made, randomStream(1, 'backwards'));
  const { model: again } = await importOnnx(withoutDescription((await exportOnnx(new Sequential([new GRU({ units: 3, goBackwards: true })], { inputShape: [5, 2] }))).bytes));
  assert.is(again.layers[0]?.className, 'GRU');
  const reverse = { ...units, direction: { kind: 'string', value: 'reverse' } } as const;
  const { model: both } = await importOnnx(file({ x: ['t', 'b', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], attributes: reverse }], gates));
  const { model: ahead } = await importOnnx(file({ x: ['t', 'b', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], attributes: units }], gates));
  const x = randomTensor(4, 'x', [1, 5, 3]);
  const turned = { shape: x.shape, data: x.data.map((_, i) => x.data[(4 - Math.floor(i / 3)) * 3 + (i % 3)] ?? NaN) };
  const [y, z] = [await both.predict(x), await ahead.predict(turned)];
  for (let t = 0; t < 5; t++) for (let j = 0; j < 4; j++) assert.ok(Math.abs((y.data[t * 4 + j] ?? NaN) - (z.data[(4 - t) * 4 + j] ?? NaN)) < 1e-6);
});

test('the last step of an open sequence, and of one that is not recurrent', async () => {
  const slice: Piece = { op: 'Gather', inputs: ['x', 'last'], outputs: ['y'], attributes: { axis: { kind: 'int', value: 1 } } };
  const constant: Piece = { op: 'Constant', inputs: [], outputs: ['last'], attributes: { value_int: { kind: 'int', value: -1 } } };
  const { model } = await importOnnx(file({ x: ['b', 't', 3] }, [constant, slice]));
  for (const steps of [4, 7]) {
    const x = randomTensor(steps, 'x', [2, steps, 3]);
    const y = await model.predict(x);
    assert.equal(y.shape, [2, 3]);
    const expected = [0, 1].flatMap((b) => Array.from(x.data.slice((b * steps + steps - 1) * 3, (b * steps + steps) * 3)));
    assert.ok(differenceOf({ data: y.data, shape: y.shape }, { data: expected, shape: [2, 3] }, 'last') < 1e-7);
  }
});

test('what cannot be taken is said by node, operator and reason, all at once', async () => {
  const clip = { ...units, clip: { kind: 'float', value: 1 } } as const;
  const { problems, message } = await rejected(ConversionError, importOnnx(file({ x: ['t', 'b', 3] }, [
    { op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], outputs: ['h'], attributes: clip }, { op: 'Erf', inputs: ['h'], outputs: ['e'] }, { op: 'Sin', inputs: ['x'], outputs: ['s'] },
    { op: 'Inverse', inputs: ['x'], outputs: ['i'], domain: 'com.microsoft' }, { op: 'Sum', inputs: ['e', 's', 'i'] },
  ], gates)));
  assert.equal(problems, [
    "'LSTM_0' (LSTM): clip 1: no cell here cuts what goes into its gates", "'Sin_2' (Sin): no layer does this", "'Inverse_3' (com.microsoft.Inverse): no layer does this",
  ]);
  assert.match(message, /3 problems/);
  for (const opset of [27, 99]) assert.match((await rejected(ConversionError, importOnnx(file({ x: ['b', 3] }, [{ op: 'Relu', inputs: ['x'] }], {}, opset)))).message, /versions 1 to 26 are read/);
  const odd: Readonly<Record<string, [Uint8Array, RegExp]>> = {
    'states of two samples': [file({ x: ['t', 'b', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B', '', 'h', 'h'], attributes: units }], { ...gates, h: [1, 2, 4] }), /differs from sample to sample/],
    'activations apart': [file({ x: ['t', 'b', 3] }, [{ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'], attributes: { ...units, activations: { kind: 'strings', value: ['Sigmoid', 'Tanh', 'Relu'] } } }], gates), /activations tanh of the new values and relu/],
    'over the batch': [file({ x: ['b', 3] }, [{ op: 'ReduceSum', inputs: ['x', 'axes0'] }]), /over the batch/],
    'weights that do not fit': [file({ x: ['b', 4] }, [{ op: 'MatMul', inputs: ['x', 'W'] }], { W: [3, 2] }), /a product of 4 and 3 numbers/],
  };
  for (const [name, [bytes, expected]] of Object.entries(odd)) assert.match((await rejected(ConversionError, importOnnx(bytes))).message, expected, name);
});

test('what is damaged is refused with its place, whatever the byte', async () => {
  const { bytes: described } = await exportOnnx(new Sequential([new SimpleRNN({ units: 2 }), new Dense({ units: 1 })], { inputShape: [3, 2] }));
  const bytes = withoutDescription(described);
  assert.match((await rejected(FileFormatError, importOnnx(bytes.subarray(0, bytes.length - 40)))).message, /at byte \d+/);
  assert.match((await rejected(FileFormatError, importOnnx(new Uint8Array()))).message, /an ONNX model, with opset_import and a graph/);
  let [loaded, refused] = [0, 0];
  await forAll(fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) }), 400, async ({ at, to }) => {
    const changed = bytes.slice();
    changed[at] = to;
    try {
      await importOnnx(changed);
      loaded++;
    } catch (error) {
      assert.ok(error instanceof FileFormatError || error instanceof ConversionError, String(error));
      refused++;
    }
  });
  assert.ok(loaded > 50 && refused > 50, `${loaded} loaded, ${refused} refused`);
});

test.run();
