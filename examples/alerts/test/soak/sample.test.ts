/** A sample of what `npm run soak -- alerts` does 100 times: processes and databases die, and every due notification is once in the list. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

for (const [kind, kills, share] of [['server', 'four', '0.08'], ['embedded', 'two', '0.04']] as const) {
  test(`${kills} kills, ${kind}`, () => {
    const program = fileURLToPath(new URL('./kill.js', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--enable-source-maps', program, '--share', share, '--seed', '20261129', '--kind', kind], { encoding: 'utf8' });
    assert.is(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^4 passed, 0 failed$/m);
  });
}

test.run();
