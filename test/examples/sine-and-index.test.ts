/** The study of a sine wave, an index and a random walk: what it feeds the network, and how it judges what comes back. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { headline, judgeClaims } from '../../examples/sine-and-index/claims.js';
import { gather, noChangeErrors, pick } from '../../examples/sine-and-index/figures.js';
import { fullFigures, multipleFigures, pointFigures, reversionRule } from '../../examples/sine-and-index/measures.js';
import { planRuns } from '../../examples/sine-and-index/plan.js';
import { lastKnown, makeSamples, part, predictSequences, startsOf, toOriginal } from '../../examples/sine-and-index/predictors.js';
import { drawReport } from '../../examples/sine-and-index/report.js';
import { randomWalkLike, sineWave } from '../../examples/sine-and-index/series.js';
import { samplesOf, train, trainedSamples } from '../../examples/sine-and-index/trial.js';
import type { Run, RunResult } from '../../examples/sine-and-index/trial.js';
import { periodOf, waveFigures } from '../../examples/sine-and-index/wave.js';
import { percent, span, tiny } from '../../examples/sine-and-index/words.js';
import { correlation } from '../../src/forecast/index.js';
import { parseCsv } from '../../src/node/index.js';
import type { NdArray } from '../../src/tensor.js';
import { normal, randomStream } from '../../src/random.js';
import { pretend } from './pretend.js';
import { pricesCsv } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-sine-'));
test.after(() => { rmSync(folder, { recursive: true }); });

async function prices(rows: number, seed: number): Promise<Float64Array> {
  return parseCsv(pricesCsv(rows, seed)).columns.Close ?? new Float64Array();
}

function near(actual: number, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

function logReturns(values: Float64Array): Float64Array {
  return values.subarray(1).map((v, i) => Math.log(v / (values[i] ?? NaN)));
}

const moments = (values: ArrayLike<number>): { mean: number; deviation: number } => {
  const list = Array.from(values);
  const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
  return { mean, deviation: Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length) };
};

test('the sine wave has 100 points a period and begins at sin 1', () => {
  const wave = sineWave();
  assert.is(wave.length, 5001);
  near(wave[0] ?? NaN, Math.sin(1));
  near(wave[137] ?? NaN, wave[37] ?? NaN);
  near(periodOf([...wave]), 100, 1e-3);
});

test('a random walk has the moments of the index and no memory', async () => {
  const index = await prices(3000, 3);
  const walk = randomWalkLike(index, 5);
  assert.is(walk.length, index.length);
  assert.is(walk[0], index[0]);
  const [ours, theirs] = [moments(logReturns(walk)), moments(logReturns(index))];
  assert.ok(Math.abs(ours.mean - theirs.mean) < (3 * theirs.deviation) / Math.sqrt(3000));
  near(ours.deviation, theirs.deviation, 0.002);
  const returns = logReturns(walk);
  for (const lag of [1, 2, 50]) assert.ok(Math.abs(correlation(returns.subarray(lag), returns.subarray(0, -lag))) < 3 / Math.sqrt(3000), String(lag));
  assert.equal(randomWalkLike(index, 5).subarray(0, 20), walk.subarray(0, 20));
  assert.is.not(randomWalkLike(index, 6)[7], walk[7]);
});

test('the published file gives the published counts, and windows begin with 0', async () => {
  const samples = makeSamples(await prices(4171, 1), { window: 50, normalise: true });
  const { train: learning, test: testing } = samples.ranges;
  assert.equal([samples.windows.origins.length, learning.end, testing.end - testing.start], [4121, 3709, 412]);
  assert.equal([trainedSamples(learning.end), learning.end - trainedSamples(learning.end)], [3523, 186]);
  const { series, windows: { x, y } } = samples;
  for (const i of [0, 17, 4120]) {
    assert.is(x.get(i, 0, 0), 0);
    near(x.get(i, 31, 0), (series[i + 31] ?? NaN) / (series[i] ?? NaN) - 1);
    near(y.get(i, 0), (series[i + 50] ?? NaN) / (series[i] ?? NaN) - 1);
  }
});

/** A network with a memory of three values. */
const echo = (x: NdArray<Float64Array>): { data: Float64Array; shape: number[] } => {
  const [count = 0, window = 0] = x.shape;
  const data = Float64Array.from({ length: count }, (_, i) => 0.5 * x.get(i, window - 1, 0) - 0.3 * x.get(i, 1, 0) + 0.9 * x.get(i, 0, 0) + 0.01);
  return { data, shape: [count, 1] };
};

