/**
 * The site as built by `npm run site:build`, served from a folder below the root: links, programs that run on the page and print what the
 * page says, search, narrow screens, nothing from elsewhere.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { docsPages, codeBlocks, root } from '../docs/pages.js';
import { openChromium } from './chromium.js';
import { axeViolations } from './readable.js';

const dist = join(root, 'out/site/dist');
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(dist, join(entry.parentPath, entry.name)));

interface Served { readonly port: number; close(): void }

let served: Served | undefined;
let browser: Browser;
let base = '';
/** The site lies in any/folder below it. */
const above = mkdtempSync(join(tmpdir(), 'bptt-site-'));

test.before(async () => {
  const { serve } = (await import(pathToFileURL(join(root, 'scripts/site/serve.mjs')).href)) as { serve: (folder: string, port: number) => Promise<Served> };
  mkdirSync(join(above, 'any'));
  symlinkSync(dist, join(above, 'any/folder'));
  served = await serve(above, 0);
  base = `http://localhost:${served.port}/any/folder/`;
  browser = await openChromium();
});

test.after(async () => {
  await browser.close();
  served?.close();
  rmSync(above, { recursive: true });
});

/** A page, and all that went wrong on it: errors, requests that failed, requests to elsewhere. */
async function open(path: string, width = 1200): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) problems.push(`request to ${request.url()}`);
  });
  await page.goto(base + path);
  return { page, problems };
}

test('every link leads to a page, and its anchor to a place there', () => {
  const pages = files.filter((file) => file.endsWith('.html') && !file.startsWith('api/') && file !== '404.html');
  assert.ok(pages.length > 80, `only ${pages.length} pages`);
  const ids = new Map<string, Set<string>>();
  const idsOf = (file: string): Set<string> => {
    const known = ids.get(file) ?? new Set([...readFileSync(join(dist, file), 'utf8').matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => decodeURIComponent(id)));
    ids.set(file, known);
    return known;
  };
  const dead: string[] = [];
  for (const page of pages) {
    for (const [, href = ''] of readFileSync(join(dist, page), 'utf8').matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      const [target = '', anchor] = href.split('#');
      let file = target === '' ? page : join(dirname(page), target);
      if (file.endsWith('/') || file === '.') file = join(file, 'index.html');
      if (extname(file) === '' || file.endsWith('.ts') || file.endsWith('.md')) file += '.html';
      if (!files.includes(file)) dead.push(`${page}: ${href}`);
      else if (anchor && !/^(?:api|explorer)\//.test(file) && !idsOf(file).has(decodeURIComponent(anchor))) dead.push(`${page}: ${href} (no such place)`);
    }
  }
  assert.equal(dead, []);
});

test('the lines of source that the explorer names are there to be read', async () => {
  const { sourceLines } = (await import(pathToFileURL(join(root, 'scripts/site/explorer.mjs')).href)) as { sourceLines: (from: string) => Readonly<Record<string, readonly { readonly file: string; readonly line: number }[]>> };
  const lines = Object.values(sourceLines(root)).flat();
  assert.ok(lines.length > 40);
  for (const { file, line } of lines) assert.match(readFileSync(join(dist, `source/${file}.html`), 'utf8'), `id="L${line}"`);
});

test('programs run on the page and print what the page says', async () => {
  let ran = 0;
  for (const page of docsPages) {
    const name = page.path.replace(/^docs\//, '').replace(/README\.md$/, 'contents.md').replace(/\.md$/, '.html');
    if (!codeBlocks(page).some(({ info }) => /^ts\b/.test(info))) continue;
    const { page: tab, problems } = await open(name);
    for (const block of await tab.locator('.run-block[data-program]').all()) {
      const printed = await run(block);
      const program = await block.getAttribute('data-program') ?? '';
      const expected = [...program.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);
      if (expected.length > 0) assert.equal(printed.trimEnd().split('\n'), expected, name);
      ran++;
    }
    assert.equal(problems, [], name);
    await tab.close();
  }
  assert.ok(ran >= 30, `only ${ran} programs ran`);
});

async function run(block: ReturnType<Page['locator']>): Promise<string> {
  const details = block.locator('xpath=ancestor::details');
  if (await details.count() > 0) await details.first().evaluate((element) => element.setAttribute('open', ''));
  await block.getByRole('button', { name: 'Run' }).click();
  await block.getByText(/^(Done|Stopped by an error)\.$/).waitFor({ timeout: 240_000 });
  return block.locator('.output').innerText();
}

test('a program can be edited, and an error is said', async () => {
  const { page } = await open('adam.html');
  const block = page.locator('.run-block[data-program]').first();
  await block.getByRole('button', { name: 'Edit' }).click();
  await block.getByRole('textbox', { name: 'Program' }).fill("import { Dense } from 'bptt';\nconsole.log([1.5, -0], { a: 'b' });\nnew Dense({ unit: 3 } as never);");
  const printed = await run(block);
  assert.match(printed, "[ 1.5, -0 ] { a: 'b' }");
  assert.match(printed, /ArgumentError: .*unit/);
  await page.close();
});

test('search finds a page by a word of it', async () => {
  const { page } = await open('index.html');
  await page.locator('button.DocSearch-Button').click();
  await page.locator('.VPLocalSearchBox input').fill('truncation');
  const first = page.locator('.VPLocalSearchBox .result').first();
  await first.waitFor();
  await first.click();
  await page.waitForURL(/bptt\.html|lstm\.html|gradient-flow\.html/);
  await page.close();
});

test('no page leaves a browser to ask for an icon that is not there', () => {
  const without = files.filter((file) => file.endsWith('.html') && !/<link[^>]* rel="(?:shortcut )?icon"/.test(readFileSync(join(dist, file), 'utf8')));
  assert.equal(without, []);
});

test('nothing is wider than a phone', async () => {
  for (const name of ['index.html', 'bptt.html', 'layers.html', 'gradient-flow.html', 'studies/cnn-lstm.html']) {
    const { page, problems } = await open(name, 360);
    assert.ok(await page.evaluate<number>('document.documentElement.scrollWidth') <= 360, `${name} is wider`);
    assert.equal(problems, [], name);
    await page.close();
  }
});

const read = ['index.html', 'bptt.html', 'lstm.html', 'gru.html', 'gradient-flow.html', 'masks.html', 'convolution.html', 'adam.html', 'optimizers.html', 'explain.html', 'search.html', 'studies/cnn-lstm.html'];

test('axe-core finds nothing on the pages, in light or dark, on a phone or a desk', async () => {
  for (const [i, name] of read.entries()) {
    const { page } = await open(name, i % 2 === 0 ? 360 : 1200);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.equal(await axeViolations(page), [], `${name}, ${colorScheme}`);
    }
    await page.close();
  }
});

test('letters have their indices below and above them, and headings keep their addresses', async () => {
  const { page } = await open('bptt.html');
  assert.equal(await page.locator('p', { hasText: 'has two readers, the output' }).locator('sub').allInnerTexts(), ['t']);
  assert.is(await page.locator('td', { hasText: 'W_xh' }).count(), 0);
  assert.is(await page.locator('h3#both-directions').count(), 1);
  assert.is(await page.locator('code', { hasText: 'weight_ih_l0' }).count(), 1);
  await page.close();
});

test('with reduced motion nothing moves, and the menu of a phone opens all the same', async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 800 }, reducedMotion: 'reduce' });
  await page.goto(`${base}lstm.html`);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.locator('.VPSidebar.open').waitFor();
  const moving = await page.evaluate(() => document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().activeDuration) > 0).length);
  assert.is(moving, 0);
  await page.close();
});

test.run();
