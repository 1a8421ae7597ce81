/**
 * Builds what the service runs, seconds instead of the minute that types and declarations take: the WebAssembly modules, the library and
 * the service, each file whose output is missing or older than it. Types are checked by scripts/check.mjs.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformSync } from 'esbuild';

const workspace = join(import.meta.dirname, '..');
const root = join(workspace, '../..');
const SOURCE = /\.tsx?$/;

function sourcesIn(folder, skip) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !skip(path));
}

/** Files of `folders` under `base` → `base`/dist, as they lie. */
function build(base, folders, skip = () => false) {
  const wanted = new Set();
  for (const path of folders.filter((folder) => existsSync(join(base, folder))).flatMap((folder) => sourcesIn(join(base, folder), skip))) {
    const target = join(base, 'dist', relative(base, path)).replace(SOURCE, '.js');
    wanted.add(target);
    if (existsSync(target) && statSync(target).mtimeMs >= statSync(path).mtimeMs) continue;
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      loader: path.endsWith('x') ? 'tsx' : 'ts', format: 'esm', target: 'es2022', sourcefile: path, sourcemap: 'inline', sourcesContent: false,
      jsx: 'automatic', jsxImportSource: 'hono/jsx', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return wanted;
}

/** Brings dist/ of the library and of the service up to date. */
export async function buildAll() {
  await import('../../../scripts/build-wasm.mjs');
  build(root, ['src'], (path) => path.startsWith(join(root, 'src/backends/wasm/assembly')));
  const wanted = build(workspace, ['src', 'test']);
  // What lost its source would still be run.
  const dist = join(workspace, 'dist');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && path.endsWith('.js') && !wanted.has(path)) rmSync(path);
  }
}
