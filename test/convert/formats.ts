/** All that `bptt/convert` reads, with files to change. */
import * as assert from 'uvu/assert';
import { readTorch } from '../../src/convert/index.js';
import { entryBytes, readZip } from '../../src/convert/bytes/zip.js';
import type { RandomGenerator } from '../../src/random.js';
import { uniform } from '../../src/random.js';
import { encodeStored } from '../../src/models/files/safetensors.js';
import { torchFile } from '../golden/torchFiles.js';
import { makeZip } from './bytes/makeZip.js';
import { kerasFormats } from './keras/kerasFormats.js';
import { changeBytes, pick } from './mutations.js';
import type { MutatedFormat, Mutation } from './mutations.js';
import { onnxFormat } from './onnx/mutatedOnnx.js';

async function readWhole(bytes: Uint8Array): Promise<() => void> {
  const { tensors } = await readTorch(bytes);
  return () => {
    for (const [name, { data, shape }] of tensors) {
      assert.is(data.length, shape.reduce((size, n) => size * n, 1), name);
      assert.ok(shape.every((n) => Number.isSafeInteger(n) && n >= 0), name);
    }
  };
}

/** The same zip file with one entry changed, most often the pickle, and its checksum with it. */
async function insideZip(bytes: Uint8Array, random: RandomGenerator): Promise<Mutation> {
  const entries = await Promise.all([...readZip('test', bytes).values()].map(async (entry) => ({ name: entry.name, data: await entryBytes('test', entry, 2 ** 20) })));
  const pickle = entries.find(({ name }) => name.endsWith('data.pkl'));
  const chosen = pickle && uniform(random) < 0.8 ? pickle : pick(entries, random);
  const { what, bytes: data } = changeBytes(chosen.data, random);
  return { what: `${chosen.name}: ${what}`, bytes: makeZip(entries.map((entry) => (entry === chosen ? { name: entry.name, data } : entry)), { long: true }) };
}

function safetensorsFile(count: number): Uint8Array {
  const stored = (name: string, dtype: string, data: ArrayBufferView, shape: number[]): Parameters<typeof encodeStored>[0]['tensors'][number] =>
    ({ name, dtype, shape, bytes: new Uint8Array(data.buffer) });
  const whole = encodeStored({
    metadata: { format: 'pt' }, tensors: [
      stored('fc.weight', 'F32', Float32Array.from({ length: count }, (_, i) => i), [3, count / 3]), stored('fc.bias', 'F16', Uint16Array.of(1, 2, 3), [3]), stored('step', 'I64', BigInt64Array.of(7n), []),
      stored('mask', 'BOOL', Uint8Array.of(0, 1), [2]), stored('double', 'F64', Float64Array.of(1, 2), [2, 1]),
    ],
  });
  // Without the checksum, which other programs do not write and which would hide what the reader itself sees.
  const length = Number(new DataView(whole.buffer).getBigUint64(0, true));
  const header = Buffer.from(whole.subarray(8, 8 + length)).toString('utf8').replace(/,"checksum":"[^"]*"/, '').padEnd(length);
  whole.set(Buffer.from(header), 8);
  return whole;
}

export const mutatedFormats: readonly MutatedFormat[] = [
  { name: 'torch', files: async () => ['tutorial', 'odd', 'odd-protocol4', 'words'].map(torchFile), read: readWhole, inside: insideZip },
  { name: 'torch-legacy', files: async () => [torchFile('odd-legacy')], read: readWhole },
  { name: 'torch-safetensors', files: async () => [safetensorsFile(12), safetensorsFile(300_000)], read: readWhole },
  onnxFormat,
  ...kerasFormats,
];
