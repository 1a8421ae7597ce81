/**
 * Nothing is ignored: every public function, method and constructor that takes options refuses a name it does not know, at run
 * time and by name. Which ones there are is read from the declarations themselves, so that a new one cannot be forgotten.
 */
import ts from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs } from '../src/convert/index.js';
import * as bptt from '../src/index.js';
import * as charts from '../src/charts/index.js';
import * as convert from '../src/convert/index.js';
import * as explain from '../src/explain/index.js';
import * as forecast from '../src/forecast/index.js';
import * as predict from '../src/predict/index.js';
import { ArgumentError, FileFormatError } from '../src/errors.js';
import { gpu } from '../src/gpu.js';
import { isPublic, publicExports } from './support/declarations.js';

/** What the declarations say of an option. */
interface Declared { readonly kind: 'flag' | 'signal' | 'number' | undefined; readonly optional: boolean }

/** `LSTM`, `linePlot`, `Model.fit`: whatever has a parameter of options, in any public entry; with its options. */
function findOptionTakers(): ReadonlyMap<string, ReadonlyMap<string, Declared>> {
  const { checker, exports } = publicExports();
  const found = new Map<string, Map<string, Declared>>();

  const isOptions = (parameter: ts.Symbol): boolean => {
    const { valueDeclaration } = parameter;
    if (!valueDeclaration || !ts.isParameter(valueDeclaration)) return false;
    const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, valueDeclaration));
    const named: ts.Symbol | undefined = type.aliasSymbol ?? type.getSymbol();
    const name = named?.name ?? '';
    return parameter.name === 'options' || /(Options|Settings|Sizes|Spec|Hooks)$/.test(name);
  };
  const declared = (parameter: ts.Symbol): [string, Declared][] => {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
    return type.getProperties().map((option): [string, Declared] => {
      const said = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(option)));
      const kind = said === 'boolean' ? 'flag' : said === 'AbortSignal' ? 'signal' : said === 'number' ? 'number' : undefined;
      return [option.name, { kind, optional: (option.flags & ts.SymbolFlags.Optional) !== 0 }];
    });
  };
  const look = (name: string, signatures: readonly ts.Signature[]): void => {
    const taken = signatures.flatMap((signature) => signature.parameters.filter(isOptions));
    if (taken.length > 0) found.set(name, new Map([...found.get(name) ?? [], ...taken.flatMap(declared)]));
  };
  for (const { name, symbol, declaration: exported } of exports) {
    const type = checker.getTypeOfSymbolAtLocation(symbol, exported);
    look(name, type.getCallSignatures());
    if (!ts.isClassDeclaration(exported)) continue;
    const abstract = exported.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword);
    if (!abstract) look(name, type.getConstructSignatures());
    for (const method of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
      const declaration = method.valueDeclaration;
      if (!declaration || !ts.isMethodDeclaration(declaration) || !isPublic(declaration)) continue;
      look(`${name}.${method.name}`, checker.getTypeOfSymbolAtLocation(method, declaration).getCallSignatures());
    }
  }
  return found;
}

const optionTakers = findOptionTakers();
const { Dense, LSTM } = bptt;
const dense = new Dense({ units: 1 });
const model = new bptt.Sequential([new Dense({ units: 2 })], { inputShape: [3] });
const compiled = (): bptt.Sequential => {
  const made = new bptt.Sequential([new Dense({ units: 2 })], { inputShape: [3] });
  made.compile({ loss: 'mse', backend: bptt.cpu() });
  return made;
};
const images = new bptt.Sequential([new bptt.Conv2D({ filters: 2, kernelSize: 2 }), new bptt.GlobalAveragePool2D(), new Dense({ units: 1 })], { inputShape: [4, 4, 1] });
const picture = { data: new Float64Array(16), shape: [1, 4, 4, 1] };
const shape = { title: 't' };
const bars = { open: [1], high: [2], low: [0], close: [1] };
const scaler = (kind: forecast.ScalerKind): forecast.Scaler => forecast.createScaler(kind).fit([[1], [2]]);
const forecaster = forecast.baselineForecaster(forecast.noChange());
const folds = forecast.rollingOrigin(20, { train: 10, validation: 2 });
const fold = folds[0]!;

