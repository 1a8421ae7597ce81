/** System 3's own computations: features without look-ahead, networks, gradients, and the rules that decide its findings. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analyse, spread, spreadOfNorms } from '../../examples/width-and-depth/analysis.js';
import type { Analysis, Run } from '../../examples/width-and-depth/analysis.js';
import { PROTOCOLS, allConfigurations, nameOf } from '../../examples/width-and-depth/configurations.js';
import type { Configuration } from '../../examples/width-and-depth/configurations.js';
import { features, prepare } from '../../examples/width-and-depth/features.js';
import { agree, earlier, headline, judgeFindings, larger } from '../../examples/width-and-depth/findings.js';
import { layerGradients } from '../../examples/width-and-depth/gradients.js';
import { buildNetwork } from '../../examples/width-and-depth/network.js';
import { planRuns, runName, runNamed } from '../../examples/width-and-depth/plan.js';
import { power, ranged, ratio } from '../../examples/width-and-depth/wording.js';
import { cpu } from '../../src/backends/cpu/index.js';
import type { Frame } from '../../src/forecast/index.js';
import { normal, randomStream } from '../../src/random.js';
import { weekdays } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-width-'));
test.after(() => { rmSync(folder, { recursive: true }); });

const ROWS = 60;

/** Made-up bars. */
function bars(rows = ROWS): Frame {
  const random = randomStream(5, 'bars');
  const close = Float64Array.from({ length: rows }, () => 20 + normal(random));
  return {
    rows, dates: weekdays(rows), times: new Float64Array(),
    columns: {
      Volume: Float64Array.from({ length: rows }, () => Math.round(1e6 * Math.exp(0.5 * normal(random)))), Close: close,
      High: close.map((v) => v + 1 + Math.abs(normal(random))), Low: close.map((v) => v - 1 - Math.abs(normal(random))),
    },
  };
}

const column = (frame: Frame, name: string): Float64Array => frame.columns[name] ?? new Float64Array();

test('features: volume, close, range, and the mean of three days that have been', () => {
  const frame = bars(7);
  for (const [meanOf, name] of [['close', 'Close'], ['volume', 'Volume']] as const) {
    const series = features(frame, meanOf);
    assert.equal(series.shape, [5, 4]);
    for (let day = 2; day < 7; day++) {
      const row = [0, 1, 2, 3].map((j) => series.get(day - 2, j));
      const three = [day - 2, day - 1, day].map((i) => column(frame, name)[i] ?? NaN);
      const expected = [column(frame, 'Volume')[day] ?? NaN, column(frame, 'Close')[day] ?? NaN, (column(frame, 'High')[day] ?? NaN) - (column(frame, 'Low')[day] ?? NaN), (three[0]! + three[1]! + three[2]!) / 3];
      row.forEach((value, j) => { assert.ok(Math.abs(value - expected[j]!) <= 1e-12 * Math.abs(expected[j]!), `day ${day}, column ${j}`); });
    }
  }
});

test('samples: targets and baselines are those of their days; the scaler knows the training part alone', () => {
  const frame = bars();
  const volume = column(frame, 'Volume');
  const { train, test: tested, scaler, trainingRows, testDates, baselines } = prepare(frame, 'close');
  // 60 rows, 58 with a mean, 38 samples: 27 train, 11 test.
  assert.equal([train.volume.length, tested.volume.length, trainingRows], [27, 11, 49]);
  assert.is(testDates.length, 11);
  tested.volume.forEach((actual, i) => {
    const day = 49 + i;
    assert.is(actual, volume[day]);
    assert.is(testDates[i], frame.dates[day]);
    assert.is(baselines['no-change'][i], volume[day - 1]);
    close(baselines['20-day mean'][i], mean(volume.subarray(day - 20, day)));
    close(baselines['training mean'][i], mean(volume.subarray(2, 49)));
    close(tested.y.get(i, 0), (actual - Math.min(...volume.subarray(2, 49))) / (Math.max(...volume.subarray(2, 49)) - Math.min(...volume.subarray(2, 49))));
    close(scaler.inverse([tested.x.get(i, 19, 0)], { column: 0 }).get(0), volume[day - 1] ?? NaN);
  });

  const changed = bars();
  for (const values of Object.values(changed.columns)) values.forEach((value, row) => { if (row >= trainingRows) values[row] = 7 * value + row; });
  const later = prepare(changed, 'close');
  assert.equal(later.scaler.toJSON(), scaler.toJSON());
  assert.is(hash(later.train.x.data), hash(prepare(frame, 'close').train.x.data));
  assert.equal(later.baselines['training mean'], baselines['training mean']);
  assert.not.equal(later.test.volume, tested.volume);
});

