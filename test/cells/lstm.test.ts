import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lstmGateOrder } from '../../src/cells/lstm.js';
import { testSteps } from '../support/cellSteps.js';
import { gradientNames, randomStateGradients, stepCase, stepGradients } from '../support/cells.js';
import { assertClose } from '../support/compare.js';

for (const kind of ['lstm', 'lstm-peephole'] as const) testSteps(kind);

test('without dc the gradient is that of h alone', () => {
  const c = stepCase('lstm-peephole', { B: 2, D: 3, H: 4 }, 1);
  const [dh, dc] = randomStateGradients(c, 2);
  if (!dh || !dc) throw new Error('an LSTM has two states');
  const without = stepGradients(c, [dh]);
  const zero = stepGradients(c, [dh, { ...dc, data: dc.data.map(() => 0) }]);
  without.forEach((gradient, i) => assertClose(gradient, zero[i] ?? [], 0, gradientNames(c)[i] ?? ''));
});

test("the gates stand in PyTorch's order", () => assert.equal(lstmGateOrder, ['i', 'f', 'g', 'o']));

test.run();
