/** ONNX files with one thing changed: what `formats.ts` lists of them. */
import { readFileSync } from 'node:fs';
import { exportOnnx, importOnnx } from '../../../src/convert/index.js';
import { Activation, BatchNorm, Bidirectional, Conv1D, Dense, GRU, GlobalAveragePool1D, LSTM, LayerNorm, MultiHeadAttention, Sequential } from '../../../src/index.js';
import { uniform } from '../../../src/random.js';
import type { RandomGenerator } from '../../../src/random.js';
import { changeBytes, pick, strange, wholeModel } from '../mutations.js';
import type { MutatedFormat, Mutation } from '../mutations.js';

/** A message as its fields; `path` names its kind: numbers of fields from the model down. */
interface Message { readonly path: string; readonly fields: Field[] }
interface Field { readonly number: number; readonly wire: number; value: bigint | Uint8Array | Message }

/** Fields that are messages: graph, opset_import; nodes, initializers, inputs, outputs; attributes, their tensors; types and shapes. */
const messages = new Set(['7', '8', '7.1', '7.5', '7.11', '7.12', '7.1.5', '7.1.5.5', ...['7.11', '7.12'].flatMap((each) => [`${each}.2`, `${each}.2.1`, `${each}.2.1.2`, `${each}.2.1.2.1`])]);

function parsed(bytes: Uint8Array, path = ''): Message {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const [number, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) {
      fields.push({ number, wire, value: varint() });
      continue;
    }
    const size = wire === 2 ? Number(varint()) : wire === 5 ? 4 : 8;
    const part = bytes.subarray(at, at + size);
    at += size;
    const inner = path === '' ? String(number) : `${path}.${number}`;
    fields.push({ number, wire, value: wire === 2 && messages.has(inner) ? parsed(part, inner) : part });
  }
  return { path, fields };
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function written({ fields }: Message): Uint8Array {
  return new Uint8Array(Buffer.concat(fields.flatMap(({ number, wire, value }) => {
    const key = varintBytes(BigInt(number * 8 + wire));
    if (typeof value === 'bigint') return [key, varintBytes(value)];
    const data = value instanceof Uint8Array ? value : written(value);
    return wire === 2 ? [key, varintBytes(BigInt(data.length)), data] : [key, data];
  })));
}

/** All messages with all that lies in them. */
function within(message: Message): Message[] {
  return [message, ...message.fields.flatMap(({ value }) => (typeof value === 'bigint' || value instanceof Uint8Array ? [] : within(value)))];
}

/** One field changed, taken out, repeated, or put where another of its kind was; lengths around it are right. */
function insideProto(bytes: Uint8Array, random: RandomGenerator): Mutation {
  const model = parsed(bytes);
  const all = within(model);
  const { path, fields } = pick(all.filter((each) => each.fields.length > 0), random);
  const chosen = pick(fields, random);
  const at = fields.indexOf(chosen);
  const name = `field ${at} of ${path || 'model'}, number ${chosen.number}`;
  const kind = uniform(random);
  if (kind < 0.1) fields.splice(at, 1);
  else if (kind < 0.2) fields.push(chosen);
  else if (kind < 0.5) chosen.value = pick(all.filter((each) => each.path === path).flatMap((each) => each.fields).filter(({ number }) => number === chosen.number), random).value;
  else if (typeof chosen.value === 'bigint') chosen.value = uniform(random) < 0.5 ? pick(strange, random) : BigInt(Math.floor(uniform(random) * 12));
  else if (chosen.value instanceof Uint8Array) chosen.value = chosen.value.length > 0 ? changeBytes(chosen.value, random).bytes : Uint8Array.of(65);
  else fields.splice(at, 1, { ...chosen, value: changeBytes(written(chosen.value), random).bytes });
  return { what: name, bytes: written(model) };
}

async function files(): Promise<Uint8Array[]> {
  const recurrent = new Sequential([
    new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true, peepholes: true }) }), new Conv1D({ filters: 3, kernelSize: 2 }), new BatchNorm(), new LayerNorm(), new GRU({ units: 2 }), new Dense({ units: 1 }),
  ], { inputShape: [null, 2], seed: 1 });
  const attending = new Sequential([new MultiHeadAttention({ numHeads: 2, keyDim: 2 }), new GlobalAveragePool1D(), new Dense({ units: 2 }), new Activation({ kind: 'softmax' })], { inputShape: [4, 3], seed: 2 });
  // Most of its 1.3 MB are weights: what is read of it several times shows.
  const large = new Sequential([new LSTM({ units: 256, returnSequences: true }), new GlobalAveragePool1D(), new Dense({ units: 2 })], { inputShape: [null, 64], seed: 3 });
  const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../../../test/golden/data/onnx/${name}.onnx`, import.meta.url)));
  return [
    (await exportOnnx(recurrent)).bytes, (await exportOnnx(attending, { opset: 22 })).bytes, (await exportOnnx(recurrent, { weights: 'float16' })).bytes,
    ...['convolution', 'flattened', 'last_states', 'layer_norm', 'residual', 'temporal', 'time_first', 'words'].map(golden), (await exportOnnx(large)).bytes,
  ];
}

export const onnxFormat: MutatedFormat = {
  name: 'onnx', files, inside: insideProto,
  read: async (bytes) => wholeModel((await importOnnx(bytes)).model),
};
