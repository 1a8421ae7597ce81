/** `bptt/convert` in headless Chromium: the same numbers as in Node. */
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTorch } from '../../src/convert/index.js';
import { makeZip } from '../convert/bytes/makeZip.js';
import { torchFile } from '../golden/torchFiles.js';
import { openBundle } from './bundledPage.js';
import type { BundledPage } from './bundledPage.js';

let opened: BundledPage | undefined;

function open(): Page {
  if (!opened) throw new Error('the page did not open');
  return opened.page;
}

test('the page opens', async () => {
  opened = await openBundle(new URL('./convertPage.js', import.meta.url));
  await opened.page.waitForFunction(() => window.bpttConvert !== undefined);
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
  assert.equal(opened?.problems, []);
});

test.after(async () => {
  await opened?.close();
});

test.run();
