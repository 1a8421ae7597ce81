/** State dicts of PyTorch as models, these as ONNX files, and those in onnxruntime: what PyTorch said in the beginning. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { torchFile } from '../../../golden/torchFiles.js';
import { propertySeed } from '../../../support/property.js';
import { torchModels } from '../../torch/models.js';
import { chains, judgeChains, throughRuntime } from './torchChain.js';

for (const [i, [name, make]] of Object.entries(torchModels).entries()) {
  test(`${name}: from a file of PyTorch`, async () => {
    const difference = await throughRuntime(torchFile(name), make(), i % 2 === 0 ? 17 : 22, name === 'words');
    assert.ok(difference <= 1e-5, `${difference} of the largest output`);
  });
}

test('random chains of modules, whose weights PyTorch draws as it is called', async () => {
  const list = fc.sample(chains, { numRuns: 24, seed: propertySeed });
  let judged = 0;
  await judgeChains(list, propertySeed, async (name, difference) => {
    const found = await difference();
    assert.ok(found <= 1e-5, `${name}: ${found} of the largest output`);
    judged++;
  });
  assert.is(judged, list.length);
});

test.run();
