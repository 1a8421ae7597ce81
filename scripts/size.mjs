/**
 * `npm run size`: what a user of each entry downloads (bundled with its dependencies, minified, gzipped), against
 * its budget. Needs `npm run build` first. An entry of package.json without a budget is an error.
 */
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

/** Gzipped kilobytes (1000 bytes). */
const BUDGETS = {
  '.': 35,
  './forecast': 20,
  './explain': 20,
  './charts': 15,
  './node': 40,
};

const root = join(import.meta.dirname, '..');
const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');

async function measure(subpath, target) {
  const entry = join(root, target.default);
  if (!existsSync(entry)) return { problem: 'not built' };
  const platform = subpath === './node' ? 'node' : 'browser';
  const options = { entryPoints: [entry], bundle: true, minify: true, format: 'esm', platform, write: false };
  try {
    const { outputFiles } = await build({ ...options, target: 'es2022', logLevel: 'silent' });
    const code = outputFiles[0].contents;
    return { minified: code.length / 1000, gzipped: gzipSync(code, { level: 9 }).length / 1000 };
  } catch (error) {
    return { problem: error.message };
  }
}

function row(...cells) {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(10))).join('');
}

let over = 0;
console.log(row('entry', 'minified', 'gzipped', 'budget', '') + '  (kB)');
for (const [subpath, target] of entries) {
  const { minified, gzipped, problem } = await measure(subpath, target);
  const budget = BUDGETS[subpath];
  const verdict = problem ?? (budget === undefined ? 'no budget' : gzipped > budget ? 'OVER' : 'ok');
  if (verdict !== 'ok') over++;
  const figures = [minified?.toFixed(1) ?? '-', gzipped?.toFixed(1) ?? '-', budget?.toFixed(1) ?? '-'];
  console.log(`${row(subpath.replace('.', name), ...figures)}  ${verdict}`);
}
process.exitCode = over === 0 ? 0 : 1;
