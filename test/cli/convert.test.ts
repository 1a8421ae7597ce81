/** `bptt convert` and `bptt inspect` of files of every format: what goes in comes out, and what cannot is said in one line. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bidirectional, Dense, LSTM, Sequential, cpu, loadModel } from '../../src/index.js';
import type { Model } from '../../src/index.js';
import { exportTorch, importTensorFlowJs, inspectModel } from '../../src/convert/index.js';
import { torchFile } from '../golden/torchFiles.js';
import { archive, legacy, sequential } from '../convert/keras/kerasFiles.js';
import type { KerasLayer } from '../convert/keras/kerasFiles.js';
import { convert } from '../../src/cli/commands/convert.js';
import { inspect } from '../../src/cli/commands/inspect.js';
import { UsageError } from '../../src/cli/options.js';
import { Forecaster } from '../../src/forecast/index.js';
import { SMALL, dayRows } from '../forecast/forecaster/support.js';
import { rejected } from '../models/support.js';
import { bptt } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-convert-'));
test.after(() => { rmSync(folder, { recursive: true }); });

const x = { data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)), shape: [2, 5, 3] };
const make = (seed: number): Sequential => new Sequential([new Bidirectional({ layer: new LSTM({ units: 4 }), name: 'ways' }), new Dense({ units: 2, name: 'out' })], { inputShape: [5, 3], seed });
const numbers = (values: readonly number[], ...shape: number[]): { shape: number[]; data: Float32Array } => ({ shape, data: Float32Array.from(values) });
const dense: KerasLayer = { className: 'Dense', config: { name: 'head', units: 1 }, variables: [{ folder: '', variables: [{ name: 'kernel', ...numbers([1, 2], 2, 1) }, { name: 'bias', ...numbers([3], 1) }] }] };
const input: KerasLayer = { className: 'InputLayer', config: { name: 'seen', batch_shape: [null, 2] }, variables: [] };
const predicted = async (model: Model): Promise<number[]> => {
  model.compile({ loss: 'mse', optimizer: 'sgd', backend: cpu() });
  return Array.from((await model.predict(x)).data as Float32Array);
};

const commands = { convert, inspect };
const placed = (args: readonly string[]): string[] => args.map((arg) => (/[./]/.test(arg) && !arg.includes('=') ? join(folder, arg) : arg));

/** In this process: starting one takes longer than what it does. */
async function run(name: keyof typeof commands, ...args: string[]): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  let printed = '';
  process.stdout.write = (text: string | Uint8Array) => (printed += String(text), true);
  try {
    await commands[name].run(placed(args), new AbortController().signal);
  } finally {
    process.stdout.write = write;
  }
  return printed;
}

test.before(async () => {
  writeFileSync(join(folder, 'own.safetensors'), make(1).toBytes());
  writeFileSync(join(folder, 'other.safetensors'), make(2).toBytes());
  writeFileSync(join(folder, 'words.pt'), torchFile('words'));
  writeFileSync(join(folder, 'odd.pth'), torchFile('odd-legacy'));
  writeFileSync(join(folder, 'net.keras'), await archive(sequential([input, dense]), [input, dense], {}));
  writeFileSync(join(folder, 'net.h5'), await legacy(sequential([input, dense]), [input, dense], { version: '2.15.0' }));
  writeFileSync(join(folder, 'lambda.keras'), await archive(sequential([input, dense, { className: 'Lambda', config: { name: 'secret' }, variables: [] }]), [input, dense], {}));
});

test('from format to format and back, the outputs stay', async () => {
  const expected = await predicted(make(1));
  const near = async (path: string): Promise<void> => {
    const found = await predicted(await loadModel(readFileSync(join(folder, path))));
    assert.ok(found.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) < 1e-6), path);
  };
  assert.match(await run('convert', 'own.safetensors', 'a/own.onnx'), /opset +17, IR 8\n.*inputs +input float32 \[batch, 5, 3\]/);
  await run('convert', 'a/own.onnx', 'b.safetensors');
  await near('b.safetensors');
  await run('convert', 'b.safetensors', 'web/model.json');
  assert.equal(readdirSync(join(folder, 'web')).sort(), ['model.json', 'weights.bin']);
  await run('convert', 'web/model.json', 'c.safetensors');
  await near('c.safetensors');
  await run('convert', 'own.safetensors', 'net.py');
  assert.match(readFileSync(join(folder, 'net.py'), 'utf8'), "path='net.safetensors'");
  const said = await run('convert', 'net.safetensors', 'd.safetensors', '--model', 'other.safetensors');
  await near('d.safetensors');
  assert.match(said, /layer +from +module +tensors\n +ways +ways, layer 0 +nn\.LSTM +8\n/);
});

