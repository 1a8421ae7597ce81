/** The network's parts: what it sees, what corrects it, how it is trained without looking ahead, what is told of it, and where it runs. */
import { loadModel, wasm } from 'bptt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FIRST, close, marketOf } from '../checker/fixtures.js';
import type { Bar } from '../../src/data/bar.js';
import { correctionAfter, corrected } from '../../src/network/correction.js';
import { explain } from '../../src/network/explanation.js';
import { PIXELS, WINDOW } from '../../src/network/network.js';
import { openPool } from '../../src/network/pool.js';
import type { PredictionTask } from '../../src/network/prediction.js';
import { samplesOf, scaleOf, targetsOf } from '../../src/network/samples.js';
import { correctedWalk } from '../../src/network/store.js';
import { trainWalkingForward } from '../../src/network/walkForward.js';
import type { TrainingOptions } from '../../src/network/walkForward.js';
import { amount, strongestCloses, strongestColumns, wordsOf } from '../../src/network/words.js';
import { explanationPicture } from '../../src/pictures/explanationPicture.js';

const market = marketOf(['AAA', 'BBB']);
const bars = async (until: number, symbol = 'AAA'): Promise<Bar[]> => [...await market.bars(symbol, 0, until)];
const OFF = correctionAfter([]);

test('samples know nothing of the bars after them, and nothing of the level of prices', async () => {
  const known = await bars(close(200));
  const future = known.map((bar, i) => (i > 100 ? { ...bar, open: 1, high: 9, low: 1, close: 3 } : bar));
  const tenfold = known.map((bar) => ({ ...bar, open: 10 * bar.open, high: 10 * bar.high, low: 10 * bar.low, close: 10 * bar.close }));
  const see = (from: readonly Bar[]): [number[], number[]] => {
    const { inputs: [pictures, closes] } = samplesOf([{ bars: from, origin: 100 }], PIXELS.reduced);
    const picture = new Float32Array(PIXELS.reduced ** 2 * 3);
    pictures.read(0, picture);
    return [[...picture], [...closes.data]];
  };
  assert.equal(see(future), see(known));
  const [[picture, closes], [large, scaled]] = [see(known), see(tenfold)];
  assert.ok(closes.every((value, i) => Math.abs(value - (scaled[i] ?? NaN)) < 1e-5));
  assert.ok(picture.filter((value, i) => value !== large[i]).length < picture.length / 100);
  assert.is(closes.at(-1), 0);
  const place = { bars: known, origin: 100 };
  const { last, sigma } = scaleOf(place);
  assert.ok(Math.abs(10 ** (last + sigma * (targetsOf([place]).data[0] ?? NaN)) - (known[101]?.close ?? NaN)) < 1e-4);
});

test('the correction is the document’s, fitted on the last block, and on only where it would have helped there', () => {
  const of = (errors: readonly number[]) => errors.map((e) => ({ forecast: 2, actual: 2 + e }));
  const noise = Array.from({ length: 50 }, (_, i) => 0.001 * ((i % 5) - 2));
  const steady = correctionAfter(of([...noise, ...noise].map((e) => e + 0.01)));
  assert.ok(steady.on);
  const spread = Math.sqrt(2) * 0.001;
  assert.ok(Math.abs(steady.shift - (1 + spread) * 0.01) < 1e-9, String(steady.shift));
  assert.ok(Math.abs(corrected(2, steady) - 2.01) < 1e-4);
  const below = correctionAfter(of([...noise, ...noise].map((e) => e - 0.01)));
  assert.ok(Math.abs(below.shift + (1 - spread) * 0.01) < 1e-9);
  const turned = correctionAfter(of([...noise.map((e) => e + 0.01), ...noise.map((e) => e - 0.01)]));
  assert.equal([turned.on, corrected(2, turned)], [false, 2]);
  assert.ok((turned.after ?? 0) > (turned.before ?? 0));
  assert.match(correctionAfter(of(noise)).why, 'only 50 of 100');
});

test('what a walk forward would have acted on uses only forecasts whose bars had come', () => {
  const walk = Array.from({ length: 150 }, (_, i) => ({ symbol: 'A', barAt: i, targetAt: i + 1, lastClose: 100, forecast: 2, actual: 10 ** (2.01 + 0.0001 * (i % 3)), by: 'h' }));
  const acted = correctedWalk(walk).map(({ acted }) => acted);
  assert.ok(acted.slice(0, 100).every((value) => value === 2));
  assert.ok(acted.slice(100).every((value) => value > 2.009));
  const later = correctedWalk(walk.map((each, i) => (i === 120 ? { ...each, actual: 1 } : each))).map(({ acted }) => acted);
  assert.equal(later.slice(0, 121), acted.slice(0, 121));
  assert.not.equal(later[121], acted[121]);
});

const TINY: TrainingOptions = { full: false, seed: 3, barMinutes: 1440, sessions: 20, blocks: 2, first: 32, later: 16, forecasts: 40 };

