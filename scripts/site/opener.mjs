/**
 * Bundles docs/explorer/opener into a folder: the page, its style sheets, `opener.js` and `opener.worker.js`, which holds all that it will ever need,
 * so that the page asks the network for nothing once it has loaded.
 */
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** @param root of the repository. @param outdir what it becomes. */
export async function buildOpener(root, outdir) {
  const from = join(root, 'docs/explorer/opener');
  await build({
    entryPoints: [{ in: join(from, 'main.ts'), out: 'opener' }, join(from, 'opener.worker.ts')], outdir, bundle: true, format: 'esm', target: 'es2022', minify: true, logLevel: 'error',
    external: ['gpu.js', 'webgpu'],
  });
  cpSync(join(from, 'index.html'), join(outdir, 'index.html'));
  cpSync(join(from, 'style.css'), join(outdir, 'opener.css'));
  cpSync(join(from, '../style.css'), join(outdir, 'style.css'));
}
