/** A seeded sample of damaged model files; `npm run soak -- model-files` reads many more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStream } from '../../../src/random.js';
import { judgeMutation, mutate, savedModels } from './mutations.js';

test('a model file with one thing changed is read as one that is whole, or refused as a FileFormatError', async () => {
  const counts = { loaded: 0, refused: 0 };
  const files = await savedModels();
  for (const [f, bytes] of files.entries()) {
    for (let i = 0; i < 200; i++) {
      const mutation = mutate(bytes, randomStream(17, `file ${f}`, i));
      try {
        counts[await judgeMutation(mutation)]++;
      } catch (error) {
        throw new Error(`file ${f}, mutation ${i}, ${mutation.what}`, { cause: error });
      }
    }
  }
  assert.ok(counts.loaded > 10 && counts.refused > 100, JSON.stringify(counts));
});

test.run();
