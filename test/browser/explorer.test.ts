/** The explorer's shell, and what holds for each of its panels: addresses, narrow screens, axe-core, weight. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { panels } from '../../docs/explorer/panels.js';
import { choice, flag, range, readAddress, readState, text, writeAddress, writeState } from '../../docs/explorer/shell/address.js';
import { anchors, docsPages } from '../docs/pages.js';
import { openExplorer } from './explorerSite.js';
import type { ExplorerSite } from './explorerSite.js';
import { axeViolations, unreadable } from './readable.js';

let site: ExplorerSite;
test.before(async () => {
  site = await openExplorer();
});
test.after(() => site.close());

test('a state goes into the address and comes back', () => {
  const fields = { cell: choice(['rnn', 'gru']), rho: range({ from: 0, to: 2, step: 0.05, initial: 1 }), t: range({ from: 1, to: 8, initial: 1 }), clip: flag(true), csv: text('none') };
  const states = [
    { cell: 'rnn', rho: 1, t: 1, clip: true, csv: 'none' },
    { cell: 'gru', rho: 0.1 + 0.2, t: 8, clip: false, csv: 'a=1&b?#%\nä' },
  ] as const;
  for (const state of states) {
    const { panel, query } = readAddress(writeAddress({ panel: 'flow', query: writeState(fields, state) }));
    assert.is(panel, 'flow');
    assert.equal(readState(fields, query), state);
  }
  assert.is(writeAddress({ panel: 'flow', query: writeState(fields, states[0]) }), '#flow');
  assert.equal(readState(fields, 'cell=lstm&rho=3&t=1.5&clip=maybe&other=1'), states[0], 'what is no value counts as not said');
});

test('every panel is a heading of docs/explorer.md, and names headings of derivations', () => {
  const page = (name: string): Set<string> => {
    const found = docsPages.find(({ path }) => path === `docs/${name}.md`);
    if (!found) throw new Error(`there is no ${name}`);
    return anchors(found);
  };
  for (const { name, derivations } of panels) {
    assert.ok(page('explorer').has(name), name);
    for (const { href } of derivations) {
      const [file = '', anchor = ''] = href.split('#');
      assert.ok(page(file.replace(/\.html$/, '')).has(anchor), href);
    }
  }
});

for (const { name, title } of panels) {
  test(`${name}: no wider than a phone, axe-core finds nothing in light or dark, nothing from elsewhere`, async () => {
    const { page, problems } = await site.open(name, { viewport: { width: 360, height: 740 } });
    assert.is(await page.locator('h1').innerText(), title);
    await page.locator('.question button').first().click();
    assert.match(await page.locator('.verdict').first().innerText(), /^(✓ Yes|✗ No)\. ./);
    assert.equal(await unreadable(page), [], name);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.equal(await axeViolations(page), [], `${name}, ${colorScheme}`);
    }
    assert.equal(problems, []);
    await page.close();
  });
}

for (const { name } of panels) {
  test(`${name}: with reduced motion nothing moves; it trains all the same, and its question can be answered while it does`, async () => {
    const { page, problems } = await site.open(name, { reducedMotion: 'reduce' });
    const train = page.getByRole('button', { name: 'Train', exact: true });
    if (await train.isVisible()) {
      await train.click();
      await page.locator('.status', { hasText: /^Epoch [1-9]\d*: loss/ }).waitFor();
    }
    const moving = (): Promise<number> => page.evaluate(() => document.getAnimations().length);
    assert.is(await moving(), 0);
    await page.locator('.question button').first().click();
    assert.match(await page.locator('.verdict').first().innerText(), /^(✓ Yes|✗ No)\. ./);
    assert.is(await moving(), 0);
    assert.equal(problems, []);
    await page.close();
  });
}

test('once opened it needs no network: every panel opens, trains every cell, reads a CSV file, sees candlesticks', async () => {
  const { page, problems } = await site.open('strip', { serviceWorkers: 'allow' });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.context().setOffline(true);
  assert.is(await page.evaluate(() => fetch('nothing').then(() => 'answered', () => 'cut')), 'cut');
  problems.length = 0;

  await page.goto(new URL('index.html#flow', page.url()).href);
  await page.locator('h1', { hasText: 'Where the gradient dies' }).waitFor();
  const go = async (hash: string): Promise<void> => {
    await page.evaluate((to) => { location.hash = to; }, hash);
    await page.reload();
  };
  for (const { name, title } of panels) {
    await go(name);
    await page.locator('h1', { hasText: title }).waitFor();
    await page.locator('.question button').first().click();
    await page.locator('.verdict').first().getByText(/^(✓ Yes|✗ No)\. ./).waitFor();
  }
  for (const cell of ['rnn', 'gru', 'lstm']) {
    await go(`training?cell=${cell}&epoch=1`);
    await page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
    await page.getByRole('slider', { name: 'Seed' }).press('ArrowRight');
    await page.getByRole('button', { name: 'One epoch', exact: true }).press('Enter');
    await page.locator('.status', { hasText: 'Epoch 2: loss' }).waitFor();
  }
  await go('connections?task=csv&epoch=1');
  await page.getByLabel('A CSV file').setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(`level\n${Array.from({ length: 100 }, (_, t) => t % 9).join('\n')}\n`) });
  await page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
  await go('candlesticks');
  await page.getByRole('button', { name: 'Without' }).press('Enter');
  await page.locator('.status', { hasText: /By the rule there is none\.$/ }).waitFor();
  assert.equal(problems, []);
  await page.close();
});

test('what is changed stands in the address, and a reload shows it', async () => {
  const { page } = await site.open('strip');
  await page.getByLabel('Cell').selectOption('gru');
  await page.getByLabel('Time step').press('ArrowRight');
  await page.waitForURL(/#strip\?cell=gru&t=5$/);
  await page.reload();
  assert.is(await page.getByLabel('Cell').inputValue(), 'gru');
  assert.is(await page.getByLabel('Time step').inputValue(), '5');
  await page.close();
});

/** All numbers of a page with all of their bits, and where its controls stand; once they have been the same for a third of a second. */
function settled(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const now = (): string => JSON.stringify([
      ...Array.from(document.querySelectorAll<HTMLElement>('[data-value]'), (number) => number.dataset.value),
      ...Array.from(document.querySelectorAll<HTMLInputElement | HTMLSelectElement>('main input, main select'), ({ value }) => value),
    ]);
    for (let [last, since] = [now(), performance.now()]; ;) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      const next = now();
      if (next !== last) [last, since] = [next, performance.now()];
      if (performance.now() - since > 330) return last;
    }
  });
}

