/** What works under a strict Content-Security-Policy; docs/browsers.md says the same. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, serve } from '../../bench/browser/server.js';
import { openChromium, openPage } from './chromium.js';

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/** They make ndarrays, and the package ndarray builds its classes with `new Function`; so does gpu.js in its mode cpu. */
const needEval = ['predict', 'getWeights', 'lossAndGradients', 'tensor', 'gpu cpu'];

const script = bundle(new URL('./strictPage.js', import.meta.url));

/** What each use said on a page of its own under this policy. */
async function results(contentPolicy: string): Promise<Record<string, string>> {
  const site = await serve({
    '/': { type: 'text/html', policy: contentPolicy, body: '<!doctype html><title>bptt</title><script type="module" src="/page.js"></script>' },
    '/page.js': { type: 'text/javascript', body: await script },
  });
  const browser = await openChromium();
  try {
    const { page } = await openPage(browser, `${site.url}/`);
    await page.waitForFunction(() => window.strictResult !== undefined);
    return await page.evaluate(() => window.strictResult) ?? {};
  } finally {
    await browser.close();
    await site.close();
  }
}

function failing(found: Readonly<Record<string, string>>): string[] {
  return Object.keys(found).filter((name) => found[name] !== 'works');
}

test("wasm trains, evaluates, saves and loads with 'wasm-unsafe-eval' alone", async () => {
  const { description = '', ...found } = await results(policy);
  assert.match(description, /^wasm simd128/);
  assert.ok(Object.keys(found).length > needEval.length);
  assert.equal(failing(found), needEval, JSON.stringify(found));
  for (const name of needEval.filter((use) => !use.startsWith('gpu'))) assert.match(found[name] ?? '', /unsafe-eval/);
});

test("everything works with 'unsafe-eval'", async () => {
  const { description = '', ...found } = await results(`${policy} 'unsafe-eval'`);
  assert.match(description, /^wasm simd128/);
  assert.equal(failing(found), [], JSON.stringify(found));
});

test('the page about browsers names the policy and what it keeps from working', () => {
  const text = readFileSync('docs/browsers.md', 'utf8');
  assert.ok(text.includes(policy));
  for (const name of needEval.filter((use) => !use.startsWith('gpu'))) assert.match(text, new RegExp(`\`${name}\``));
});

test.run();
