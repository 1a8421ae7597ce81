/** `node dist/bench/rollingWindowSplits.js SPLITS WORKERS`: our side of rollingWindow.ts, one JSON line. */
import process from 'node:process';
import { rollingSplits } from '../examples/rolling-window/protocols.js';
import type { Curves } from '../examples/rolling-window/protocols.js';
import { parallelBacktest } from '../src/forecast/index.js';
import { threads } from '../src/node/index.js';

const [splits, workers] = process.argv.slice(2).map(Number);
const runner = threads({ worker: new URL('../examples/rolling-window/folds.js', import.meta.url), workers });
const folds = rollingSplits(1200, { train: 200, validation: 10, step: 1 }).slice(0, splits);
const { folds: results, failures } = await parallelBacktest({
  folds, runner, parameters: { protocol: 'leakFree', window: 60, epochs: 10, seed: 42, backend: 'wasm' },
});
if (failures.length > 0) throw new Error(failures[0]?.reason);
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
console.log(JSON.stringify({
  rmse: mean(results.map(({ score }) => score.rmse)), trainRmse: mean(results.map(({ inSample }) => inSample?.rmse ?? NaN)),
  epochs: results.reduce((sum, { fitReport }) => sum + (fitReport as Curves).loss.length, 0), backend: `bptt wasm on ${workers} threads`,
}));
await runner.close();