test('networks: layers, normalisation and initial weights as asked for', () => {
  const [published, , library] = PROTOCOLS;
  for (const configuration of allConfigurations().filter(({ units }) => units <= 25)) {
    const { cell, units, layers, normalization } = configuration;
    const weights = buildNetwork(configuration, published!, 3, cpu()).getWeights();
    const keys = Object.keys(weights);
    assert.is(keys.filter((key) => key.endsWith('/recurrentKernel')).length, layers);
    assert.is(keys.filter((key) => key.endsWith('/gamma')).length, { none: 0, after: 1, between: layers - 1 }[normalization]);
    const limit = 1 / Math.sqrt(units);
    for (const [key, { data, shape }] of Object.entries(weights)) {
      if (/gamma|beta|moving/.test(key)) continue;
      const bound = key.endsWith('/bias') && !key.startsWith('dense') ? 2 * limit : limit;
      assert.ok(data.every((value) => Math.abs(value) <= bound), key);
      if (data.length >= 100) assert.ok(data.some((value) => Math.abs(value) > 0.9 * limit), key);
      if (key.endsWith('/recurrentKernel')) assert.equal(shape, [units, (cell === 'LSTM' ? 4 : 1) * units]);
    }
  }
  const stack: Configuration = { cell: 'RNN', units: 5, layers: 3, normalization: 'after' };
  const order = buildNetwork(stack, published!, 3, cpu()).layers.map(({ kind }) => kind);
  assert.equal(order, ['simple_rnn', 'simple_rnn', 'simple_rnn', 'batch_norm', 'dense']);
  const between = buildNetwork({ ...stack, normalization: 'between' }, published!, 3, cpu()).layers.map(({ kind }) => kind);
  assert.equal(between, ['simple_rnn', 'batch_norm', 'simple_rnn', 'batch_norm', 'simple_rnn', 'dense']);
  const biases = (initial: 'uniform' | 'library') => buildNetwork({ cell: 'LSTM', units: 5, layers: 1, normalization: 'none' }, { initial }, 3, cpu()).getWeights()['lstm/bias']?.data ?? [];
  assert.equal(Array.from(biases(library!.initial)), [...Array<number>(5).fill(0), ...Array<number>(5).fill(1), ...Array<number>(10).fill(0)]);
  assert.ok(Array.from(biases('uniform')).every((value) => value !== 0 && value !== 1));
});

test('gradients by layer: the first layer\'s norm is the slope of the loss along its own gradient', async () => {
  const { train } = prepare(bars(), 'close');
  for (const normalization of ['none', 'between'] as const) {
    const model = buildNetwork({ cell: 'LSTM', units: 5, layers: 2, normalization }, { initial: 'library' }, 4, cpu({ dtype: 'float64' }));
    const norms = await layerGradients(model, train);
    assert.is(norms.length, 2);
    const { gradients } = await model.lossAndGradients(train.x, train.y, { training: true });
    const before = model.getWeights();
    for (const [i, layer] of ['lstm', 'lstm_1'].entries()) {
      const own = Object.keys(gradients).filter((key) => key.startsWith(`${layer}/`));
      const size = norms[i]?.weights ?? NaN;
      assert.ok(size > 0 && (norms[i]?.states ?? NaN) > 0);
      const lossAt = async (step: number): Promise<number> => {
        model.setWeights(Object.fromEntries(own.map((key) => [key, { data: before[key]!.data.map((w, k) => w + (step * gradients[key]!.data[k]!) / size), shape: before[key]!.shape }])));
        const { loss } = await model.lossAndGradients(train.x, train.y, { training: true });
        model.setWeights(before);
        return loss;
      };
      // Along the unit gradient the derivative of the loss is the gradient's norm.
      const slope = (await lossAt(1e-5) - await lossAt(-1e-5)) / 2e-5;
      assert.ok(Math.abs(slope - size) < 1e-6 * size, `${layer}: ${slope} is not ${size}`);
    }
  }
});

test('plans: 18 networks, 3 seeds; names lead back to their runs; the quick plan leaves the slowest out', () => {
  const { published, variations } = planRuns(true);
  assert.is(allConfigurations().length, 18);
  assert.is(published.length, 54);
  const names = [...published, ...variations].map(runName);
  assert.is(new Set(names).size, names.length);
  for (const name of names) assert.is(runName(runNamed(name)), name);
  assert.throws(() => runNamed('published | RNN 6 × 1 | 1'));
  const quick = planRuns(false);
  assert.equal([quick.published.length, quick.variations.length], [17, 0]);
  assert.ok(quick.published.every(({ configuration: { cell, units } }) => !(cell === 'LSTM' && units === 250)));
});

