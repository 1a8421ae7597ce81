/** Random chains in every way in which Keras writes them, against Keras's formulas by hand. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras } from '../../../src/convert/index.js';
import type { JsonObject } from '../../../src/json.js';
import { randomStream } from '../../../src/random.js';
import { makeChain, samplesOf, specs } from './chains.js';
import type { Chain } from './chains.js';
import { archive, legacy, sequential } from './kerasFiles.js';
import { predictChain } from './reference.js';

/** The chain as a model of Keras: its input as Keras 3 has it, or within the first layer. */
function modelOf({ features, layers, steps }: Chain, early: boolean): JsonObject {
  const shape = [null, steps, features];
  if (!early) return sequential([{ className: 'InputLayer', config: { name: 'input', batch_shape: shape, dtype: 'float32' }, variables: [] }, ...layers]);
  const [first, ...rest] = layers;
  return sequential(first ? [{ ...first, config: { ...first.config, batch_input_shape: shape } }, ...rest] : []);
}

/** Without states of random generators, which the old format does not hold. */
const withoutSeeds = (chain: Chain): Chain['layers'] => chain.layers.map((layer) => ({ ...layer, variables: layer.variables.filter(({ folder }) => folder !== 'seed_generator') }));

const writers: readonly { name: string; major: 2 | 3; bytes: (chain: Chain) => Promise<Uint8Array> }[] = [
  { name: '.keras of Keras 3', major: 3, bytes: (chain) => archive(modelOf(chain, false), chain.layers) },
  { name: '.keras of Keras 2.15', major: 2, bytes: (chain) => archive(modelOf(chain, true), chain.layers, { version: '2.15.0' }) },
  { name: '.h5 of Keras 3', major: 3, bytes: (chain) => legacy(modelOf(chain, false), withoutSeeds(chain), { version: '3.5.0' }) },
  { name: '.h5 of Keras 2.15', major: 2, bytes: (chain) => legacy(modelOf(chain, true), withoutSeeds(chain), { version: '2.15.0' }) },
  { name: '.h5 of Keras 2.2.4', major: 2, bytes: (chain) => legacy(modelOf(chain, true), withoutSeeds(chain), { version: '2.2.4' }) },
];

for (const { bytes, major, name } of writers) {
  test(`${name}: outputs are Keras's`, async () => {
    await fc.assert(fc.asyncProperty(specs, fc.boolean(), fc.integer(), async (given, masked, seed) => {
      const random = randomStream(seed, 'chain');
      const chain = makeChain(random, given, masked, major === 3 || !masked);
      const x = samplesOf(chain, random);
      const { model, notes } = await importKeras(await bytes(chain));
      assert.equal(notes, []);
      const reference = chain.layers.map(({ className, config, variables }) => ({ className, config, variables: variables.flatMap((each) => each.variables) }));
      const expected = predictChain(reference, major, x).flat(2);
      const y = await model.predict(x);
      model.dispose();
      const scale = Math.max(1e-3, ...expected.map(Math.abs));
      assert.is(y.data.length, expected.length);
      expected.forEach((value, i) => { assert.ok(Math.abs(value - (y.data[i] ?? NaN)) <= 2e-5 * scale, `${y.data[i]}, not ${value}: ${chain.layers.map((layer) => layer.className).join(', ')}`); });
    }), { numRuns: 40, seed: 20261129 });
  });
}

test.run();
