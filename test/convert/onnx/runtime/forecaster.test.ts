/** A forecaster in one graph: prices go in, prices come out, as Forecaster.forecast says them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportOnnx } from '../../../../src/convert/index.js';
import type { ExportForecasterOptions, OnnxExport } from '../../../../src/convert/index.js';
import { ArgumentError, ConversionError, Dense, GRU, Input, LSTM, Model, RNN, LSTMCell, Reshape, StateError } from '../../../../src/index.js';
import { Forecaster } from '../../../../src/forecast/index.js';
import type { Layer } from '../../../../src/index.js';
import type { Forecast, ForecasterOptions, Panel, TableRow } from '../../../../src/forecast/index.js';
import { dayRows, panelOf, SMALL } from '../../../forecast/forecaster/support.js';
import { rejected } from '../../../models/support.js';
import { differenceOf } from './agreement.js';
import { openInRuntime } from './onnxruntime.js';

const FIT = { epochs: 1, batchSize: 16, validation: 0.3 } as const;

/** [1, rows, columns] of the last rows of a table. */
function lastRows(rows: readonly TableRow[], columns: readonly string[], count: number): { type: 'float64'; data: Float64Array; shape: number[] } {
  const data = Float64Array.from(rows.slice(rows.length - count).flatMap((row) => columns.map((column) => Number(row[column]))));
  return { type: 'float64', data, shape: [1, count, columns.length] };
}

/** Largest difference of what the graph says of one series, beside `forecast`. */
async function compared(exported: OnnxExport, feeds: Parameters<Awaited<ReturnType<typeof openInRuntime>>['run']>[0], { rows }: Forecast): Promise<number> {
  const session = await openInRuntime(exported.bytes);
  const results = await session.run(feeds);
  await session.release();
  const expected: Record<string, number[]> = { forecast: rows.map(({ forecast }) => forecast) };
  if (rows[0]?.lower !== undefined) Object.assign(expected, { lower: rows.map(({ lower }) => lower ?? NaN), upper: rows.map(({ upper }) => upper ?? NaN) });
  if (rows[0]?.quantiles) expected.quantiles = rows.flatMap(({ quantiles }) => Object.values(quantiles ?? {}));
  assert.equal([...results.keys()].sort(), Object.keys(expected).sort());
  return Math.max(...Object.entries(expected).map(([name, values]) => {
    const result = results.get(name);
    return differenceOf(result, { data: values, shape: result?.shape ?? [] }, name);
  }));
}

const rows = dayRows(90);

async function judged(options: ForecasterOptions, own: ExportForecasterOptions = {}, coming = dayRows(96).slice(90)): Promise<number> {
  const forecaster = new Forecaster(options);
  await forecaster.fit(rows, FIT);
  const exported = await exportOnnx(forecaster, own);
  const { plan } = forecaster;
  const [history] = exported.inputs;
  const columns = history?.columns ?? [];
  const future = exported.inputs.find(({ name }) => name === 'future');
  const statics = exported.inputs.find(({ name }) => name === 'static');
  const feeds = {
    history: lastRows(rows, columns, Number(history?.shape[1])),
    ...(future ? { future: lastRows(coming.slice(0, plan.horizon), future.columns ?? [], plan.horizon) } : {}),
    ...(statics ? { static: { type: 'float64' as const, data: Float64Array.from(plan.static, (name) => Number(rows[0]?.[name])), shape: [1, plan.static.length] } } : {}),
  };
  return compared(exported, feeds, await forecaster.forecast(plan.future.length > 0 ? { future: coming } : {}));
}

const quantiles = { quantiles: [0.1, 0.5, 0.9] };

