import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { cosine, exponential, piecewise, rateAt, warmUp } from '../../src/optimizers/schedules.js';
import type { LearningRate } from '../../src/optimizers/schedules.js';
import { assertClose, thrown } from '../support/compare.js';

const rates = (rate: LearningRate, epochs: readonly number[]): number[] => epochs.map((epoch) => rateAt(rate, { epoch }));

test('a number is constant', () => assert.equal(rates(0.3, [0, 7.5, 1000]), [0.3, 0.3, 0.3]));

test('piecewise: times the factor at each boundary that has passed', () => {
  const schedule = piecewise({ rate: 0.005, afterEpochs: [250, 400], factor: 0.2 });
  assertClose(rates(schedule, [0, 249.99, 250, 399, 400, 1e6]), [0.005, 0.005, 0.001, 0.001, 0.0002, 0.0002], 1e-15, 'piecewise');
});

test('exponential: rate · decay^(epoch / epochs), continuous in between', () => {
  assertClose(rates(exponential({ rate: 2, decay: 0.25, epochs: 4 }), [0, 2, 4, 8]), [2, 1, 0.5, 0.125], 1e-15, 'exponential');
  assertClose(rates(exponential({ rate: 1, decay: 0.5 }), [3]), [0.125], 1e-15, 'one epoch by default');
});

test('cosine: half a wave from rate to floor, then floor', () => {
  const schedule = cosine({ rate: 1, epochs: 10, floor: 0.2 });
  assertClose(rates(schedule, [0, 2.5, 5, 10, 50]), [1, 0.2 + 0.4 * (1 + Math.SQRT1_2), 0.6, 0.2, 0.2], 1e-15, 'cosine');
  assertClose(rates(cosine({ rate: 1, epochs: 4 }), [4]), [0], 1e-15, 'floor 0 by default');
});

test('warmUp: linear from 0, then the schedule from its own beginning', () => {
  const schedule = warmUp({ epochs: 4, then: exponential({ rate: 0.8, decay: 0.5 }) });
  assertClose(rates(schedule, [0, 1, 3, 4, 5]), [0, 0.2, 0.6, 0.8, 0.4], 1e-15, 'warmUp');
  assertClose(rates(warmUp({ epochs: 2, then: 1 }), [1, 9]), [0.5, 1], 1e-15, 'then a number');
});

test('schedules are plain data that survive JSON', () => {
  const schedule = warmUp({ epochs: 2, then: piecewise({ rate: 1, afterEpochs: [3], factor: 0.1 }) });
  const again = JSON.parse(JSON.stringify(schedule)) as typeof schedule;
  assert.equal(rates(again, [1, 2, 6]), rates(schedule, [1, 2, 6]));
});

test('refusals name the schedule and the option', () => {
  assert.match(thrown(ArgumentError, () => piecewise({ rate: 0, afterEpochs: [], factor: 1 })).message, /piecewise: rate must be a positive number/);
  assert.match(thrown(ArgumentError, () => piecewise({ rate: 1, afterEpochs: [], factor: -1 })).message, /factor/);
  assert.match(thrown(ArgumentError, () => exponential({ rate: 1, decay: 0 })).message, /decay/);
  assert.match(thrown(ArgumentError, () => exponential({ rate: 1, decay: 1, epochs: 0 })).message, /epochs/);
  assert.match(thrown(ArgumentError, () => cosine({ rate: NaN, epochs: 2 })).message, /cosine: rate/);
  assert.match(thrown(ArgumentError, () => cosine({ rate: 1, epochs: -2 })).message, /epochs/);
  assert.match(thrown(ArgumentError, () => warmUp({ epochs: 0, then: 1 })).message, /warmUp: epochs/);
  assert.match(thrown(ArgumentError, () => warmUp({ epochs: 1, then: -1 })).message, /warmUp: learningRate/);
  // @ts-expect-error a wrong kind on purpose
  assert.match(thrown(ArgumentError, () => new SGD({ learningRate: { kind: 'magic' } })).message, /SGD: learningRate must be a number or piecewise/);
});

test.run();
