import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { SGD } from '../../src/optimizers/sgd.js';
import { cosine, cosineRestarts, exponential, inverseTime, piecewise, polynomial, rateAt, warmUp } from '../../src/optimizers/schedules.js';
import type { LearningRate } from '../../src/optimizers/schedules.js';
import { range } from '../models/support.js';
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

test('inverse time, and staircases', () => {
  assertClose(rates(inverseTime({ rate: 1, decay: 0.5, epochs: 2 }), [0, 1, 2, 8]), [1, 0.8, 2 / 3, 1 / 3], 1e-15, 'inverse time');
  assertClose(rates(inverseTime({ rate: 1, decay: 1 }), [1, 1.5]), [0.5, 0.4], 1e-15, 'one epoch by default');
  assertClose(rates(inverseTime({ rate: 1, decay: 1, epochs: 2, staircase: true }), [1.9, 2, 3.9, 4]), [1, 0.5, 0.5, 1 / 3], 1e-15, 'staircase');
  // PyTorch's StepLR(3, 0.5).
  assert.equal(rates(exponential({ rate: 1, decay: 0.5, epochs: 3, staircase: true }), range(0, 8)), [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
});

test('polynomial: PyTorch\'s PolynomialLR(4, 2), and with a floor', () => {
  assert.equal(rates(polynomial({ rate: 1, epochs: 4, power: 2 }), range(0, 6)), [1, 0.5625, 0.25, 0.0625, 0, 0]);
  assertClose(rates(polynomial({ rate: 1, epochs: 4, floor: 0.2 }), [0, 1, 4, 9]), [1, 0.8, 0.2, 0.2], 1e-15, 'straight by default');
});

test("restarts: PyTorch's CosineAnnealingWarmRestarts(3, 2, 0.1), Keras's m_mul", () => {
  const torch = [1, 0.775, 0.325, 1, 0.939711431703, 0.775, 0.55, 0.325, 0.160288568297, 1, 0.98466662183, 0.939711431703];
  assertClose(rates(cosineRestarts({ rate: 1, epochs: 3, floor: 0.1 }), range(0, 12)), torch, 1e-12, 'twice as long each time');
  assertClose(rates(cosineRestarts({ rate: 1, epochs: 2, lengthFactor: 1, rateFactor: 0.5 }), [0, 1, 2, 3, 1000]), [1, 0.5, 0.5, 0.25, 0.5 ** 500], 1e-15, 'half as high');
  assertClose(rates(cosineRestarts({ rate: 1, epochs: 1, lengthFactor: 1.5, floor: 0.5, rateFactor: 0.5 }), [1, 2.5]), [0.75, 0.625], 1e-15, 'above the floor');
});

test('piecewise on a boundary is PyTorch\'s MultiStepLR', () => {
  assertClose(rates(piecewise({ rate: 1, afterEpochs: [2, 5], factor: 0.1 }), range(0, 7)), [1, 1, 0.1, 0.1, 0.1, 0.01, 0.01], 1e-15, 'MultiStepLR([2, 5], 0.1)');
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

test('the new kinds in steps, in files and refused', () => {
  const byStep = (rate: LearningRate, steps: readonly number[]): number[] => steps.map((step) => rateAt(JSON.parse(JSON.stringify(rate)) as LearningRate, { step, epoch: NaN, stepOfEpoch: NaN }));
  assertClose(byStep(inverseTime({ rate: 1, decay: 1, steps: 10 }), [0, 10]), [1, 0.5], 1e-15, 'inverseTime');
  assertClose(byStep(polynomial({ rate: 1, steps: 10 }), [0, 5, 20]), [1, 0.5, 0], 1e-15, 'polynomial');
  assertClose(byStep(cosineRestarts({ rate: 1, steps: 10 }), [0, 5, 10, 20]), [1, 0.5, 1, 0.5], 1e-15, 'cosineRestarts');
  assert.match(thrown(ArgumentError, () => polynomial({ rate: 1 })).message, /epochs or steps, got neither/);
  assert.match(thrown(ArgumentError, () => polynomial({ rate: 1, steps: 1, floor: 2 })).message, /polynomial: floor must be a number from 0 to the rate 1/);
  assert.match(thrown(ArgumentError, () => polynomial({ rate: 1, steps: 1, power: 0 })).message, /power/);
  assert.match(thrown(ArgumentError, () => cosineRestarts({ rate: 1, steps: 1, lengthFactor: 0.5 })).message, /lengthFactor must be a number of at least 1/);
  assert.match(thrown(ArgumentError, () => inverseTime({ rate: 1, decay: 0 })).message, /inverseTime: decay/);
});

test.run();
