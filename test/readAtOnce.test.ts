/**
 * Read at once: whatever a caller does with his arrays, lists and options right after a call changes nothing of what comes of it.
 * Which functions there are is read from the declarations, so that a new one cannot be forgotten.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasmBackend } from '../src/backends/wasm/backend.js';
import * as bptt from '../src/index.js';
import { exportOnnx, exportTensorFlowJs, exportTorch, importKeras, importModel, importOnnx, importTensorFlowJs, importTorch, inspectModel, readTorch } from '../src/convert/index.js';
import { archive, sequential } from './convert/keras/kerasFiles.js';
import * as explain from '../src/explain/index.js';
import * as forecast from '../src/forecast/index.js';
import * as node from '../src/node/index.js';
import { gpu } from '../src/gpu.js';
import { encodeTensorFile } from '../src/models/files/safetensors.js';
import { asyncFunctions } from './support/declarations.js';

const { Dense, LSTM, Sequential, tensor } = bptt;
const folder = mkdtempSync(join(tmpdir(), 'bptt-once-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = (): string => join(folder, `${files++}`);
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** What can do something is not data: models, signals; records by their methods. */
const methods = ['submit', 'open', 'onEpochEnd', 'fit', 'append'];

/** Overwrites in place all that a caller could: numbers, lists, options. */
function overwrite(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Float32Array || value instanceof Float64Array || value instanceof Uint8Array) {
    value.fill(77);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach(overwrite);
    value.splice(0, value.length, 'gone');
    return;
  }
  const isTensor = 'data' in value && 'shape' in value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isTensor && (prototype !== Object.prototype || methods.some((name) => name in value))) return;
  for (const key of Object.keys(value)) {
    overwrite(Reflect.get(value, key));
    Reflect.set(value, key, 'gone');
  }
}

interface Case { run(touched: boolean): Promise<unknown> }

/** @param args made anew for each call. @param call the function, and what is looked at of its result. */
function of<A extends [unknown, ...unknown[]]>(args: () => A, call: (...args: A) => Promise<unknown>): Case {
  return {
    async run(touched) {
      const given = args();
      const promise = call(...given);
      if (touched) given.forEach(overwrite);
      return promise;
    },
  };
}

const nested = (sizes: readonly number[], phase = 0): number[][][] => {
  const [n = 1, t = 1, d = 1] = sizes;
  return Array.from({ length: n }, (_, i) => Array.from({ length: t }, (__, s) => Array.from({ length: d }, (___, j) => Math.sin(1.7 * i + 0.9 * s + 2.3 * j + phase))));
};
const array = (n: number, phase = 0): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(1.3 * i + phase));
const shaped = (shape: readonly number[], phase = 0): bptt.NdArray<Float64Array> => tensor(array(shape.reduce((a, b) => a * b, 1), phase), { shape: [...shape], dtype: 'float64' });

const kerasFile = await archive(sequential([{ className: 'Dense', config: { name: 'dense', units: 1, batch_input_shape: [null, 2] }, variables: [] }]), [
  { className: 'Dense', config: { name: 'dense' }, variables: [{ folder: '', variables: [{ name: 'kernel', shape: [2, 1], data: Float32Array.of(1, 2) }, { name: 'bias', shape: [1], data: Float32Array.of(3) }] }] },
]);
const tensorFlowJsFiles = await exportTensorFlowJs(recurrent());

function recurrent(): bptt.Sequential {
  const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: 2 })], { inputShape: [4, 2], seed: 3 });
  model.compile({ loss: 'mse', metrics: ['mae'], optimizer: new bptt.SGD({ learningRate: 0.1 }) });
  return model;
}
const some = (): { lengths: number[]; sampleWeight: Float64Array } => ({ lengths: [4, 2, 3, 4, 1, 4], sampleWeight: Float64Array.of(1, 2, 1, 3, 1, 2) });
const gradientsOf = (model: bptt.Sequential): Record<string, { data: Float64Array; shape: number[] }> =>
  Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data, shape }]) => [key, { data: array(data.length), shape: [...shape] }]));
