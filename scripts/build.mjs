/**
 * `npm run build`: the WebAssembly module, then dist/, which mirrors the sources (src → dist/src, test → dist/test, …).
 *
 * Files in dist/ whose source is gone are removed first: they would still be imported, tested and published.
 *
 * dist/src gets a package.json that repeats what is asked of the package for each file. At every import Node goes up, folder by folder, to the next
 * package.json for the type of the file: through three folders that was a tenth of what importing the library takes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');

function removeStale() {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const emitted = join(entry.parentPath, entry.name);
    const match = /^(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(emitted.slice(dist.length + 1));
    if (match && !existsSync(join(root, `${match[1]}.ts`))) rmSync(emitted);
  }
}

function writeTypeOfModules() {
  const { type, sideEffects } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'dist/src');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type, sideEffects })}\n`);
}

removeStale();
writeTypeOfModules();
await import('./build-wasm.mjs');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
