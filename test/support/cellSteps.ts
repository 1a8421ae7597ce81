/** What every cell must prove of one step: forward against the scalar equations, backward against their numeric gradient. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gradientNames, randomStateGradients, scalarStep, stepCase, stepForward, stepGradients, varied } from './cells.js';
import { assertClose } from './compare.js';
import { anySeed, distinctSizes, forAll } from './property.js';
import { dot, numericGradient } from './values.js';
import fc from 'fast-check';

const cases = fc.record({ sizes: distinctSizes(['B', 'D', 'H']), seed: anySeed });

export function testSteps(kind: Parameters<typeof stepCase>[0]): void {
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