const cases: Readonly<Record<string, ForecasterOptions>> = {
  'prices, standardised': SMALL,
  'log returns, standardised': { ...SMALL, scalers: ['logReturn', 'standard'] },
  'log return, then the window': { ...SMALL, scalers: ['logReturn', 'windowStandard'], horizon: 3 },
  'log10, min and max': { ...SMALL, scalers: ['log10', 'minMax'], strategy: 'sequence' },
  'robust, all at once': { ...SMALL, scalers: 'robust', strategy: 'sequence', horizon: 3 },
  'percentage change of the window': { ...SMALL, scalers: 'percentChange', strategy: 'sequence' },
  'the level of the last rows': { ...SMALL, scalers: [{ kind: 'windowStandard', level: 2 }] },
  'relative to the season, longer than one': { ...SMALL, relativeTo: 'season', season: 5, horizon: 7, scalers: 'windowStandard', strategy: 'sequence' },
  'relative to the season, step by step': { ...SMALL, relativeTo: 'season', season: 5, horizon: 7 },
  'quantiles': { ...SMALL, head: quantiles, strategy: 'sequence', layers: ({ steps, parameters }) => [new LSTM({ units: 3 }), new Dense({ units: steps * parameters }), new Reshape({ targetShape: [steps, parameters] })] },
  'a normal distribution': { ...SMALL, head: 'gaussian', strategy: 'sequence', layers: ({ steps, parameters }) => [new LSTM({ units: 3 }), new Dense({ units: steps * parameters }), new Reshape({ targetShape: [steps, parameters] })] },
  'a normal distribution of one log return': { ...SMALL, head: 'gaussian', horizon: 1, scalers: ['logReturn', 'standard'], layers: ({ parameters }) => [new LSTM({ units: 3 }), new Dense({ units: parameters }), new Reshape({ targetShape: [1, parameters] })] },
  'a past column, another known ahead, both with chains': { ...SMALL, layers: undefined, past: ['Volume'], future: ['Promo'], scalers: { Close: ['logReturn', 'standard'], Volume: ['log10', 'windowStandard'], Promo: 'minMax' } },
  'known ahead and returns of it': { ...SMALL, layers: undefined, future: ['Volume'], scalers: { Close: 'windowStandard', Volume: ['logReturn', 'windowStandard'] } },
  'known ahead, step by step': { ...SMALL, layers: undefined, strategy: 'recursive', horizon: 3, future: ['Volume'], scalers: { Close: ['logReturn', 'standard'], Volume: 'standard' } },
  'measures of the window': { ...SMALL, layers: undefined, windowStatistics: ['level', 'deviation', 'change', 'seasonalChange'], season: 3, scalers: 'percentChange' },
  'measures of the window, step by step': { ...SMALL, layers: undefined, strategy: 'recursive', windowStatistics: ['change', 'level'], scalers: 'windowStandard' },
};

let worst = 0;

for (const [name, options] of Object.entries(cases)) {
  test(name, async () => {
    const largest = Math.max(await judged(options), await judged(options, { opset: 22 }));
    assert.ok(largest <= 1e-5, `${largest} of the largest output`);
    worst = Math.max(worst, largest);
  });
}

test('several series: each by its own unit, an input or in the graph; static columns; scalers of their own', async () => {
  const panel: Panel = panelOf([60, 70, 80]);
  const read = (name: string, count: number): { type: 'float64'; data: Float64Array; shape: number[] } => ({ type: 'float64', data: panel.get(name)?.columns.value?.slice(-count) ?? new Float64Array(), shape: [1, count, 1] });
  for (const scaling of ['pooled', 'series'] as const) {
    const forecaster = new Forecaster({ target: 'value', window: 6, horizon: 2, static: ['size'], scaling, scalers: scaling === 'pooled' ? 'windowStandard' : 'standard' });
    await forecaster.fit(panel, FIT);
    const said = await forecaster.forecast();
    for (const [i, name] of ['S0', 'S1', 'S2'].entries()) {
      const exported = await exportOnnx(forecaster, { series: name });
      const feeds = { history: read(name, 6), static: { type: 'float64' as const, data: [i], shape: [1, 1] } };
      const expected = { ...said, rows: said.rows.filter(({ series }) => series === name) };
      assert.ok(await compared(exported, feeds, expected) <= 1e-5, `${scaling} ${name}`);
      if (scaling === 'series') continue;
      const shared = await exportOnnx(forecaster);
      assert.equal(shared.inputs.map(({ name: input }) => input), ['history', 'static', 'naive_error']);
      const { learned } = forecaster.describe();
      const errors = new Map((learned as { naiveErrors: [string, number][] }).naiveErrors);
      assert.ok(await compared(shared, { ...feeds, naive_error: { type: 'float64', data: [errors.get(name) ?? NaN], shape: [1] } }, expected) <= 1e-5, `shared ${name}`);
    }
    if (scaling === 'series') assert.match((await rejected(ArgumentError, exportOnnx(forecaster))).message, /one of 'S0', 'S1', 'S2', whose scalers/);
    await rejected(ArgumentError, exportOnnx(forecaster, { series: 'S9' }));
  }
});

