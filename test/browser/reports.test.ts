/** Every report as its readers see it: on a phone, dark, on paper, by keyboard and screen reader. Small runs of the commands make them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { headline, judgeClaims } from '../../examples/sine-and-index/claims.js';
import { gather } from '../../examples/sine-and-index/figures.js';
import { planRuns } from '../../examples/sine-and-index/plan.js';
import { drawReport } from '../../examples/sine-and-index/report.js';
import { studyReport } from '../../examples/support/studyReport.js';
import { serve } from '../../bench/browser/server.js';
import { plotCss } from '../../src/charts/index.js';
import { parseCsv } from '../../src/node/index.js';
import { normal, randomStream } from '../../src/random.js';
import { pretend } from '../examples/pretend.js';
import { pricesCsv, weekdays } from '../examples/support.js';
import { PROGRAM } from '../cli/command.js';
import { openChromium } from './chromium.js';
import { gallery, galleryPlots } from './gallery.js';
import { axeViolations, unreadable } from './readable.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-reports-'));
const browser: Browser = await openChromium();
const test = suite('reports');
test.after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const random = randomStream(8, 'reports');

/** Made-up daily bars, or months with an indicator. */
function barsCsv(rows: number): string {
  let close = 100;
  const lines = weekdays(rows).map((date) => {
    const open = close;
    close *= Math.exp(0.01 * normal(random));
    return [date, ...[open, 1.002 * Math.max(open, close), 0.997 * Math.min(open, close), close].map((price) => price.toFixed(4)), Math.round(1e6 * Math.exp(0.5 * normal(random)))].join(',');
  });
  return ['Date,Open,High,Low,Close,Volume', ...lines].join('\n');
}

function monthsCsv(rows: number): string {
  let level = 40;
  const lines = Array.from({ length: rows }, (_, i) => `${new Date(Date.UTC(2011, i, 1)).toISOString().slice(0, 10)},${(level += normal(random)).toFixed(3)},${normal(random).toFixed(3)}`);
  return ['Date,new_car_sales,interest_rate', ...lines].join('\n');
}

writeFileSync(join(folder, 'bars.csv'), barsCsv(170));
writeFileSync(join(folder, 'short.csv'), barsCsv(60));
writeFileSync(join(folder, 'months.csv'), monthsCsv(76));
writeFileSync(join(folder, 'shops.csv'), ['Shop,Day,new_car_sales', ...['North', 'West, 2'].flatMap((shop, k) => weekdays(80).map((day, i) => `"${shop}",${day},${(10 ** (k + 1) * (2 + Math.sin((2 * Math.PI * i) / 5 + k))).toFixed(2)}`))].join('\n'));

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'cyclical-industry': ['--csv', 'months.csv', '--target', 'new_car_sales', '--indicators', 'interest_rate'],
  'cnn-lstm': ['--csv', 'bars.csv', '--epochs', '3', '--threshold', '1'],
  'rolling-window': ['--step', '300', '--epochs', '1'],
  'width-and-depth': ['--csv', 'short.csv', '--epochs', '2'],
  forecast: ['--csv', 'bars.csv', '--target', 'Close', '--window', '6', '--horizon', '3', '--epochs', '1'],
};

/** Names of columns as they stand in the files, which no reader should meet. */
const RAW = /new_car_sales|interest_rate|adjclose|undefined|\bNaN\b/;

/** Of the command: several series, what was saved of them, a backtest. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  'bptt forecast': ['forecast', 'shops.csv', '--target', 'new_car_sales', '--series', 'Shop', '--season', '5', '--window', '6', '--horizon', '3', '--epochs', '1', '--save', 'shops.safetensors'],
  'bptt predict': ['predict', 'shops.safetensors', 'shops.csv'],
  'bptt backtest': ['backtest', 'bars.csv', '--target', 'Close', '--window', '6', '--horizon', '3', '--epochs', '1', '--baselines', 'drift'],
};

async function runOwn(name: string): Promise<string> {
  await promisify(execFile)(process.execPath, [PROGRAM, ...(OWN[name] ?? []), '--out', name], { cwd: folder });
  return join(folder, name, 'report.html');
}

async function run(name: string): Promise<string> {
  const program = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
  await promisify(execFile)(process.execPath, [program, ...(COMMANDS[name] ?? []), '--out', name], { cwd: folder });
  return join(folder, name, 'report.html');
}

/** System 1 needs minutes to train: its report is made of forecasts that are made up, 3 % beside the truth. */
function sineReport(): string {
  const source = { name: 'made up', reading: {}, path: '', table: parseCsv(pricesCsv(1200, 21)), target: 'Close', columns: ['Close'] };
  const index = source.table.columns.Close ?? new Float64Array();
  const runs = planRuns({ full: true, long: false, seed: 1, backend: 'wasm', index: { reading: {}, path: '', column: '' } });
  const figures = gather(pretend(runs, index, (last, truth, epoch) => last + 0.9 * (truth - last) + 0.03 / epoch), index);
  const { sections } = drawReport({ figures, source, last: 50 });
  const { text, warning } = headline(figures, 50);
  const result = { title: 'A sine wave, a stock index, a random walk', headline: text, warning, sections, claims: judgeClaims(figures, 50), source, settings: {} };
  return saved('sine-and-index', studyReport(result, true, [['command', 'npm run example sine-and-index'], ['seed', 42]]));
}