test('sequences feed on themselves, keep the unit they began with, and read nothing after their window', async () => {
  const index = await prices(160, 8);
  const samples = makeSamples(index, { window: 7, normalise: true });
  const { multiple, full, point } = startsOf(samples, 5);
  assert.equal([point.length, full, multiple], [15, [138], [138, 143, 148]]);
  const steps = 11;
  const said = await predictSequences(echo, samples, multiple, steps);
  const original = toOriginal(samples, multiple, said);
  for (const [i, start] of multiple.entries()) {
    const base = index[start] ?? NaN;
    const window = [...index.subarray(start, start + 7)].map((price) => price / base - 1);
    for (let k = 0; k < steps; k++) {
      const next = 0.5 * (window.at(-1) ?? NaN) - 0.3 * (window[1] ?? NaN) + 0.9 * (window[0] ?? NaN) + 0.01;
      near(said.get(i, k), next);
      near(original.get(i, k), base * (next + 1));
      window.push(next);
      window.shift();
    }
  }
  const changed = makeSamples(index.map((price, row) => (row >= 138 + 7 ? 2 * price : price)), { window: 7, normalise: true });
  assert.equal((await predictSequences(echo, changed, full, 15)).data, (await predictSequences(echo, samples, full, 15)).data);
  assert.is.not((await predictSequences(echo, changed, [139], 3)).get(0, 0), (await predictSequences(echo, samples, [139], 3)).get(0, 0));
});

const SMALL: Run = { series: 'index', seed: 4, batch: 32, epochs: [1, 3], window: 6, steps: 4, backend: 'wasm', index: { reading: {}, path: '', column: '' } };

test('epochs are stations of one training, and rows of the test block change no loss', async () => {
  const index = await prices(150, 9);
  const run = (epochs: readonly number[], values = index): Promise<RunResult> => train({ ...SMALL, epochs }, samplesOf(SMALL, values));
  const [both, short, other] = [await run([1, 3]), await run([1]), await run([1, 3], index.map((price, row) => (row > 136 ? 3 * price + row : price)))];
  assert.equal([both.loss.length, both.validationLoss.length, both.snapshots.map(({ epoch }) => epoch)], [3, 3, [1, 3]]);
  assert.equal(both.snapshots[0], short.snapshots[0]);
  assert.is.not(both.snapshots[1]?.point[0], short.snapshots[0]?.point[0]);
  assert.equal([other.loss, other.validationLoss, other.snapshots[1]?.point[0]], [both.loss, both.validationLoss, both.snapshots[1]?.point[0]]);
  assert.is.not(other.snapshots[1]?.point.at(-1), both.snapshots[1]?.point.at(-1));
  assert.equal([both.trained, both.validated], [123, 7]);
  const [first] = both.snapshots;
  assert.equal([first?.point.length, first?.full.length, first?.multiple.map((s) => s.length)], [14, 14, [4, 4, 4]]);
  assert.is(first?.full[0], first?.multiple[0]?.[0]);
  assert.match(both.backend, /wasm/);
});