for (const { name } of panels) {
  test(`${name}: every slider and list moved by a key; the address alone shows the same numbers to somebody else`, async () => {
    const { page, problems } = await site.open(name);
    const plain = await settled(page);
    const epoch = page.getByRole('button', { name: 'One epoch', exact: true });
    if (await epoch.isVisible()) {
      await epoch.press('Enter');
      await page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
    }
    for (const list of await page.getByRole('combobox').all()) if (await list.isVisible()) await list.selectOption({ index: 1 });
    for (const slider of await page.getByRole('slider').all()) await slider.press('ArrowRight');
    if (await epoch.isVisible()) await page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
    const moved = await settled(page);
    assert.is.not(moved, plain);
    const other = await site.open(page.url().split('#')[1] ?? '');
    if (await epoch.isVisible()) await other.page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
    // A busy machine may leave a page without its numbers for longer than what is settled takes.
    await other.page.waitForFunction((count) => document.querySelectorAll('[data-value]').length >= count, await page.locator('[data-value]').count());
    assert.is(await settled(other.page), moved);
    assert.equal([...problems, ...other.problems], []);
    await page.close();
    await other.page.close();
  });
}

test('the script of the explorer, WebAssembly included, is at most 200 kB, gzipped: all files of it, of which it fetches some for every panel, every cell and a CSV file', async () => {
  for (const cell of ['rnn', 'gru', 'lstm']) {
    const { page } = await site.open(`training?task=csv&cell=${cell}`);
    await page.getByLabel('A CSV file').setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(`level\n${Array.from({ length: 100 }, (_, t) => t % 9).join('\n')}\n`) });
    await page.getByRole('button', { name: 'One epoch', exact: true }).click();
    await page.locator('.status', { hasText: 'Epoch 1: loss' }).waitFor();
    await page.close();
  }
  assert.ok(site.scripts.has('training.worker.js'));
  // The worker that keeps it for times without a network fetches the rest, too; a part of that is for browsers whose WebAssembly lacks SIMD.
  const without = Object.entries(site.metafile.outputs).filter(([, { inputs }]) => Object.keys(inputs).some((path) => path.endsWith('backends/cpu/device.js'))).map(([path]) => basename(path));
  const all = readdirSync(site.folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  const counted = all.filter((path) => !without.includes(basename(path)));
  assert.is(counted.length, all.length - 1);
  for (const path of site.scripts) assert.ok(counted.includes(path), path);
  const sizes = counted.map((path) => gzipSync(readFileSync(join(site.folder, path)), { level: 9 }).length);
  const total = sizes.reduce((a, b) => a + b, 0);
  console.log(`explorer: ${(total / 1000).toFixed(1)} kB gzipped in ${sizes.length} files`);
  assert.ok(total <= 200_000, `${total} bytes`);
});

test.run();
