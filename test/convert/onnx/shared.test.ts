/** ONNX files of PyTorch that lie beside the project. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/convert/index.js';
import { readNpy, sharedModel } from '../shared.js';
import { differenceOf } from './runtime/agreement.js';

test('what torch 1.13 exports: two bidirectional layers, GRU, BatchNorm, Linear, opset 13 and 16', async () => {
  for (const opset of [13, 16]) {
    const bytes = sharedModel(`torch_op${opset}.onnx`);
    const { model, ...rest } = await importOnnx(bytes);
    assert.equal(model.layers.map(({ className }) => className), ['Bidirectional', 'Bidirectional', 'GRU', 'BatchNorm', 'Dense']);
    assert.equal(model.inputShape, [null, 3]);
    const [inputs, expected] = [readNpy(sharedModel('x.npy')), readNpy(sharedModel('y.npy'))];
    assert.ok(differenceOf(await model.predict(inputs), expected, 'y') < 1e-6);
    assert.equal(rest, { producer: 'pytorch', opset, inputs: [{ name: 'x', of: 'x', axes: [0, 1, 2] }], outputs: [{ name: 'y', of: 'y', axes: [0, 1] }], lengths: [], asWritten: false });

    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { gradients } = await model.lossAndGradients(inputs, [[1], [0]]);
    assert.ok(Object.entries(gradients).every(([, { data }]) => Array.from(data).some((value) => value !== 0)), 'a gradient of every weight');
    const { history } = await model.fit(inputs, [[1], [0]], { epochs: 30 });
    assert.ok((history.loss?.at(-1) ?? 1) < 0.7 * (history.loss?.[0] ?? 0), 'it trains');
  }
});

test.run();