const targets = (): { data: Float64Array; shape: number[] } => ({ data: array(12, 1), shape: [6, 2] });
const ofModel = (call: (model: bptt.Sequential, x: bptt.ModelData, y: bptt.ModelData, options: ReturnType<typeof some>) => Promise<unknown>): Case =>
  of(() => [nested([6, 4, 2]), targets(), some()], (x, y, options) => call(recurrent(), x, y, options));

function images(): bptt.Sequential {
  return new Sequential([
    new bptt.Conv2D({ filters: 2, kernelSize: 2, activation: 'relu', name: 'conv' }), new bptt.GlobalAveragePool2D(), new Dense({ units: 3 }),
  ], { inputShape: [5, 5, 1], seed: 5 });
}
const pictures = (): bptt.NdArray<Float64Array> => shaped([2, 5, 5, 1]);
const about = (): { target: explain.Target; batchSize: number } => ({ target: { ...explain.classLogit([2, 1]) }, batchSize: 1 });
const map = (): explain.MapOptions => ({ ...about(), size: [7, 6], signed: true, layer: 'conv' });
type Explanation<O> = (model: bptt.Sequential, x: bptt.ModelData, options: O) => Promise<unknown>;
const explained = <O>(options: () => O, call: Explanation<O>): Case => of(() => [pictures(), options()], (x, own) => call(images(), x, own));

const settings = (): Omit<forecast.BacktestOptions, 'folds'> => ({
  window: 4, horizon: 2, target: 1, monitor: 1, inSample: true, season: 2, baselines: { drift: forecast.drift() },
  forecaster: () => ({
    fit: later,
    async predict(x) {
      await later();
      return Array.from({ length: x.shape[0] ?? 0 }, (_, i) => [x.get(i, 3, 1), x.get(i, 2, 0)]);
    },
  }),
  scaler: () => new forecast.StandardScaler(),
});
const folds = (): forecast.Fold[] => forecast.rollingOrigin(20, { train: 8, validation: 3, gap: 1 });
const series = (): number[][] => nested([1, 30, 2])[0] ?? [];
const setup = (): forecast.FoldSetup => ({ ...settings(), series: series() });

/** Reads at once, as a Model does, and remembers what it has seen. */
function witness(width: number, seen: unknown[] = []): forecast.WindowModel {
  return {
    async fit(x, y, { validation }) {
      seen.push([...x.data], [...y.data], validation && [[...validation.x.data], [...validation.y.data]]);
      await later();
    },
    async predict(x) {
      const sums = Array.from({ length: x.shape[0] ?? 0 }, (_, i) => Array.from({ length: width }, (__, k) => x.get(i, 0, 0) + 3 * x.get(i, 2, 1) + k));
      await later();
      return sums;
    },
  };
}
type Forecaster = (seen: unknown[]) => forecast.WindowModel;
const fitted = (make: Forecaster, horizon = 2): Case => of(
  () => [shaped([5, 3, 2]), shaped([5, horizon], 1), { validation: { x: shaped([2, 3, 2], 2), y: shaped([2, horizon], 3) } }],
  async (x, y, context) => {
    const seen: unknown[] = [];
    await make(seen).fit(x, y, context);
    return seen;
  },
);
const predicted = (make: Forecaster): Case => of(() => [shaped([5, 3, 2])], async (x) => make([]).predict(x));
const withoutTime = ({ seconds: _, ...rest }: forecast.TrialOutcome): object => rest;
const found = async (search: Promise<forecast.SearchResult>): Promise<unknown> => (await search).trials.map(withoutTime);
const program: forecast.TrialProgram = async ({ parameters, seed }, { report }) => {
  await later();
  report(1, Number(parameters.a));
  await later();
  report(2, Number(parameters.a) * 2);
  return { loss: Number(parameters.a), seed, parameters };
};
const searched = (): forecast.SearchOptions => ({
  runner: forecast.inProcess(program), space: { a: [3, 1, 2], b: [{ c: [1] }] }, seed: 4, objective: 'loss', prune: { rule: 'halving', rungs: [1], factor: 2 },
});
const task = (): forecast.TrialTask => ({ id: 't', index: 3, seed: 5, parameters: { a: 1, x: 1, list: [1] }, objective: 'loss', halt: { above: [[2, 1.5]] } });
const record = (): forecast.TrialRecord => ({ index: 0, rung: 0, seed: 1, parameters: { a: [1] }, status: 'done', value: 1, result: { loss: 1 }, reports: [[1, 2]], seconds: 1 });

