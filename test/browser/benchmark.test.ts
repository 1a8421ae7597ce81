/** The benchmark page in headless Chromium, at a size that takes seconds. */
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchmarkSite } from '../../bench/browser/site.js';
import type { BrowserBenchmark } from '../../bench/browser/page.js';
import { openChromium, openPage } from './chromium.js';

async function withPage(query: string, judge: (page: Page) => Promise<void>): Promise<void> {
  const site = await benchmarkSite();
  const browser = await openChromium();
  try {
    const { page, problems } = await openPage(browser, `${site.url}/${query}`);
    await judge(page);
    assert.equal(problems, []);
  } finally {
    await browser.close();
    await site.close();
  }
}

async function finished(page: Page): Promise<BrowserBenchmark> {
  await page.waitForFunction(() => window.bpttBenchmark !== undefined);
  const found = await page.evaluate(() => window.bpttBenchmark);
  if (!found) throw new Error('the benchmark vanished');
  return found;
}

test('a selection in the address starts at once and fills table and charts', async () => {
  await withPage('?only=W2,M1,G1&backends=wasm,cpu&seconds=0.05&rounds=1', async (page) => {
    const { rows, failures, crossOriginIsolated, browser } = await finished(page);
    assert.equal(failures, []);
    assert.ok(crossOriginIsolated);
    assert.match(browser, /^Chromium \d+$/);
    assert.equal(rows.map(({ id, subject }) => `${id} ${subject}`), ['W2', 'M1', 'G1'].flatMap((id) => [`${id} bptt wasm`, `${id} bptt cpu`]));
    for (const { median, low, high, gflops, id } of rows) {
      assert.ok(median > 0 && low <= median && median <= high);
      assert.is(gflops !== undefined, id === 'M1');
    }
    assert.equal(await page.locator('thead th').allInnerTexts(), ['what', 'wasm', 'cpu']);
    const table = await page.locator('tbody tr').allInnerTexts();
    assert.is(table.length, 3);
    for (const [i, line] of table.entries()) assert.match(line, i === 1 ? /^M1\s+product 64 × 64[^]+GFLOP\/s[^]+GFLOP\/s/ : /^(W2\s+LSTM 5|G1\s+gates, 5 units)[^]+[mµ]s[^]+[mµ]s/);
    assert.is(await page.locator('td.best').count(), 3);
    assert.is(await page.locator('#charts svg').count(), 3);
    assert.is(await page.locator('#charts svg rect.bar').count(), 12, 'six bars and their marks in the legends');
    assert.match(await page.locator('#facts').innerText(), /Processor threads/);
  });
});

test('without a selection it waits; every backend stands in the form, with its reason where it is missing; Run and Stop work', async () => {
  await withPage('?rounds=20', async (page) => {
    await page.locator('#run').waitFor();
    const lines = await page.locator('.backends label').allInnerTexts();
    assert.ok(lines.some((line) => /^wasm\s+wasm simd128/.test(line)) && lines.every((line) => /\S\s+\S/.test(line)), lines.join('; '));
    assert.is(await page.evaluate(() => window.bpttBenchmark), undefined);
    for (const box of await page.locator('input[name=id], input[name=backend]').all()) {
      const wanted = ['W2', 'W3', 'wasm'].includes(await box.inputValue());
      await box.setChecked(wanted, { force: true });
    }
    await page.locator('input[name=seconds]').fill('0.5');
    await page.locator('#run').click();
    await page.locator('tbody td[title]').first().waitFor();
    assert.is(await page.locator('#run').innerText(), 'Stop');
    await page.locator('#run').click();
    const { rows, failures } = await finished(page);
    assert.equal(failures, []);
    assert.equal(rows.map(({ id }) => id), ['W2']);
    assert.match(await page.locator('#status').innerText(), /^Stopped: 1 figure/);
  });
});

test.run();