const tiny: forecast.ForecasterOptions = { target: 'x', window: 3, dateColumn: false, layers: ({ steps }) => [new LSTM({ units: 1 }), new Dense({ units: steps })] };
const tinyTable = Array.from({ length: 20 }, (_, i) => ({ x: Math.sin(i) }));
const tinyForecaster = new forecast.Forecaster(tiny);
await tinyForecaster.fit(tinyTable, { epochs: 1, test: 3 });

/** Calls that are right but for what `odd` holds. */
function predictor(odd: object = {}): predict.Predictor {
  const model = new bptt.Sequential([new bptt.Dense({ units: 1 })], { inputShape: [2] });
  return predict.loadPredictor(model.toBytes(), { layers: [predict.Dense], ...odd });
}

const calls: Readonly<Record<string, (odd: object) => unknown>> = {
  loadPredictor: (odd) => predictor(odd),
  Activation: (odd) => new bptt.Activation({ kind: 'relu', ...odd }),
  Adagrad: (odd) => new bptt.Adagrad({ ...odd }),
  Adam: (odd) => new bptt.Adam({ ...odd }),
  AdamW: (odd) => new bptt.AdamW({ ...odd }),
  Add: (odd) => new bptt.Add({ ...odd }),
  AveragePool1D: (odd) => new bptt.AveragePool1D({ ...odd }),
  AveragePool2D: (odd) => new bptt.AveragePool2D({ ...odd }),
  Attention: (odd) => new bptt.Attention({ ...odd }),
  Average: (odd) => new bptt.Average({ ...odd }),
  BatchNorm: (odd) => new bptt.BatchNorm({ ...odd }),
  Bidirectional: (odd) => new bptt.Bidirectional({ layer: new LSTM({ units: 1 }), ...odd }),
  CSVLogger: (odd) => new bptt.CSVLogger({ path: 'x', ...odd }),
  Concatenate: (odd) => new bptt.Concatenate({ ...odd }),
  Conv1D: (odd) => new bptt.Conv1D({ filters: 1, kernelSize: 1, ...odd }),
  Conv2D: (odd) => new bptt.Conv2D({ filters: 1, kernelSize: 1, ...odd }),
  Conv1DTranspose: (odd) => new bptt.Conv1DTranspose({ filters: 1, kernelSize: 1, ...odd }),
  Conv2DTranspose: (odd) => new bptt.Conv2DTranspose({ filters: 1, kernelSize: 1, ...odd }),
  Cropping1D: (odd) => new bptt.Cropping1D({ ...odd }),
  Dense: (odd) => new Dense({ units: 1, ...odd }),
  DepthwiseConv1D: (odd) => new bptt.DepthwiseConv1D({ kernelSize: 1, ...odd }),
  DepthwiseConv2D: (odd) => new bptt.DepthwiseConv2D({ kernelSize: 1, ...odd }),
  Dropout: (odd) => new bptt.Dropout({ rate: 0.5, ...odd }),
  EarlyStopping: (odd) => new bptt.EarlyStopping({ ...odd }),
  exportTorch: (odd) => convert.exportTorch(model, { ...odd }),
  importModel: (odd) => convert.importModel(model.toBytes(), { ...odd }),
  importTorch: (odd) => convert.importTorch(model.toBytes(), new bptt.Sequential([new bptt.Flatten()], { inputShape: [3] }), { ...odd }),
  Embedding: (odd) => new bptt.Embedding({ inputDim: 1, outputDim: 1, ...odd }),
  Flatten: (odd) => new bptt.Flatten({ ...odd }),
  GRU: (odd) => new bptt.GRU({ units: 1, ...odd }),
  GaussianNoise: (odd) => new bptt.GaussianNoise({ stddev: 1, ...odd }),
  GroupNorm: (odd) => new bptt.GroupNorm({ ...odd }),
  GlobalAveragePool1D: (odd) => new bptt.GlobalAveragePool1D({ ...odd }),
  GlobalAveragePool2D: (odd) => new bptt.GlobalAveragePool2D({ ...odd }),
  GlobalMaxPool1D: (odd) => new bptt.GlobalMaxPool1D({ ...odd }),
  GlobalMaxPool2D: (odd) => new bptt.GlobalMaxPool2D({ ...odd }),
  Input: (odd) => bptt.Input({ shape: [1], ...odd }),
  LSTM: (odd) => new LSTM({ units: 1, ...odd }),
  TerminateOnNaN: (odd) => new bptt.TerminateOnNaN({ ...odd }),
  LambdaCallback: (odd) => new bptt.LambdaCallback({ ...odd }),
  LayerNorm: (odd) => new bptt.LayerNorm({ ...odd }),
  MaxPool1D: (odd) => new bptt.MaxPool1D({ ...odd }),
  Masking: (odd) => new bptt.Masking({ ...odd }),
  MaxPool2D: (odd) => new bptt.MaxPool2D({ ...odd }),
  Maximum: (odd) => new bptt.Maximum({ ...odd }),
  Minimum: (odd) => new bptt.Minimum({ ...odd }),
  ModelCheckpoint: (odd) => new bptt.ModelCheckpoint({ path: 'x', ...odd }),
  MultiHeadAttention: (odd) => new bptt.MultiHeadAttention({ numHeads: 1, keyDim: 1, ...odd }),
  Nadam: (odd) => new bptt.Nadam({ ...odd }),
  Multiply: (odd) => new bptt.Multiply({ ...odd }),
  Permute: (odd) => new bptt.Permute({ dims: [1], ...odd }),
  ProgressBar: (odd) => new bptt.ProgressBar({ ...odd }),
  RMSNorm: (odd) => new bptt.RMSNorm({ ...odd }),
  RMSprop: (odd) => new bptt.RMSprop({ ...odd }),
  ReduceLROnPlateau: (odd) => new bptt.ReduceLROnPlateau({ ...odd }),
  ResNet: (odd) => new bptt.ResNet({ blocks: [1], ...odd }),
  RepeatVector: (odd) => new bptt.RepeatVector({ n: 1, ...odd }),
  Reshape: (odd) => new bptt.Reshape({ targetShape: [1], ...odd }),
  ResidualBlock: (odd) => new bptt.ResidualBlock({ filters: 1, ...odd }),
  SGD: (odd) => new bptt.SGD({ ...odd }),
  GRUCell: (odd) => new bptt.GRUCell({ units: 1, ...odd }),
  LSTMCell: (odd) => new bptt.LSTMCell({ units: 1, ...odd }),
  RNN: (odd) => new bptt.RNN({ cell: new bptt.LSTMCell({ units: 1 }), ...odd }),
  SimpleRNNCell: (odd) => new bptt.SimpleRNNCell({ units: 1, ...odd }),
  StackedCells: (odd) => new bptt.StackedCells({ cells: [new bptt.LSTMCell({ units: 1 })], ...odd }),
  SimpleRNN: (odd) => new bptt.SimpleRNN({ units: 1, ...odd }),
  SeparableConv1D: (odd) => new bptt.SeparableConv1D({ filters: 1, kernelSize: 1, ...odd }),
  SeparableConv2D: (odd) => new bptt.SeparableConv2D({ filters: 1, kernelSize: 1, ...odd }),
SpatialDropout1D: (odd) => new bptt.SpatialDropout1D({ rate: 0.5, ...odd }),
  Subtract: (odd) => new bptt.Subtract({ ...odd }),
  TimeDistributed: (odd) => new bptt.TimeDistributed({ layer: dense, ...odd }),
  UpSampling1D: (odd) => new bptt.UpSampling1D({ ...odd }),
  UpSampling2D: (odd) => new bptt.UpSampling2D({ ...odd }),
  ZeroPad1D: (odd) => new bptt.ZeroPad1D({ ...odd }),
  ZeroPad2D: (odd) => new bptt.ZeroPad2D({ ...odd }),
  l1l2: (odd) => bptt.l1l2({ ...odd }),
  maxNorm: (odd) => bptt.maxNorm({ ...odd }),
  unitNorm: (odd) => bptt.unitNorm({ ...odd }),
  checkGradients: (odd) => bptt.checkGradients(dense, { inputShape: [1, 2], ...odd }),
  checkLossGradients: (odd) => bptt.checkLossGradients('mse', { shape: [1, 2], ...odd }),
  cosine: (odd) => bptt.cosine({ rate: 1, epochs: 1, ...odd }),
  cosineRestarts: (odd) => bptt.cosineRestarts({ rate: 1, epochs: 1, ...odd }),
  inverseTime: (odd) => bptt.inverseTime({ rate: 1, decay: 1, ...odd }),
  polynomial: (odd) => bptt.polynomial({ rate: 1, epochs: 1, ...odd }),
  cpu: (odd) => bptt.cpu({ ...odd }),
  exportOnnx: (odd) => convert.exportOnnx(compiled(), odd),
  findLearningRate: (odd) => bptt.findLearningRate(compiled(), [[1, 2, 3]], [[1, 2]], { steps: 5, ...odd }),
  exponential: (odd) => bptt.exponential({ rate: 1, decay: 0.5, ...odd }),
  piecewise: (odd) => bptt.piecewise({ rate: 1, afterEpochs: [1], factor: 0.5, ...odd }),
  resnet34: (odd) => bptt.resnet34({ ...odd }),
  tensor: (odd) => bptt.tensor([1], { ...odd }),
  warmUp: (odd) => bptt.warmUp({ epochs: 1, then: 1, ...odd }),
  wasm: (odd) => bptt.wasm({ ...odd }),
  gpu: (odd) => gpu({ ...odd }),
  'a schedule as plain data': (odd) => new bptt.SGD({ learningRate: { kind: 'warmUp', epochs: 1, then: { kind: 'cosine', rate: 1, epochs: 2, floor: 0, ...odd } } }),
  'a stem': (odd) => new bptt.ResNet({ blocks: [1], stem: { ...odd } }),

  activationMap: (odd) => explain.activationMap(images, picture, explain.weightings.gradCam, { ...odd }),
  capture: (odd) => explain.capture(images, picture, { ...odd }),
  classLogit: (odd) => explain.classLogit(0, { ...odd }),
  deletionInsertion: (odd) => explain.deletionInsertion(images, picture, { data: new Float64Array(16), shape: [1, 4, 4] }, { ...odd }),
  eigenCam: (odd) => explain.eigenCam(images, picture, { ...odd }),
  gradCam: (odd) => explain.gradCam(images, picture, { ...odd }),
  gradCamPlusPlus: (odd) => explain.gradCamPlusPlus(images, picture, { ...odd }),
  inputGradients: (odd) => explain.inputGradients(images, picture, { ...odd }),
  integratedGradients: (odd) => explain.integratedGradients(images, picture, { ...odd }),
  layerCam: (odd) => explain.layerCam(images, picture, { ...odd }),
  linearCombination: (odd) => explain.linearCombination([1], { ...odd }),
  occlusion: (odd) => explain.occlusion(images, picture, { window: 2, ...odd }),
  outputElement: (odd) => explain.outputElement(0, { ...odd }),
  scoreCam: (odd) => explain.scoreCam(images, picture, { ...odd }),
  'a target': (odd) => explain.gradCam(images, picture, { target: { ...explain.outputElement(0), ...odd } }),

  barChart: (odd) => charts.barChart({ ...shape, categories: ['a'], series: [{ name: 's', values: [1] }], ...odd }),
  candlestickBatch: (odd) => charts.candlestickBatch(bars, { window: 1, starts: [0], ...odd }),
  candlestickImage: (odd) => charts.candlestickImage(bars, { ...odd }),
  candlestickPlot: (odd) => charts.candlestickPlot({ ...shape, ...bars, ...odd }),
  heatMap: (odd) => charts.heatMap({ ...shape, values: [[1]], rows: ['r'], columns: ['c'], ...odd }),
  histogram: (odd) => charts.histogram({ ...shape, values: [1, 2], ...odd }),
  htmlReport: (odd) => charts.htmlReport({ title: 't', sections: [{ heading: 'h', blocks: [] }], ...odd }),
  linePlot: (odd) => charts.linePlot({ ...shape, series: [{ name: 's', values: [1] }], ...odd }),
  overlayHeatMap: (odd) => charts.overlayHeatMap({ data: new Uint8Array(3), shape: [1, 1, 3] }, { data: [1], shape: [1, 1] }, { ...odd }),
  panels: (odd) => charts.panels({ ...shape, plots: [charts.linePlot({ ...shape, series: [{ name: 's', values: [1] }] })], ...odd }),
  scatterPlot: (odd) => charts.scatterPlot({ ...shape, series: [{ name: 's', x: [1], y: [1] }], ...odd }),
  'a series': (odd) => charts.linePlot({ ...shape, series: [{ name: 's', values: [1], ...odd }] }),
  'a band': (odd) => charts.linePlot({ ...shape, series: [{ name: 's', values: [1], band: { lower: [1], upper: [1], ...odd } }] }),
  'a reference': (odd) => charts.histogram({ ...shape, values: [1], references: [{ axis: 'x', value: 1, ...odd }] }),
  'a section': (odd) => charts.htmlReport({ title: 't', sections: [{ heading: 'h', blocks: [], ...odd }] }),
  'a block': (odd) => charts.htmlReport({ title: 't', sections: [{ heading: 'h', blocks: [{ kind: 'note', text: 'x', ...odd }] }] }),
  'a column': (odd) => charts.htmlReport({ title: 't', sections: [{ heading: 'h', blocks: [{ kind: 'table', caption: 'c', rows: [], columns: [{ name: 'n', ...odd }] }] }] }),

  Forecaster: (odd) => new forecast.Forecaster({ target: 'x', window: 3, ...odd }),
  Log10Scaler: (odd) => new forecast.Log10Scaler({ ...odd }),
  LogReturnScaler: (odd) => new forecast.LogReturnScaler({ ...odd }),
  PercentChangeScaler: (odd) => new forecast.PercentChangeScaler({ ...odd }),
  RobustScaler: (odd) => new forecast.RobustScaler({ ...odd }),
  StandardScaler: (odd) => new forecast.StandardScaler({ ...odd }),
  MinMaxScaler: (odd) => new forecast.MinMaxScaler({ ...odd }),
  'MinMaxScaler.inverse': (odd) => scaler('minMax').inverse([[1]], { ...odd }),
  'StandardScaler.inverse': (odd) => scaler('standard').inverse([[1]], { ...odd }),
  'RobustScaler.inverse': (odd) => scaler('robust').inverse([[1]], { ...odd }),
  'Log10Scaler.inverse': (odd) => scaler('log10').inverse([[1]], { ...odd }),
  'LogReturnScaler.inverse': (odd) => scaler('logReturn').inverse([[1]], { reference: [1], ...odd }),
  'PercentChangeScaler.inverse': (odd) => scaler('percentChange').inverse([[1]], { reference: [1], ...odd }),
  adaptiveIntervals: (odd) => forecast.adaptiveIntervals([1], [1], [1], { ...odd }),
  autoregression: (odd) => forecast.autoregression({ ...odd }),
  backtest: (odd) => forecast.backtest(new Float64Array(40), { window: 3, folds, forecaster: () => forecaster, ...odd }),
  backtestRows: (odd) => forecast.backtest(new Float64Array(40), { window: 3, folds, forecaster: () => forecaster }).then((result) => forecast.backtestRows(result, { ...odd })),
  baselineRows: (odd) => forecast.baselineRows(forecast.noChange(), [1, 2, 3], { model: 'm', origins: [0], horizon: 1, ...odd }),
  'a block of forecasts': (odd) => forecast.forecastRows({ model: 'm', origins: [0], actual: [1], forecast: [1], ...odd }),
  scoreTable: (odd) => forecast.scoreTable(forecast.forecastRows({ model: 'm', origins: [0], actual: [1], forecast: [1] }), { ...odd }),
  baselineForecaster: (odd) => forecast.baselineForecaster(forecast.noChange(), { ...odd }),
  comb: (odd) => forecast.comb({ season: 2, ...odd }),
  countSamples: (odd) => forecast.countSamples(10, { window: 3, ...odd }),
  dampedTrend: (odd) => forecast.dampedTrend({ ...odd }),
  dieboldMariano: (odd) => forecast.dieboldMariano([1, 2, 4], [1, 3, 3], { ...odd }),
  directForecaster: (odd) => forecast.directForecaster(() => forecaster, { horizon: 1, ...odd }),
  expandingOrigin: (odd) => forecast.expandingOrigin(20, { train: 3, validation: 1, ...odd }),
  forecastWarnings: (odd) => forecast.forecastWarnings([1, 2], [1, 2], [1, 1], { ...odd }),
  holt: (odd) => forecast.holt({ ...odd }),
  naive2: (odd) => forecast.naive2({ season: 2, ...odd }),
  seasonallyAdjusted: (odd) => forecast.seasonallyAdjusted(forecast.noChange(), { season: 2, ...odd }),
  ses: (odd) => forecast.ses({ ...odd }),
  standardBaselines: (odd) => forecast.standardBaselines({ season: 2, ...odd }),
  theta: (odd) => forecast.theta({ season: 2, ...odd }),
  holdOtherFeatures: (odd) => forecast.holdOtherFeatures(0, { ...odd }),
  latestWindow: (odd) => forecast.latestWindow([1, 2], 1, { ...odd }),
  exportTensorFlowJs: (odd) => exportTensorFlowJs(model, { ...odd }),
  modelFromJSON: (odd) => bptt.modelFromJSON(JSON.stringify(model), { ...odd }),
  makeWindows: (odd) => forecast.makeWindows([1, 2, 3, 4], { window: 2, ...odd }),
  nextDates: (odd) => forecast.nextDates(['2024-01-01', '2024-01-02', '2024-01-03'], 1, { ...odd }),
  parseWideCsv: (odd) => forecast.parseWideCsv('a,b\nc,1\n', { ...odd }),
  parseDates: (odd) => forecast.parseDates(['2024-01-01'], { ...odd }),
  purgeGap: (odd) => forecast.purgeGap({ window: 3, ...odd }),
  recursiveForecast: (odd) => forecast.recursiveForecast(() => [[1]], [[[1], [2]]], { horizon: 1, ...odd }),
  recursiveForecaster: (odd) => forecast.recursiveForecaster(forecaster, { horizon: 1, ...odd }),
  rollingOrigin: (odd) => forecast.rollingOrigin(20, { train: 3, validation: 1, ...odd }),
  rowsOfSamples: (odd) => forecast.rowsOfSamples({ start: 0, end: 1 }, { window: 3, ...odd }),
  runFold: (odd) => forecast.runFold(new Float64Array(40), fold, { window: 3, forecaster: () => forecaster, ...odd }),
  scaleWindows: (odd) => forecast.scaleWindows(new Float64Array(9), { window: 2, train: { start: 0, end: 2 }, ...odd }),
  scoreForecast: (odd) => forecast.scoreForecast([1], [1], { previous: [1], ...odd }),
  sequenceForecaster: (odd) => forecast.sequenceForecaster(forecaster, { horizon: 1, ...odd }),
  splitWindows: (odd) => forecast.splitWindows(forecast.makeWindows(new Float64Array(9), { window: 2 }), { train: 0.5, ...odd }),
  timeSplit: (odd) => forecast.timeSplit(10, { train: 0.5, ...odd }),
  'a scale': (odd) => forecast.mase([1], [1], { naiveError: 1, ...odd }),
};

