import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gradientNames, randomStateGradients, scalarStep, stepCase, stepForward, stepGradients, varied } from '../support/cells.js';
import { assertClose } from '../support/compare.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { dot, numericGradient } from '../support/values.js';
import fc from 'fast-check';
import { gruGateOrder } from '../../src/cells/gru.js';

const cases = fc.record({ sizes: distinctSizes(['B', 'D', 'H']), seed: anySeed });

for (const kind of ['gru', 'gru-reset-before'] as const) {
  test(`${kind}: one step is the paper's equations, number by number`, async () => {
    await forAll(cases, 10, ({ sizes, seed }) => {
      const c = stepCase(kind, sizes, seed);
      const expected = scalarStep(c);
      stepForward(c).forEach((state, i) => assertClose(state, expected[i] ?? [], 1e-14, `state ${i}`));
    });
  });

  test(`${kind}: one step back is the gradient of the scalar equations`, async () => {
    await forAll(cases, 6, ({ sizes, seed }) => {
      const c = stepCase(kind, sizes, seed);
      const dState = randomStateGradients(c, seed);
      const actual = stepGradients(c, dState);
      const names = gradientNames(c);
      assert.is(actual.length, names.length);
      const loss = (): number => dot(scalarStep(c), dState.map((d) => d.data));
      varied(c).forEach(({ data }, i) => {
        assertClose(actual[i] ?? [], numericGradient(loss, data), 1e-7, `${kind} d${names[i]}`);
      });
    });
  });
}

test("the gates stand in PyTorch's order", () => assert.equal(gruGateOrder, ['r', 'z', 'n']));

test.run();
