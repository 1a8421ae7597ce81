/**
 * The safetensors container: 8 bytes little-endian header length, a JSON header, raw little-endian data.
 * Written here from the published format description; read with every check a hostile file calls for. A `checksum` in the
 * metadata (ours always has one, others need not) also finds flipped bits in numbers.
 */
import { FileFormatError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { FloatArray, HostTensor } from '../../tensor.js';
import { crc32 } from './checksum.js';
import { parseJson } from './json.js';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry { readonly name: string; readonly dtype: 'F32' | 'F64'; readonly shape: readonly number[]; readonly begin: number; readonly end: number }

const bytesPer = { F32: 4, F64: 8 } as const;
/** As in the reference reader. */
const headerLimit = 100_000_000;

export function encodeTensorFile({ tensors, metadata }: TensorFile): Uint8Array {
  // Wider elements first keeps every tensor aligned to its element size.
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries: Record<string, unknown> = {};
  let size = 0;
  for (const [name, { data, shape }] of ordered) {
    entries[name] = { dtype: data instanceof Float32Array ? 'F32' : 'F64', shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const values = new Uint8Array(size);
  const view = new DataView(values.buffer);
  let at = 0;
  for (const [, { data }] of ordered) {
    for (let i = 0; i < data.length; i++, at += data.BYTES_PER_ELEMENT) {
      if (data instanceof Float32Array) view.setFloat32(at, data[i] ?? 0, true);
      else view.setFloat64(at, data[i] ?? 0, true);
    }
  }
  const json = utf8({ __metadata__: { ...metadata, checksum: checksum(metadata, entries, values) }, ...entries });
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + size).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.set(values, 8 + padded);
  return bytes;
}

function utf8(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Of everything else in the file. */
function checksum(metadata: object, entries: object, values: Uint8Array): string {
  return crc32(utf8([metadata, entries]), values);
}

function refuse(argument: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({ operation: 'read safetensors', argument, expected, actual, hint: 'The file is damaged or not a safetensors file.' });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readEntry(name: string, value: unknown, dataBytes: number): Entry {
  const argument = `tensor '${name}'`;
  if (!isRecord(value)) throw refuse(argument, 'an object', typeof value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'F64') throw refuse(`${argument} dtype`, 'F32 or F64', String(dtype));
  if (!Array.isArray(shape) || !shape.every(isCount)) throw refuse(`${argument} shape`, 'a list of sizes', JSON.stringify(shape) ?? 'nothing');
  const [begin, end] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end || end > dataBytes) {
    throw refuse(`${argument} data_offsets`, `a range within ${dataBytes} bytes`, JSON.stringify(offsets) ?? 'nothing');
  }
  const needed = sizeOf(shape) * bytesPer[dtype];
  if (end - begin !== needed) throw refuse(`${argument} data`, `${needed} bytes`, `${end - begin}`);
  return { name, dtype, shape, begin, end };
}

function parseHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataFrom: number } {
  if (bytes.length < 8) throw refuse('file', 'at least 8 bytes', `${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) throw refuse('header length', `at most the ${bytes.length - 8} bytes that follow`, `${length}`);
  if (length > headerLimit) throw refuse('header length', `at most ${headerLimit} bytes`, `${length}`);
  const header = parseJson('read safetensors', 'header', textOf(bytes.subarray(8, 8 + length)));
  if (!isRecord(header)) throw refuse('header', 'a JSON object', typeof header);
  return { header, dataFrom: 8 + length };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FileFormatError({ operation: 'read safetensors', argument: 'header', expected: 'UTF-8', actual: 'something else' }, { cause });
  }
}

/** @throws FileFormatError if anything does not fit; nothing is half-read. */
export function decodeTensorFile(bytes: Uint8Array): TensorFile {
  const { header, dataFrom } = parseHeader(bytes);
  const dataBytes = bytes.length - dataFrom;
  const { __metadata__: wholeMetadata = {}, ...rest } = header;
  if (!isRecord(wholeMetadata) || !Object.values(wholeMetadata).every((value) => typeof value === 'string')) {
    throw refuse('__metadata__', 'an object of strings', typeof wholeMetadata);
  }
  const { checksum: stated, ...metadata } = wholeMetadata as Record<string, string>;
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value, dataBytes)).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) throw refuse(`tensor '${name}'`, `data from byte ${covered} on`, `${begin}`);
    covered = end;
  }
  if (covered !== dataBytes) throw refuse('data', `${covered} bytes, as the header says`, `${dataBytes}`);
  const actual = checksum(metadata, rest, bytes.subarray(dataFrom));
  if (stated !== undefined && stated !== actual) {
    throw new FileFormatError({
      operation: 'read safetensors', argument: 'checksum', expected: stated, actual,
      hint: 'The file is damaged. If you changed it on purpose, drop `checksum` from its metadata.',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataFrom, dataBytes);
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end }) => {
    const count = (end - begin) / bytesPer[dtype];
    const data: FloatArray = dtype === 'F32' ? new Float32Array(count) : new Float64Array(count);
    for (let i = 0; i < count; i++) data[i] = dtype === 'F32' ? view.getFloat32(begin + 4 * i, true) : view.getFloat64(begin + 8 * i, true);
    return [name, { data, shape }] as const;
  }));
  return { tensors, metadata };
}
