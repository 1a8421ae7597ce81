/** Panels 2 and 3 of the explorer in Chromium: the backward pass step by step, and how far the gradient reaches. */
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STEPS, traceOf, valueAt } from '../../docs/explorer/cells/trace.js';
import type { Scenario } from '../../docs/explorer/cells/trace.js';
import { STEPS as FLOW_STEPS, flowOf } from '../../docs/explorer/flow/flow.js';
import { openExplorer } from './explorerSite.js';
import type { ExplorerSite } from './explorerSite.js';

let site: ExplorerSite;
test.before(async () => {
  site = await openExplorer();
});
test.after(() => site.close());

const numbers = (page: Page, selector: string): Promise<number[]> =>
  page.locator(selector).evaluateAll((found) => found.map((element) => Number((element as HTMLElement).dataset.value)));

test('each step gathers from the loss and from the step after, with the numbers of Node; truncation cuts the second', async () => {
  const scenario: Scenario = { cell: 'lstm', units: 2, input: 'sine', loss: 'every', truncate: 3, seed: 10 };
  const trace = await traceOf(scenario);
  const whole = await traceOf({ ...scenario, truncate: 0 });
  const { page, problems } = await site.open('backward?truncate=3&clip=0.05');
  for (let t = STEPS; t >= 1; t--) {
    await page.locator('.detail h2', { hasText: `dh${t}, 1` }).waitFor();
    assert.equal(await numbers(page, '.gather .large .number'), ['dy', 'dhNext', 'dh'].map((name) => valueAt(trace, name, t, 1)));
    assert.is(valueAt(trace, 'dhNext', t, 1) === 0, [3, 6, STEPS].includes(t));
    if (t > 1) await page.getByRole('button', { name: 'One step back in time' }).press('Enter');
  }
  assert.is(await page.getByRole('button', { name: 'One step back in time' }).isDisabled(), true);
  assert.match(await page.locator('.source').first().innerText(), /segments\.ts:\d+\s+if \(dy\) now = /);
  assert.match(await page.locator('.source').last().innerText(), /segments\.ts:\d+\s+const cut = /);
  assert.equal((await page.locator('.detail tbody th').allInnerTexts()).map((text) => text.trim()), ['between 3 and 4', 'between 6 and 7']);
  assert.equal((await numbers(page, '.detail tbody tr:first-child .number')), [Math.hypot(valueAt(whole, 'dhNext', 3, 1), valueAt(whole, 'dhNext', 3, 2)), 0]);
  const clipped = (await numbers(page, '.detail p .number')).at(-1) ?? NaN;
  assert.ok((trace.norms[0] ?? 0) > 0.05 && Math.abs(clipped - 0.05) < 1e-12, `${trace.norms[0]} ${clipped}`);
  await page.getByRole('button', { name: 'steps 7–8' }).click();
  assert.match(await page.locator('.verdict').last().innerText(), /^✓ Yes\. .*step 6/);
  await page.waitForURL(/#backward\?truncate=3&t=1&clip=0.05$/);
  await page.reload();
  await page.locator('.detail h2', { hasText: 'dh1, 1' }).waitFor();
  await page.getByRole('link', { name: 'These numbers on the strip' }).click();
  await page.locator('.detail h2', { hasText: 'dhfrom 2, 1, 1' }).waitFor();
  assert.is(await page.locator('h1').evaluate((heading) => heading === document.activeElement), true);
  assert.equal(problems, []);
  await page.close();
});

test('playing steps back to 1 and ends, with reduced motion, too', async () => {
  const { page } = await site.open('backward?t=3', { reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Play' }).click();
  await page.locator('.detail h2', { hasText: 'dh1, 1' }).waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  assert.is(await page.evaluate(() => document.getAnimations().length), 0);
  await page.close();
});

test('gradient flow: the numbers are those of Node; keys move sliders and the place that is read', async () => {
  const settings = { rho: 1.2, forget: 3, update: 2, size: 1.5, seed: 2 };
  const { page, problems } = await site.open('flow?rho=1.2&forget=3&update=2&size=1.5&seed=2&clip=0.1&t=1');
  const shown = async (rho: number, t: number): Promise<void> => {
    const { curves, theory, norms } = await flowOf({ ...settings, rho });
    await page.locator('thead th:nth-child(2)', { hasText: `at t = ${t}` }).waitFor();
    await page.locator('.verdict').first().waitFor({ state: 'attached' });
    for (const cell of ['RNN', 'LSTM', 'GRU'] as const) {
      const [at, first, , norm] = await numbers(page, `tr[data-cell=${cell}] .number`);
      assert.equal([at, first, norm], [curves[cell][t - 1], curves[cell][0], norms[cell]], cell);
    }
    assert.is((await numbers(page, 'tbody tr:last-child .number'))[0], theory[t - 1]);
  };
  await shown(1.2, 1);
  await page.getByLabel('Read at step t').press('End');
  await shown(1.2, FLOW_STEPS);
  await page.getByLabel('Spectral radius').press('ArrowRight');
  await page.locator('svg', { hasText: 'theory 1.21^' }).waitFor();
  await shown(1.21, FLOW_STEPS);
  await page.waitForURL(/rho=1\.21/);
  assert.is(await page.getByLabel('LSTM: forget bias').getAttribute('aria-valuetext'), '3: σ = 0.95');
  assert.equal(problems, []);
  await page.close();
});

test('the answers of gradient flow follow the settings', async () => {
  const { page } = await site.open('flow?rho=1.5&forget=6&size=2');
  await page.locator('tr[data-cell=RNN]').waitFor();
  await page.getByRole('button', { name: 'LSTM', exact: true }).click();
  assert.match(await page.locator('.verdict').first().innerText(), /^✓ Yes\./);
  await page.getByRole('button', { name: 'no, it lies below' }).click();
  assert.match(await page.locator('.verdict').last().innerText(), /^✓ Yes\. .*saturate/);
  await page.close();
});

test.run();
