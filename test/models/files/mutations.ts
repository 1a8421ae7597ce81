/** Saved models with one thing changed, and what must come of reading them: a model that is itself again when saved, or a FileFormatError. */
import * as assert from 'uvu/assert';
import {
  Adam, BatchNorm, Bidirectional, Conv1D, Dense, Dropout, EarlyStopping, FileFormatError, Flatten, GRU, LSTM, MaxPool1D, RMSprop, ReduceLROnPlateau, Reshape, Sequential,
  SimpleRNN, TimeDistributed, ZeroPad1D, loadModel, warmUp,
} from '../../../src/index.js';
import { decodeTensorFile, encodeTensorFile } from '../../../src/models/files/safetensors.js';
import { uniform } from '../../../src/random.js';
import type { RandomGenerator } from '../../../src/random.js';
import { assertSame } from '../../support/compare.js';
import { randomData } from '../support.js';

/** Small ones, with every kind of entry that a file has. */
export async function savedModels(): Promise<Uint8Array[]> {
  const { x, y } = randomData(7, [4, 2], [1]);
  const recurrent = new Sequential([
    new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }) }), new BatchNorm(), new GRU({ units: 2, truncate: 2 }), new Dropout({ rate: 0.25 }), new Dense({ units: 1 }),
  ], { inputShape: [4, 2], seed: 6 });
  recurrent.compile({ loss: { kind: 'quantile', quantile: 0.8 }, optimizer: new Adam({ amsgrad: true, learningRate: warmUp({ epochs: 2, then: 0.01 }) }), metrics: ['mae'] });
  await recurrent.fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.3, callbacks: [new EarlyStopping({ patience: 3 }), new ReduceLROnPlateau()] });
  recurrent.metadata = { scaler: { kind: 'standard', mean: [1.5, -2], columns: ['open', 'clöse "€"'] }, note: null };
  const images = new Sequential([
    new ZeroPad1D({ padding: [1, 0] }), new Conv1D({ filters: 2, kernelSize: 2, dilation: 2, stride: 1 }), new MaxPool1D({ poolSize: 2, stride: 1 }), new TimeDistributed({ layer: new Dense({ units: 2 }) }),
    new Reshape({ targetShape: [-1, 1] }), new SimpleRNN({ units: 2, returnSequences: true }), new Flatten(), new Dense({ units: 1 }),
  ], { inputShape: [4, 2], seed: 2 });
  images.compile({ loss: 'huber', optimizer: new RMSprop() });
  await images.fit(x, y, { epochs: 1 });
  return [recurrent.toBytes(), images.toBytes()];
}

export interface Mutation { readonly what: string; readonly bytes: Uint8Array }

/** One byte of a random value in place of another, one gone, or one more. */
function changeByte(bytes: Uint8Array, random: RandomGenerator): Mutation {
  const at = Math.floor(uniform(random) * bytes.length);
  const byte = Math.floor(uniform(random) * 256);
  const how = Math.floor(uniform(random) * 3);
  const inserted = how === 0 ? [] : [byte];
  const rest = bytes.subarray(how === 2 ? at : at + 1);
  return { what: `byte ${at} ${['cut', `changed to ${byte}`, `preceded by ${byte}`][how]}`, bytes: Uint8Array.from([...bytes.subarray(0, at), ...inserted, ...rest]) };
}

/** What no file holds where a number or a word was. */
const strange = [
  '-1', '0', '1', '2', '7', '1.5', '1e9', '2147483648', '4294967296', '1e12', '9007199254740993', '1e300', '1e999', '-0', 'null', 'true', '""', '"x"', '[]', '{}', '[[]]', '[-1,0]', '[0,0]', '{"__proto__":1}',
];

/** Another value in place of a number, a word or `null` of a JSON text. */
function changeValue(text: string, random: RandomGenerator): { what: string; text: string } {
  const values = [...text.matchAll(/(?<=[:,[])(?:-?\d[\d.e+-]*|null|true|false|"[^"\\]*")(?=[,\]}])/g)];
  const found = values[Math.floor(uniform(random) * values.length)];
  const other = strange[Math.floor(uniform(random) * strange.length)] ?? '0';
  if (!found) return { what: 'nothing changed', text };
  return { what: `${found[0]} at ${found.index} → ${other}`, text: text.slice(0, found.index) + other + text.slice(found.index + found[0].length) };
}

function withHeader(bytes: Uint8Array, header: Uint8Array, dataFrom: number): Uint8Array {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Uint8Array.from(Buffer.concat([size, header, bytes.subarray(dataFrom)]));
}

/** The file as it is; its header with the right length and no checksum; the description, in a file that is right otherwise. */
export function mutate(bytes: Uint8Array, random: RandomGenerator): Mutation {
  const kind = Math.floor(uniform(random) * 5);
  if (kind === 0) return changeByte(bytes, random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (kind <= 2) {
    const text = Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8').replace(/,"checksum":"[^"]*"/, '');
    const { what, bytes: header } = kind === 1 ? changeByte(Buffer.from(text), random) : headerValue(text, random);
    return { what: `header: ${what}`, bytes: withHeader(bytes, header, 8 + length) };
  }
  const { tensors, metadata } = decodeTensorFile(bytes);
  const description = metadata.bptt ?? '';
  const changed = kind === 3
    ? changeValue(description, random)
    : (({ what, bytes: text }) => ({ what, text: Buffer.from(text).toString('utf8') }))(changeByte(Buffer.from(description), random));
  return { what: `description: ${changed.what}`, bytes: encodeTensorFile({ tensors, metadata: { ...metadata, bptt: changed.text } }) };
}

function headerValue(text: string, random: RandomGenerator): Mutation {
  const { what, text: changed } = changeValue(text, random);
  return { what, bytes: Buffer.from(changed) };
}

/** @returns whether it was loaded. Any error but FileFormatError, and any model that is not itself again, is the caller's to report. */
export async function judgeMutation({ bytes }: Mutation): Promise<'loaded' | 'refused'> {
  let model;
  try {
    model = await loadModel(bytes);
  } catch (error) {
    if (error instanceof FileFormatError && error.message.length < 5000) return 'refused';
    throw error;
  }
  const saved = model.toBytes();
  assertSame((await loadModel(saved)).toBytes(), saved, 'saved, loaded and saved again');
  assert.ok(saved.length < 4 * bytes.length + 4096, `a file of ${bytes.length} bytes became one of ${saved.length}`);
  model.dispose();
  return 'loaded';
}
