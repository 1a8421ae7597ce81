/** Batches that users make: generators, streams and functions train as arrays do, and are read, closed and refused as documented. */
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, LSTM, LambdaCallback, ProgressBar, SGD, Sequential, cosine, exponential, loadModel, warmUp } from '../../../src/index.js';
import type { BatchStream, Batches, FitBatchesOptions, GivenBatch, History, LearningRate } from '../../../src/index.js';
import { DataError } from '../../../src/errors.js';
import { assertSameWeights, range, refusal } from '../support.js';

const N = 12;
const x = range(0, N).map((i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a = 0, b = 0]) => [a - 2 * b]);
const weights = range(0, N).map((i) => (i % 3) / 2);

/** 5, 5 and 2 samples. */
function batchesOf(rows: readonly number[][] = x): GivenBatch[] {
  return [0, 5, 10].map((from) => {
    const to = Math.min(N, from + 5);
    return [rows.slice(from, to), y.slice(from, to), { sampleWeight: weights.slice(from, to) }];
  });
}

function at(index: number): GivenBatch {
  return batchesOf()[index] ?? [[], []];
}

function* generated(): Generator<GivenBatch> {
  yield* batchesOf();
}

async function* awaited(): AsyncGenerator<GivenBatch> {
  for (const batch of batchesOf()) {
    await new Promise((resolve) => { setTimeout(resolve, 1); });
    yield batch;
  }
}

function network(learningRate: LearningRate = 0.1): Sequential {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2], seed: 3 });
  model.compile({ loss: 'mse', metrics: ['mae'], optimizer: new SGD({ learningRate }) });
  return model;
}

/** For ever, telling what became of it. */
function endless(seen: { asked: number; closed: number }): Generator<GivenBatch> {
  return (function* () {
    try {
      for (;;) yield at(seen.asked++ % 3);
    } finally {
      seen.closed++;
    }
  })();
}

test('every form trains as arrays do: weights, logs, validation', async () => {
  const expected = network();
  const { history } = await expected.fit(x, y, { epochs: 3, batchSize: 5, shuffle: false, sampleWeight: weights, validationData: [x, y, { sampleWeight: weights }] });
  const forms: Record<string, () => Batches> = {
    'a generator function': () => generated,
    'an async generator function': () => awaited,
    'a function that returns a list': () => () => batchesOf(),
    'a function that returns a promise of a stream': () => () => Promise.resolve(awaited()),
    'a function that returns a stream of Node': () => () => Readable.from(batchesOf()) as BatchStream,
    'a function that returns a stream of the web': () => () => Readable.toWeb(Readable.from(batchesOf())) as BatchStream,
    'promises of batches': () => () => batchesOf().map((batch) => Promise.resolve(batch)) as never,
    'a Set': () => () => new Set(batchesOf()),
  };
  for (const [name, make] of Object.entries(forms)) {
    for (const stepsPerEpoch of [undefined, 3]) {
      const model = network();
      const own = await model.fit(make(), { epochs: 3, ...(stepsPerEpoch && { stepsPerEpoch }), validationData: generated });
      assertSameWeights(model, expected, `${name}, ${stepsPerEpoch} steps`);
      assert.equal(own.history.loss, history.loss, name);
      assert.equal(own.history.val_mae, history.val_mae, name);
      assert.ok(Math.abs((own.history.val_loss?.[2] ?? NaN) - (history.val_loss?.[2] ?? NaN)) < 1e-7, name);
    }
  }
  for (const once of [generated(), awaited(), new Set(batchesOf())]) {
    const [model, same] = [network(), network()];
    await model.fit(once);
    await same.fit(x, y, { batchSize: 5, shuffle: false, sampleWeight: weights });
    assertSameWeights(model, same, 'read once');
  }
});

