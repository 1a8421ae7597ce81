/** Bundles the benchmark page of bench/browser into a folder of the site: `index.html`, its script, and gpu.js beside it, fetched where a mode of it is asked for. */
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BAR = '<header><a href="../index.html">bptt</a> · <a href="../benchmarks.html">how to read the figures</a> · <a href="../browsers.html">what a browser needs</a></header>';

/** @param root of the repository. @param outdir what it becomes. @returns esbuild's account of the bundle. */
export async function buildBenchmark(root, outdir) {
  const { metafile } = await build({
    entryPoints: [join(root, 'bench/browser/page.ts')], outdir, chunkNames: 'chunks/[name]-[hash]', bundle: true, splitting: true, format: 'esm', target: 'es2022',
    minify: true, metafile: true, platform: 'browser', logLevel: 'error',
  });
  mkdirSync(outdir, { recursive: true });
  const page = readFileSync(join(root, 'bench/browser.html'), 'utf8');
  writeFileSync(join(outdir, 'index.html'), page.replace('<main>', `${BAR}\n<main>`));
  return metafile;
}
