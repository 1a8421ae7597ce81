/** Random models of every layer beside their ONNX files in onnxruntime-web, or --runtime node: largest difference 1e-5 of the largest output. 300 models, about a minute. */
import fc from 'fast-check';
import { judgeRandomModel } from '../convert/onnx/runtime/agreement.js';
import { useNativeRuntime } from '../convert/onnx/runtime/onnxruntime.js';
import { soak } from './run.js';

await soak(async ({ seed, share, check, given: { runtime = 'web' } }) => {
  if (runtime !== 'web' && runtime !== 'node') throw new Error('--runtime takes web or node');
  if (runtime === 'node') useNativeRuntime();
  const cases = fc.record({ choices: fc.array(fc.nat(1e6), { minLength: 10, maxLength: 80 }), seed: fc.nat(1e6), opset: fc.constantFrom(17 as const, 22 as const), lengths: fc.boolean() });
  let worst = 0;
  for (const [i, { choices, seed: weights, ...options }] of fc.sample(cases, { numRuns: share(300), seed }).entries()) {
    await check(`model ${i}`, async () => {
      const difference = await judgeRandomModel(choices, weights, options);
      worst = Math.max(worst, difference);
      if (difference > 1e-5) throw new Error(`differs by ${difference} of the largest output`);
    });
  }
  console.log(`onnxruntime-${runtime}: largest difference ${worst.toExponential(1)} of the largest output`);
}, ['runtime']);