test('training goes on in an iterable: stepsPerEpoch of its batches an epoch', async () => {
  const [model, same] = [network(), network()];
  const seen = { asked: 0, closed: 0 };
  const { epoch } = await model.fit(endless(seen), { epochs: 5, stepsPerEpoch: 2 });
  for (const i of range(0, 10)) {
    const [xs, ys, options] = at(i % 3);
    await same.trainOnBatch(xs, ys, options);
  }
  assertSameWeights(model, same, 'ten steps');
  assert.equal([epoch.length, seen.asked, seen.closed], [5, 10, 1]);
});

test('a function is told the epoch, and closed before it is called again', async () => {
  const told: number[] = [];
  const seen = { asked: 0, closed: 0 };
  const closedAtCall: number[] = [];
  await network().fit((epoch) => {
    told.push(epoch);
    closedAtCall.push(seen.closed);
    return endless(seen);
  }, { epochs: 3, stepsPerEpoch: 2 });
  assert.equal(told, [0, 1, 2]);
  assert.equal(closedAtCall, [0, 1, 2]);
  assert.equal([seen.asked, seen.closed], [6, 3]);
});

test('each batch is read when its turn has come: one buffer serves for all, and callbacks hear of a batch before the next is asked for', async () => {
  const [model, same] = [network(), network()];
  const order: string[] = [];
  const xs = new Float32Array(8);
  const ys = new Float32Array(4);
  await model.fit(function* (): Generator<GivenBatch> {
    for (const from of [0, 4, 8]) {
      xs.set(x.slice(from, from + 4).flat());
      ys.set(y.slice(from, from + 4).flat());
      order.push(`asked ${from / 4}`);
      yield [{ data: xs, shape: [4, 2] }, ys];
      xs.fill(NaN);
    }
  }, { callbacks: [new LambdaCallback({ onBatchEnd: (batch) => { order.push(`heard ${batch}`); } })] });
  await same.fit(x, y, { batchSize: 4, shuffle: false });
  assertSameWeights(model, same, 'one buffer');
  assert.equal(order, ['asked 0', 'heard 0', 'asked 1', 'heard 1', 'asked 2', 'heard 2']);
});

test('streams are closed whatever happens: end, stop, abort, errors of the batch and of callbacks', async () => {
  const boom = new Error('boom');
  const run = async (options: FitBatchesOptions): Promise<{ closed: number; outcome: unknown }> => {
    const seen = { asked: 0, closed: 0 };
    const outcome: unknown = await network().fit(endless(seen), { stepsPerEpoch: 4, ...options }).catch((error: unknown) => error);
    return { closed: seen.closed, outcome };
  };
  const abort = new AbortController();
  const stopped = await run({ callbacks: [new LambdaCallback({ onBatchEnd: (_, __, context) => { context.stop('enough'); } })] });
  assert.is((stopped.outcome as History).stopped, 'enough');
  const aborted = await run({ signal: abort.signal, callbacks: [new LambdaCallback({ onBatchEnd: (batch) => { if (batch === 1) abort.abort(boom); } })] });
  const failed = await run({ callbacks: [new LambdaCallback({ onBatchEnd: () => { throw boom; } })] });
  for (const { closed, outcome } of [aborted, failed]) assert.equal([closed, outcome], [1, boom]);
  assert.equal([stopped.closed, (await run({})).closed], [1, 1]);
  let closed = 0;
  const bad = function* (): Generator<GivenBatch> {
    try {
      yield [x, y];
      yield [[[0, NaN]], [[0]]];
    } finally {
      closed++;
    }
  };
  assert.match(await refusal(() => network().fit(bad)), /^fit, batch 1: x\[0, 1\] must be a finite number, got NaN/);
  assert.match(await refusal(() => network().evaluate(bad)), /^evaluate, batch 1: x\[0, 1\]/);
  assert.match(await refusal(() => network().fit(x, y, { validationData: bad })), /^fit, validationData, batch 1: x\[0, 1\]/);
  assert.is(closed, 3);
  await network().evaluate(bad, { steps: 1 });
  assert.is(closed, 4);
  const model = network();
  const failing = model.fit(function* (): Generator<GivenBatch> { yield [x, y]; throw boom; });
  assert.is(await failing.catch((error: unknown) => error), boom);
  await model.fit(x, y); // and the model is free again
});