test('options reach the writer', async () => {
  const made = JSON.parse(await run('convert', 'own.safetensors', 'half.onnx', '--opset', '22', '--half', '--lengths', '--json')) as { about: Record<string, string>; out: { bytes: number }[]; model: { parameters: number } };
  assert.match(made.about.rounded ?? '', /weights by at most/);
  assert.match(made.about.inputs ?? '', 'lengths int32 [batch]');
  assert.is((await inspectModel(readFileSync(join(folder, 'half.onnx')))).about.opset, 22);
  assert.is(made.model.parameters, make(1).countParams());
  assert.match(await run('convert', 'own.safetensors', 'half/model.json', '--half'), /rounded +weights by at most/);
  assert.ok((await importTensorFlowJs(readFileSync(join(folder, 'half/model.json'), 'utf8'), readFileSync(join(folder, 'half/weights.bin')))).model.countParams() > 0);
  await run('convert', 'own.safetensors', 'state.safetensors', '--to', 'torch');
  assert.ok(existsSync(join(folder, 'state.py')));
});

test('a forecaster goes out with its scalers', async () => {
  const forecaster = new Forecaster(SMALL);
  await forecaster.fit(dayRows(60), { epochs: 1, validation: 0.2 });
  writeFileSync(join(folder, 'forecaster.safetensors'), forecaster.toBytes());
  assert.match(await run('convert', 'forecaster.safetensors', 'prices.onnx'), /inputs +history float64/);
  await rejected(UsageError, run('convert', 'forecaster.safetensors', 'prices.onnx', '--lengths'));
  assert.match(await run('convert', 'forecaster.safetensors', 'prices.py'), /note +the network alone: scalers/);
});

test('names, prefix and what is left over', async () => {
  const { weights } = await exportTorch(new Sequential([new Dense({ units: 2, name: 'first' }), new Dense({ units: 2, name: 'second' })], { inputShape: [2], seed: 3 }));
  writeFileSync(join(folder, 'two.safetensors'), weights);
  writeFileSync(join(folder, 'one.safetensors'), new Sequential([new Dense({ units: 2, name: 'only' })], { inputShape: [2] }).toBytes());
  const open = bptt(['convert', 'two.safetensors', 'x.onnx', '--model', 'one.safetensors'], folder);
  assert.is(open.code, 2);
  assert.match(open.stderr, /'only'.*first.*second/);
  assert.match(await run('convert', 'two.safetensors', 'x.onnx', '--model', 'one.safetensors', '--names', 'only=second'), /left over +first\.weight, first\.bias\n/);
});

test('inspect: each format, its layers, tensors and sizes', async () => {
  assert.match(await run('inspect', 'net.keras'), /Keras, version of Keras 3[\s\S]*parameters +3\n +input +seen \[null, 2\][\s\S]*In bptt\n[\s\S]*head +Dense +\[batch, 1\] +3\n[\s\S]*layers\/dense\/vars\/0 +float32 +\[2, 1\]\n/);
  assert.match(await run('inspect', 'net.h5'), /version of Keras 2\.15\.0[\s\S]*model_weights\/head\/head\/kernel:0 +float32/);
  assert.match(await run('inspect', 'words.pt'), /PyTorch, container zip[\s\S]*LSTM[\s\S]*weights without layers \(a state dict\)/);
  assert.match(await run('inspect', 'odd.pth'), /before PyTorch 1\.6[\s\S]*bfloat16/);
  assert.match(await run('inspect', 'a/own.onnx'), /ONNX, producer bptt, opset 17, IR 8[\s\S]*input +input \[batch, 5, 3\][\s\S]*ways +Bidirectional/);
  assert.match(await run('inspect', 'web/model.json'), /TensorFlow\.js[\s\S]*ways +Bidirectional[\s\S]*float32/);
  const json = JSON.parse(await run('inspect', 'lambda.keras', '--json')) as { format: string; readable: boolean; problems: string[]; layers: { name: string; type: string }[]; parameters: number };
  assert.equal([json.format, json.readable, json.parameters, json.layers.map(({ name, type }) => `${name} ${type}`)], ['keras', false, 3, ['seen InputLayer', 'head Dense', 'secret Lambda']]);
  assert.match(json.problems.join(), /Lambda 'secret'/);
  assert.match(await run('inspect', 'lambda.keras'), /secret +Lambda\n[\s\S]*not read +Lambda 'secret'/);
});

