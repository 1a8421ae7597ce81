/** Files of torch.save, in every form that it writes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTorch } from '../../../src/convert/index.js';
import type { TorchFile, TorchTensor } from '../../../src/convert/index.js';
import { FileFormatError } from '../../../src/errors.js';
import { encodeStored } from '../../../src/models/files/safetensors.js';
import { torchFile } from '../../golden/torchFiles.js';
import { makeZip } from '../bytes/makeZip.js';

function tensorOf(file: TorchFile, name: string): TorchTensor {
  const found = file.tensors.get(name);
  assert.ok(found, `${name} among ${[...file.tensors.keys()].join(', ')}`);
  return found;
}

const count = (from: number, to: number, step = 1): number[] => Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const halves = [0, -0, 1, -2.5, 2 ** -24, -(2 ** -24), 1023 * 2 ** -24, 65504, Infinity, -Infinity, 0.0999755859375];

/** dtype, shape and numbers of all that `odd()` of torch_files.py saves under `model`. */
const kinds: Readonly<Record<string, [TorchTensor['dtype'], number[], number[]]>> = {
  t: ['float32', [6, 4], count(0, 6).flatMap((i) => count(i, 24, 6))], view: ['float32', [2, 3], [8, 9, 10, 14, 15, 16]], column: ['float32', [4], [3, 9, 15, 21]],
  every: ['float32', [5], [1, 6, 11, 16, 21]], expanded: ['float32', [3, 2], [0, 0, 0, 0, 0, 0]], empty: ['float32', [4, 0], []], scalar: ['float32', [], [2.5]],
  half: ['float16', [11], halves], half_view: ['float16', [4], halves.slice(3, 7)], bf: ['bfloat16', [11], [0, -0, 1, -2.5, 6.007030606269836e-8, -5.960464477539063e-8, 0.00006103515625, 65536, Infinity, -Infinity, 0.10009765625]],
  bf_t: ['bfloat16', [6, 4], count(0, 6).flatMap((i) => count(i, 24, 6))], d: ['float64', [4, 6], count(0, 24)], i64: ['int64', [2], [-(2 ** 53), 7]], i32: ['int32', [2], [-(2 ** 31), 7]],
  i16: ['int16', [2], [-32768, 7]], i8: ['int8', [2], [-128, 7]], u8: ['uint8', [2], [255, 7]], b: ['bool', [2], [1, 0]], same: ['float32', [4, 6], count(0, 24)],
  shared: ['float32', [4, 6], count(0, 24)], parameter: ['float32', [2, 6], count(0, 12)],
};

for (const [name, format] of [['odd', 'zip'], ['odd-legacy', 'legacy'], ['odd-protocol4', 'zip']] as const) {
  test(`${name}: every type, strides, offsets, nests`, async () => {
    const file = await readTorch(torchFile(name));
    assert.is(file.format, format);
    for (const [key, [dtype, shape, numbers]] of Object.entries(kinds)) {
      const { data, ...rest } = tensorOf(file, `model.${key}`);
      assert.equal(rest, { dtype, shape }, key);
      assert.ok(data.length === numbers.length && numbers.every((value, i) => Object.is(data[i], value)), `${key}: ${data.join()}`);
    }
    assert.equal([...tensorOf(file, 'deep.state.0.step').data], [4]);
    assert.is(file.tensors.size, Object.keys(kinds).length + 1);
    assert.equal(Object.fromEntries(file.values), {
      epoch: 3, loss: 0.25, name: 'Ä', done: true, nothing: null, 'rates.0': 0.1, 'rates.1': 0.01, 'pair.0': 1, 'pair.1': -2, large: 2 ** 40, seed: 2n ** 63n + 1n,
    });
    assert.is(tensorOf(file, 'model.same').data, tensorOf(file, 'model.shared').data, 'one tensor under two names');
    assert.is(tensorOf(file, 'model.same').data.buffer, tensorOf(file, 'model.d').data.buffer, 'views of one copy of the file');
  });
}

test('the bytes may lie anywhere in a buffer, and are left as they are', async () => {
  const file = torchFile('odd-legacy');
  for (const from of [0, 1, 2, 3, 5]) {
    const buffer = new Uint8Array(file.length + 8).fill(9);
    buffer.set(file, from);
    const { tensors } = await readTorch(buffer.subarray(from, from + file.length));
    assert.equal([...tensors.get('model.d')?.data ?? []], count(0, 24));
    assert.equal(buffer.subarray(from, from + file.length), file);
  }
});