test('a stream that has nothing to say does not keep an abort waiting', async () => {
  const abort = new AbortController();
  const silent: AsyncIterable<GivenBatch> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined), return: () => new Promise(() => undefined) }) };
  const reason = new Error('enough');
  setTimeout(() => { abort.abort(reason); }, 20);
  let alive: NodeJS.Timeout | undefined;
  const waiting = new Promise((resolve) => { alive = setTimeout(() => { resolve('still waiting'); }, 5000); });
  assert.is(await Promise.race([waiting, network().fit(silent, { signal: abort.signal }).catch((error: unknown) => error)]), reason);
  assert.is(await network().fit(() => new Promise(() => undefined), { signal: abort.signal }).catch((error: unknown) => error), reason);
  clearTimeout(alive);
});

test('what ends too soon, holds nothing or is no batch is a DataError that says where', async () => {
  const masked = function* (): Generator<GivenBatch> { for (let i = 0; i < 2; i++) yield [[[[1], [2]]], [[[1], [2]]], { mask: [[0, 0]] }]; };
  const sequences = new Sequential([new LSTM({ units: 1, returnSequences: true })], { inputShape: [2, 1] });
  sequences.compile({ loss: 'mse' });
  const any = (value: unknown): never => value as never;
  const cases: [() => unknown, RegExp][] = [
    [() => network().fit(new Set(batchesOf()), { epochs: 2, stepsPerEpoch: 2 }), /got an end before batch 1 of epoch 1/],
    [() => network().fit(generated(), { epochs: 2, stepsPerEpoch: 2 }), /^fit: batches must be 2 in every pass.*got an end before batch 1 of epoch 1/],
    [() => network().fit(generated, { stepsPerEpoch: 4 }), /got an end before batch 3 of epoch 0/],
    [() => network().fit(() => []), /^fit: batches must be one batch at least, got an end before batch 0/],
    [() => network().evaluate(generated(), { steps: 4 }), /^evaluate: batches must be 4 .*before batch 3/],
    [() => network().fit(any(() => [x])), /^fit, batch 0: batch must be \[x, y\] or .*got a list of 12/],
    [() => network().fit(any(() => [{ x, y }])), /^fit, batch 0: batch must be .*got object/],
    [() => network().fit(any(() => [[x, y, { mask: [1], epoch: 1 }]])), /^fit, batch 0: option 'epoch' must be one of/],
    [() => network().fit(any(() => [[x, y], [x, [1]]])), /^fit, batch 1: y must be 12 samples/],
    [() => sequences.fit(masked), /padding throughout/],
    [() => sequences.fit(masked, { stepsPerEpoch: 2 }), /padding throughout/],
    [() => sequences.evaluate(masked), /padding throughout/],
  ];
  for (const [run, expected] of cases) {
    const said = await refusal(run);
    assert.match(said, expected);
  }
  await network().fit(generated(), { stepsPerEpoch: 3 });
  assert.instance(await network().fit(() => []).catch((error: unknown) => error), DataError);
});

