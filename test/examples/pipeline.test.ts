/** What is learned and chosen knows nothing of later rows; who wins is judged as the papers say. */
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountsOf } from '../../src/cli/amounts.js';
import { prepareForecast, runForecast } from '../../examples/support/pipeline.js';
import type { ForecastResult, ForecastSetup } from '../../examples/support/pipeline.js';
import { dieboldMariano, judge } from '../../examples/support/verdict.js';
import { scoreForecast } from '../../src/forecast/index.js';
import type { ScalerKind } from '../../src/forecast/index.js';
import { tensor } from '../../src/tensor.js';
import { parseCsv } from '../../src/node/index.js';
import { pricesCsv } from './support.js';

const ROWS = 130;
const SPEC = { window: 5, horizon: 2, batch: 16, seed: 3 };

/** The run, with every value from row `from` on replaced by something else. */
async function runWith(options: Pick<ForecastSetup, 'epochs' | 'columns' | 'scaler'>, from = ROWS): Promise<ForecastResult> {
  const table = parseCsv(pricesCsv(ROWS, 7));
  for (const column of Object.values(table.columns)) column.forEach((value, row) => { if (row >= from) column[row] = 3 * value + row; });
  return runForecast(prepareForecast({ ...SPEC, ...options, table }));
}

/** Equal for equal values; short, since uvu takes minutes to print how two long ones differ. */
function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function learned({ model, scaler }: ForecastResult): string {
  return fingerprint([scaler.toJSON(), Object.entries(model.getWeights()).map(([key, { data }]) => [key, ...data])]);
}

const RUNS: [ScalerKind, readonly string[]][] = [['minMax', ['Close']], ['logReturn', ['Close']], ['standard', ['Volume', 'Close']], ['percentChange', ['Close']]];

for (const [scaler, columns] of RUNS) {
  test(`${scaler}: rows after the training block change neither scaler nor weights, nor any fit`, async () => {
    const options = { scaler, columns, epochs: 1 };
    const plain = await runWith(options);
    const changed = await runWith(options, plain.trainingRows.end);
    assert.is(learned(changed), learned(plain));
    assert.is(fingerprint(changed.blocks.train), fingerprint(plain.blocks.train));
    assert.is.not(fingerprint(changed.blocks.test.predicted), fingerprint(plain.blocks.test.predicted));
    // The recursive strategy trains on the first step ahead only.
    const within = await runWith(options, plain.trainingRows.end - SPEC.horizon);
    assert.is.not(learned(within), learned(plain));
  });
}

test('rows after the validation block change neither the epoch chosen nor the interval', async () => {
  const options = { scaler: 'minMax', columns: ['Close'], epochs: 4 } as const;
  const plain = await runWith(options);
  const { validation } = plain.blocks;
  const after = (validation.origins.at(-1) ?? NaN) + SPEC.horizon + 1;
  const changed = await runWith(options, after);
  assert.is(learned(changed), learned(plain));
  assert.is(changed.bestEpoch, plain.bestEpoch);
  assert.is(fingerprint(changed.history), fingerprint(plain.history));
  assert.is(fingerprint(changed.interval), fingerprint(plain.interval));
  assert.is(fingerprint(changed.blocks.validation), fingerprint(validation));
});

test('blocks follow each other: no training target reaches a row that validation must forecast', async () => {
  const { blocks: { train, validation, test: tested }, trainingRows } = await runWith({ scaler: 'logReturn', columns: ['Close'], epochs: 1 });
  const last = (origins: Int32Array): number => (origins.at(-1) ?? NaN) + SPEC.horizon;
  assert.is(last(train.origins) + 1, trainingRows.end);
  assert.ok(last(train.origins) <= (validation.origins[0] ?? NaN));
  assert.ok(last(validation.origins) <= (tested.origins[0] ?? NaN));
  assert.is(last(tested.origins), ROWS - 1);
});

test('Diebold–Mariano: by hand without lags, Bartlett weights with', () => {
  const d = Float64Array.of(1, -2, 4, 3);
  // Mean 1.5; deviations −0.5, −3.5, 2.5, 1.5: γ₀ = 21 / 4, γ₁ = (1.75 − 8.75 + 3.75) / 4.
  assert.ok(Math.abs(dieboldMariano(d, 0) - 1.5 / Math.sqrt(5.25 / 4)) < 1e-12);
  assert.ok(Math.abs(dieboldMariano(d, 1) - 1.5 / Math.sqrt((5.25 - 0.8125) / 4)) < 1e-12);
  assert.is(dieboldMariano(Float64Array.of(2, 2), 0), Infinity);
  assert.is(dieboldMariano(Float64Array.of(0, 0), 0), 0);
});

test('the verdict names the winner, and nobody when it may be chance', () => {
  const n = 40;
  const truth = Float64Array.from({ length: n }, (_, i) => 100 + 5 * Math.sin(i));
  const verdict = (error: (i: number) => number): string => {
    const predicted = tensor(truth.map((v, i) => v + error(i)), { shape: [n, 1], dtype: 'float64' });
    const actual = tensor(truth, { shape: [n, 1], dtype: 'float64' });
    const previous = truth.map((v, i) => v + (i % 2 === 0 ? 2 : -2));
    const block = { origins: new Int32Array(n), actual, predicted, previous, byStep: [], score: scoreForecast(actual, predicted, { previous }) };
    const { winner, text: said } = judge(block, amountsOf('Close', 1), 'day');
    assert.match(said, winner === 'network' ? /^The network beats no-change/ : winner === 'no-change' ? /^No-change wins/ : /^No-change is not beaten/);
    return winner;
  };
  assert.is(verdict((i) => (i % 3) * 0.2), 'network');
  assert.is(verdict((i) => 4 + (i % 3)), 'no-change');
  assert.is(verdict((i) => (i % 4 < 2 ? 1.5 : 2.52)), 'neither');
});

test.run();
