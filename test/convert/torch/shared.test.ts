/** Files of PyTorch that were made elsewhere. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importTorch, readTorch } from '../../../src/convert/index.js';
import { BatchNorm, Bidirectional, Dense, FileFormatError, GRU, LSTM, Sequential } from '../../../src/index.js';
import { readNpy, sharedModel } from '../shared.js';

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length);
  return Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))).reduce((most, d) => (d <= most ? most : d), 0);
}

test('state.pt and legacy.pth hold the same', async () => {
  const [state, legacy] = [await readTorch(sharedModel('state.pt')), await readTorch(sharedModel('legacy.pth'))];
  assert.equal([state.format, legacy.format, state.tensors.size], ['zip', 'legacy', 27]);
  assert.equal([...state.tensors], [...legacy.tensors]);
  assert.equal(state.tensors.get('lstm.weight_ih_l1_reverse')?.shape, [20, 10]);
  assert.equal(state.tensors.get('bn.num_batches_tracked'), { dtype: 'int64', shape: [], data: Float64Array.of(0) });
});

test('the network of checkpoint.pt gives the outputs of y.npy', async () => {
  const x = readNpy(sharedModel('x.npy'));
  const predict = async (name: string): Promise<Float32Array | Float64Array> => {
    const model = new Sequential([
      new Bidirectional({ layer: new LSTM({ units: 5, returnSequences: true }) }), new Bidirectional({ layer: new LSTM({ units: 5, returnSequences: true }) }), new GRU({ units: 4 }), new BatchNorm({ epsilon: 1e-5 }), new Dense({ units: 1 }),
    ], { inputShape: [7, 3] });
    const { notes } = await importTorch(sharedModel(name), model);
    assert.equal(notes, []);
    return (await model.predict(x)).data;
  };
  const [after, before] = [await predict('checkpoint.pt'), await predict('state.pt')];
  assert.ok(largestDifference(after, readNpy(sharedModel('y.npy')).data) < 1e-6);
  assert.ok(largestDifference(before, after) > 1e-4, 'state.pt is from before the step');
});

test('checkpoint.pt: the rest of a checkpoint', async () => {
  const { tensors, values } = await readTorch(sharedModel('checkpoint.pt'));
  assert.equal([values.get('epoch'), values.get('loss'), values.get('optimizer_state_dict.param_groups.0.lr')], [3, 0.5, 0.001]);
  assert.ok(tensors.has('model_state_dict.fc.weight') && tensors.has('optimizer_state_dict.state.0.exp_avg'));
});

test('odd.pt: strides, offsets, types', async () => {
  const { tensors } = await readTorch(sharedModel('odd.pt'));
  assert.equal([...tensors.get('t')?.data ?? []], Array.from({ length: 24 }, (_, i) => Math.floor(i / 4) + 6 * (i % 4)));
  assert.equal([...tensors.get('view')?.data ?? []], [8, 9, 10, 14, 15, 16]);
  for (const name of ['half', 'bf', 'd', 'same', 'shared']) assert.equal([...tensors.get(name)?.data ?? []], Array.from({ length: 24 }, (_, i) => i), name);
});

test('proj.pt: a projection', async () => {
  const model = new Sequential([new LSTM({ units: 6, projection: 2 })], { inputShape: [4, 3] });
  assert.equal((await importTorch(sharedModel('proj.pt'), model)).layers[0]?.tensors.length, 5);
});

test('a whole module and TorchScript are refused with the line that saves a state dict', async () => {
  for (const name of ['module.pt', 'script.pt']) {
    try {
      await readTorch(sharedModel(name));
    } catch (error) {
      assert.instance(error, FileFormatError);
      assert.match(String(error), /torch\.save\(model\.state_dict\(\), 'state\.pt'\)/);
      continue;
    }
    assert.unreachable(`${name} was read`);
  }
});

test.run();