test('what batches decide themselves, and what cannot be, is refused by name before anything is read', async () => {
  const seen = { asked: 0, closed: 0 };
  const model = network();
  const any = (value: unknown): never => value as never;
  const given = (options: object): (() => unknown) => () => model.fit(endless(seen), any(options));
  const cases: [() => unknown, RegExp][] = [
    [given({ batchSize: 4, stepsPerEpoch: 1 }), /^fit: batchSize must be left off/],
    [given({ shuffle: false, stepsPerEpoch: 1 }), /^fit: shuffle must be left off/],
    [given({ validationSplit: 0.1, stepsPerEpoch: 1 }), /^fit: validationSplit must be left off/],
    [given({ sampleWeight: [1], stepsPerEpoch: 1 }), /^fit: sampleWeight must be left off.*with each batch/],
    [given({ stepPerEpoch: 1 }), /option 'stepPerEpoch'.*Did you mean 'stepsPerEpoch'/],
    [given({ stepsPerEpoch: 0 }), /^fit: stepsPerEpoch must be a whole number/],
    [given({ epochs: 2 }), /^fit: stepsPerEpoch must be given, as 2 epochs share one iterable/],
    [given({ resume: true, stepsPerEpoch: 1 }), /^fit: resume must be left off/],
    [given({ stepsPerEpoch: 1, validationData: generated() }), /^fit: validationData must be/],
    [given({ stepsPerEpoch: 1, validateEvery: 1 }), /^fit: validateEvery must be given with/],
    [() => model.fit(any(endless(seen)), y, {}), /^fit: y must be left off/],
    [() => model.fit(any(endless(seen)), any(y)), /^fit: options must be an object/],
    [() => model.evaluate(any(endless(seen)), y, {}), /^evaluate: y must be left off/],
    [() => model.evaluate(endless(seen), any({ batchSize: 3 })), /^evaluate: option 'batchSize'/],
    [() => model.fit(any(batchesOf()), any({ epochs: 2 })), /^fit: y must be the targets of x, got object. .*not an array/],
    [() => model.fit(any(x)), /^fit: y must be the targets of x, got undefined/],
    [() => model.fit(x, any(null)), /^fit: y must be an ndarray.*got null/],
    [() => model.evaluate(any(x)), /^evaluate: y must be the targets/],
    [() => model.fit(x, y, any({ stepsPerEpoch: 2 })), /^fit: option 'stepsPerEpoch'/],
    [() => model.fit(any(() => 3)), /^fit: batches must be a function that returns an iterable.*returns number/],
    [() => model.predict(any(generated())), /^predict: x must be/],
  ];
  for (const [run, expected] of cases) assert.match(await refusal(run), expected);
  assert.equal([seen.asked, model.position.step], [0, 0]);
});

test('where an epoch\'s length is not known: schedules of epochs are refused, context.batches is Infinity, the bar counts', async () => {
  for (const rate of [exponential({ rate: 0.1, decay: 0.5 }), warmUp({ steps: 50, then: cosine({ rate: 0.1, epochs: 3 }) }), warmUp({ epochs: 1, then: 0.1 })]) {
    const seen = { asked: 0, closed: 0 };
    assert.match(await refusal(() => network(rate).fit(() => endless(seen))), /^fit: stepsPerEpoch must be given, as the learning rate counts epochs/);
    assert.match(await refusal(() => network(rate).trainOnBatch(x, y)), /^trainOnBatch: stepsPerEpoch must be given/);
    assert.is(seen.asked, 0);
  }
  assert.match(await refusal(() => network(({ epoch }) => 0.1 / (1 + epoch)).fit(generated)), /stepsPerEpoch must be given/);
  const batches: number[] = [];
  const written: string[] = [];
  const noted = new LambdaCallback({ onBatchEnd: (_, __, context) => { batches.push(context.batches); } });
  const slow = new LambdaCallback({ onBatchEnd: () => { for (const start = performance.now(); performance.now() - start < 90;); } });
  const bar = new ProgressBar({ stream: { isTTY: true, columns: 200, write: (text) => written.push(text) } });
  await network(cosine({ rate: 0.1, steps: 6 })).fit(generated, { epochs: 2, callbacks: [noted, slow, bar] });
  assert.equal(new Set(batches), new Set([Infinity]));
  assert.match(written[1] ?? '', /epoch 1\/2 batch 2 {2}loss/);
  assert.ok(written.every((text) => !/NaN|Infinity/.test(text)), written.join(''));
  await network(exponential({ rate: 0.1, decay: 0.5 })).fit(generated, { epochs: 2, stepsPerEpoch: 3, callbacks: [noted] });
  assert.is(batches.at(-1), 3);
  const [model, same] = [network(exponential({ rate: 0.1, decay: 0.5 })), network(exponential({ rate: 0.1, decay: 0.5 }))];
  await model.fit(generated, { epochs: 2, stepsPerEpoch: 3 });
  await same.fit(x, y, { epochs: 2, batchSize: 5, shuffle: false, sampleWeight: weights });
  assertSameWeights(model, same, 'a schedule of epochs');
});

