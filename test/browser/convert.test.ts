/** `bptt/convert` in headless Chromium: the same numbers as in Node. */
import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, serve } from '../../bench/browser/server.js';
import type { Site } from '../../bench/browser/server.js';
import { readTorch } from '../../src/convert/index.js';
import { makeZip } from '../convert/bytes/makeZip.js';
import { torchFile } from '../golden/torchFiles.js';
import { openChromium, openPage } from './chromium.js';

let site: Site | undefined;
let browser: Browser | undefined;
let page: Page | undefined;
let problems: string[] = [];

function open(): Page {
  if (!page) throw new Error('the page did not open');
  return page;
}

test('the page opens', async () => {
  site = await serve({
    '/': { type: 'text/html', body: '<!doctype html><title>bptt</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>' },
    '/page.js': { type: 'text/javascript', body: await bundle(new URL('./convertPage.js', import.meta.url)) },
  });
  browser = await openChromium();
  ({ page, problems } = await openPage(browser, `${site.url}/`));
  await page.waitForFunction(() => window.bpttConvert !== undefined);
});

for (const name of ['odd', 'odd-legacy', 'tutorial']) {
  test(`${name} is read as in Node`, async () => {
    const { tensors } = await readTorch(torchFile(name));
    const wanted = [...tensors].map(([key, { dtype, shape, data }]) => `${key} ${dtype} [${shape.join()}] ${data.join()}`);
    assert.equal(await open().evaluate((bytes) => window.bpttConvert?.readTorch(bytes), [...torchFile(name)]), wanted);
  });
}

test('a model goes out and comes back', async () => {
  assert.is(await open().evaluate(() => window.bpttConvert?.roundTrip()), true);
});

test('zip entries are inflated', async () => {
  const text = 'over and over '.repeat(50);
  const zip = makeZip([{ name: 'a', data: Buffer.from(text), deflated: true }, { name: 'b', data: Buffer.from('stored') }]);
  assert.equal(await open().evaluate((bytes) => window.bpttConvert?.unzip(bytes), [...zip]), [text, 'stored']);
});

test('nothing went wrong on the page', () => {
  assert.equal(problems, []);
});

test.after(async () => {
  await browser?.close();
  await site?.close();
});

test.run();
