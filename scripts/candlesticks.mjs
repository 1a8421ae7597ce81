/**
 * `npm run candlesticks` trains the small network that the explorer's candlestick panel shows, and writes it into docs/explorer; with `--check`
 * it compares instead: the same seed gives the same bytes.
 */
import { build } from 'esbuild';
import { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const program = join(root, 'out/candlesticks/train.mjs');
const file = join(root, 'docs/explorer/candlesticks.safetensors');

await build({ entryPoints: [join(root, 'docs/explorer/candlesticks/train.ts')], outfile: program, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
const { train } = await import(pathToFileURL(program).href);
const { bytes, accuracy } = await train((line) => console.log(line));
console.log(`${bytes.length} bytes; ${(100 * accuracy).toFixed(1)} % of 600 charts never seen are told rightly`);
if (process.argv.includes('--check')) {
  const same = Buffer.compare(Buffer.from(bytes), readFileSync(file)) === 0;
  console.log(same ? 'the same bytes as docs/explorer/candlesticks.safetensors' : 'other bytes than docs/explorer/candlesticks.safetensors');
  process.exitCode = same ? 0 : 1;
} else writeFileSync(file, bytes);