const text = 'Date,Ticker,Close,Volume\n2024-01-02,A,1,5\n2024-01-02,B,2,6\n2024-01-03,A,3,7\n2024-01-03,B,4,8\n';
const table = join(folder, 'table.csv');
writeFileSync(table, text);
const columns = (): { columns: string[]; series: Record<string, string> } => ({ columns: ['Volume', 'Close'], series: { Ticker: 'B' } });
const noHeader = (): { header: false; names: string[] } => ({ header: false, names: ['d', 't', 'c', 'v'] });

function during(model: bptt.Trainee): bptt.TrainingContext {
  return { model, epochs: 2, initialEpoch: 0, batches: 4, learningRateFactor: 1, learningRate: 0.1, logged: ['loss'], stop: () => undefined };
}
const forecasterOptions = (): forecast.ForecasterOptions => ({
  target: 'y', future: ['z'], window: 4, horizon: 2, dateColumn: false, scalers: { y: ['standard', 'windowStandard'] }, calendar: { holidays: ['2024-01-01'] }, seed: 3,
  layers: undefined, model: ({ window, columns, futureColumns, steps, seed }) => {
    const [history, ahead] = [bptt.Input({ shape: [window, columns.length] }), bptt.Input({ shape: [steps, futureColumns.length] })];
    return new bptt.Model({ inputs: [history, ahead], outputs: new Dense({ units: steps }).apply(new bptt.Concatenate().apply([new LSTM({ units: 2 }).apply(history), new bptt.Flatten().apply(ahead)])), seed });
  },
});
const forecasterRows = (rows = 20): { y: number; z: number }[] => Array.from({ length: rows }, (_, i) => ({ y: Math.sin(i), z: i % 3 }));
const forecaster = new forecast.Forecaster(forecasterOptions());
await forecaster.fit(forecasterRows(), { epochs: 1 });
const saved = async (path: string): Promise<unknown> => (await bptt.loadModel(path)).getWeights();

/** Of the model above. */
const onnxFile = (await exportOnnx(recurrent())).bytes;

