/** What `loadPredictor` and its predictors refuse, and how they say it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, Dropout, GRU, Input, LSTM, Layer, Model, Sequential, StackedCells, LSTMCell, RNN, TimeDistributed } from '../../src/index.js';
import type { Forward, JsonObject, NoTensors, Run, Shape, Tensor } from '../../src/index.js';
import { ArgumentError, DataError, FileFormatError, ShapeError, kernels, loadPredictor } from '../../src/predict/index.js';
import * as predict from '../../src/predict/index.js';
import { thrown } from '../support/compare.js';
import { assertSameBits, drawn } from './support.js';

function small(): Model {
  return new Sequential([new LSTM({ units: 4, returnSequences: true }), new Dropout({ rate: 0.5 }), new TimeDistributed({ layer: new Dense({ units: 2 }) }), new GRU({ units: 1 })], { inputShape: [3, 2] });
}

const all = { layers: [predict.LSTM, predict.Dropout, predict.TimeDistributed, predict.Dense, predict.GRU] };

test('all layers that were not given are named, those within others too', () => {
  const error = thrown(ArgumentError, () => loadPredictor(small().toBytes(), { layers: [predict.LSTM, predict.TimeDistributed] }));
  assert.match(error.message, "layers must be all that the file holds, with 'Dropout', 'Dense', 'GRU', got 'LSTM', 'TimeDistributed'.");
  assert.match(error.message, "'bptt/predict'");
  const cells = new Sequential([new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: 2 })] }) })], { inputShape: [3, 2] });
  assert.match(thrown(ArgumentError, () => loadPredictor(cells.toBytes(), { layers: [predict.RNN] })).message, "with 'StackedCells', 'LSTMCell', got 'RNN'");
  assert.match(thrown(ArgumentError, () => loadPredictor(cells.toBytes(), { layers: [] })).message, 'got none');
});

test('a class of bptt is no layer of bptt/predict', () => {
  const layers = [LSTM, Dense] as unknown as predict.LoadPredictorOptions['layers'];
  assert.match(thrown(ArgumentError, () => loadPredictor(small().toBytes(), { layers })).message, "layers must be a list of layers of bptt/predict, got a class. For example layers: [LSTM, Dense], after import { Dense, LSTM, loadPredictor } from 'bptt/predict'.");
  const options = { layer: [predict.LSTM] } as unknown as predict.LoadPredictorOptions;
  assert.match(thrown(ArgumentError, () => loadPredictor(small().toBytes(), options)).message, "Did you mean 'layers'?");
  const none = {} as unknown as predict.LoadPredictorOptions;
  assert.match(thrown(ArgumentError, () => loadPredictor(small().toBytes(), none)).message, 'layers must be a list');
});

test('damaged files are refused whole', () => {
  const bytes = small().toBytes();
  assert.not.throws(() => loadPredictor(bytes, all));
  thrown(FileFormatError, () => loadPredictor(bytes.subarray(0, bytes.length - 4), all));
  thrown(FileFormatError, () => loadPredictor(new Uint8Array(20), all));
  for (let at = 8; at < bytes.length; at += 97) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 4;
    thrown(FileFormatError, () => loadPredictor(flipped, all));
  }
  thrown(ArgumentError, () => loadPredictor('model.safetensors' as unknown as Uint8Array, all));
});

/** The file with its description rewritten and its checksum dropped, as somebody might who edits one by hand. */
function edited(model: Model, edit: (text: string) => string): Uint8Array {
  const bytes = model.toBytes();
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + size))) as { __metadata__: Record<string, string> };
  header.__metadata__ = { format: 'bptt', bptt: edit(header.__metadata__.bptt ?? '') };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const made = new Uint8Array(8 + text.length + bytes.length - 8 - size);
  new DataView(made.buffer).setBigUint64(0, BigInt(text.length), true);
  made.set(text, 8);
  made.set(bytes.subarray(8 + size), 8 + text.length);
  return made;
}

