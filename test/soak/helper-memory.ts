/** Models on two threads that nobody disposes of: a long backtest and 200 dropped models, resident memory. Two minutes. */
import { ok } from 'node:assert/strict';
import { Dense, LSTM, Sequential, wasm } from '../../src/index.js';
import { soak } from './run.js';

await soak(async ({ seed, share, check }) => {
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i));
  const x = { data: numbers(64 * 20 * 8), shape: [64, 20, 8] };
  const y = { data: numbers(64), shape: [64, 1] };
  const shared = await wasm({ threads: 2 });
  for (const [name, backend] of [['one backend', () => shared], ['a backend for each model', () => wasm({ threads: 2 })]] as const) {
    const drop = async (i: number): Promise<void> => {
      const model = new Sequential([new LSTM({ units: 128 }), new Dense({ units: 1 })], { inputShape: [20, 8], seed: i });
      model.compile({ loss: 'mse', backend: await backend() });
      await model.fit(x, y, { epochs: 1 });
    };
    await check(`${name}: flat`, async () => {
      const count = share(200);
      let early = 0;
      let late = 0;
      for (let i = 0; i < count; i++) {
        await drop(i);
        const { rss } = process.memoryUsage();
        if (i < count / 4) early = Math.max(early, rss);
        else late = Math.max(late, rss);
      }
      console.log(`${name}: at most ${(early / 1e6).toFixed(0)} MB in the first quarter of ${count}, ${(late / 1e6).toFixed(0)} MB after it`);
      ok(late < early + 150e6, `${late - early} bytes more`);
    });
  }
});
