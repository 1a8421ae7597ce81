/** A sample of what `npm run soak -- alerts` does 100 times: processes and databases die, and every due notification is once in the list. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Both at once: they spend most of their time waiting for what was killed. */
const runs = [['server', 'four', '0.08'], ['embedded', 'two', '0.04']].map(([kind = '', kills = '', share = '']) => {
  const child = spawn(process.execPath, ['--enable-source-maps', fileURLToPath(new URL('./kill.js', import.meta.url)), '--share', share, '--seed', '20261129', '--kind', kind]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => { text += part; });
  const ended = once(child, 'close').then(([status]: unknown[]) => ({ status, text }));
  return { name: `${kills} kills, ${kind}`, ended };
});

for (const { name, ended } of runs) {
  test(name, async () => {
    const { status, text } = await ended;
    assert.is(status, 0, text);
    assert.match(text, /^4 passed, 0 failed$/m);
  });
}

test.run();
