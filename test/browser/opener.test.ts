/** The page that opens model files: what it shows and computes, that nothing leaves it, by keyboard, on a phone, in the dark. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs, exportTorch, importOnnx } from '../../src/convert/index.js';
import { Dense, Embedding, GlobalAveragePool1D, LSTM, Sequential, loadModel } from '../../src/index.js';
import { archive, sequential } from '../convert/keras/kerasFiles.js';
import type { KerasLayer } from '../convert/keras/kerasFiles.js';
import { root } from '../docs/pages.js';
import { torchFile } from '../golden/torchFiles.js';
import { openChromium } from './chromium.js';
import { axeViolations, unreadable } from './readable.js';

const above = mkdtempSync(join(tmpdir(), 'bptt-opener-'));
let served: { readonly port: number; close(): void };
let browser: Browser;

test.before(async () => {
  const script = async <T>(name: string): Promise<T> => (await import(pathToFileURL(join(root, 'scripts/site', name)).href)) as T;
  await (await script<{ buildOpener(from: string, to: string): Promise<void> }>('opener.mjs')).buildOpener(root, join(above, 'opener'));
  served = await (await script<{ serve(folder: string, port: number): Promise<typeof served> }>('serve.mjs')).serve(above, 0);
  browser = await openChromium();
});
test.after(async () => {
  await browser.close();
  served.close();
  rmSync(above, { recursive: true });
});

/** Loaded, and then without a network; all that goes wrong, and every request after that. */
async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await page.goto(`http://localhost:${served.port}/opener/`);
  await page.getByText('Ready.').waitFor();
  context.on('request', (request) => { if (!request.url().startsWith('blob:')) problems.push(`request to ${request.url()}`); });
  await context.setOffline(true);
  return { page, problems };
}

const file = (name: string, content: Uint8Array | string): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
const drop = (page: Page, ...files: ReturnType<typeof file>[]): Promise<void> => page.locator('#file').setInputFiles(files);
const status = (page: Page, text: string): Promise<void> => page.locator('#status').getByText(text).waitFor();
const values = async (page: Page): Promise<number[]> => (await page.locator('.values').first().innerText()).trim().split(/\s+/).map(Number);

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Done.').waitFor();
}

test('by keyboard alone: an example, its layers, a run, a download that predicts the same; nothing is asked of the network', async () => {
  const { page, problems } = await open();
  await page.locator('#file').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await status(page, 'example.onnx is open.');
  assert.is(await page.evaluate(() => document.activeElement?.textContent), 'example.onnx');
  assert.match(await page.locator('dl').innerText(), /ONNX, producer bptt, opset 17, IR 8[\s\S]*402 parameters/);
  assert.match(await page.getByRole('region', { name: 'Layers' }).innerText(), /memory\s+LSTM\s[\s\S]*\s384\s/);
  await page.getByLabel('Size of axis 1').fill('2');
  await page.getByLabel(/Numbers of/).fill('[[1, 2, 3], [-1, 0.5, 2e-1]]');
  await run(page);
  const shown = await values(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'ONNX' }).click()]);
  const { model } = await importOnnx(readFileSync(await download.path()));
  const expected = Array.from((await model.predict([[[1, 2, 3], [-1, 0.5, 0.2]]])).data as Float32Array);
  assert.ok(shown.length === 2 && shown.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) < 1e-5), `${shown.join()} for ${expected.join()}`);
  assert.match(await page.getByRole('region', { name: /^Largest values/ }).innerText(), new RegExp(`\\[0, ${expected.indexOf(Math.max(...expected))}\\]`));
  await page.getByLabel(/Numbers of/).fill('1 2 3');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('[1, 2, 3] takes 6 numbers, got 3.').waitFor();
  await page.getByLabel(/Numbers of/).fill('1 2 3 x 5 6');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText("'x' is no number.").waitFor();
  assert.equal(problems, []);
  await page.context().close();
});