function saved(name: string, html: string): string {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  return path;
}

const reports: Readonly<Record<string, () => Promise<string>>> = {
  gallery: () => Promise.resolve(saved('gallery', gallery())),
  'sine-and-index': () => Promise.resolve(sineReport()),
  ...Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, () => run(name)])),
  ...Object.fromEntries(Object.keys(OWN).map((name) => [name, () => runOwn(name)])),
};

async function open(path: string, width: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(path).href);
  return page;
}

for (const [name, make] of Object.entries(reports)) {
  test(`${name}: nothing is cut off, axe-core finds nothing, light and dark`, async () => {
    const page = await open(await make(), 390);
    for (const width of [320, 768, 1200, 390]) {
      await page.setViewportSize({ width, height: 844 });
      assert.equal(await unreadable(page), [], `${name} at ${width} px`);
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.equal(await axeViolations(page), [], `${name}, ${colorScheme}`);
    }
    await page.setViewportSize({ width: 672, height: 844 });
    await page.emulateMedia({ media: 'print' });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 672, `${name} is ${wide} px wide on paper`);
    const words = await page.evaluate(() => document.body.innerText);
    await page.close();
    if (name === 'gallery') return;
    assert.not.match(words.replace(/(npm (run example|start)|bptt \w+) .*/g, ''), RAW);
    // One minus sign: a hyphen before figures only inside words, dates, options and file names.
    assert.equal(words.match(/(?:^|[\s(])-\.?\d[^\s]*|\d[eE][-+]\d+/g), null);
  });
}

test('the checks see what is wrong', async () => {
  const wide = '<div style="width:600px">wide</div>';
  const page = await open(saved('wrong', `<!doctype html><html><body><div style="overflow-x:auto">${wide}</div><p style="color:#ccc;background:#fff">pale</p><svg width="100" height="20"><text x="0" y="9" font-size="7">small</text></svg></body></html>`), 390);
  const problems = await unreadable(page);
  assert.ok(problems.some((problem) => problem.includes("'wide' reaches to")) && problems.some((problem) => problem.includes('7.0 pixels')), problems.join('\n'));
  const violations = (await axeViolations(page)).map((violation) => violation.split(':')[0]);
  for (const rule of ['color-contrast', 'html-has-lang', 'document-title']) assert.ok(violations.includes(rule), violations.join());
  await page.setContent(`<!doctype html>${wide}`);
  assert.match((await unreadable(page)).join('\n'), /the page is 6\d\d pixels wide/);
  await page.close();
});

test('a plot without its style sheet stands in a page that forbids styles, and takes them from a file', async () => {
  const policy = "default-src 'none'; style-src 'self'";
  const body = `<!doctype html><html lang="en"><title>T</title><link rel="stylesheet" href="/plots.css">${Object.values(galleryPlots).map((plot) => plot.unstyled).join('')}</html>`;
  const site = await serve({ '/': { type: 'text/html', policy, body }, '/plots.css': { type: 'text/css', body: plotCss } });
  const page = await browser.newPage({ colorScheme: 'light' });
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(`${site.url}/`);
  const strokes = await page.evaluate(() => [...document.querySelectorAll('.axes path.line')].map((line) => getComputedStyle(line).stroke));
  assert.equal(problems.filter((problem) => problem.includes('Content Security Policy') || problem.includes('Content-Security-Policy')), []);
  assert.ok(strokes.length > 6 && strokes.every((stroke) => stroke.startsWith('rgb(')), strokes.join());
  await page.close();
  await site.close();
});

test.run();