test('rules: seeds must agree, and more than one of them; errors must not overlap', () => {
  assert.equal([['yes', 'yes'], ['no', 'no', 'no'], ['yes', 'no'], ['yes', 'open'], ['open', 'open'], ['yes'], []].map((answers) => agree(answers as ('yes' | 'no' | 'open')[])),
    ['holds', 'does not hold', 'cannot be told', 'cannot be told', 'cannot be told', 'cannot be told', 'cannot be told']);
  const low = spread([1, 2, 3]);
  assert.equal([larger(spread([4, 5]), low, 2), larger(spread([1, 2.5]), low, 2), larger(spread([2, 5]), low, 2), larger(spread([4]), low, 1), larger(spread([]), low, 3)],
    ['holds', 'does not hold', 'cannot be told', 'cannot be told', 'cannot be told']);
  assert.equal([earlier(5, 15), earlier(25, 15), earlier(15, 15), earlier(Infinity, Infinity), earlier(15, Infinity)], ['yes', 'no', 'open', 'no', 'yes']);
  assert.equal(spread([3, 1, 5]), { mean: 3, least: 1, most: 5 });
  close(spreadOfNorms([1e-4, 1e-6]).mean, 1e-5);
});

/** Runs of given collapse ratios and errors, two seeds of each, as published. */
function made(collapse: (configuration: Configuration, repeat: number) => number, rmse: (configuration: Configuration) => number): Analysis {
  const runs = planRuns(true).published.filter(({ repeat }) => repeat <= 2).map((planned): Run => {
    const gradients = [{ weights: collapse(planned.configuration, planned.repeat) < 0.1 ? 1e-6 : 0.5, states: 1 }, { weights: 1, states: 1 }];
    return {
      ...planned, rmse: rmse(planned.configuration) + planned.repeat, collapse: collapse(planned.configuration, planned.repeat), fit: 0.5, seconds: 1,
      result: {
        loss: 1, trainLoss: 1, predictions: [], curves: { train: [], test: [] }, collapse: { initial: 0, trained: 0 }, moved: [], weights: 1, gradients: { initial: gradients, trained: gradients },
      },
    };
  });
  return {
    groups: allConfigurations().map((configuration) => ({ protocol: 'published', configuration, runs: runs.filter((run) => nameOf(run.configuration) === nameOf(configuration)) })),
    failures: [], baselines: { 'no-change': 10e6, 'training mean': 30e6, '20-day mean': 9e6 }, targetStd: 20e6, trainingVariance: 1, constantLoss: 1,
  };
}

test('findings: what was published holds where runs do as published, and does not where they do not', () => {
  const flatDepth = { RNN: 15, LSTM: 5 };
  const asPublished = made(
    ({ cell, units, layers, normalization }) => (normalization !== 'none' ? (layers === 15 ? 0.4 : 0.01) : units === 250 && cell === 'RNN' ? 0.2 : layers >= flatDepth[cell] ? 0.01 : 0.6),
    ({ cell, units }) => (units === 250 && cell === 'RNN' ? 50e6 : 20e6 - units),
  );
  assert.equal(judgeFindings(asPublished).map(({ verdict }) => verdict), ['holds', 'holds', 'holds', 'holds', 'holds', 'holds', 'holds']);
  const otherwise = made(({ layers, normalization }) => (normalization === 'none' && layers >= 15 ? 0.05 : normalization === 'none' ? 0.7 : layers === 15 ? 0.02 : 0.5), ({ units }) => 20e6 + 100 * (units === 125 ? 1 : 0));
  assert.equal(judgeFindings(otherwise).map(({ verdict }) => verdict), ['holds', 'cannot be told', 'does not hold', 'does not hold', 'does not hold', 'does not hold', 'holds']);
  const alive = made(() => 0.7, () => 8e6);
  assert.equal(judgeFindings(alive).map(({ verdict }) => verdict), ['does not hold', 'does not hold', 'cannot be told', 'cannot be told', 'does not hold', 'does not hold', 'cannot be told']);
  const seedsDiffer = made(({ layers }, repeat) => (layers >= 15 && repeat === 1 ? 0.01 : 0.7), () => 8e6);
  assert.is(judgeFindings(seedsDiffer)[0]?.verdict, 'cannot be told');

  // A seed whose stacks did not all run says nothing of which collapses first.
  const without = { ...asPublished, groups: asPublished.groups.map((group) => (nameOf(group.configuration) === 'LSTM 5 × 1' ? { ...group, runs: group.runs.slice(1) } : group)) };
  assert.is(judgeFindings(without)[1]?.verdict, 'cannot be told');

  assert.match(headline(asPublished).text, /^No-change \(tomorrow's volume = today's\) beats 18 of the 18 networks/);
  assert.is(headline(asPublished).warning, true);
  assert.match(headline(alive).text, /^All 18 networks, trained as published, beat no-change/);
  assert.is(headline(alive).warning, false);
});

