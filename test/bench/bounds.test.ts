/** The operations behind `npm run bench:bounds`, counted by hand, and its peak: a module that hosts take, whose chains compute. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { peak } from '../../bench/peak.js';
import { productOperations } from '../../bench/workloads.js';

const network = { cell: 'lstm', batch: 2, steps: 3, inputs: 5, layers: [4, 7], head: [1], about: '' } as const;

test('operations of products: forward by hand, a step three times that, less the gradient of the data', () => {
  const [first, second] = [2 * 2 * (4 * 4) * (3 * 5 + 2 * 4), 2 * 2 * (4 * 7) * (3 * 4 + 2 * 7)];
  const head = 2 * 2 * 7 * 1;
  assert.is(productOperations(network, false), first + second + head);
  assert.is(productOperations(network, true), 3 * (first + second + head) - 2 * (2 * 3) * (4 * 4) * 5);
  assert.is(productOperations({ ...network, cell: 'gru', layers: [4] }, false), 2 * 2 * (3 * 4) * (3 * 5 + 2 * 4) + 2 * 2 * 4);
  assert.is(productOperations({ ...network, cell: 'gru', layers: [4], stateful: true }, false), 2 * (2 * 3) * (3 * 4) * (5 + 4) + 2 * 2 * 4);
});

test('the peak is a number of operations a second', async () => {
  const found = await peak();
  assert.ok(Number.isFinite(found) && found > 0, String(found));
});

test.run();
