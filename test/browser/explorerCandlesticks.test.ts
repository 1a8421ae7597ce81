/** Candlesticks in the explorer: the network that is shipped, its numbers on the page and in Node, drawing by pointer and keyboard. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel, randomStream, wasm } from 'bptt';
import { changed, drawn, engulfings, fromText, parts, toText } from '../../docs/explorer/candlesticks/bars.js';
import type { Candle } from '../../docs/explorer/candlesticks/bars.js';
import { look, pictures, simulated } from '../../docs/explorer/candlesticks/network.js';
import type { Look } from '../../docs/explorer/candlesticks/network.js';
import { root } from '../docs/pages.js';
import { openExplorer } from './explorerSite.js';
import type { ExplorerSite } from './explorerSite.js';

const file = join(root, 'docs/explorer/candlesticks.safetensors');
const model = await loadModel(new Uint8Array(readFileSync(file)), { backend: await wasm() });

let site: ExplorerSite;
test.before(async () => {
  site = await openExplorer();
});
test.after(() => site.close());

test('charts go into the address and come back; what is no chart does not; prices that are moved keep the candle whole', () => {
  const chart = drawn(randomStream(1, 'test'), 'engulfing');
  assert.equal(fromText(toText(chart)), chart);
  assert.is(engulfings(chart).length, 1);
  const [first = '', ...others] = toText(chart).split('_');
  for (const bad of ['', `${first}_${first}`, '50-40-30-50', '5-101-0-5', '5-9-6-8', '5.5-9-4-8', '5-9-4-8-1', '-5-9-4-8']) assert.is(fromText([bad, ...others].join('_')), undefined, bad);
  for (const part of parts) {
    for (const price of [-20, 0, 33.4, 100, 140]) {
      const candle = changed({ open: 40, high: 60, low: 30, close: 50 }, part, price);
      assert.is(candle[part], Math.round(Math.min(100, Math.max(0, price))));
      assert.equal(fromText([toText([candle]), ...others].join('_'))?.[0], candle, `${part} ${price}`);
    }
  }
});

test('the network that is shipped is small, knows the pattern, and its map lies on it', async () => {
  assert.ok(statSync(file).size <= 40_000, `${statSync(file).size} bytes`);
  const { charts, found } = simulated(11, 'test', 240);
  const answers = await model.predict(pictures(charts));
  const right = found.filter((yes, i) => answers.get(i, 0) > 0 === yes).length / charts.length;
  assert.ok(right >= 0.96, `${right} are told rightly`);
  let [hits, pairs] = [0, 0];
  for (const [i, chart] of charts.slice(0, 60).entries()) {
    if (!found[i]) continue;
    const { byCandle } = await look(model, chart);
    const [at = NaN] = engulfings(chart);
    pairs++;
    if ([at - 1, at].includes(byCandle.indexOf(Math.max(...byCandle)))) hits++;
  }
  assert.ok(hits / pairs >= 0.9, `${hits} of ${pairs} maps lie on the pair`);
});

/** All numbers of the panel in order: probability, score, map and losses by candle. */
async function shown(page: Page): Promise<string[]> {
  return page.locator('.status .number, tbody .number').evaluateAll((all) => all.map((each) => each.getAttribute('data-value') ?? ''));
}

async function expectShown(page: Page, chart: readonly Candle[]): Promise<Look> {
  const found = await look(model, chart);
  const expected = [100 / (1 + Math.exp(-found.score)), found.score, ...found.byCandle, ...found.losses].map(String);
  await page.locator(`.status .number[data-value="${expected[1]}"]`).waitFor();
  assert.equal(await shown(page), expected);
  return found;
}

test('the page shows the numbers of Node to the last bit, for the chart of its address and for what is drawn by keyboard and pointer', async () => {
  let chart: readonly Candle[] = drawn(randomStream(5, 'test'), 'engulfing');
  const { page, problems } = await site.open(`candlesticks?candles=${toText(chart)}`);
  const { losses } = await expectShown(page, chart);
  const slider = (name: string): ReturnType<Page['getByRole']> => page.getByRole('slider', { name, exact: true });

  await page.getByRole('button', { name: `candle ${1 + losses.indexOf(Math.max(...losses))}`, exact: true }).press('Enter');
  assert.match(await page.locator('.verdict').innerText(), /^✓ Yes\. Without candle/);

  await slider('Candle').press('ArrowRight');
  await slider('Its close').press('ArrowLeft');
  chart = chart.map((candle, i) => (i === 1 ? changed(candle, 'close', candle.close - 1) : candle));
  await expectShown(page, chart);
  assert.ok(page.url().endsWith(`#candlesticks?candles=${toText(chart)}&candle=2`), page.url());

  await page.locator('svg.candles').scrollIntoViewIfNeeded();
  const box = await page.locator('svg.candles').boundingBox();
  if (!box) throw new Error('no chart');
  const { high } = chart[4] ?? { high: NaN };
  const at = (price: number): [number, number] => [box.x + (4.5 / 12) * box.width, box.y + (1 - price / 100) * box.height];
  await page.mouse.move(...at(high));
  await page.mouse.down();
  await page.mouse.move(...at(97));
  await page.mouse.up();
  await page.mouse.move(...at(10));
  const drawnTo = fromText(/candles=([^&]*)/.exec(page.url())?.[1] ?? '');
  assert.is(drawnTo?.[4]?.high, 97);
  await expectShown(page, drawnTo ?? []);

  await page.getByRole('button', { name: 'Without' }).press('Enter');
  const without = fromText(/candles=([^&]*)/.exec(page.url())?.[1] ?? '') ?? [];
  assert.equal(engulfings(without), []);
  await expectShown(page, without);
  assert.match(await page.locator('.status').innerText(), /By the rule there is none\.$/);
  assert.equal(problems, []);
  await page.close();
});

test.run();