test('an architecture that contradicts itself or its tensors is refused', () => {
  const model = small();
  assert.not.throws(() => loadPredictor(edited(model, (text) => text), all));
  const edits: readonly ((text: string) => string)[] = [
    (text) => text.replace('"units":4', '"units":5'),
    (text) => text.replace('"units":4', '"units":-4'),
    (text) => text.replace('"units":4', '"units":"4"'),
    (text) => text.replace('"units":4', '"units":4e9'),
    (text) => text.replace('"activation":"tanh"', '"activation":"tan"'),
    (text) => text.replace('"returnSequences":true', '"returnSequences":false'),
    (text) => text.replace('"useBias":true', '"useBias":false'),
    (text) => text.replace('"name":"gru"', '"name":"lstm"'),
    (text) => text.replace('"version":1', '"version":2'),
    (text) => text.replace('"inputs":[[0,0]]', '"inputs":[[3,0]]'),
    (text) => text.replace('"inputs":[[0,0]]', '"inputs":[[0,1]]'),
    (text) => text.replace('"layer":1', '"layer":9'),
    (text) => text.replace('"outputs":[[3,0]]', '"outputs":[]'),
  ];
  for (const [i, edit] of edits.entries()) {
    assert.is.not(edit('"units":4 "activation":"tanh" "returnSequences":true "useBias":true "name":"gru" "version":1 "inputs":[[0,0]] "layer":1 "outputs":[[3,0]]').length, 0);
    const bytes = edited(model, (text) => {
      const changed = edit(text);
      assert.is.not(changed, text, `edit ${i} changes something`);
      return changed;
    });
    thrown(FileFormatError, () => loadPredictor(bytes, all));
  }
});

test('data that do not fit are refused', () => {
  const predictor = loadPredictor(small().toBytes(), all);
  assert.match(thrown(ShapeError, () => predictor.predict(drawn([2, 3, 5]))).message, 'x must be [batch, 3, 2], got [2, 3, 5]');
  assert.match(thrown(DataError, () => predictor.predict([[[1, 2], [3, NaN], [5, 6]]])).message, 'x[0, 1, 1] must be a finite number');
  thrown(DataError, () => predictor.predict({ data: [], shape: [0, 3, 2] }));
  thrown(ArgumentError, () => predictor.predict(drawn([2, 3, 2]), { batchSize: 0 }));
  thrown(ArgumentError, () => predictor.predict(drawn([2, 3, 2]), { batch: 3 } as object));
  thrown(ShapeError, () => predictor.predict(drawn([2, 3, 2]), { lengths: [3] }));
  const input = Input({ shape: [3, 2] });
  const two = new Model({ inputs: input, outputs: new LSTM({ units: 2, returnState: true }).applyAll(input) });
  assert.match(thrown(ArgumentError, () => loadPredictor(two.toBytes(), { layers: [predict.LSTM] }).predict(drawn([2, 3, 2]))).message, 'predictAll');
});

/** x², by a kernel that is not in the core. */
class Root extends Layer<NoTensors, NoTensors, null> {
  override readonly kind = 'root';
  override readonly className = 'Root';
  override readonly families = ['pointwise'] as const;

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [...inputs];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, [x]: readonly Tensor[]): Forward<NoTensors, null> {
    return { outputs: x ? [k.sqrt(k.abs(x))] : [], cache: null };
  }

  override backward(): Tensor[] {
    return [];
  }
}

test('a layer of one\'s own, with the kernels that it names', async () => {
  const model = new Sequential([new Dense({ units: 3 }), new Root()], { inputShape: [2] });
  const root: predict.PredictionLayer = { className: 'Root', make: () => new Root(), kernels: [kernels.pointwise] };
  await assertSameBits('root', model, loadPredictor(model.toBytes(), { layers: [predict.Dense, root] }), drawn([4, 2]));
});

test.run();
