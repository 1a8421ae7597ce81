/** The alert service under fire: `kill -9` of its processes and of its database 100 times, 10,000 requests that no page sends, how long answers take for known and unknown addresses, then 10,000 alerts in one check, ill push endpoints, and memory over 200 checks. Needs PostgreSQL and openssl; about 30 minutes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { soak } from './run.js';

const workspace = fileURLToPath(new URL('../../../examples/alerts', import.meta.url));
const { values } = parseArgs({ options: { seed: { type: 'string' }, share: { type: 'string', default: '1' } } });

await soak(async ({ seed, check }) => {
  const built = spawnSync(process.execPath, ['--input-type=module', '--eval', `import { buildAll } from './scripts/build.mjs'; await buildAll();`], { cwd: workspace, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the service was not built');
  const programs: [string, string[]][] = [['kill', ['--seed', String(seed), '--share', values.share]], ['fuzz', ['--seed', String(seed), '--share', values.share]], ['answers', ['--rounds', String(Math.max(20, Math.round(200 * Number(values.share))))]], ['load', ['--share', values.share]]];
  for (const [name, args] of programs) {
    const { stdout, status } = spawnSync(process.execPath, ['--enable-source-maps', join(workspace, 'dist/test/soak', `${name}.js`), ...args], { cwd: workspace, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    process.stdout.write(stdout);
    for (const [, outcome, what = name] of stdout.matchAll(/^(ok {2}|FAIL) (.*)$/gm)) await check(what, () => { if (outcome === 'FAIL') throw new Error(what); });
    await check(`${name} came to its end`, () => { if (status !== 0) throw new Error(`exit status ${status}`); });
  }
});