test('figures as text', () => {
  assert.equal([power(6.34e-10), power(0.0123), power(0), power(NaN), power(-5.43e-5), ratio(0.62714), ratio(-0.5), ratio(1e-8), ratio(0)], ['6.3×10⁻¹⁰', '0.012', '0', 'n/a', '−5.4×10⁻⁵', '0.627', '−0.500', '10⁻⁸', '0']);
  assert.is(ranged(spread([1, 2, 6]), String), '3 (1–6)');
  assert.is(ranged(spread([2]), String), '2');
});

interface Figures {
  readonly claims: readonly { readonly verdict: string }[];
  readonly figures: {
    readonly groups: readonly { readonly configuration: Configuration; readonly runs: readonly { readonly rmse: number; readonly result: { readonly predictions: readonly number[]; readonly curves: { readonly train: readonly number[] } } }[] }[];
    readonly failures: readonly unknown[];
    readonly volume: readonly number[];
    readonly baselines: Readonly<Record<string, number>>;
    readonly scaler: { readonly center: readonly number[]; readonly scale: readonly number[] };
  };
}

test('the command: its scores follow from its forecasts, whatever the number of workers', () => {
  const frame = bars();
  const names = ['Volume', 'Close', 'High', 'Low'];
  writeFileSync(join(folder, 'bars.csv'), ['Date,Volume,Close,High,Low', ...frame.dates.map((date, i) => [date, ...names.map((name) => column(frame, name)[i])].join(','))].join('\n'));
  const run = (out: string, workers: number): Figures => {
    const program = fileURLToPath(new URL('../../examples/width-and-depth.js', import.meta.url));
    const { status, stderr, stdout } = spawnSync(process.execPath, [program, '--csv', 'bars.csv', '--epochs', '2', '--workers', String(workers), '--out', out], { cwd: folder, encoding: 'utf8' });
    assert.is(status, 0, stderr);
    assert.match(stdout, /beats \d+ of the 17 networks|All 17 networks/);
    return JSON.parse(readFileSync(join(folder, out, 'results.json'), 'utf8')) as Figures;
  };
  const { figures, claims } = run('one', 1);
  assert.is(claims.length, 7);
  assert.ok(claims.every(({ verdict }) => verdict === 'cannot be told'));
  assert.is(figures.groups.length, 17);
  assert.equal(figures.failures, []);
  for (const { runs } of figures.groups) {
    assert.is(runs.length, 1);
    for (const { rmse, result: { predictions, curves } } of runs) {
      assert.is(curves.train.length, 2);
      const errors = predictions.map((z, i) => z * figures.scaler.scale[0]! + figures.scaler.center[0]! - figures.volume[i]!);
      close(rmse, Math.sqrt(mean(errors.map((e) => e * e))));
    }
  }
  close(figures.baselines['no-change'], Math.sqrt(mean(figures.volume.map((v, i) => (v - column(frame, 'Volume')[48 + i]!) ** 2))));
  const html = readFileSync(join(folder, 'one', 'report.html'), 'utf8');
  for (const part of ['Forecasts of the test part', 'Loss by epoch', 'Gradient by layer', '20-day mean', 'One seed decides nothing']) assert.ok(html.includes(part), part);
  assert.is(hash(strip(run('two', 2))), hash(strip({ figures, claims })));
});

/** Without what differs from run to run: how long it took. */
function strip({ figures }: Figures): unknown {
  return JSON.parse(JSON.stringify(figures), (key, value: unknown) => (key === 'seconds' ? undefined : value));
}

function hash(value: unknown): string {
  return createHash('sha256').update(ArrayBuffer.isView(value) ? Array.from(value as Float64Array).join() : JSON.stringify(value)).digest('hex');
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function close(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? NaN) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${String(actual)} is not ${expected}`);
}

test('a run that failed is named, and left out', () => {
  const data = prepare(bars(), 'close');
  const [planned] = planRuns(false).published;
  const analysis = analyse([planned!], [{ index: 0, rung: 0, seed: 1, parameters: { run: runName(planned!) }, status: 'failed', reason: 'loss is NaN', reports: [], seconds: 1 }], data);
  assert.equal(analysis.groups, []);
  assert.equal(analysis.failures.map(({ reason }) => reason), ['loss is NaN']);
  assert.match(headline(analysis).text, /^No network could be trained/);
});

test.run();
