/** Which number is explained. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { classLogit, inputGradients, linearCombination, outputElement } from '../../src/explain/index.js';
import type { Target } from '../../src/explain/index.js';
import { Activation, ArgumentError, Dense, Input, LSTM, Model, Sequential, ShapeError } from '../../src/index.js';
import type { TensorLike } from '../../src/index.js';
import { rejected } from '../models/support.js';
import { assertClose } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { float64 } from './support.js';

const x = randomTensor(1, 'x', [3, 4]);

function classifier(softmax: boolean): Sequential {
  const model = new Sequential([new Dense({ units: 5, activation: 'tanh' }), new Dense({ units: 3 }), ...(softmax ? [new Activation({ kind: 'softmax' })] : [])], { inputShape: [4], seed: 2 });
  model.compile({ loss: 'mse', backend: float64 });
  return model;
}

async function scoresOf(model: Model, target?: Target, data: TensorLike = x): Promise<number[]> {
  return Array.from((await inputGradients(model, data, { target })).scores);
}

test('an element, a class, a sum of the output', async () => {
  const model = classifier(false);
  const { data } = await model.predict(x);
  const at = (i: number): number => data[i] ?? NaN;
  assertClose(await scoresOf(model, outputElement(1)), [at(1), at(4), at(7)], 1e-14, 'element 1');
  assertClose(await scoresOf(model, classLogit(2)), [at(2), at(5), at(8)], 1e-14, 'class 2');
  assertClose(await scoresOf(model, classLogit([2, 0, 1])), [at(2), at(3), at(7)], 1e-14, 'a class for each sample');
  const largest = [0, 3, 6].map((from) => Math.max(at(from), at(from + 1), at(from + 2)));
  assertClose(await scoresOf(model, classLogit('predicted')), largest, 1e-14, 'predicted');
  assertClose(await scoresOf(model, linearCombination([1, 0, -2])), [0, 3, 6].map((from) => at(from) - 2 * at(from + 2)), 1e-14, 'sum');
  const each = { data: [1, 0, 0, 0, -1, 0, 0, 3, 0.5], shape: [3, 3] };
  assertClose(await scoresOf(model, linearCombination(each)), [at(0), -at(4), 3 * at(7) + 0.5 * at(8)], 1e-14, 'weights for each sample');
});

test('a class of a model that ends in a softmax is its logit; an element is the probability', async () => {
  const [plain, soft] = [classifier(false), classifier(true)];
  soft.setWeights(plain.getWeights());
  assertClose(await scoresOf(soft, classLogit(1)), await scoresOf(plain, classLogit(1)), 1e-14, 'logit');
  assertClose(await scoresOf(soft, classLogit('predicted')), await scoresOf(plain, classLogit('predicted')), 1e-14, 'predicted');
  const { data } = await soft.predict(x);
  assertClose(await scoresOf(soft, outputElement(1)), [1, 4, 7].map((i) => data[i] ?? NaN), 1e-14, 'probability');
  const [logit, probability] = [await inputGradients(soft, x, { target: classLogit(1) }), await inputGradients(soft, x, { target: outputElement(1) })];
  const expected = await inputGradients(plain, x, { target: classLogit(1) });
  assertClose(logit.gradients[0]?.data ?? [], expected.gradients[0]?.data ?? [], 1e-13, 'gradient of the logit');
  assert.not.ok(probability.gradients[0]?.data.every((g, i) => Math.abs(g - (expected.gradients[0]?.data[i] ?? 0)) < 1e-3));
});

test('the second output, and a step of a sequence', async () => {
  const input = Input({ shape: [5, 2] });
  const sequence = new LSTM({ units: 3, returnSequences: true }).apply(input);
  const model = new Model({ inputs: input, outputs: [new Dense({ units: 1 }).apply(new LSTM({ units: 2 }).apply(sequence)), sequence], seed: 4 });
  const data = randomTensor(1, 'sequence', [2, 5, 2]);
  const [first, second] = await model.predictAll(data);
  assertClose(await scoresOf(model, undefined, data), first?.data ?? [], 1e-14, 'the default: the first output is a single number');
  assertClose(await scoresOf(model, outputElement([3, 1], { output: 1 }), data), [second?.get(0, 3, 1) ?? NaN, second?.get(1, 3, 1) ?? NaN], 1e-14, 'step 3, unit 1');
  // A step of a sequence depends on no later input.
  const { gradients } = await inputGradients(model, data, { target: outputElement([3, 1], { output: 1 }) });
  assert.ok([0, 1].every((b) => [0, 1].every((d) => gradients[0]?.get(b, 4, d) === 0 && gradients[0].get(b, 3, d) !== 0)));
});

test('targets that do not fit say so', async () => {
  const model = classifier(false);
  const error = async (target?: Target): Promise<string> => (await rejected(ArgumentError, scoresOf(model, target))).message;
  assert.match(await error(), 'target must be given, as the output is [batch, 3]');
  assert.match(await error(outputElement(3)), 'index must be inside the output [3], got [3]');
  assert.match(await error(outputElement([0, 0])), 'got [0, 0]');
  assert.match(await error(classLogit(3)), 'a class from 0 to 2, got 3');
  assert.match(await error(classLogit([0, 1])), 'one class for each of 3 samples, got 2');
  assert.match(await error(outputElement(0, { output: 1 })), 'an output from 0 to 0, got 1');
  assert.match((await rejected(ShapeError, scoresOf(model, linearCombination([1, 2])))).message, 'weights must be [3] or [3, 3], got [2]');
  const sequence = new Sequential([new LSTM({ units: 2, returnSequences: true })], { inputShape: [4, 1] });
  assert.match((await rejected(ShapeError, scoresOf(sequence, classLogit(0)))).message, 'output must be [batch, classes], got [batch, 4, 2]');
});

test.run();