/** Right but for what `odd` holds, refused before they look at data. */
const methods: Readonly<Record<string, (odd: object) => unknown>> = {
  'Model.fit': (odd) => compiled().fit([[1, 2, 3]], [[1, 2]], { ...odd }),
  'Model.evaluate': (odd) => compiled().evaluate([[1, 2, 3]], [[1, 2]], { ...odd }),
  'Forecaster.fit': (odd) => new forecast.Forecaster(tiny).fit(tinyTable, { ...odd }),
  'Forecaster.forecast': (odd) => tinyForecaster.forecast({ ...odd }),
  'Forecaster.forecastsOf': (odd) => tinyForecaster.forecastsOf('test', { ...odd }),
  'Forecaster.backtest': (odd) => tinyForecaster.backtest({ ...odd }),
  'Predictor.predict': (odd) => predictor().predict([[1, 2]], odd),
  'Predictor.predictAll': (odd) => predictor().predictAll([[1, 2]], odd),
  'Model.stream': (odd) => new bptt.Sequential([new bptt.LSTM({ units: 2, stateful: true })], { inputShape: [1, 2], seed: 1 }).stream({ ...odd }),
  'Model.predict': (odd) => compiled().predict([[1, 2, 3]], { ...odd }),
};

/** Checked where they are tested; steps of cells are kernels' business, and errors take the ErrorOptions of the language. */
const elsewhere = /^(\w+Error$|(?:gru|lstm)Step|lstmPeephole|Model\.|Forecaster\.|Sequential|Model$|loadModel|gradientFlow|modelForecaster|gridSearch|randomSearch|parallelBacktest|readCsv|parseCsv|threads|redisQueue|joinQueue|seriesCalendar)/;

