/** A program that predicts, minified into one file: it runs, gives the same bits, and holds no training. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, LSTM, Sequential } from '../../src/index.js';
import { assertSame } from '../support/compare.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-predict-'));
test.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const program = `
import { Dense, LSTM, loadPredictor } from '${resolve('dist/src/predict/index.js')}';
export const predict = (bytes, x) => loadPredictor(bytes, { layers: [LSTM, Dense] }).predict(x);
export const refused = (bytes) => { try { loadPredictor(bytes, { layers: [LSTM] }); } catch (error) { return String(error); } };
`;

test('predicts from a minified browser bundle, in a realm that forbids code from text', async () => {
  writeFileSync(join(folder, 'program.js'), program);
  const { metafile } = await build({
    entryPoints: [join(folder, 'program.js')], bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', metafile: true,
    outfile: join(folder, 'bundle.mjs'), absWorkingDir: resolve('.'), logLevel: 'silent',
  });
  const held = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));
  const strangers = held.filter((path) => /optimizers|losses|callbacks|layers\/(layer|lstm|recurrent|dense|weights)\.js|training\/(?!givenMasks|inputs|samples)|modules\/(?!forward)|wasm\/(sharedMemory|threads)|node_modules/.test(path));
  assert.equal(strangers, []);
  assert.not.match(readFileSync(join(folder, 'bundle.mjs'), 'utf8'), /Backward\b|sumRowsTo/, 'kernels of the way back');
  const model = new Sequential([new LSTM({ units: 7 }), new Dense({ units: 2, activation: 'tanh' })], { inputShape: [5, 3], seed: 2 });
  const x = { data: Array.from({ length: 30 }, (_, i) => Math.sin(i)), shape: [2, 5, 3] };
  const script = `import { predict, refused } from './bundle.mjs';
    const bytes = Buffer.from('${Buffer.from(model.toBytes()).toString('base64')}', 'base64');
    const { data, shape } = predict(bytes, ${JSON.stringify(x)});
    console.log(JSON.stringify({ data: [...data], shape, refused: refused(bytes) }));`;
  writeFileSync(join(folder, 'main.mjs'), script);
  const said = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', join(folder, 'main.mjs')], { encoding: 'utf8' });
  const { data, shape, refused } = JSON.parse(said) as { readonly data: number[]; readonly shape: number[]; readonly refused: string };
  const expected = await model.predict(x);
  assert.equal(shape, expected.shape);
  assertSame(data, expected.data, 'prediction');
  assert.match(refused, "ArgumentError: loadPredictor: layers must be all that the file holds, with 'Dense', got 'LSTM'.");
});

test.run();
