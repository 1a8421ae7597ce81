/** The benchmark as a page of the site: what it says of a GPU and of threads, break-even, narrow screens, axe-core, nothing from elsewhere. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Row } from '../../bench/report.js';
import { breakEvenSaid, gpuVerdict } from '../../bench/browser/verdicts.js';
import { root } from '../docs/pages.js';
import { openChromium, withoutIsolation } from './chromium.js';
import { axeViolations } from './readable.js';

interface Builder { buildBenchmark(root: string, outdir: string): Promise<{ readonly outputs: Readonly<Record<string, { readonly bytes: number }>> }> }
interface Server { serve(folder: string, port: number): Promise<{ readonly port: number; close(): void }> }

const above = mkdtempSync(join(tmpdir(), 'bptt-benchmark-'));
let browser: Browser;
let served: Awaited<ReturnType<Server['serve']>>;
let outputs: readonly string[] = [];

test.before(async () => {
  const script = async <T>(name: string): Promise<T> => (await import(pathToFileURL(join(root, 'scripts/site', name)).href)) as T;
  outputs = Object.keys((await (await script<Builder>('benchmark.mjs')).buildBenchmark(root, join(above, 'any/benchmark'))).outputs);
  served = await (await script<Server>('serve.mjs')).serve(above, 0);
  browser = await openChromium();
});
test.after(async () => {
  await browser.close();
  served.close();
  rmSync(above, { recursive: true });
});

/** @param isolated whether the page is sent with the headers that let it use threads. */
async function open(query: string, { width = 1200, isolated = true } = {}): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const base = `http://localhost:${served.port}/any/benchmark/`;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) problems.push(`request to ${request.url()}`);
  });
  if (!isolated) await withoutIsolation(page);
  await page.goto(`${base}index.html${query}`);
  await page.locator('#run').waitFor();
  return { page, problems };
}

test('what there is of a GPU is said in words', () => {
  const software = { description: 'gpu.js webgpu, google swiftshader (software)' };
  const missing = { reason: 'no adapter.' };
  assert.is(gpuVerdict({ description: 'gpu.js webgpu, acme' }, software), 'A GPU is here: gpu.js webgpu, acme.');
  for (const [webgpu, webgl2] of [[software, missing], [missing, software]] as const) assert.match(gpuVerdict(webgpu, webgl2), /^There is no GPU here, only a software adapter/);
  assert.match(gpuVerdict(missing, { reason: 'no OffscreenCanvas.' }), /^There is no GPU here: .* WebGPU: no adapter\. WebGL2: no OffscreenCanvas\.$/);
});

test('break-even is said of products and of training steps', () => {
  const row = (id: string, subject: string, median: number): Row => ({ id, subject, backend: 'gpu.js webgpu, acme', median, low: median, high: median });
  const rows = [
    row('M1', 'bptt wasm', 1), row('M1', 'bptt gpu-webgpu', 3), row('M2', 'bptt wasm', 9), row('M2', 'bptt gpu-webgpu', 4),
    row('W2', 'bptt wasm', 1), row('W2', 'bptt gpu-webgpu', 50), row('W5', 'bptt wasm', 9), row('W5', 'bptt gpu-webgpu', 8), row('W6', 'bptt wasm', 2),
  ];
  assert.is(breakEvenSaid(rows, 'bptt gpu-webgpu'), 'bptt gpu-webgpu overtakes wasm from the product 256 × 256 on; of 2 training steps at W5 (LSTM 250).');
  assert.is(breakEvenSaid(rows.slice(0, 2).concat(rows.slice(4, 6)), 'bptt gpu-webgpu'), 'bptt gpu-webgpu overtakes wasm at no measured product; at none of 1 training steps.');
});

test('CPU against a software adapter: both are measured, break-even is said, and that it says nothing about a GPU', async () => {
  assert.ok(outputs.some((path) => path.includes('chunks/gpu-browser-')), 'gpu.js is a file of its own');
  const { page, problems } = await open('?only=M1&backends=wasm,gpu-webgl2&seconds=0.05&rounds=1');
  await page.locator('#status', { hasText: /^Done: 2 figures\./ }).waitFor();
  assert.match(await page.locator('#gpu').innerText(), /^There is no GPU here, only a software adapter/);
  assert.match(await page.locator('#breakEven').innerText(), /^bptt gpu-webgl2 overtakes wasm (at no measured product|from the product 64 × 64 on); no training step has been measured on both\. This is a software adapter/);
  assert.equal(await page.locator('thead th').allInnerTexts(), ['what', 'wasm', 'gpu-webgl2\nsoftware']);
  assert.is(await page.locator('td.best').filter({ hasText: 'fastest' }).count(), 1);
  assert.equal(problems, []);
  await page.close();
});

test('every measurement can be chosen; 360 px; axe-core finds nothing, in light or dark', async () => {
  const { page, problems } = await open('?only=M1&backends=wasm,cpu&seconds=0.05&rounds=1', { width: 360 });
  await page.locator('#status', { hasText: /^Done: 2 figures\./ }).waitFor();
  const offered = await page.locator('input[name=id]').evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
  for (const id of ['M4', 'G1', 'p1', 's1', 'W11', 'W17']) assert.ok(offered.includes(id), id);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.equal(await axeViolations(page), [], colorScheme);
  }
  assert.equal(problems, []);
  await page.close();
});

test('without the headers that allow threads it says that one computes, and why', async () => {
  const { page, problems } = await open('', { isolated: false });
  assert.match(await page.locator('#facts').innerText(), /Shared memory\s+no: threads need cross-origin isolation/);
  assert.match(await page.locator('.backends label', { hasText: /^wasm2/ }).innerText(), /1 thread \(.+\)/);
  assert.equal(problems, []);
  await page.close();
});

test.run();
