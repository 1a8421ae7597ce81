/**
 * Bundles docs/explorer into a folder: `main.js` with what each panel loads beside it, workers (`*.worker.ts`) by their own names, the page and
 * its style sheet; then the service worker, which knows all of them. All paths are relative. It computes with the entries of the package, as built in dist.
 */
import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { cpSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** Where equations stand in the source, for the lines that the explorer shows. `until`: what follows belongs to another variant. */
const SOURCES = [
  { file: 'src/cells/rnn.ts' }, { file: 'src/cells/rnnCell.ts' }, { file: 'src/cells/lstm.ts', until: 'const fused' }, { file: 'src/cells/lstmCell.ts' },
  { file: 'src/cells/gru.ts', until: 'const writtenOutBefore' }, { file: 'src/cells/gruCell.ts' }, { file: 'src/layers/segments.ts' },
];
export const sourceFiles = SOURCES.map(({ file }) => file);

/** By equation id: the statements that carry it. */
export function sourceLines(root) {
  const lines = {};
  for (const { file, until } of SOURCES) {
    const text = readFileSync(join(root, file), 'utf8');
    (until ? text.slice(0, text.indexOf(until)) : text).split('\n').forEach((line, i) => {
      const [, statement, ids] = /^(\s*[^\s/*].*?) \/\/ ([A-Z]\d.*)$/.exec(line) ?? [];
      for (const id of ids?.split(', ') ?? []) (lines[id] ??= []).push({ file, line: i + 1, text: statement.trim() });
    });
  }
  return lines;
}

/**
 * esbuild bundles what any import() of a file that it reads names, used or not. No panel makes a Forecaster, whose layers, scalers and scores would come into
 * the chunks of the CSV reader and of the networks, nor layers that call these kernels, nor these losses, metrics and streams: 80 kB, gzipped, that nothing ever calls.
 */
const UNUSED = /^\.\/(?:families\/(?:attention|broadcast|lookup|norms|pointwise|updates)|modules\/relaxed|composed|namedMetrics|training\/stream)\.js$/;
const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, path, importer }) => (
      kind === 'dynamic-import' && (UNUSED.test(path) || /forecast[\\/]forecaster[\\/]/.test(importer)) ? { path: 'unused', namespace: 'left-out' } : undefined
    ));
    onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'export {};' }));
  },
};

const OFFLINE = 'offline.worker.ts';
const COPIED = ['index.html', 'style.css', 'candlesticks.safetensors'];

/** @param files of the folder, which it keeps for times without a network. */
async function buildOffline(from, outdir, files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(outdir, file)));
  const paths = files.map((file) => (file === 'index.html' ? './' : file));
  await build({
    entryPoints: [join(from, OFFLINE)], outdir, bundle: true, format: 'iife', target: 'es2022', minify: true, logLevel: 'error',
    define: { FILES: JSON.stringify(paths), VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)) },
  });
}

/** @param root of the repository. @param outdir what it becomes. @returns esbuild's account of the bundle. */
export async function buildExplorer(root, outdir) {
  const from = join(root, 'docs/explorer');
  const workers = readdirSync(from, { recursive: true }).filter((path) => path.endsWith('.worker.ts') && !path.startsWith('opener') && path !== OFFLINE).map((path) => join(from, path));
  const { metafile } = await build({
    entryPoints: [join(from, 'main.ts'), ...workers], outdir, entryNames: '[name]', chunkNames: 'chunks/[name]-[hash]', bundle: true, splitting: true, format: 'esm', target: 'es2022',
    minify: true, metafile: true, logLevel: 'error', external: ['gpu.js', 'webgpu'], plugins: [withoutUnused], define: { SOURCE_LINES: JSON.stringify(sourceLines(root)) },
  });
  for (const file of COPIED) cpSync(join(from, file), join(outdir, file));
  const bundled = Object.keys(metafile.outputs).map((path) => relative(outdir, path).split(sep).join(posix.sep));
  await buildOffline(from, outdir, [...COPIED, ...bundled].sort());
  return metafile;
}
