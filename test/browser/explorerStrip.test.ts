/** Panels 1 and 2 of the explorer in Chromium: their numbers are Node's, bit by bit; keyboard; where a number leads. */
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STEPS, traceOf, valueAt } from '../../docs/explorer/cells/trace.js';
import type { Scenario } from '../../docs/explorer/cells/trace.js';
import { openExplorer } from './explorerSite.js';
import type { ExplorerSite } from './explorerSite.js';

let site: ExplorerSite;
test.before(async () => {
  site = await openExplorer();
});
test.after(() => site.close());

/** The numbers of the table, row by row, as text with all their digits. */
function tableOf(page: Page): Promise<string[][]> {
  return page.locator('.strip tbody tr').evaluateAll((rows) => rows.map((row) => Array.from(row.querySelectorAll<HTMLElement>('td'), (cell) => cell.dataset.value ?? '')));
}

const address = ({ cell, units, input, loss, truncate, seed }: Scenario): string => new URLSearchParams(Object.entries({ cell, units, input, loss, truncate, seed }).map(([key, value]) => [key, String(value)])).toString();

const scenarios: Scenario[] = [
  { cell: 'rnn', units: 1, input: 'noise', loss: 'last', truncate: 0, seed: 3 }, { cell: 'lstm', units: 2, input: 'sine', loss: 'every', truncate: 0, seed: 10 },
  { cell: 'gru', units: 3, input: 'pulse', loss: 'every', truncate: 3, seed: 7 },
];

for (const scenario of scenarios) {
  test(`${scenario.cell}: every number on the page is the one that Node computes, to the last bit`, async () => {
    const trace = await traceOf(scenario);
    const { page, problems } = await site.open(`strip?${address(scenario)}&unit=${scenario.units}`);
    for (const pass of ['forward', 'backward'] as const) {
      await page.getByRole('button', { name: `${pass === 'forward' ? 'Forward' : 'Backward'} pass` }).click();
      await page.locator('.strip thead th', { hasText: pass }).waitFor();
      const quantities = trace.kind.quantities.filter((quantity) => quantity.pass === pass);
      const expected = quantities.map(({ name }) => Array.from({ length: STEPS }, (_, i) => String(valueAt(trace, name, i + 1, scenario.units))));
      assert.equal(await tableOf(page), expected);
      assert.ok(expected.flat().filter((text) => text !== '0').length > STEPS * 2);
    }
    assert.equal(problems, []);
    await page.close();
  });
}

test('arrow keys move through time and between quantities; the equation follows, and its numbers lead on', async () => {
  const { page } = await site.open('strip?q=c&t=4');
  const chosen = page.locator('.strip td[aria-selected=true]');
  await chosen.focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('.detail h2', { hasText: 'L5 · c5, 1' }).waitFor();
  assert.is(await page.locator('.strip td[aria-selected=true]').evaluate((cell) => cell === document.activeElement), true);
  await page.keyboard.press('ArrowDown');
  await page.locator('.detail h2', { hasText: 'L7 · h5, 1' }).waitFor();
  assert.match(await page.locator('.source').innerText(), /src\/cells\/lstm\.ts:\d+\s+const m = k\.mul\(o, phiC/);
  await page.locator('.filled button').first().click();
  await page.locator('.detail h2', { hasText: 'L6 · o5, 1' }).waitFor();
  await page.waitForURL(/q=o/);
  assert.match(page.url(), /t=5/);
  await page.locator('#live', { hasText: 'Step 5, o, output gate' }).waitFor({ state: 'attached' });
  await page.close();
});

test('the question is answered from the numbers shown', async () => {
  const { page } = await site.open('strip?t=1');
  await page.getByRole('button', { name: 'what was kept, f · c' }).click();
  assert.match(await page.locator('.verdict').innerText(), /^✗ No\. They are 0 and /);
  await page.getByRole('button', { name: 'what was written, i · g' }).click();
  assert.match(await page.locator('.verdict').innerText(), /^✓ Yes\./);
  await page.close();
});

test.run();
