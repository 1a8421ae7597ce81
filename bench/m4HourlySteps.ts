/** `node dist/bench/m4HourlySteps.js THREADS FILE STEPS`: our side of m4Hourly.ts, one JSON line. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { tensor, wasm } from 'bptt';
import type { GivenBatch } from 'bptt';
import { hourlyNetwork } from '../examples/m4-hourly/network.js';
import { QUANTILES, optimizerOf, planOf } from '../examples/m4-hourly/settings.js';
import { PARTS, SIZES } from './m4HourlyBatches.js';

const WARM = 20;
const [settings] = planOf(true).recurrent;
const [threads = '1', file = '', stepsText = '400'] = process.argv.slice(2);
const count = Number(stepsText);
const bytes = readFileSync(file);
const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const { batch, window, statistics, horizon } = SIZES;
const [windows, others, targets, weights] = PARTS;

function batchAt(index: number): GivenBatch {
  let at = (index % SIZES.batches) * (windows + others + targets + weights);
  const next = (length: number): Float32Array => all.subarray(at, (at += length));
  const x = [tensor(next(windows), { shape: [batch, window, 1] }), tensor(next(others), { shape: [batch, statistics] })];
  return [x, tensor(next(targets), { shape: [batch, horizon] }), { sampleWeight: next(weights) }];
}

const model = hourlyNetwork({
  window, steps: horizon, parameters: QUANTILES.length, columns: ['value'], staticColumns: Array.from({ length: statistics }, (_, i) => `statistic ${i}`), seed: 1,
}, settings);
const backend = await wasm({ threads: Number(threads) });
model.compile({ optimizer: optimizerOf({ ...settings, steps: WARM + count }), loss: { kind: 'quantile', quantile: QUANTILES }, backend });
let started = 0;
let processor = process.cpuUsage();
function* batches(from: number, to: number): Generator<GivenBatch> {
  for (let i = from; i < to; i++) {
    if (i === WARM) [started, processor] = [performance.now(), process.cpuUsage()];
    yield batchAt(i);
  }
}
await model.fit(batches(0, WARM + count));
const milliseconds = (performance.now() - started) / count;
const { user, system } = process.cpuUsage(processor);
const { loss } = await model.evaluate(batches(WARM + 1, WARM + 1 + SIZES.batches));
console.log(JSON.stringify({ milliseconds, processor: (user + system) / 1e3 / count, loss, backend: backend.description }));
model.dispose();
