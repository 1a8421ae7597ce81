/** `node scripts/screenshots.mjs`, after `npm run build`: pictures of the explorer for README and docs, docs/pictures/explorer-*.png. Needs Chromium. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import { buildExplorer } from './site/explorer.mjs';
import { serve } from './site/serve.mjs';

const root = join(import.meta.dirname, '..');
/** By name: the state, and from which element to which the picture goes; `scheme` where it is not light, `ready` what it waits for. */
const PICTURES = {
  strip: { state: 'strip?cell=rnn&q=h&t=5', from: '.strip', to: '.detail' },
  backward: { state: 'backward?t=4&truncate=3', from: '.scroll', to: '.gather' },
  flow: { state: 'flow?forget=2', from: '.drawing', to: '.drawing' },
  'flow-dark': { state: 'flow?forget=2', from: '.drawing', to: '.drawing', scheme: 'dark' },
  training: { state: 'training?task=sine&epoch=60&at=60', from: '.status', to: '.readout', ready: ['.status', 'Epoch 60: loss'] },
  candlesticks: { state: 'candlesticks', from: '.pair', to: '.pair', ready: ['.status', 'By the rule'] },
};

const folder = mkdtempSync(join(tmpdir(), 'bptt-screenshots-'));
await buildExplorer(root, join(folder, 'explorer'));
const served = await serve(folder, 0);
const browser = await chromium.launch({ executablePath: process.env.BPTT_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const [name, { state, from, to, scheme = 'light', ready: [place, text] = [`${to} :first-child`, ''] }] of Object.entries(PICTURES)) {
    const page = await browser.newPage({ viewport: { width: 820, height: 1800 }, colorScheme: scheme });
    await page.goto(`http://localhost:${served.port}/explorer/#${state}`);
    await page.locator(place, { hasText: text }).first().waitFor({ timeout: 180_000 });
    const [top, bottom] = [await page.locator(from).first().boundingBox(), await page.locator(to).first().boundingBox()];
    const path = join(root, `docs/pictures/explorer-${name}.png`);
    await page.screenshot({ path, clip: { x: 0, y: top.y - 8, width: 820, height: bottom.y + bottom.height + 16 - top.y } });
    console.log(`docs/pictures/explorer-${name}.png  ${(statSync(path).size / 1000).toFixed(0)} kB`);
    await page.close();
  }
} finally {
  await browser.close();
  served.close();
  rmSync(folder, { recursive: true });
}
