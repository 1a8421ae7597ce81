/** What a model file holds, said without building the model. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModelFile } from '../../src/models/files/contents.js';
import { Adam, Bidirectional, Dense, Dropout, LSTM, Layer, Sequential, cpu } from '../../src/index.js';
import type { Forward, NoTensors, Run, Tensor } from '../../src/index.js';
import { bptt } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-inspect-'));
test.after(() => { rmSync(folder, { recursive: true }); });

/** A layer of one's own, which `loadModel` could not build here. */
class Same extends Layer<NoTensors, NoTensors, undefined> {
  override readonly kind = 'same';
  override readonly className = 'Same';
  override config(): Record<string, never> { return {}; }
  override outputShapes(inputs: readonly (readonly number[])[]): number[][] { return [this.single(inputs).slice()]; }
  override parameters(): NoTensors { return {}; }
  override forward(_run: Run, _weights: NoTensors, _states: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, undefined> { return { outputs: [this.single(inputs)], cache: undefined }; }
  override backward(_run: Run, _weights: NoTensors, _cache: undefined, [dy]: readonly (Tensor | undefined)[]): Tensor[] { return dy ? [dy] : []; }
}

async function save(name: string): Promise<Sequential> {
  const model = new Sequential([new Bidirectional({ layer: new LSTM({ units: 3, dropout: 0.1 }), name: 'ways' }), new Same(), new Dropout({ rate: 0.25 }), new Dense({ units: 2, activation: 'relu', name: 'out' })], { inputShape: [null, 2], seed: 9 });
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'], backend: cpu() });
  await model.fit([[[1, 2], [3, 4]], [[0, 1], [1, 0]]], [[0, 1], [1, 1]], { epochs: 3, batchSize: 1 });
  model.metadata = { made: 'here' };
  await model.save(join(folder, name));
  return model;
}

test('layers, parameters, training, metadata; of layers of one\'s own too', async () => {
  const model = await save('own.safetensors');
  const { code, stdout, stderr } = bptt(['inspect', 'own.safetensors'], folder);
  assert.equal([code, stderr], [0, '']);
  for (const expected of [
    /own\.safetensors\n/, /input +\[batch, null, 2\]/, new RegExp(`parameters +${model.countParams()}\n`), /Adam, learning rate 0\.01; loss mse; metrics mae; 3 epochs, 6 steps/, /seed +9/, /metadata +made/,
    /ways +Bidirectional +144 +layer LSTM \(units 3,/, /Same +0\n/, /Dropout +0 +rate 0\.25\n/, /out +Dense +14 +units 2, activation relu, useBias\n/,
  ]) assert.match(stdout, expected);

  const json = bptt(['inspect', '--json', join(folder, 'own.safetensors')]);
  assert.equal([json.code, json.stderr], [0, '']);
  const file = JSON.parse(json.stdout) as ModelFile;
  assert.equal(file.inputs, [[null, 2]]);
  assert.equal(file.layers.map(({ name, type, parameters }) => [name, type, parameters]), [['ways', 'Bidirectional', 144], ['same', 'Same', 0], ['dropout', 'Dropout', 0], ['out', 'Dense', 14]]);
  assert.is(file.parameters, model.countParams());
  assert.equal(file.metadata, { made: 'here' });
  assert.equal([file.training?.epochs, file.training?.steps, file.training?.optimizer.options.learningRate], [3, 6, 0.01]);
  const weights = Object.entries(model.getWeights()).map(([name, { shape }]) => [name, shape]);
  assert.equal(file.tensors.filter(({ name }) => !name.includes(':')).map(({ name, shape }) => [name, shape]), weights);
});

test('a model that was never compiled', async () => {
  await new Sequential([new Dense({ units: 1 })], { inputShape: [4] }).save(join(folder, 'plain.safetensors'));
  assert.match(bptt(['inspect', 'plain.safetensors'], folder).stdout, /training +not compiled/);
});

test('what is no model file: one line that names it', async () => {
  const model = await save('whole.safetensors');
  const bytes = model.toBytes();
  const damaged = bytes.slice();
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  for (const [name, content] of Object.entries({ 'empty.safetensors': '', 'text.csv': 'Date,Close\n2024-01-02,1\n', 'cut.safetensors': bytes.subarray(0, 900), 'damaged.safetensors': damaged })) writeFileSync(join(folder, name), content);
  for (const [name, expected] of [
    ['empty.safetensors', /is no model file that bptt knows: file must be .*, got an empty one\./], ['text.csv', /is no model file that bptt knows: .* got something else/], ['cut.safetensors', /is no model file that bptt knows: /],
    ['damaged.safetensors', /is no model file that bptt knows: checksum must be/],
    ['absent.safetensors', /cannot be read \(no such file\)/], ['.', /cannot be read \(it is a folder\)/],
  ] as const) {
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = bptt(['inspect', name, ...more], folder);
      assert.equal([code, stdout], [2, ''], name);
      assert.match(stderr, expected);
      assert.ok(stderr.startsWith(`bptt inspect: ${name} `) && /^[^\n]+\n$/.test(stderr), stderr);
    }
  }
});

test.run();
