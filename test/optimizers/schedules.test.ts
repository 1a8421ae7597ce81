import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { cosine, exponential, piecewise, rateAt, warmUp } from '../../src/optimizers/schedules.js';
import type { LearningRate } from '../../src/optimizers/schedules.js';
import { assertClose, thrown } from '../support/compare.js';

const rates = (rate: LearningRate, epochs: readonly number[]): number[] => epochs.map((epoch) => rateAt(rate, { epoch, step: NaN, stepOfEpoch: 0 }));

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

test('counted in steps', () => {
  const byStep = (rate: LearningRate, steps: readonly number[]): number[] => steps.map((step) => rateAt(rate, { step, epoch: NaN, stepOfEpoch: NaN }));
  assertClose(byStep(piecewise({ rate: 1, afterSteps: [10, 20], factor: 0.1 }), [9, 10, 20]), [1, 0.1, 0.01], 1e-15, 'piecewise');
  assertClose(byStep(exponential({ rate: 2, decay: 0.25, steps: 4 }), [0, 2, 8]), [2, 1, 0.125], 1e-15, 'exponential');
  assertClose(byStep(cosine({ rate: 1, steps: 10 }), [0, 5, 10, 11]), [1, 0.5, 0, 0], 1e-15, 'cosine');
  assertClose(byStep(warmUp({ steps: 4, then: exponential({ rate: 0.8, decay: 0.5, steps: 1 }) }), [0, 1, 3, 4, 5]), [0.2, 0.4, 0.8, 0.8, 0.4], 1e-15, 'warmUp');
});

test('the first step of a warm-up takes its share, the last one all', () => {
  const perEpoch = (batches: number, rate: LearningRate): number[] =>
    Array.from({ length: 2 * batches }, (_, step) => rateAt(rate, { step, epoch: step / batches, stepOfEpoch: 1 / batches }));
  assertClose(perEpoch(4, warmUp({ epochs: 1, then: 1 })), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1], 1e-15, 'an epoch of four steps');
  assertClose(perEpoch(1, warmUp({ epochs: 1, then: 0.5 })), [0.5, 0.5], 1e-15, 'one step an epoch');
  assertClose(perEpoch(3, warmUp({ epochs: 1.5, then: 1 })).slice(0, 5), [2 / 9, 4 / 9, 6 / 9, 8 / 9, 1], 1e-15, 'half epochs');
  // What follows counts in its own unit, from its own beginning.
  assertClose(perEpoch(4, warmUp({ epochs: 1, then: piecewise({ rate: 1, afterSteps: [2], factor: 0.1 }) })).slice(4), [1, 1, 0.1, 0.1], 1e-15, 'epochs, then steps');
  assertClose(perEpoch(4, warmUp({ steps: 2, then: piecewise({ rate: 1, afterEpochs: [1], factor: 0.1 }) })), [0.5, 1, 1, 1, 1, 1, 0.1, 0.1], 1e-15, 'steps, then epochs');
});

test('a function is a schedule; what it returns is checked', () => {
  const progress = { step: 3, epoch: 1.5, stepOfEpoch: 0.5 };
  assert.is(rateAt(({ step, epoch }) => step + epoch, progress), 4.5);
  assert.is(rateAt(() => 0, progress), 0);
  for (const wrong of [NaN, Infinity, -1]) assert.match(thrown(ArgumentError, () => rateAt(() => wrong, progress)).message, /learningRate: its value at step 3 must be a finite number of at least 0/);
  assert.is(new SGD({ learningRate: () => 1 }).config().learningRate, null);
});

test('one unit of time, and only one', () => {
  assert.match(thrown(ArgumentError, () => cosine({ rate: 1 })).message, /cosine: time must be counted in epochs or steps, got neither/);
  assert.match(thrown(ArgumentError, () => warmUp({ epochs: 1, steps: 2, then: 1 })).message, /got both/);
  assert.match(thrown(ArgumentError, () => piecewise({ rate: 1, factor: 0.5 })).message, /afterEpochs or afterSteps/);
  assert.match(thrown(ArgumentError, () => exponential({ rate: 1, decay: 0.5, steps: 0 })).message, /steps/);
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
  assert.match(thrown(ArgumentError, () => new SGD({ learningRate: { kind: 'magic' } })).message, /SGD: learningRate must be a number, piecewise/);
});

test.run();
