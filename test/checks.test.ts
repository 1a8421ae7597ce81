/** The checks of arguments that every part of the library shares. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkOptions, nearest, requireCount, requireRate } from '../src/checks.js';
import type { OptionNames } from '../src/checks.js';
import { ArgumentError } from '../src/errors.js';

interface Sample { units: number; returnSequences?: boolean; learningRate?: number }
const names: OptionNames<Sample> = { units: true, returnSequences: 'flag', learningRate: true };

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.instance(error, ArgumentError);
    return (error as ArgumentError).message;
  }
  throw new Error('nothing was thrown');
}

test('known options pass as they are', () => {
  const options = { units: 3, learningRate: 0.1 };
  assert.is(checkOptions('LSTM', options, names), options);
});

test('an unknown option is refused with the nearest known name', () => {
  const say = (key: string): string => messageOf(() => checkOptions('LSTM', { units: 3, [key]: 1 }, names));
  assert.match(say('return_sequences'), "LSTM: option 'return_sequences' must be one of units, returnSequences, learningRate, got an unknown name. Did you mean 'returnSequences'?");
  assert.match(say('lr'), "Did you mean 'learningRate'?");
  assert.match(say('unit'), "Did you mean 'units'?");
  assert.match(say('constructor'), "option 'constructor'");
  assert.match(say('__proto_'), "option '__proto_'");
});

test('a missing or wrong object of options is refused', () => {
  for (const wrong of [undefined, null, 3, 'units', [3]]) {
    // @ts-expect-error JavaScript callers may pass anything
    assert.match(messageOf(() => checkOptions('LSTM', wrong, names)), 'an object of units, returnSequences, learningRate');
  }
});

test('text of a caller is repeated shortened, wherever it stands in a message', () => {
  const long = 'units'.repeat(2000);
  const message = messageOf(() => checkOptions('LSTM', { units: 3, [long]: 1 }, names));
  assert.match(message, /^LSTM: option 'units.{0,60}…' \(10000 characters\) must be /);
  assert.ok(message.length < 400, message);
  const details = { operation: `LSTM '${long}'`, argument: long, expected: long, actual: long, hint: long };
  const error = new ArgumentError(details);
  assert.ok(error.message.length < 4200, String(error.message.length));
  assert.is(error.operation, details.operation, 'the fields hold the whole');
});

test('a text of digits is shown as the text it is', () => {
  // @ts-expect-error as a form of a page gives it
  assert.match(messageOf(() => requireCount('LSTM', 'units', '8')), "must be a whole number of at least 1, got '8'");
});

test('the nearest name: initials, case, underscores, few letters', () => {
  for (const name of ['mean_squared_error', 'meanSquaredError', 'MeanSquaredError', 'mean squared error']) assert.is(nearest(name, ['mae', 'gaussian', 'studentT', 'mse']), 'mse');
  assert.is(nearest('epoch', ['batchSize', 'epochs']), 'epochs');
  assert.is(nearest('batch_size', ['batchSize', 'epochs']), 'batchSize');
  assert.is(nearest('ES', ['epochs', 'epochSteps']), 'epochSteps');
  assert.is(nearest('lossWeights', ['loss', 'metrics', 'lossWeight']), 'lossWeight');
});

test('counts and rates', () => {
  assert.is(requireCount('f', 'n', 1), 1);
  assert.is(requireCount('f', 'n', 0, 0), 0);
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) assert.throws(() => requireCount('f', 'n', wrong), /a whole number of at least 1/);
  requireRate('f', 'rate', 0);
  for (const wrong of [-0.1, 1, NaN]) assert.throws(() => { requireRate('f', 'rate', wrong); }, /a rate in \[0, 1\)/);
});

test.run();
