/** A sample of what `npm run soak -- alerts` does 100 times: processes and databases die, and every due notification is once in the list. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

for (const kind of ['server', 'embedded']) {
  test(`three kills, ${kind}`, () => {
    const program = fileURLToPath(new URL('./kill.js', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--enable-source-maps', program, '--share', '0.06', '--seed', '20261129', '--kind', kind], { encoding: 'utf8' });
    assert.is(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^3 passed, 0 failed$/m);
  });
}

test.run();
