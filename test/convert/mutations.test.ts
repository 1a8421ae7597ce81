/** A seeded sample of damaged files of every format; `npm run soak -- convert` reads many more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStream } from '../../src/random.js';
import { mutatedFormats } from './formats.js';
import { judgeMutated, mutationOf } from './mutations.js';

/** The collector of a process with the usual flags lets more lie than that of the soak. */
const room = 8 * 2 ** 20;

for (const format of mutatedFormats) {
  test(`${format.name}: a file with one thing changed is read, or refused by name`, async () => {
    const counts = { loaded: 0, refused: 0 };
    const files = await format.files();
    for (const [f, bytes] of files.entries()) {
      await format.read(bytes); // code that is compiled at first is no memory of the file
      assert.is((await judgeMutated(format, { what: 'nothing', bytes }, room)).outcome, 'loaded', 'the whole file');
      for (let i = 0; i < 450 / files.length; i++) {
        const mutation = await mutationOf(format, bytes, randomStream(23, `file ${f}`, i));
        try {
          counts[(await judgeMutated(format, mutation, room)).outcome]++;
        } catch (error) {
          throw new Error(`file ${f}, mutation ${i}, ${mutation.what}: ${String(error)}`, { cause: error });
        }
      }
    }
    assert.ok(counts.loaded > 5 && counts.refused > 30, JSON.stringify(counts));
  });
}

test.run();