test('a walk forward foretells the last bars by networks that had not seen them, and is the same again', async () => {
  const backend = await wasm({ threads: 1 });
  const histories = new Map([['AAA', await bars(close(FIRST + 60))], ['BBB', await bars(close(FIRST + 60), 'BBB')]]);
  const shares: number[] = [];
  const trained = await trainWalkingForward(histories, TINY, backend, (share) => { shares.push(share); });
  assert.equal([trained.walk.length, trained.samples, trained.trainedTo], [40, 64, close(FIRST + 60)]);
  assert.is(new Set(trained.walk.map(({ by }) => by)).size, 2);
  assert.is(Math.min(...trained.walk.map(({ barAt }) => barAt)), close(FIRST + 40));
  assert.equal(shares, [...shares].sort((a, b) => a - b));
  // Bars behind the first that it knew change nothing of a block's first forecast: nothing that it was trained on reaches into the block.
  const changed = new Map([...histories].map(([symbol, own]) => [symbol, own.map((bar) => (bar.closesAt > close(FIRST + 40) ? { ...bar, open: bar.open / 2, high: bar.high / 2, low: bar.low / 2, close: bar.close / 2 } : bar))]));
  const again = await trainWalkingForward(changed, TINY, backend);
  const first = (walk: typeof trained.walk): number[] => walk.filter(({ barAt }) => barAt === close(FIRST + 40)).map(({ forecast }) => forecast);
  assert.is(first(trained.walk).length, 2);
  assert.equal(first(again.walk), first(trained.walk));

  const model = await loadModel(trained.bytes, { backend });
  const window = (await bars(close(FIRST + 60))).slice(-WINDOW);
  const explained = await explain(model, window, PIXELS.reduced);
  assert.equal([explained.closes.length, explained.map.values.length], [WINDOW, explained.map.size ** 2]);
  assert.ok(Number.isFinite(explained.forecast));

  const pool = openPool({ threads: 1, limit: 120_000 });
  const task: PredictionTask = { network: { hash: trained.hash, bytes: trained.bytes, full: false }, symbol: 'A<A', bars: window, barMinutes: 1440, correction: { ...OFF, on: true, shift: 0.01 } };
  const prediction = await pool.predict(task);
  assert.ok(Math.abs(Math.log10(prediction.raw) - explained.forecast) < 1e-6);
  assert.ok(Math.abs(Math.log10(prediction.forecast / prediction.raw) - 0.01) < 1e-9);
  assert.match(prediction.picture, 'A&lt;A');
  await pool.close();
});

test('a thread that hangs or ends itself fails its own forecast and no other', async () => {
  const pool = openPool({ threads: 2, limit: 3000, worker: new URL('./faultyWorker.js', import.meta.url) });
  const ask = async (symbol: string) => pool.predict({ network: { hash: '', bytes: new Uint8Array(), full: false }, symbol, bars: [], barMinutes: 1440, correction: OFF }).then(() => 'answered', (error: unknown) => String(error));
  const answers = await Promise.all(['fine', 'hangs', 'ends', 'throws', 'fine', 'fine'].map(ask));
  assert.equal(answers.map((answer) => /answered|more than 3000 ms|thrown/.exec(answer)?.[0]), ['answered', 'more than 3000 ms', 'more than 3000 ms', 'thrown', 'answered', 'answered']);
  assert.is(await ask('fine'), 'answered');
  await pool.close();
});

test('words name the bars that moved the forecast its way', () => {
  const size = 4;
  const map = { size, values: Float64Array.from({ length: 16 }, (_, i) => (i % size === 1 ? 0.02 : i % size === 3 ? -0.05 : 0)) };
  assert.equal(strongestColumns(map, 40, 1), { first: 10, last: 19 });
  assert.equal(strongestColumns(map, 40, -1), { first: 30, last: 39 });
  assert.is(strongestColumns({ size, values: new Float64Array(16) }, 40, 1), undefined);
  const closes = Float64Array.from([0.1, -0.2, 0.3, 0, 0.2, 0.05]);
  assert.equal(strongestCloses(closes, 1), [0, 2, 4]);
  assert.equal(strongestCloses(closes, -1), [1]);
  const window = Array.from({ length: 6 }, (_, i) => ({ opensAt: close(i) - 1, closesAt: close(i), open: 1, high: 1, low: 1, close: 1, volume: 1 }));
  const words = wordsOf({ symbol: 'X', lastClose: 100, forecast: 98.5, correction: OFF, moved: { map, closes }, bars: window, barMinutes: 1440 });
  assert.is(words.title, 'X: −1.50 % foretold');
  assert.match(words.summary, 'Plunge: next close 98.50 after 100.00');
  assert.match(words.explanation.join(' '), /lowered the forecast most over .* lowered most by 4 Jan 2022 \(−0\.20 %\).* not corrected/);
  assert.equal([amount(0.00123), amount(-12.3), amount(0)], ['+0.0012 %', '−12 %', '0.0 %']);
});

test('the picture is one file with chart, map and scale, without style, script or link', async () => {
  const window = (await bars(close(FIRST))).slice(-WINDOW);
  const values = Float64Array.from({ length: 16 }, (_, i) => (i - 8) / 100);
  const told = { symbol: '<S&P "500">', lastClose: window.at(-1)!.close, forecast: window.at(-1)!.close * 1.02, correction: OFF, bars: window, barMinutes: 1440 };
  const svg = explanationPicture({ ...told, moved: { map: { values, size: 4 }, closes: Float64Array.from({ length: WINDOW }, (_, i) => Math.sin(i)) } });
  assert.match(svg, '&lt;S&amp;P &quot;500&quot;&gt;');
  assert.match(svg, 'data:image/png;base64,');
  assert.not.match(svg, /<style|style=|<script|href="(?!data:)|NaN|undefined/);
  const still = explanationPicture({ ...told, moved: { map: { values: new Float64Array(16), size: 4 }, closes: new Float64Array(WINDOW) } });
  assert.not.match(still, /NaN|undefined|Infinity/);
});

test.run();