test('one step ahead: no-change, the truth and a moving average get the figures they must', async () => {
  const samples = makeSamples(await prices(700, 11), { window: 50, normalise: true });
  const block = part(samples, 'test');
  const still = [...lastKnown(block)];
  const truth = [...block.y.data];
  const same = pointFigures(samples, still);
  assert.equal([same.ratio, same.statistic, same.r2 - same.noChangeR2, same.correlation - same.noChangeCorrelation], [1, 0, 0, 0]);
  near(same.mse, noChangeErrors(samples).test);
  const perfect = pointFigures(samples, truth);
  assert.equal([perfect.mse, perfect.direction], [0, 1]);
  near(perfect.changeCorrelation, 1);
  near(perfect.r2, 1);
  assert.ok(perfect.statistic < -2);
  const contrary = pointFigures(samples, truth.map((v, i) => 2 * (still[i] ?? NaN) - v));
  assert.is(contrary.direction, 0);
  near(contrary.changeCorrelation, -1);
  near(contrary.ratio, 4);
  assert.ok(contrary.statistic > 2);
  const average = pointFigures(samples, truth.map((_, i) => Array.from({ length: 10 }, (__, k) => block.x.get(i, 49 - k, 0)).reduce((a, b) => a + b) / 10));
  near(average.smoothing, 1);
  assert.ok(average.ratio > 1);

  const { train: learning, validation } = noChangeErrors(samples);
  const { series, ranges } = samples;
  const squares = Array.from({ length: ranges.train.end }, (_, i) => (((series[i + 50] ?? NaN) - (series[i + 49] ?? NaN)) / (series[i] ?? NaN)) ** 2);
  near(learning, moments(squares).mean);
  near(validation, moments(squares.slice(trainedSamples(squares.length))).mean);
});

test('levels, settling and direction of sequences', async () => {
  const samples = makeSamples(await prices(1400, 12), { window: 50, normalise: true });
  const { multiple, full, point } = startsOf(samples, 50);
  const { series, windows } = samples;
  const slide = point.map((_, k) => (k < 48 ? 0.5 - k / 100 : 0.025));
  const { level, settled } = fullFigures(samples, slide);
  near(level, 0.025);
  assert.is(settled, 47); // 0.04 is more than 0.01 away from 0.025, 0.03 is not
  assert.is(fullFigures(samples, point.map((_, k) => k)).settled, point.length);

  const inUnit = (start: number, row: number): number => (series[row] ?? NaN) / (series[start] ?? NaN) - 1;
  const exact = multiple.map((start) => Array.from({ length: 50 }, (_, k) => inUnit(start, start + 50 + k)));
  const right = multipleFigures(samples, exact, 50);
  assert.equal([right.hits, right.largeHits, right.large, right.sequences], [multiple.length, Math.ceil(multiple.length / 2), Math.ceil(multiple.length / 2), multiple.length]);
  near(right.ratio, 0);
  assert.is(right.up, right.trulyUp);
  const still = multiple.map((start) => new Array<number>(50).fill(inUnit(start, start + 49)));
  near(multipleFigures(samples, still, 50).ratio, 1);
  near(fullFigures(samples, point.map(() => inUnit(full[0] ?? NaN, (full[0] ?? NaN) + 49))).ratio, 1);
  const contrary = exact.map((s, i) => s.map((v) => 2 * (still[i]?.[0] ?? NaN) - v));
  assert.is(multipleFigures(samples, contrary, 50).hits, 0);
  const drawn = multipleFigures(samples, multiple.map((start) => new Array<number>(50).fill(windows.y.data[start + 49] ?? NaN)), 50);
  assert.is(drawn.drawnHits, multiple.length);
  near(drawn.drawnCorrelation, 1);
});

test('direction and correlation of sequences, of prices and as drawn, sum by sum', async () => {
  const samples = makeSamples(await prices(1500, 14), { window: 50, normalise: true });
  const { series } = samples;
  const starts = startsOf(samples, 20).multiple;
  for (const index of [0, 1, 2, 3]) {
    const random = randomStream(2, 'test sequences', index);
    const said = starts.map(() => Array.from({ length: 20 }, () => 0.2 * normal(random)));
    const figures = multipleFigures(samples, said, 20);
    const rows = starts.map((start, i) => {
      const [base = NaN, known = NaN, later = NaN, ownBase = NaN] = [series[start], series[start + 49], series[start + 69], series[start + 19]];
      return { predicted: (said[i]?.[19] ?? NaN) - (known / base - 1), price: later / known - 1, drawn: later / ownBase - known / base };
    });
    const agree = (list: typeof rows, name: 'price' | 'drawn'): number => list.filter((row) => row.predicted * row[name] > 0).length;
    const large = [...rows].sort((a, b) => Math.abs(b.price) - Math.abs(a.price)).slice(0, Math.ceil(rows.length / 2));
    assert.equal([figures.sequences, figures.hits, figures.drawnHits, figures.largeHits], [rows.length, agree(rows, 'price'), agree(rows, 'drawn'), agree(large, 'price')]);
    near(figures.correlation, correlation(rows.map((r) => r.predicted), rows.map((r) => r.price)));
    near(figures.drawnCorrelation, correlation(rows.map((r) => r.predicted), rows.map((r) => r.drawn)));
    near(figures.trulyUp, rows.filter(({ price }) => price > 0).length / rows.length);
  }
});

