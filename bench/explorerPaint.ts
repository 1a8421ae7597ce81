/**
 * `node dist/bench/explorerPaint.js [--rounds 9]`: how soon the explorer is seen, from a server on this machine, in a browser that has nothing in its
 * cache: the first paint (wished for within a second), and the first number computed. Medians, and the slowest; by panel.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { panels } from '../docs/explorer/panels.js';
import { openExplorer } from '../test/browser/explorerSite.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const site = await openExplorer();
const summary = (times: readonly number[]): string => {
  const sorted = [...times].sort((a, b) => a - b);
  return `${(sorted[sorted.length >> 1] ?? NaN).toFixed(0)} (${(sorted.at(-1) ?? NaN).toFixed(0)})`.padStart(16);
};

console.log(`${cpus().length} × ${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1) ?? ''}, ${site.browser.version()}, ${rounds} rounds; ms, median (slowest)`);
console.log(`${'panel'.padEnd(14)}${'first paint'.padStart(16)}${'panel shown'.padStart(16)}`);
/** The browser tells of it when it has time to. */
const firstPaint = (page: Page): Promise<number> => page.evaluate(() => new Promise<number>((resolve) => {
  new PerformanceObserver((list) => {
    const entry = list.getEntriesByName('first-contentful-paint')[0];
    if (entry) resolve(entry.startTime);
  }).observe({ type: 'paint', buffered: true });
}));

try {
  for (const name of ['', ...panels.map((panel) => panel.name)]) {
    const paints: number[] = [];
    const shown: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // Each in a context of its own, so without a cache. The page of one word says what this machine takes for nothing.
      const page = name === '' ? await site.browser.newPage() : (await site.open(name)).page;
      if (name === '') await page.goto('data:text/html,<title>word</title>word');
      else await page.locator('.question button').first().waitFor();
      shown.push(await page.evaluate(() => performance.now()));
      paints.push(await firstPaint(page));
      await page.close();
    }
    console.log((name || 'one word').padEnd(14) + summary(paints) + summary(shown));
  }
} finally {
  await site.close();
}