test('every public function that takes options is tried here', () => {
  const missing = [...optionTakers.keys()].sort().filter((name) => !(name in calls) && !elsewhere.test(name));
  assert.equal(missing, [], 'add them to `calls`');
});

async function refusal(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('an unknown option is refused by name, and what is right alone is not', async () => {
  for (const [name, call] of Object.entries(calls)) {
    const error = await refusal(() => call({ learning_rte: 1 }));
    assert.instance(error, ArgumentError, `${name}: ${String(error)}`);
    assert.match((error as ArgumentError).message, /'learning_rte'.*(?:Did you mean '\w+'\?|must be left out)/, name);
    if (name in bptt) assert.match((error as ArgumentError).message, new RegExp(`^${name === 'resnet34' ? 'ResNet' : name}: `), name);
    // gpu.js may be missing; that is another error, and of another name.
    const alone = name === 'gpu' ? undefined : await refusal(() => call({}));
    assert.is(alone, undefined, `${name} alone: ${String(alone)}`);
  }
});

test('every flag is true or false, and every signal an AbortSignal', async () => {
  const checked: string[] = [];
  for (const [name, call] of Object.entries({ ...calls, ...methods })) {
    for (const [option, { kind }] of optionTakers.get(name) ?? []) {
      if (!kind || kind === 'number') continue;
      for (const wrong of kind === 'flag' ? [7, 'false', null] : [7, true, null, new AbortController()]) {
        const error = await refusal(() => call({ [option]: wrong }));
        assert.instance(error, ArgumentError, `${name} ${option}: ${String(error)}`);
        assert.match((error as ArgumentError).message, `${option} must be ${kind === 'flag' ? 'true or false' : 'an AbortSignal'}, got `, name);
        if (wrong instanceof AbortController) assert.match((error as ArgumentError).message, 'Pass controller.signal.');
      }
      checked.push(`${name} ${option}`);
    }
  }
  for (const known of ['Dense useBias', 'LSTM stateful', 'backtest signal', 'gradCam signal', 'Model.fit signal', 'Model.evaluate signal', 'Model.predict signal']) assert.ok(checked.includes(known), known);
});

/** Options that the calls above give, as something must be given; options of batches. */
const given = /^(?:cosine|cosineRestarts|polynomial|warmUp) epochs$|^piecewise afterEpochs$|^(?:LogReturn|PercentChange)Scaler\.inverse reference$|^Model\.(?:fit stepsPerEpoch|evaluate steps)$/;

test('what JavaScript would take for a number is none', async () => {
  const taken: string[] = [];
  for (const [name, call] of Object.entries({ ...calls, ...methods })) {
    for (const [option, { kind }] of optionTakers.get(name) ?? []) {
      if (kind !== 'number' || given.test(`${name} ${option}`) || !(name in bptt || name in methods)) continue;
      for (const wrong of [true, [0.5], [1], '1', NaN, {}]) {
        const error = await refusal(() => call({ [option]: wrong }));
        const asPair = Array.isArray(wrong) && wrong[0] === 1 && /^(?:kernelSize|poolSize|stride|dilation|size)$/.test(option); // as of two axes, for one
        if (!(error instanceof ArgumentError) && !asPair) taken.push(`${name} ${option}: ${JSON.stringify(wrong)} ${error instanceof Error ? error.message : ''}`);
      }
    }
  }
  assert.equal(taken, []);
});

test('an option that is undefined is one that is left out', async () => {
  const tried: (readonly [string, string | undefined])[] = [];
  for (const [name, call] of Object.entries({ ...calls, ...methods })) {
    for (const [option, { optional }] of optionTakers.get(name) ?? []) {
      if (!optional || name === 'gpu' || given.test(`${name} ${option}`)) continue;
      const error = await refusal(() => call({ [option]: undefined }));
      tried.push([`${name} ${option}`, error instanceof Error ? error.message : undefined]);
    }
  }
  assert.equal(tried.filter(([, message]) => message !== undefined), []);
  assert.ok(tried.length > 400, `${tried.length}`);
});

test('what an option cannot be is refused as well: a flag, a name out of a list', () => {
  const say = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      assert.ok(error instanceof ArgumentError || error instanceof FileFormatError, String(error));
      return error.message;
    }
    return 'nothing';
  };
  const odd = (options: object): object => options;
  assert.match(say(() => new LSTM({ units: 1, ...odd({ stateful: 'yes' }) })), "LSTM: stateful must be true or false, got 'yes'.");
  assert.match(say(() => new LSTM({ units: 1, ...odd({ return_sequences: true }) })), "Did you mean 'returnSequences'?");
  assert.match(say(() => new bptt.Adam({ ...odd({ lr: 1e-3 }) })), "Adam: option 'lr' must be one of learningRate");
  assert.match(say(() => new bptt.Adam({ ...odd({ lr: 1e-3 }) })), "Did you mean 'learningRate'?");
  assert.match(say(() => new Dense({ units: 1, ...odd({ activation: 'relu6' }) })), "Dense: activation must be linear | sigmoid | tanh | relu |");
  assert.match(say(() => new Dense({ units: 1, ...odd({ activation: 'relu6' }) })), "Did you mean 'relu'?");
  assert.match(say(() => new bptt.Conv2D({ filters: 1, kernelSize: 1, ...odd({ padding: 'sme' }) })), "'valid', 'same'");
  assert.match(say(() => new bptt.EarlyStopping({ ...odd({ mode: 'minimum' }) })), 'auto | min | max');
  assert.match(say(() => new Dense({ units: 1, ...odd({ kernelInitializer: 'glorot' }) })), 'glorotUniform');
  assert.match(say(() => charts.linePlot({ ...shape, series: [{ name: 's', values: [1] }], ...odd({ yScale: 'logarithmic' }) })), 'linear | log');
  assert.match(say(() => charts.linePlot({ ...shape, series: [{ name: 's', values: [1] }], ...odd({ yFormat: 'percnt' }) })), "Did you mean 'percent'?");
  // An option that the chosen kind does not have would do nothing.
  assert.match(say(() => new bptt.Activation({ kind: 'relu', alpha: 0.1 })), 'only leakyRelu and elu have it');
  assert.match(say(() => new bptt.SGD({ nesterov: true })), 'given with a momentum');
  assert.match(say(() => new bptt.ModelCheckpoint({ path: 'x', monitor: 'loss' })), 'given with saveBestOnly');
  assert.match(say(() => { model.compile({ loss: { kind: 'mse', delta: 1 } }); }), 'only huber has it');
  // @ts-expect-error JavaScript callers may leave it out
  assert.match(say(() => new LSTM()), /^LSTM: options must be an object of name, .*units, .*, got undefined/);
  // @ts-expect-error a shape where options are due
  assert.match(say(() => bptt.Input([3, 1])), /^Input: options must be an object of shape, name, got a list/);
  // @ts-expect-error without a shape
  assert.match(say(() => bptt.Input({})), /^Input: shape must be a list of sizes/);
  assert.match(say(() => bptt.Input({ shape: [NaN, 1] })), 'whole numbers of at least 1, got [NaN, 1]');
});

test.run();