const cases: Readonly<Record<string, Case>> = {
  'Model.fit': of(
    () => [nested([6, 4, 2]), targets(), {
      ...some(), epochs: 2, batchSize: 2, callbacks: [new bptt.ReduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 100 })],
      validationData: [shaped([2, 4, 2], 1), [[1, 2], [3, 4]], { lengths: [2, 3], sampleWeight: [1, 3] }] as [bptt.NdArray<Float64Array>, number[][], bptt.DataOptions],
    }],
    async (x, y, options) => {
      const model = recurrent();
      const { history } = await model.fit(x, y, options);
      return [history, model.getWeights()];
    },
  ),
  'Model.evaluate': ofModel((model, x, y, options) => model.evaluate(x, y, { batchSize: 2, ...options })),
  'Model.trainOnBatch': ofModel(async (model, x, y, options) => [await model.trainOnBatch(x, y, options), model.getWeights()]),
  findLearningRate: ofModel((model, x, y, options) => bptt.findLearningRate(model, x, y, { steps: 8, batchSize: 2, ...options })),
  'Model.lossAndGradients': ofModel((model, x, y, options) => model.lossAndGradients(x, y, options)),
  'Model.applyGradients': of(() => [gradientsOf(recurrent())], async (gradients) => {
    const model = recurrent();
    await model.applyGradients(gradients);
    return model.getWeights();
  }),
  'Model.observe': ofModel((model, x, y, options) => model.observe(x, y, options)),
  'Model.predict': of(() => [shaped([6, 4, 2]), { batchSize: 2, mask: nested([1, 6, 4])[0]?.map((row) => row.map((_, t) => (t < 3 ? 1 : 0))) ?? [] }], (x, options) => recurrent().predict(x, options)),
  'Model.stream': of(() => [{ batch: 2 }], async (options) => {
    const model = new Sequential([new LSTM({ units: 3, stateful: true })], { inputShape: [1, 2], seed: 1 });
    return (await model.stream(options)).step([1, 2, 3, 4]);
  }),
  'Model.predictAll': of(() => [nested([6, 4, 2]), { lengths: [4, 2, 3, 4, 1, 4] }], (x, options) => recurrent().predictAll(x, options)),
  loadModel: of(
    () => [images().toBytes(), { customMetrics: [], learningRate: bptt.exponential({ rate: 0.1, decay: 0.5, steps: 2 }) }],
    async (bytes, options) => (await bptt.loadModel(bytes, options)).getWeights(),
  ),
  'loadModel, a schedule': of(
    () => [recurrent().toBytes(), { learningRate: { kind: 'exponential', rate: 0.1, decay: 0.5, steps: 2 } as const }],
    async (bytes, options) => {
      const model = await bptt.loadModel(bytes, options);
      await model.fit(nested([6, 4, 2]), targets());
      return model.getWeights();
    },
  ),
  exportTensorFlowJs: of(() => [recurrent(), { precision: 'float16' as const }], async (model, options) => [...(await exportTensorFlowJs(model, options)).weights]),
  importModel: of(() => [onnxFile.slice(), {}], async (bytes, options) => (await importModel(bytes, options)).model.getWeights()),
  inspectModel: of(() => [onnxFile.slice()], (bytes) => inspectModel(bytes)),
  importKeras: of(() => [kerasFile.slice()], async (bytes) => (await importKeras(bytes)).model.getWeights()),
  importTensorFlowJs: of(() => [structuredClone(tensorFlowJsFiles.modelJson), [tensorFlowJsFiles.weights.slice()]], async (json, shards) => (await importTensorFlowJs(json, shards)).model.getWeights()),
  exportOnnx: of(() => [recurrent(), { opset: 22 as const, weights: 'float16' as const }], async (model, options) => (await exportOnnx(model, options)).bytes),
  importOnnx: of(() => [onnxFile.slice()], async (bytes) => (await importOnnx(bytes)).model.getWeights()),
  readTorch: of(() => [encodeTensorFile({ tensors: new Map([['a', { data: Float32Array.of(1, 2), shape: [2] }]]), metadata: {} })], async (bytes) => [...(await readTorch(bytes)).tensors]),
  importTorch: of(() => [encodeTensorFile({ tensors: new Map([['a.weight', { data: array(8), shape: [2, 4] }], ['a.bias', { data: array(2), shape: [2] }], ['b.weight', { data: array(8, 1), shape: [2, 4] }], ['b.bias', { data: array(2), shape: [2] }]]), metadata: {} }), { names: { dense: 'a' } }], async (bytes, options) => {
    const model = new Sequential([new Dense({ units: 2 })], { inputShape: [4], seed: 1 });
    return [await importTorch(bytes, model, options), model.getWeights()];
  }),
  exportTorch: of(() => [{ weights: 'float16' as const, fileName: 'a.safetensors' }], (options) => exportTorch(recurrent(), options)),
  checkGradients: of(() => [{ inputShape: [[2, 4, 2]], lengths: [3, 4], seed: 2 }], (options) => bptt.checkGradients(new LSTM({ units: 2 }), options)),
  checkLossGradients: of(() => [{ kind: 'huber' as const, delta: 0.5 }, { shape: [3, 2], weighted: true }], (loss, options) => bptt.checkLossGradients(loss, options)),
  wasm: of(() => [{ threads: 1 }], async (options) => (await bptt.wasm(options)).description),
  gpu: of(() => [{ mode: 'cpu' as const }], async (options) => (await gpu(options)).mode),
  'CSVLogger.onEpochEnd': of(() => [{ loss: 1, mae: 2 }, during(recurrent())], async (logs, context) => {
    const path = fresh();
    await new bptt.CSVLogger({ path }).onEpochEnd(0, logs, context);
    return readFileSync(path, 'utf8');
  }),
  'ModelCheckpoint.onBatchEnd': of(() => [{ loss: 1 }, during(recurrent())], async (logs, context) => {
    const path = fresh();
    await new bptt.ModelCheckpoint({ path, everyBatches: 2 }).onBatchEnd(1, logs, context);
    return saved(path);
  }),
  'ModelCheckpoint.onCheckpoint': of(() => [{ loss: 1 }, during(recurrent())], async (logs, context) => {
    const path = fresh();
    const checkpoint = new bptt.ModelCheckpoint({ path });
    checkpoint.onEpochEnd(0, logs);
    await checkpoint.onCheckpoint(0, context);
    return saved(path);
  }),

  activationMap: of(
    () => [pictures(), { gradients: true, map: explain.weightings.gradCam.map.bind(explain.weightings.gradCam) }, map()],
    (x, weighting, options) => explain.activationMap(images(), x, weighting, options),
  ),
  gradCam: explained(map, explain.gradCam),
  gradCamPlusPlus: explained(map, explain.gradCamPlusPlus),
  layerCam: explained(map, explain.layerCam),
  eigenCam: explained(map, explain.eigenCam),
  scoreCam: explained(() => ({ ...map(), size: [5, 5], softmax: true, baseline: shaped([5, 5, 1], 2) }), explain.scoreCam),
  capture: explained(() => ({ ...about(), layer: 'conv' }), explain.capture),
  inputGradients: explained(about, explain.inputGradients),
  integratedGradients: explained(() => ({ ...about(), steps: 3, baseline: [shaped([5, 5, 1], 2)] }), explain.integratedGradients),
  'integratedGradients, nested baseline': explained(() => ({ ...about(), steps: 3, baseline: [nested([5, 5, 1])] }), explain.integratedGradients),
  occlusion: explained(() => ({ ...about(), input: 0, window: [2, 3], stride: [1, 2], baseline: { data: array(25, 4), shape: [5, 5, 1] } }), explain.occlusion),
  deletionInsertion: of(
    () => [pictures(), shaped([2, 5, 5], 3), { ...about(), steps: 4, baseline: nested([5, 5, 1]) }], (x, maps, options) => explain.deletionInsertion(images(), x, maps, options),
  ),
  'explanations of sequences': of(
    () => [nested([6, 4, 2]), { lengths: some().lengths, target: { ...explain.linearCombination([1, -1]) }, batchSize: 4 }], (x, options) => explain.inputGradients(recurrent(), x, options),
  ),
  gradientFlow: ofModel((model, x, y, options) => explain.gradientFlow(model, x, y, options)),

  'Forecaster.fit': of(
    () => [forecasterOptions(), forecasterRows(), { epochs: 1, batchSize: 4, validation: 0.3, test: 2, weights: { horizon: [1, 2] }, callbacks: [] as bptt.Callback[] }],
    async (options: forecast.ForecasterOptions, rows: forecast.TableRow[], fit: forecast.ForecasterFitOptions) => {
      const forecaster = new forecast.Forecaster(options);
      const { test: tested, history } = await forecaster.fit(rows, fit);
      return [tested, history, forecaster.describe()];
    }),
  'Forecaster.forecast': of(
    () => [forecasterRows(), forecasterRows(30).slice(20), { seed: 1 }],
    async (history: forecast.TableRow[], future: forecast.TableRow[], options: forecast.ForecastOptions) => forecaster.forecast({ history, future, ...options })),
  'Forecaster.forecastsOf': of(() => ['validation' as const, {}], async (block: forecast.BlockName, options: object) => forecaster.forecastsOf(block, options)),
  'Forecaster.backtest': of(
    () => [forecasterOptions(), { table: forecasterRows(24), origins: 2, refit: 1, fit: { epochs: 1, validation: 4 }, baselines: { drift: forecast.drift() }, adaptive: { rate: 0.1 } }],
    async (options: forecast.ForecasterOptions, own: forecast.ForecasterBacktestOptions) => (await new forecast.Forecaster(options).backtest(own)).rows),
  backtest: of(() => [series(), { ...settings(), folds: folds(), refit: 2, onFold: () => undefined }], forecast.backtest),
  runFold: of(() => [series(), folds()[1] ?? fail(), settings()], forecast.runFold),
  'foldProgram()': of(
    () => [{ index: 0, seed: 0, parameters: { chain: folds().map(({ index, train, validation }) => ({ fold: { index, train: { ...train }, validation: { ...validation } }, fit: true })), parameters: { a: [1] } } }],
    async (trial) => forecast.foldProgram(setup)(trial, { report: () => undefined, signal: new AbortController().signal }),
  ),
  'foldProgram, what its setup gives': (() => {
    const run = async (touched: boolean): Promise<unknown> => {
      const given = setup();
      const fold = forecast.foldProgram(() => {
        if (touched) setTimeout(overwrite, 0, given); // when it has been taken
        return given;
      });
      return (await forecast.parallelBacktest({ runner: forecast.inProcess(fold), folds: folds() })).folds;
    };
    return { run };
  })(),
  parallelBacktest: of(
    () => [{ runner: forecast.inProcess(forecast.foldProgram(setup)), folds: folds(), parameters: { a: [1], b: { c: 2 } }, refit: 2 }],
    async (options) => (await forecast.parallelBacktest(options)).folds,
  ),
  gridSearch: of(() => [searched()], (options) => found(forecast.gridSearch(options))),
  randomSearch: of(
    () => [{ ...searched(), trials: 3, space: { a: { uniform: [0, 1] as [number, number] }, b: [1, 2] }, prune: { rule: 'median' as const, after: 1 } }], (options) => found(forecast.randomSearch(options)),
  ),
  'inProcess().submit': of(() => [task()], async (given) => withoutTime(await forecast.inProcess(program).submit(given))),
  recursiveForecast: of(
    () => [shaped([5, 3, 2]), { horizon: 3, target: 1, nextRow: forecast.holdOtherFeatures(1) }], (windows, options) => forecast.recursiveForecast((x) => witness(1).predict(x), windows, options),
  ),
  'recursiveForecaster().fit': fitted((seen) => forecast.recursiveForecaster(witness(2, seen), { horizon: 2 })),
  'recursiveForecaster().predict': predicted(() => forecast.recursiveForecaster(witness(2), { horizon: 2 })),
  'recursiveForecaster, its options': of(() => [{ horizon: 2, nextRow: forecast.holdOtherFeatures(0) }], async (options) => {
    const made = forecast.recursiveForecaster(witness(1), options);
    await later();
    return made.predict(shaped([5, 3, 2]));
  }),
  'directForecaster().fit': fitted((seen) => forecast.directForecaster(() => witness(1, seen), { horizon: 2 })),
  'directForecaster().predict': predicted(() => forecast.directForecaster((k) => ({ fit: () => undefined, predict: async (x) => { await later(); return [...x.data.slice(0, 5)].map((v) => [v * k]); } }), { horizon: 2 })),
  'sequenceForecaster().fit': fitted((seen) => forecast.sequenceForecaster(witness(2, seen), { horizon: 2 })),
  'sequenceForecaster().predict': predicted(() => forecast.sequenceForecaster(witness(2), { horizon: 2 })),
  'baselineForecaster().fit': fitted(() => forecast.baselineForecaster(forecast.drift())),
  'baselineForecaster().predict': predicted(() => {
    const made = forecast.baselineForecaster(forecast.drift());
    void made.fit(shaped([5, 3, 2]), shaped([5, 2]), {});
    return made;
  }),
  'modelForecaster().fit': of(
    () => [shaped([6, 4, 2]), shaped([6, 2], 1), { validation: { x: shaped([2, 4, 2], 2), y: shaped([2, 2], 3) } }],
    async (x, y, context) => {
      const model = recurrent();
      await forecast.modelForecaster(model, { epochs: 2 }).fit(x, y, context);
      return [model.getWeights(), model.history];
    },
  ),
  'modelForecaster().predict': of(() => [shaped([6, 4, 2])], async (x) => forecast.modelForecaster(recurrent(), {}).predict(x)),
  'modelForecaster, its options': of(
    () => [{ epochs: 2, callbacks: [new bptt.ReduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 100 })], lengths: some().lengths }],
    async (options) => {
      const model = recurrent();
      const made = forecast.modelForecaster(model, options);
      await later();
      await made.fit(shaped([6, 4, 2]), shaped([6, 2], 1), {});
      return [model.getWeights(), model.history];
    },
  ),

  readCsv: of(() => [columns()], (options) => node.readCsv(table, options)),
  readCsvHeader: of(() => [noHeader()], (options) => node.readCsvHeader(table, options)),
  writePng: of(() => [{ data: Uint8Array.from({ length: 12 }, (_, i) => i), shape: [2, 2, 3] as [number, number, 3] }], async (image) => {
    const path = fresh();
    await node.writePng(path, image);
    return node.readPng(path);
  }),
  'threads().submit': of(() => [{ ...task(), halt: { at: 3 } }], async (given) => {
    const runner = node.threads({ worker: new URL('./node/searchTrials.js', import.meta.url), workers: 1 });
    const [, outcome] = await Promise.all([runner.submit({ id: 'a', index: 0, seed: 1, parameters: { x: 1 } }), runner.submit(given)]);
    await runner.close();
    return outcome && withoutTime(outcome);
  }),
  'trialFile().open': of(() => [{ kind: 'test', space: { a: [1, 2] } }], async (plan) => {
    const path = fresh();
    const journal = node.trialFile(path);
    await journal.open(plan);
    await journal.close();
    return readFileSync(path, 'utf8').replace(/"run":"[^"]*"/, '');
  }),
  'wasm().prepare': of(() => [['norms']] as [bptt.KernelFamily[]], async (given) => {
    const backend = wasmBackend();
    await backend.prepare?.(given);
    const program = backend.open().compile((k, [x]) => ({ outputs: x ? [k.movingAverage(x, x, 0.5)] : [], variables: [] }), [[1]], []);
    return program.run([Float32Array.of(2)]);
  }),
  'trialFile().append': { async run(touched) {
    const path = fresh();
    const journal = node.trialFile(path);
    await journal.open({ kind: 'test' });
    const given = record();
    const written = [journal.append(record()), journal.append(given)];
    if (touched) overwrite(given);
    await Promise.all(written);
    await journal.close();
    return readFileSync(path, 'utf8').split('\n').slice(1);
  } },
};