test('the plot of the document makes a rule look right that knows nothing', async () => {
  const index = await prices(4000, 13);
  const [rules] = [[1, 2, 3, 4, 5].map((seed) => reversionRule(makeSamples(randomWalkLike(index, seed), { window: 50, normalise: true }), 50))];
  const total = (name: 'hits' | 'drawnHits' | 'sequences'): number => rules.reduce((sum, rule) => sum + rule[name], 0);
  assert.is(total('sequences'), 5 * 79);
  const noise = 3 * Math.sqrt(0.25 / total('sequences'));
  assert.ok(Math.abs(total('hits') / total('sequences') - 0.5) < noise);
  // Two changes over 50 days in a row, the second less the first: correlation √½ with the first, right three times of four.
  assert.ok(Math.abs(total('drawnHits') / total('sequences') - 0.75) < noise);
  // A price that returns each 50 rows makes the rule right.
  const saw = Float64Array.from({ length: 1000 }, (_, i) => 100 + Math.abs((i % 100) - 50));
  const back = reversionRule(makeSamples(saw, { window: 51, normalise: true }), 50);
  assert.is(back.hits, back.sequences);
  // k steps on, the first value of the window is 49 + k steps of the walk away and the last one k: Σ(49 + k) / Σk.
  near(rules.reduce((sum, { ratio }) => sum + ratio / 5, 0), (49 * 50 + 1275) / 1275, 0.15);
});

test('size, period and growing error of a wave', () => {
  const truth = sineWave(450);
  const own = waveFigures(truth, [...truth]);
  near(own.amplitude, 1, 1e-3);
  near(own.period, 100, 1e-3);
  assert.equal(own.errors, [0, 0, 0, 0, 0]);
  const slow = waveFigures(truth, [...truth].map((_, i) => 0.4 + 0.6 * Math.sin(1 + (2 * Math.PI * i) / 130)));
  near(slow.amplitude, 0.6, 0.02);
  near(slow.period, 130, 0.02);
  near(waveFigures(truth, [...truth].map((v) => v + 0.25)).errors[3] ?? NaN, 0.25);
  near(periodOf(Array.from({ length: 64 }, (_, i) => Math.sin(0.4 + (2 * Math.PI * i) / 8.6))), 8.6, 2e-3);
  assert.ok(Number.isNaN(periodOf(new Array<number>(100).fill(1))));
});

test('the plan: longest first, no run twice, the walks and seeds of a full run', () => {
  for (const full of [true, false]) {
    for (const long of [true, false]) {
      const runs = planRuns({ full, long, seed: 7, backend: 'wasm', index: SMALL.index });
      const lengths = runs.map(({ epochs }) => epochs.at(-1) ?? 0);
      assert.equal(lengths, [...lengths].sort((a, b) => b - a));
      assert.is(new Set(runs.map((run) => JSON.stringify([run.series, run.seed, run.batch]))).size, runs.length);
      assert.is(lengths.includes(400), long);
      assert.ok(runs.every(({ epochs }) => epochs.every((epoch, i) => i === 0 || epoch > (epochs[i - 1] ?? NaN))));
      if (full) assert.equal([runs.filter((r) => r.series === 'walk').length, runs.filter((r) => r.series === 'index').map((r) => r.seed).sort()], [10, [7, 8, 9]]);
    }
  }
});