test('a tensor alone, and a list', async () => {
  const alone = await readTorch(torchFile('one-tensor'));
  assert.equal([[...alone.tensors.keys()], [...tensorOf(alone, '').data]], [[''], [0, 1, 2]]);
  assert.equal([...(await readTorch(torchFile('list'))).tensors.keys()], ['0', '1.a']);
});

test('safetensors of every type', async () => {
  const stored = (dtype: string, data: ArrayBufferView, shape: number[]): { name: string; dtype: string; shape: number[]; bytes: Uint8Array } =>
    ({ name: dtype, dtype, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  const bytes = encodeStored({
    metadata: { format: 'pt' }, tensors: [
      stored('F32', Float32Array.of(1, 2), [2, 1]), stored('F64', Float64Array.of(0.1), []), stored('F16', Uint16Array.of(0x3c00, 0xc100), [2]), stored('BF16', Uint16Array.of(0x3f80), [1]),
      stored('I64', BigInt64Array.of(-5n), [1]), stored('I32', Int32Array.of(-6), [1]), stored('I16', Int16Array.of(-7), [1]), stored('I8', Int8Array.of(-8), [1]),
      stored('U8', Uint8Array.of(200), [1]), stored('BOOL', Uint8Array.of(1, 0, 1), [3]),
    ],
  });
  const file = await readTorch(bytes);
  assert.is(file.format, 'safetensors');
  assert.equal(Object.fromEntries([...file.tensors].map(([name, { dtype, data, shape }]) => [name, [dtype, shape, ...data]])), {
    F32: ['float32', [2, 1], 1, 2], F64: ['float64', [], 0.1], F16: ['float16', [2], 1, -2.5], BF16: ['bfloat16', [1], 1], I64: ['int64', [1], -5], I32: ['int32', [1], -6],
    I16: ['int16', [1], -7], I8: ['int8', [1], -8], U8: ['uint8', [1], 200], BOOL: ['bool', [3], 1, 0, 1],
  });
  assert.equal([...file.values], [['format', 'pt']]);
});

async function refused(bytes: Uint8Array, ...messages: RegExp[]): Promise<void> {
  try {
    await readTorch(bytes);
  } catch (error) {
    assert.instance(error, FileFormatError, String(error));
    for (const message of messages) assert.match(String(error), message);
    return;
  }
  assert.unreachable(`read, for ${messages.join()}`);
}

test('code is refused with the line that saves a state dict', async () => {
  await refused(torchFile('module'), /'torch\.nn\.modules\.linear\.Linear', which is code/, /torch\.save\(model\.state_dict\(\), 'state\.pt'\)/);
  await refused(torchFile('script'), /TorchScript/, /torch\.jit\.load\('model\.pt'\); torch\.save\(model\.state_dict\(\)/);
  await refused(torchFile('set'), /an opcode that torch\.save writes|which is code/);
});

/** A zip file of this pickle, and storages by their keys. */
function saved(pickle: (string | number | readonly number[])[], storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const data = Buffer.concat(pickle.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(typeof part === 'number' ? [part] : part))));
  return makeZip([{ name: 'a/data.pkl', data }, ...Object.entries(storages).map(([key, bytes]) => ({ name: `a/data/${key}`, data: bytes }))]);
}
const rebuild = 'ctorch._utils\n_rebuild_tensor_v2\n';
const storage = (n: number, type = 'FloatStorage'): string => `(X\x07\0\0\0storagectorch\n${type}\nX\x01\0\0\x000X\x03\0\0\0cpuK${String.fromCharCode(n)}tQ`;
/** One tensor of a storage of 4 numbers; offset, sizes and strides as opcodes. */
const tensorAt = (offset: string, sizes: string, strides: string): string => `\x80\x02${rebuild}(${storage(4)}${offset}(${sizes}t(${strides}t\x89NtR.`;
const four = { 0: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) };

test('a tensor lies in its storage, and a storage in its entry', async () => {
  assert.equal([...(await readTorch(saved([tensorAt('K\0', 'K\x02K\x02', 'K\x01K\x02')], four))).tensors.get('')?.data ?? []], [1, 3, 2, 4]);
  await refused(saved([tensorAt('K\x01', 'K\x02K\x02', 'K\x01K\x02')], four), /within the 4 numbers of storage '0', got one up to number 4/);
  await refused(saved([tensorAt('K\0', 'K\x02', 'J\xff\xff\xff\xff')], four), /offset, size and strides/);
  await refused(saved([tensorAt('K\0', 'K\x02K\x02', 'K\x01')], four), /offset, size and strides/);
  await refused(saved([tensorAt('K\0', 'K\x04', 'K\x01')]), /no entry of the zip file/);
  await refused(saved([tensorAt('K\0', 'K\x04', 'K\x01')], { 0: new Uint8Array(12) }), /16 bytes for 4 numbers of float32, got 12/);
});