test('files of every format; weights wait for the model that takes them; what cannot be read says all of why', async () => {
  const { page, problems } = await open();
  const model = new Sequential([new Embedding({ inputDim: 5, outputDim: 3 }), new GlobalAveragePool1D(), new Dense({ units: 2, name: 'head' })], { inputShape: [4], seed: 4 });
  await drop(page, file('words.safetensors', model.toBytes()));
  await status(page, 'words.safetensors is open.');
  assert.match(await page.locator('legend').innerText(), /whole numbers below 5/);
  await page.getByLabel('Seed').fill('3');
  await page.getByRole('button', { name: 'Fill by the seed' }).click();
  await page.waitForFunction(() => /^[0-4]( [0-4]){3}$/.test(document.querySelector('textarea')?.value ?? ''));
  await run(page);

  const lstm = new Sequential([new LSTM({ units: 3, name: 'memory' }), new Dense({ units: 1, name: 'out' })], { inputShape: [4, 2], seed: 1 });
  await drop(page, file('state.safetensors', (await exportTorch(lstm)).weights));
  await status(page, 'state.safetensors holds weights without layers.');
  await drop(page, file('layers.safetensors', new Sequential([new LSTM({ units: 3, name: 'memory' }), new Dense({ units: 1, name: 'out' })], { inputShape: [4, 2], seed: 2 }).toBytes()));
  await status(page, 'state.safetensors is open.');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'safetensors (bptt)' }).click()]);
  const again = await loadModel(readFileSync(await saved.path()));
  const kernels = [again, lstm].map((each) => Array.from(each.getWeights()['memory/kernel']?.data ?? [], Math.fround).join());
  assert.is(kernels[0], kernels[1]);

  await drop(page, file('words.pt', torchFile('words')));
  await status(page, 'words.pt holds weights without layers.');
  assert.match(await page.getByRole('region', { name: 'Layers' }).innerText(), /LSTM[\s\S]*Linear/);

  const { modelJson, weights } = await exportTensorFlowJs(lstm);
  await drop(page, file('model.json', JSON.stringify(modelJson)));
  await page.getByText('Choose weights.bin together with model.json: it holds the weights.').waitFor();
  await drop(page, file('weights.bin', weights), file('model.json', JSON.stringify(modelJson)));
  await status(page, 'model.json is open.');

  const input: KerasLayer = { className: 'InputLayer', config: { name: 'seen', batch_shape: [null, 2] }, variables: [] };
  const lambda: KerasLayer[] = [input, ...['first', 'second'].map((name): KerasLayer => ({ className: 'Lambda', config: { name }, variables: [] }))];
  await drop(page, file('net.keras', await archive(sequential(lambda), lambda, {})));
  await status(page, 'net.keras cannot become a model here.');
  assert.is(await page.locator('.problems li').count(), 2);
  await drop(page, file('words.pt', torchFile('words').subarray(0, 500)));
  await page.locator('#status').getByText(/zip directory/).waitFor();
  await drop(page, file('prices.csv', 'Date,Close\n'));
  await page.locator('#status').getByText(/must be of bptt or PyTorch/).waitFor();
  assert.equal(problems, []);
  await page.context().close();
});

test('a dropped file is opened, wherever it falls', async () => {
  const { page } = await open();
  const bytes = [...new Sequential([new Dense({ units: 1 })], { inputShape: [2] }).toBytes()];
  await page.evaluate((list) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(list)], 'dropped.safetensors'));
    document.querySelector('h1')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, bytes);
  await status(page, 'dropped.safetensors is open.');
  await page.context().close();
});

test('no wider than a phone, and axe-core finds nothing, in light and dark', async () => {
  const { page, problems } = await open({ viewport: { width: 360, height: 740 }, bypassCSP: true }); // axe-core is put into the page
  await page.getByRole('button', { name: 'Show an example' }).click();
  await status(page, 'example.onnx is open.');
  await run(page);
  await page.locator('summary').first().click();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.equal(await axeViolations(page), [], colorScheme);
    assert.equal(await unreadable(page), [], colorScheme);
  }
  assert.equal(problems, []);
  await page.context().close();
});

test.run();
