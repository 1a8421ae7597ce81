/**
 * `npm run bench:explorer`: how fast the explorer trains while its page draws, in headless Chromium on this machine. The wish is 30 epochs and 50
 * frames a second on two cores. Each training once on a page that may use threads, and once on one that may not. Processor time is measured beside the clock: on a busy machine only that says something.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { openChromium } from '../test/browser/chromium.js';
import { openExplorer } from '../test/browser/explorerSite.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '8' }, rounds: { type: 'string', default: '1' }, only: { type: 'string', default: '' } } });
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const states = ['cell=lstm', 'cell=gru', 'cell=rnn', 'cell=lstm&task=adding', 'cell=lstm&task=sine'].filter((state) => state.includes(values.only));

interface Figures { readonly epochs: number; readonly frames: number; readonly late: number; readonly ms: number }

/** Epochs done and frames drawn on the page; `late` counts frames that took longer than a fiftieth of a second. */
async function watch(page: Page, ms: number): Promise<Figures> {
  return page.evaluate(async (length) => {
    const epoch = (): number => Number(/Epoch (\d+)/.exec(document.querySelector('.status')?.textContent ?? '')?.[1]);
    const [from, began] = [epoch(), performance.now()];
    let [frames, late, last] = [0, 0, began];
    while (last - began < length) {
      const now = await new Promise<number>((resolve) => { requestAnimationFrame(() => resolve(performance.now())); });
      frames++;
      if (now - last > 20) late++;
      last = now;
    }
    return { epochs: epoch() - from, frames, late, ms: last - began };
  }, ms);
}

/** Seconds of processor time so far: of the thread that draws, and of all that Chromium runs. */
async function processorTime(page: CDPSession, browser: CDPSession): Promise<{ drawing: number; all: number }> {
  const { metrics } = await page.send('Performance.getMetrics');
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
  return { drawing: metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN, all: processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0) };
}

// Without a GPU Chromium draws faster by itself than by a driver that plays one.
const site = await openExplorer(() => openChromium(['--disable-gpu']));
console.log(`${cpus().length} × ${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1) ?? ''}, ${site.browser.version()}`);
console.log(`${'state'.padEnd(24)}${'threads'.padEnd(8)}${['epochs/s', 'frames/s', 'late', 'CPU/epoch', 'drawing'].map((name) => name.padStart(11)).join('')}   (late: share of frames over 20 ms; CPU of all of Chromium, of which the page's thread)`);
try {
  const browser = await site.browser.newBrowserCDPSession();
  for (let round = 0; round < rounds; round++) {
    for (const [state, isolated] of states.flatMap((each) => [[each, true], [each, false]] as const)) {
      const { page, problems } = await site.open(`training?${state}`, { isolated });
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      await page.locator('.status', { hasText: 'Epoch 0: loss' }).waitFor();
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await page.locator('.status', { hasText: /Epoch [1-9]\d+: loss/ }).waitFor();
      const before = await processorTime(session, browser);
      const { epochs, frames, late, ms } = await watch(page, 1000 * seconds);
      const after = await processorTime(session, browser);
      const perEpoch = (name: 'drawing' | 'all'): string => `${((1000 * (after[name] - before[name])) / epochs).toFixed(1)} ms`;
      const row = [((1000 * epochs) / ms).toFixed(1), ((1000 * frames) / ms).toFixed(1), `${((100 * late) / frames).toFixed(0)} %`, perEpoch('all'), perEpoch('drawing')];
      const threads = /on (one|\d+) thread/.exec(await page.locator('.status').innerText())?.[1] ?? '?';
      console.log(state.padEnd(24) + threads.padEnd(8) + row.map((cell) => cell.padStart(11)).join(''));
      for (const problem of problems) console.log(problem);
      await page.close();
    }
  }
} finally {
  await site.close();
}
