/** A seeded sample of damaged files of every format; `npm run soak -- convert` reads many more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStream } from '../../src/random.js';
import { mutatedFormats } from './formats.js';
import { judgeMutated, mutationOf } from './mutations.js';

for (const format of mutatedFormats) {
  test(`${format.name}: a file with one thing changed is read, or refused by name`, async () => {
    const counts = { loaded: 0, refused: 0 };
    for (const [f, bytes] of (await format.files()).entries()) {
      assert.is(await judgeMutated(format, { what: 'nothing', bytes }), 'loaded', 'the whole file');
      for (let i = 0; i < 150; i++) {
        const mutation = await mutationOf(format, bytes, randomStream(23, `file ${f}`, i));
        try {
          counts[await judgeMutated(format, mutation)]++;
        } catch (error) {
          throw new Error(`file ${f}, mutation ${i}, ${mutation.what}`, { cause: error });
        }
      }
    }
    assert.ok(counts.loaded > 5 && counts.refused > 30, JSON.stringify(counts));
  });
}

test.run();