test('a run over a function that was interrupted inside an epoch goes on bit for bit, or not at all', async () => {
  for (const stepsPerEpoch of [undefined, 3]) {
    const options = { epochs: 4, ...(stepsPerEpoch && { stepsPerEpoch }) };
    const rows = (epoch: number): GivenBatch[] => batchesOf(x.map(([a = 0, b = 0]) => [a + epoch, b])); // told the epoch
    const whole = network();
    const { history } = await whole.fit(rows, options);
    const broken = network();
    let heard = 0;
    await broken.fit(rows, { ...options, callbacks: [new LambdaCallback({ onBatchEnd: (_, __, context) => { if (++heard === 5) context.stop('time'); } })] });
    assert.equal([broken.position.epoch, broken.position.batch], [1, 2]);
    const again = await loadModel(broken.toBytes());
    assert.match(await refusal(() => again.fit(x, y, { batchSize: 5, epochs: 4, resume: true })), /^fit: resume must be batches given one by one.*got 12 samples in batches of 5/);
    assert.match(await refusal(() => again.fit(rows, { epochs: 4, stepsPerEpoch: 2, resume: true })), /got batches given one by one, 2 an epoch/);
    assert.match(await refusal(async () => (await loadModel(broken.toBytes())).fit(() => [], { ...options, resume: true })), /an end before batch 0 of epoch 1/);
    const rest = await again.fit(rows, { ...options, resume: true });
    assertSameWeights(again, whole, 'resumed');
    assert.equal(rest.history.loss, history.loss?.slice(1));
  }
});

test('validation inside an epoch, evaluate', async () => {
  const model = network();
  const { validation } = await model.fit(generated, { epochs: 2, stepsPerEpoch: 3, validationData: generated, validateEvery: 1 });
  assert.equal(validation?.step, [1, 2, 4, 5]);
  const expected = await model.evaluate(x, y, { batchSize: 5, sampleWeight: weights });
  assert.equal(await model.evaluate(generated), expected);
  assert.equal(await model.evaluate(awaited()), expected);
  const [xs, ys, options] = at(0);
  assert.equal(await model.evaluate(generated(), { steps: 1 }), await model.evaluate(xs, ys, options));
});

test('a stateful model takes batches of one size and carries its states through them', async () => {
  const make = (): Sequential => {
    const model = new Sequential([new LSTM({ units: 2, stateful: true }), new Dense({ units: 1 })], { inputShape: [2, 1], seed: 1 });
    model.compile({ loss: 'mse' });
    return model;
  };
  const [model, same] = [make(), make()];
  const sequences = x.map((row) => row.map((v) => [v]));
  await model.fit(() => [0, 4, 8].map((from): GivenBatch => [sequences.slice(from, from + 4), y.slice(from, from + 4)]), { epochs: 2 });
  await same.fit(sequences, y, { batchSize: 4, epochs: 2 });
  assertSameWeights(model, same, 'stateful');
  model.resetStates();
  assert.match(await refusal(() => model.fit(() => [[sequences.slice(0, 3), y.slice(0, 3)], [sequences, y]])), /^stateful model: batch must be 3 samples.*got 12/);
});

test.run();