function fail(): never {
  throw new Error('no such fold');
}

/** Only texts and numbers, or handed straight on to a function of the caller's; Redis has tests of its own. */
const elsewhere = /^(LambdaCallback\.|(cpu|gpu|chooseBackend)\(\)\.prepare$|(?:loadModel|modelFromJSON)\(\)\.|Sequential\.|chooseBackend$|readPng$|redisQueue|joinQueue$|(?:Model|Forecaster)\.save$)/;

test('every public function that may wait is tried here', () => {
  const missing = asyncFunctions().filter((name) => !(name in cases) && !elsewhere.test(name));
  assert.equal(missing, [], 'add them to `cases`');
});

for (const [name, tried] of Object.entries(cases)) {
  test(`${name}: what is overwritten right after the call changes nothing`, async () => {
    const untouched = await tried.run(false);
    assert.equal(await tried.run(true), untouched);
  });
}

/** Made of options or lists that are overwritten afterwards, and looked at then. */
function held<O extends object>(options: () => O, make: (options: O) => unknown): { untouched: unknown; touched: unknown } {
  const [given, other] = [options(), options()];
  const [touched, untouched] = [make(given), make(other)];
  overwrite(given);
  const look = (made: unknown): unknown => (made instanceof bptt.Layer || made instanceof bptt.Optimizer ? made.config() : made);
  return { untouched: look(untouched), touched: look(touched) };
}

