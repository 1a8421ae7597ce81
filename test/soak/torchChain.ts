/** Random chains of PyTorch's modules (recurrent of any depth, both directions, projections, convolution, normalisation) → bptt → ONNX → onnxruntime-web: at most 1e-5 of the largest output. 300 chains; needs python3-torch. */
import fc from 'fast-check';
import { chains, judgeChains } from '../convert/onnx/runtime/torchChain.js';
import { soak } from './run.js';

await soak(async ({ seed, share, check }) => {
  let worst = 0;
  await judgeChains(fc.sample(chains, { numRuns: share(300), seed }), seed, (name, difference) => check(name, async () => {
    const found = await difference();
    worst = Math.max(worst, found);
    if (!(found <= 1e-5)) throw new Error(`differs by ${found} of the largest output`);
  }));
  console.log(`largest difference ${worst.toExponential(1)} of the largest output`);
});