test('what does not go: one line that names the file, and nothing is written', async () => {
  mkdirSync(join(folder, 'lone'));
  const model = JSON.parse(readFileSync(join(folder, 'web/model.json'), 'utf8')) as { weightsManifest: { paths: string[] }[] };
  writeFileSync(join(folder, 'lone/model.json'), JSON.stringify(model));
  const [group] = model.weightsManifest;
  if (group) group.paths = ['../own.safetensors'];
  writeFileSync(join(folder, 'web/away.json'), JSON.stringify(model));
  writeFileSync(join(folder, 'nothing.onnx'), '');
  writeFileSync(join(folder, 'text.csv'), 'Date,Close\n');
  const whole = readFileSync(join(folder, 'net.keras'));
  writeFileSync(join(folder, 'cut.keras'), whole.subarray(0, whole.length - 40));
  for (const [args, expected] of [
    [['words.pt', 'x.onnx'], /words\.pt holds weights without layers \(a state dict\): --model FILE/], [['own.safetensors', 'x.pt'], /writes no \.pt files\. PyTorch loads/],
    [['own.safetensors', './x'], /no files without an extension/], [['own.safetensors', 'own.safetensors'], /is IN, and would be written over/], [['own.safetensors', 'own.py'], /is IN, and would be written over/],
    [['own.safetensors', 'x.onnx', '--model', 'other.safetensors'], /has its own/], [['own.safetensors', 'x.onnx', '--prefix', 'a'], /--prefix is for state dicts/],
    [['own.safetensors', 'x.py', '--opset', '22'], /--opset is of \.onnx files/], [['own.safetensors', 'x.py', '--lengths'], /--lengths is of \.onnx files/], [['a/own.onnx', 'x.safetensors', '--half'], /--half is of the other formats/],
    [['own.safetensors', 'x.onnx', '--to', 'torch'], /--to torch writes \.safetensors or \.py, got \.onnx/], [['own.safetensors', 'a b.py'], /a name of letters, digits/],
    [['lambda.keras', 'x.onnx'], /lambda\.keras: Lambda 'secret'/], [['lone/model.json', 'x.onnx'], /weights\.bin cannot be read \(no such file\)/], [['web/away.json', 'x.onnx'], /must lie beside it, got '\.\.\/own/],
    [['nothing.onnx', 'x.onnx'], /no model file that bptt knows: .*an empty one/], [['text.csv', 'x.onnx'], /no model file that bptt knows/], [['cut.keras', 'x.onnx'], /no model file that bptt knows: zip directory/],
    [['absent.pt', 'x.onnx'], /cannot be read \(no such file\)/], [['words.pt', 'x.onnx', '--model', 'own.safetensors', '--names', 'ways'], /--names must be LAYER=MODULE, got 'ways'/],
    [['words.pt', 'x.onnx', '--model', 'own.safetensors'], /words\.pt: /], [['words.pt', 'x.onnx', '--model', 'text.csv'], /text\.csv is damaged/],
  ] as const) {
    const before = readdirSync(folder).length;
    const error = await rejected(UsageError, run('convert', ...args));
    assert.match(error.message, expected);
    assert.is(readdirSync(folder).length, before, args.join(' '));
  }
  const { code, stdout, stderr } = bptt(['convert', 'absent.pt', 'x.onnx'], folder);
  assert.equal([code, stdout, stderr], [2, '', 'bptt convert: absent.pt cannot be read (no such file).\n']);
});

test.run();