test('what a call without a promise holds on to is its own as well', () => {
  const schedule = (): bptt.Schedule => ({ kind: 'warmUp', steps: 2, then: { kind: 'piecewise', rate: 1, factor: 0.5, afterSteps: [3, 4] } });
  const weights = (target: explain.Target, shape: number[]): number[] => Array.from(target.weights(shape, 0, 1, new Float64Array()));
  const made = {
    Conv1D: held(() => ({ filters: 1, kernelSize: 2, padding: [1, 0] as const }), (options) => new bptt.Conv1D(options)),
    Conv2D: held(() => ({ filters: 1, kernelSize: [2, 3] as const, stride: [1, 2] as const, padding: [[1, 0], [2, 1]] as const }), (options) => new bptt.Conv2D(options)),
    MaxPool2D: held(() => ({ poolSize: [2, 3] as const, stride: [1, 2] as const, padding: [[1, 0], [0, 1]] as const }), (options) => new bptt.MaxPool2D(options)),
    ZeroPad1D: held(() => ({ padding: [1, 2] as const }), (options) => new bptt.ZeroPad1D(options)),
    ZeroPad2D: held(() => ({ padding: [[1, 0], [2, 1]] as const }), (options) => new bptt.ZeroPad2D(options)),
    Reshape: held(() => ({ targetShape: [2, 3] }), (options) => new bptt.Reshape(options)),
    Input: held(() => ({ shape: [2, 3] }), (options) => bptt.Input(options).shape),
    Adam: held(() => ({ learningRate: schedule() }), (options) => new bptt.Adam(options)),
    warmUp: held(() => ({ steps: 2, then: schedule() }), (options) => bptt.warmUp(options)),
    piecewise: held(() => ({ rate: 1, factor: 0.5, afterEpochs: [1, 2] }), (options) => bptt.piecewise(options)),
    tensor: held(() => new Float64Array([1, 2]), (data) => tensor(data, { dtype: 'float64' })),
    modelFromJSON: held(() => images().toJSON(), (json) => bptt.modelFromJSON(json).toJSON()),
    makeWindows: held(() => ({ window: 2, target: [1, 0] }), (options) => forecast.makeWindows(shaped([6, 2]), options)),
    scaler: held(() => shaped([4, 2]), (rows) => new forecast.RobustScaler().fit(rows).toJSON()),
    scalerFromJSON: held(() => new forecast.StandardScaler().fit(shaped([4, 2])).toJSON(), (json) => forecast.scalerFromJSON(json)),
    setWeights: held(() => ({ 'dense/bias': Float64Array.of(3, 4) }), (given) => {
      const model = recurrent();
      model.setWeights(given);
      return model.getWeights();
    }),
    compile: held(() => ({ loss: [{ kind: 'huber' as const, delta: 2 }], metrics: ['mae' as const], optimizer: new bptt.SGD() }), (options) => {
      const model = recurrent();
      model.compile(options);
      return model.toBytes();
    }),
  };
  for (const [name, { touched, untouched }] of Object.entries(made)) assert.equal(touched, untouched, name);

  const [classes, places, numbers] = [[1], [0, 1], Float64Array.of(1, -1)];
  const targets = [explain.classLogit(classes), explain.outputElement(places), explain.linearCombination(numbers)];
  [classes, places, numbers].forEach(overwrite);
  assert.equal(targets.map((target, i) => weights(target, i === 1 ? [1, 2] : [2])), [[0, 1], [0, 1], [1, -1]]);
});

test('a model is saved as it was when save was called', async () => {
  const model = recurrent();
  const [path, bytes] = [fresh(), model.toBytes()];
  const saving = model.save(path);
  model.setWeights({ 'dense/bias': [5, 6] });
  model.metadata.later = true;
  await saving;
  assert.equal(new Uint8Array(readFileSync(path)), bytes);
});

test.run();
