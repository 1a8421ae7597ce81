import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, Dense, Input, Model, Sequential, ShapeError } from '../../../src/index.js';
import type { SampleSource } from '../../../src/index.js';
import { normal, randomStream } from '../../../src/random.js';
import type { HostTensor } from '../../../src/tensor.js';

function numbers(purpose: string, ...shape: number[]): HostTensor {
  const stream = randomStream(5, purpose);
  return { data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(stream)), shape };
}

/** The same samples, made one by one; `asked` hears of every index. */
function sourceOf({ data, shape }: HostTensor, asked: number[] = []): SampleSource {
  const row = data.length / (shape[0] ?? 1);
  return {
    shape,
    read(index, out) {
      asked.push(index);
      out.set(data.subarray(index * row, (index + 1) * row));
    },
  };
}

function network(): Model {
  const model = new Sequential([new Dense({ units: 3, activation: 'tanh' }), new Dense({ units: 2 })], { inputShape: [4], seed: 3 });
  model.compile({ loss: 'mse', metrics: ['mae'] });
  return model;
}

const x = numbers('x', 23, 4);
const y = numbers('y', 23, 2);

test('samples made on demand train, score and predict as the tensor of them does', async () => {
  const results = [];
  for (const input of [x, sourceOf(x)]) {
    const model = network();
    const { history } = await model.fit(input, y, { epochs: 3, batchSize: 5, validationSplit: 0.2 });
    results.push([history, await model.evaluate(input, y), [...(await model.predict(input, { batchSize: 4 })).data], [...model.toBytes()]]);
  }
  assert.equal(results[0], results[1]);
});

test('targets and one of several inputs may be made on demand', async () => {
  const other = numbers('other', 23, 4);
  const losses = [];
  for (const [a, b, target] of [[x, other, y], [x, sourceOf(other), sourceOf(y)]] as const) {
    const [first, second] = [Input({ shape: [4] }), Input({ shape: [4] })];
    const shared = new Dense({ units: 2 });
    const model = new Model({ inputs: [first, second], outputs: [shared.apply(first), shared.apply(second)], seed: 1 });
    model.compile({ loss: ['mse', 'mae'] });
    losses.push((await model.fit([a, b], [target, target], { epochs: 2, batchSize: 7 })).history);
  }
  assert.equal(losses[0], losses[1]);
});

test('a batch reads its samples and no others', async () => {
  const asked: number[] = [];
  await network().fit(sourceOf(x, asked), y, { batchSize: 10, epochs: 1, shuffle: false });
  assert.equal(asked, [...Array(23).keys()]);
});

test('a sample that is not finite is named when it is read', async () => {
  const broken = { ...x, data: x.data.slice() };
  broken.data[4 * 17 + 2] = NaN;
  try {
    await network().predict(sourceOf(broken));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DataError);
    assert.match((error as Error).message, 'x[17, 2]');
  }
});

test('shapes and counts are checked before the first step', async () => {
  const asked: number[] = [];
  const fails = async (input: SampleSource): Promise<void> => {
    try {
      await network().fit(input, y);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, ShapeError);
    }
  };
  await fails({ ...sourceOf(x, asked), shape: [23, 5] });
  await fails({ ...sourceOf(x, asked), shape: [22, 4] });
  assert.is(asked.length, 0);
});

test.run();