test('a storage is one and the same wherever it is named', async () => {
  const two = (second: string): string => `\x80\x02}(X\x01\0\0\0a${rebuild}(${storage(4)}K\0(K\x04t(K\x01t\x89NtRX\x01\0\0\0b${rebuild}(${second}K\0(K\x01t(K\x01t\x89NtRu.`;
  assert.equal([...(await readTorch(saved([two(storage(4))], four))).tensors.keys()], ['a', 'b']);
  await refused(saved([two(storage(3))], four), /storage '0' the same everywhere/);
  await refused(saved([two(storage(4, 'IntStorage'))], four), /storage '0' the same everywhere/);
});

test('a stride of 0 cannot ask for more memory than the file has', async () => {
  await refused(saved([tensorAt('K\0', 'J\xff\xff\xff\x7f', 'K\0')], four), /together with the others at most twice as large/);
  const small = await readTorch(saved([tensorAt('K\x02', 'K\x03K\x02', 'K\0K\0')], four));
  assert.equal([...small.tensors.get('')?.data ?? []], [3, 3, 3, 3, 3, 3]);
});

test('nests that grow without growing in the file are refused', async () => {
  const doubled = ['\x80\x02]q\0', ...Array.from({ length: 40 }, (_, i) => [0x68, i, 0x68, i, 0x86, 0x71, i + 1])].flat();
  await refused(saved([...doubled, '.']), /one object in very many places/);
  await refused(saved(['\x80\x02]q\0h\0a.']), /nested at most 100 deep|very many places/); // a list that holds itself
  await refused(saved(['\x80\x02', ']'.repeat(300), 'a'.repeat(299), '.']), /nested at most 100 deep/);
  await refused(saved(['\x80\x02', '}'.repeat(5000), '.']), /fewer objects/);
});

test('what no machine of torch.save says is refused with its place', async () => {
  await refused(saved(['\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.']), /data\.pkl, byte \d+, must be a state dict.*'os\.system', which is code/);
  // Numbers of other kinds are not called code.
  for (const [named, what, instead] of [
    ['torch._utils\n_rebuild_qtensor', 'a quantised tensor', 'dequantize'], ['torch._utils\n_rebuild_sparse_tensor', 'a sparse tensor', 'to_dense'],
    ['torch\nComplexFloatStorage', 'a tensor of complex numbers', 'view_as_real'], ['numpy.core.multiarray\nscalar', 'an array or number of NumPy', 'float'],
  ] as const) await refused(saved([`\x80\x02c${named}\n.`]), new RegExp(`which is ${what}\\.`), new RegExp(instead));
  await refused(saved(['\x80\x02cbuiltins\neval\n.']), /'builtins\.eval'/);
  await refused(saved(['\x80\x02ccollections\nOrderedDict\n.']), /a value, got the name/);
  await refused(saved(['\x80\x02i.']), /data\.pkl, byte 2, must be an opcode/);
  await refused(saved(['\x80\x09.']), /protocol 5 at most/);
  await refused(saved(['\x80\x02K']), /1 more bytes, got 0/);
  await refused(saved(['\x80\x02X\xff\xff\xff\xff.']), /4294967295 more bytes/);
  await refused(saved(['\x80\x02h\x07.']), /number 7, which was not/);
  await refused(saved(['\x80\x02t.']), /a mark on the stack/);
  await refused(saved(['\x80\x02}K\x01s.']), /stack|dictionary/);
  await refused(saved(['\x80\x02]K\x01}s.']), /dictionary|stack/);
  await refused(new Uint8Array(0), /an empty one/);
  await refused(Uint8Array.from(Buffer.from('PK\x03\x04 and so on')), /the end of the file/);
  await refused(Uint8Array.from(Buffer.from('hello, world')), /one of torch\.save/);
});

test('whole numbers beyond 2^53 are refused by name, not rounded', async () => {
  const bytes = encodeStored({ metadata: {}, tensors: [{ name: 'seed', dtype: 'I64', shape: [1], bytes: new Uint8Array(BigInt64Array.of(2n ** 53n + 1n).buffer) }] });
  await refused(bytes, /tensor 'seed'/, /9007199254740993/);
});

test('cut anywhere, a file is refused', async () => {
  for (const name of ['tutorial', 'odd-legacy']) {
    const whole = torchFile(name);
    for (let length = 0; length < whole.length; length += 7) await refused(whole.subarray(0, length));
  }
});

test.run();