test('columns of the calendar are inputs, where that is asked for', async () => {
  const forecaster = new Forecaster({ ...SMALL, layers: undefined, calendar: { inputs: ['weekday'] } });
  await forecaster.fit(rows, FIT);
  assert.match((await rejected(ConversionError, exportOnnx(forecaster))).message, /calendar: 'inputs' makes inputs of 'sin\(weekday\)', 'cos\(weekday\)'/);
  const exported = await exportOnnx(forecaster, { calendar: 'inputs' });
  const said = await forecaster.forecast();
  const wave = (day: string): number[] => {
    const angle = (2 * Math.PI * ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)) / 7;
    return [Math.sin(angle), Math.cos(angle)];
  };
  assert.equal(exported.inputs.map(({ columns }) => columns), [['Close', 'sin(weekday)', 'cos(weekday)'], ['sin(weekday)', 'cos(weekday)']]);
  const history = rows.slice(-6).flatMap(({ Day, Close }) => [Close, ...wave(String(Day))]);
  const future = said.rows.flatMap(({ date }) => wave(date));
  const feeds = { history: { type: 'float64' as const, data: history, shape: [1, 6, 3] }, future: { type: 'float64' as const, data: future, shape: [1, 2, 2] } };
  assert.ok(await compared(exported, feeds, said) <= 1e-5);
});

test('many windows at once are as one by one; a window that does not move has scale 1', async () => {
  const forecaster = new Forecaster({ ...SMALL, scalers: 'windowStandard' });
  await forecaster.fit(rows, FIT);
  const session = await openInRuntime((await exportOnnx(forecaster)).bytes);
  const flat = rows.slice(0, 6).map((row) => ({ ...row, Close: 0.1 + 0.2 }));
  const tables = [rows.slice(-6), flat, rows.slice(10, 16)];
  const data = tables.flatMap((table) => table.map(({ Close }) => Close));
  const all = (await session.run({ history: { type: 'float64', data, shape: [3, 6, 1] } })).get('forecast');
  const said = await Promise.all(tables.map(async (table) => (await forecaster.forecast({ history: table })).rows.map(({ forecast }) => forecast)));
  assert.ok(differenceOf(all, { data: said.flat(), shape: [3, 2] }, 'forecast') <= 1e-5);
  await session.release();
});

test('a window with a value that is not finite, or whose logarithm is not, gives NaN; the windows beside it do not', async () => {
  const gru = ({ steps, parameters }: { steps: number; parameters: number }): Layer[] => [new GRU({ units: 3 }), new Dense({ units: steps * parameters }), new Reshape({ targetShape: [steps, parameters] })];
  const forms: readonly (readonly [ForecasterOptions, number])[] = [
    [{ ...SMALL, scalers: 'standard' }, NaN],
    [{ ...SMALL, scalers: ['logReturn', 'standard'], strategy: 'recursive', layers: undefined }, 0],
    [{ ...SMALL, scalers: 'log10', head: quantiles, strategy: 'sequence', layers: gru }, 0],
  ];
  for (const [options, wrong] of forms) {
    const forecaster = new Forecaster(options);
    await forecaster.fit(rows, FIT);
    const exported = await exportOnnx(forecaster);
    const session = await openInRuntime(exported.bytes);
    const steps = Number(exported.inputs[0]?.shape[1]);
    const whole = lastRows(rows, ['Close'], steps).data;
    const holed = whole.map((value, i) => (i === 2 ? wrong : value));
    const results = await session.run({ history: { type: 'float64', data: Float64Array.of(...whole, ...holed, ...whole), shape: [3, steps, 1] } });
    await session.release();
    for (const { name } of exported.outputs) {
      const numbers = Array.from(results.get(name)?.data ?? [], Number);
      const each = numbers.length / 3;
      assert.ok(each > 0 && numbers.every((number, i) => Number.isFinite(number) === (Math.floor(i / each) !== 1)), `${JSON.stringify(options.scalers)} ${name}: ${numbers.join(' ')}`);
    }
  }
});

test('what cannot be in a graph is said, all at once', async () => {
  await rejected(StateError, exportOnnx(new Forecaster(SMALL)));
  const drawn = new Forecaster({ ...SMALL, head: 'studentT', calendar: { inputs: ['month'] }, strategy: 'recursive', layers: undefined });
  await drawn.fit(rows, FIT);
  const { problems } = await rejected(ConversionError, exportOnnx(drawn));
  assert.is(problems.length, 3);
  assert.match(problems.join('\n'), /calendar.*\n.*drawn at random\n.*Student's t/);
  const stateful = new Forecaster({
    ...SMALL, layers: undefined, model: ({ window, columns, steps }) => {
      const x = Input({ shape: [window, columns.length] });
      return new Model({ inputs: x, outputs: new Dense({ units: steps }).apply(new RNN({ cell: new LSTMCell({ units: 2 }), stateful: true }).apply(x)) });
    },
  });
  await stateful.fit(rows, { epochs: 1, batchSize: 1, validation: 0 });
  assert.match((await rejected(ConversionError, exportOnnx(stateful))).message, /a stateful layer/);
});

test.after(() => { console.log(`largest difference ${worst.toExponential(1)} of the largest output`); });

test.run();
