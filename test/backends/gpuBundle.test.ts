/** The gpu backend as users get it: minified into one file for browsers, and without its optional peers. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const folder = mkdtempSync(join(tmpdir(), 'bptt-gpu-'));
test.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A training step of every fused kernel there is, on the gpu backend and on the cpu; prints the largest difference. */
const page = `
import { gpu } from '${resolve('dist/src/gpu.js')}';
import { Adam, Bidirectional, BatchNorm, Dense, GRU, LSTM, LayerNorm, Sequential, cpu } from '${resolve('dist/src/index.js')}';

async function weights(backend) {
  const model = new Sequential([
    new LSTM({ units: 3, returnSequences: true, peepholes: true }), new LayerNorm(), new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) }),
    new BatchNorm(), new GRU({ units: 3, resetAfter: false }), new Dense({ units: 4, activation: 'gelu' }), new Dense({ units: 2, activation: 'softplus' }),
  ], { inputShape: [5, 2], seed: 3 });
  model.compile({ optimizer: new Adam({ globalClipNorm: 1 }), loss: 'huber', backend });
  const x = { shape: [4, 5, 2], data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)) };
  const y = { shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i)) };
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  const all = Object.values(model.getWeights()).flatMap(({ data }) => [...data]);
  model.dispose();
  return all;
}

export async function check(mode) {
  const backend = await gpu({ mode });
  const [a, b] = [await weights(backend), await weights(cpu())];
  return { description: backend.description, count: a.length, difference: Math.max(...a.map((w, i) => Math.abs(w - b[i]))) };
}
`;

async function bundle(file: string, options: { external?: string[] } = {}): Promise<string> {
  writeFileSync(join(folder, 'page.js'), page);
  const outfile = join(folder, file);
  await build({
    entryPoints: [join(folder, 'page.js')], bundle: true, minify: true, keepNames: false, format: 'esm', platform: 'browser', target: 'es2022', outfile,
    absWorkingDir: resolve('.'), nodePaths: [resolve('node_modules')], logLevel: 'silent', ...options,
  });
  return outfile;
}

function run(file: string, code: string): string {
  const script = `import { check } from ${JSON.stringify(file)}; ${code}`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('trains from a minified browser bundle', async () => {
  const file = await bundle('page.bundle.mjs');
  for (const mode of ['cpu', 'webasm']) {
    const { description, count, difference } = JSON.parse(run(file, `console.log(JSON.stringify(await check('${mode}'))); process.exit();`)) as {
      readonly description: string; readonly count: number; readonly difference: number;
    };
    console.log(`ran: ${description}, minified`);
    assert.is(description, `gpu.js ${mode}`);
    assert.ok(count > 100);
    assert.ok(difference < 1e-5, `${mode}: weights differ by ${difference}`);
  }
});

test('without gpu.js the error is one line that says what to install', async () => {
  const file = await bundle('bare.bundle.mjs', { external: ['gpu.js'] });
  const message = run(file, "await check('cpu').catch((error) => process.stdout.write(error.name + ': ' + error.message));");
  assert.match(message, /: gpu: package 'gpu\.js' must be installed, got nothing of that name\. Run npm install gpu\.js webgpu/);
  assert.not.ok(message.includes('\n'));
});

test('without webgpu, auto falls back and says why, and webgpu is refused in one line', async () => {
  const file = await bundle('page.bundle.mjs');
  const auto = JSON.parse(run(file, "console.log(JSON.stringify(await check('auto'))); process.exit();")) as { readonly description: string };
  assert.match(auto.description, /^gpu\.js webasm \(package 'webgpu' is not installed/);
  const message = run(file, "await check('webgpu').catch((error) => process.stdout.write(error.name + ': ' + error.message));");
  assert.match(message, /: gpu: mode 'webgpu' must be available, got package 'webgpu' is not installed\..*npm install webgpu/);
  assert.not.ok(message.includes('\n'));
});

test.run();