test('verdicts follow the figures: a perfect network, and one that is worse than no-change', async () => {
  const source = { name: 'made up', reading: {}, path: '', table: parseCsv(pricesCsv(1200, 21)), target: 'Close', columns: ['Close'], chosen: true };
  const index = source.table.columns.Close ?? new Float64Array();
  const runs = planRuns({ full: true, long: true, seed: 1, backend: 'wasm', index: SMALL.index });
  const verdicts = (figures: ReturnType<typeof gather>): Record<string, string> =>
    Object.fromEntries(judgeClaims(figures, 50).map(({ claim, verdict }) => [claim.split(/[:,. ]/).slice(0, 6).join(' '), verdict]));

  const perfect = gather(pretend(runs, index, (_, truth) => truth), index);
  assert.match(headline(perfect, 50).text, /^The network beats no-change: /);
  const good = verdicts(perfect);
  assert.is(good['One epoch is enough for a'], 'holds');
  assert.is(good['From one true window the network'], 'holds');
  assert.is(good['On raw index values the network'], 'does not hold');
  assert.is(good['One epoch on the index '], 'does not hold');

  const bad = gather(pretend(runs, index, (last, truth, epoch) => last - 3 * (truth - last) - (epoch === 1 ? 0.2 : 0.1)), index);
  assert.match(headline(bad, 50).text, /^No-change wins: one step ahead on the index/);
  const poor = verdicts(bad);
  assert.is(poor['One epoch is enough for a'], 'does not hold');
  assert.is(poor['More epochs usually mean a more'], 'holds');
  assert.is(poor['After 400 epochs the sequences point'], 'does not hold');
  assert.is(verdicts(gather(pretend(runs.filter(({ epochs }) => !epochs.includes(400)), index, (last) => last), index))['After 400 epochs the sequences point'], 'cannot be told');
  assert.match(headline(gather(pretend(runs, index, (last) => last), index), 50).text, /^No-change is not beaten: /);
  near(bad.roundTrip, 0, 1e-9);

  assert.equal(pick(bad, 'index', 1).map(({ run }) => run.seed), [1, 2, 3]);
  const { sections, plots } = drawReport({ figures: bad, source, last: 50 });
  assert.equal(sections.map(({ heading }) => heading).slice(0, 3), ['Sine wave', 'Stock index', '1 against 50 epochs']);
  assert.equal(Object.keys(plots).sort(), ['drawn', 'drawn-walk', 'equilibria', 'index', 'one-step', 'sine', 'sine-sequences', 'walk']);
  for (const { svg } of Object.values(plots)) assert.not.match(svg, /NaN|undefined/);
});

test('figures in words', () => {
  assert.equal([1.42e-4, 0.0024, -2e-5, 380, 4.21e6, 0, NaN].map(tiny), ['1.42×10⁻⁴', '0.0024', '−2.00×10⁻⁵', '380', '4.2×10⁶', '0.0', 'n/a']);
  assert.equal([0.531, -0.25, -0.001, NaN].map(percent), ['53 %', '−25 %', '0 %', 'n/a']);
  assert.equal([span([3, 1, 2]), span([2, 2.001]), span([NaN])], ['1.00 to 3.00', '2.00', 'n/a']);
});

test('the command refuses what it cannot use, in one line', () => {
  const program = fileURLToPath(new URL('../../examples/sine-and-index.js', import.meta.url));
  writeFileSync(join(folder, 'short.csv'), pricesCsv(300, 1));
  writeFileSync(join(folder, 'negative.csv'), pricesCsv(1200, 1).replace(/(2021-05-0[^,]*),/, '$1,-'));
  for (const [args, expected] of [
    [['--csv', 'short.csv'], /^sine-and-index: too few rows: the study needs at least 1050, the file has 300\.\n$/],
    [['--csv', 'negative.csv'], /^sine-and-index: Close has values that are not above 0/],
    [['--csv', 'none.csv'], /none\.csv cannot be read/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
    assert.is(status, 2, stderr);
    assert.match(stderr, expected);
  }
  const help = spawnSync(process.execPath, [program, '--help'], { cwd: folder, encoding: 'utf8' });
  assert.is(help.status, 0);
  for (const name of ['quick', 'full', 'csv', 'seed', 'out', 'workers', 'long']) assert.match(help.stdout, new RegExp(`--${name}\\b`));
});

test.run();
