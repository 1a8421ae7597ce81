/** The conformance suite and bit-identity in headless Chromium, from one minified bundle. */
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../src/index.js';
import { demands, selected } from '../backends/conformance/cases.js';
import { openBundle } from './bundledPage.js';
import type { BundledPage } from './bundledPage.js';
import { fiftySteps } from './fiftySteps.js';
import type { Demand } from '../backends/conformance/cases.js';
import type { BackendName, Conformance } from './page.js';

interface Expected { readonly name: BackendName; readonly description: RegExp; readonly demands: readonly Demand[] }

/** Software drivers compile a plan in up to seconds; all demands take them minutes: `npm run soak -- conformance`. */
/** Every one must run here; its own words tell whether it was the one that ran. */
const expected: readonly Expected[] = [
  { name: 'wasm, 1 thread', description: /^wasm simd128, 1 thread$/, demands },
  { name: 'wasm, 2 threads', description: /^wasm simd128, 2 threads$/, demands },
  { name: 'gpu.js webgl2', description: /^gpu\.js webgl2 on /, demands: selected() },
  { name: 'gpu.js webgpu', description: /^gpu\.js webgpu on /, demands: selected('W8') },
];

let opened: BundledPage | undefined;

function open(): Page {
  if (!opened) throw new Error('the page did not open');
  return opened.page;
}

test('the page opens in Chromium, cross-origin isolated', async () => {
  opened = await openBundle(new URL('./page.js', import.meta.url));
  await opened.page.waitForFunction(() => window.bpttTest !== undefined);
  assert.ok(await opened.page.evaluate(() => window.bpttTest?.isolated()));
});

for (const { name, description, demands: wanted } of expected) {
  let result: Conformance | undefined;

  test(`${name} runs in Chromium`, async () => {
    const start = performance.now();
    const names = wanted.map((demand) => demand.name);
    result = await open().evaluate(([backend, list]) => window.bpttTest?.conformance(backend, list), [name, names] as const);
    const slowest = Object.entries(result?.seconds ?? {}).sort(([, a], [, b]) => b - a).slice(0, 3).map(([demand, seconds]) => `${demand} ${seconds.toFixed(1)}`);
    console.log(`ran in Chromium: ${result?.description}, ${names.length} demands, ${((performance.now() - start) / 1000).toFixed(1)} s; slowest: ${slowest.join(', ')}`);
    assert.match(result?.description ?? 'nothing', description);
  });

  for (const demand of wanted) {
    test(`${name} in Chromium: ${demand.name}`, () => {
      assert.is(result?.problems[demand.name], null);
    });
  }
}

/** Of the weights after fifty steps with wasm, on every host. */
const digest = '7c233016735be216f83e0acba2b6f2e151fbafbccd4a5b227803f69736cd084f';

for (const threads of [1, 2] as const) {
  test(`fifty steps give the same bytes in Node and in Chromium, ${threads} thread(s)`, async () => {
    const name: BackendName = threads === 1 ? 'wasm, 1 thread' : 'wasm, 2 threads';
    assert.is(await fiftySteps(await wasm({ threads })), digest);
    assert.is(await open().evaluate((backend) => window.bpttTest?.fiftySteps(backend, true), name), digest);
  });
}

// Not promised for every pair of engines (see fiftySteps.ts), but V8 of Node and of Chromium agree.
test('fifty steps from seeded weights give the same bytes in Node and in Chromium', async () => {
  assert.is(await open().evaluate(() => window.bpttTest?.fiftySteps('wasm, 1 thread', false)), await fiftySteps(await wasm(), false));
});

test('nothing went wrong unseen in the page', () => {
  assert.equal(opened?.problems, []);
});

test.after(async () => {
  await opened?.close();
});

test.run();
