/**
 * The safetensors container: 8 bytes little-endian header length, a JSON header, raw little-endian data.
 * Written here from the published format description; read with every check a hostile file calls for. A `checksum` in the
 * metadata (ours always has one, others need not) also finds flipped bits in numbers.
 */
import { FileFormatError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { HostTensor } from '../../tensor.js';
import { crc32 } from './checksum.js';
import { parseJson } from './json.js';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor as it lies in a file, its type as the format calls it. */
export interface StoredTensor<Type extends string = string> {
  readonly name: string;
  readonly dtype: Type;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

interface Stored<Type extends string> { readonly tensors: readonly StoredTensor<Type>[]; readonly metadata: Readonly<Record<string, string>> }

interface Entry<Type extends string> { readonly name: string; readonly dtype: Type; readonly shape: readonly number[]; readonly begin: number; readonly end: number }

const bytesPer = { F32: 4, F64: 8 } as const;
/** As in the reference reader. */
const headerLimit = 100_000_000;

export function encodeTensorFile({ tensors, metadata }: TensorFile): Uint8Array {
  return encodeStored({
    metadata, tensors: [...tensors].map(([name, { data, shape }]) => ({
      name, dtype: data instanceof Float32Array ? 'F32' : 'F64', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  });
}

/** Numbers as they are stored, of any type. */
export function encodeStored({ tensors, metadata }: Stored<string>): Uint8Array {
  // Wider elements first keeps every tensor aligned to its element size.
  const width = ({ bytes, shape }: StoredTensor): number => bytes.length / sizeOf(shape) || 0;
  const ordered = [...tensors].sort((a, b) => width(b) - width(a));
  const entries: Record<string, unknown> = {};
  let size = 0;
  for (const { name, dtype, shape, bytes } of ordered) {
    entries[name] = { dtype, shape, data_offsets: [size, size + bytes.length] };
    size += bytes.length;
  }
  const values = new Uint8Array(size);
  let at = 0;
  for (const { bytes } of ordered) {
    values.set(bytes, at);
    at += bytes.length;
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

function readEntry<Type extends string>(name: string, value: unknown, dataBytes: number, widths: Readonly<Record<Type, number>>): Entry<Type> {
  const argument = `tensor '${name}'`;
  if (!isRecord(value)) throw refuse(argument, 'an object', typeof value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isTypeOf(widths, dtype)) throw refuse(`${argument} dtype`, Object.keys(widths).join(' or '), String(dtype));
  if (!Array.isArray(shape) || !shape.every(isCount)) throw refuse(`${argument} shape`, 'a list of sizes', JSON.stringify(shape) ?? 'nothing');
  const [begin, end] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end || end > dataBytes) {
    throw refuse(`${argument} data_offsets`, `a range within ${dataBytes} bytes`, JSON.stringify(offsets) ?? 'nothing');
  }
  const needed = sizeOf(shape) * widths[dtype];
  if (end - begin !== needed) throw refuse(`${argument} data`, `${needed} bytes`, `${end - begin}`);
  return { name, dtype, shape, begin, end };
}

function isTypeOf<Type extends string>(widths: Readonly<Record<Type, number>>, dtype: unknown): dtype is Type {
  return typeof dtype === 'string' && Object.hasOwn(widths, dtype);
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

/** Whether its metadata have such a key; the tensors are not looked at. @throws FileFormatError for a damaged header. */
export function hasMetadata(bytes: Uint8Array, key: string): boolean {
  const { __metadata__: metadata } = parseHeader(bytes).header;
  return isRecord(metadata) && Object.hasOwn(metadata, key);
}

/**
 * Tensors as views of the bytes, in the order in which they lie there.
 * @param widths bytes of one number of each type that is read. @throws FileFormatError if anything does not fit; nothing is half-read.
 */
export function decodeStored<Type extends string>(bytes: Uint8Array, widths: Readonly<Record<Type, number>>): Stored<Type> {
  const { header, dataFrom } = parseHeader(bytes);
  const dataBytes = bytes.length - dataFrom;
  const { __metadata__: wholeMetadata = {}, ...rest } = header;
  if (!isRecord(wholeMetadata) || !Object.values(wholeMetadata).every((value) => typeof value === 'string')) {
    throw refuse('__metadata__', 'an object of strings', typeof wholeMetadata);
  }
  const { checksum: stated, ...metadata } = wholeMetadata as Record<string, string>;
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value, dataBytes, widths)).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) throw refuse(`tensor '${name}'`, `data from byte ${covered} on`, `${begin}`);
    covered = end;
  }
  if (covered !== dataBytes) throw refuse('data', `${covered} bytes, as the header says`, `${dataBytes}`);
  const data = bytes.subarray(dataFrom);
  const actual = stated === undefined ? undefined : checksum(metadata, rest, data);
  if (stated !== undefined && actual !== undefined && stated !== actual) {
    throw new FileFormatError({
      operation: 'read safetensors', argument: 'checksum', expected: stated, actual,
      hint: 'The file is damaged. If you changed it on purpose, drop `checksum` from its metadata.',
    });
  }
  return { tensors: entries.map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: data.subarray(begin, end) })), metadata };
}

/** @throws FileFormatError if anything does not fit; nothing is half-read. */
export function decodeTensorFile(bytes: Uint8Array): TensorFile {
  const { tensors, metadata } = decodeStored(bytes, bytesPer);
  return {
    metadata, tensors: new Map(tensors.map(({ name, dtype, shape, bytes: stored }) => {
      const { buffer } = new Uint8Array(stored); // a copy, aligned
      return [name, { data: dtype === 'F32' ? new Float32Array(buffer) : new Float64Array(buffer), shape }] as const;
    })),
  };
}
