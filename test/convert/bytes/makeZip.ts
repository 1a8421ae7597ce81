/** Zip files for tests. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../src/models/files/checksum.js';

interface Entry { readonly name: string; readonly data: Uint8Array; readonly deflated?: boolean }

interface ZipOptions {
  /** With 64-bit records at the end and in the entries, as torch.save writes them. */
  readonly long?: boolean;
  readonly flags?: number;
  /** In place of the true one. */
  readonly method?: number;
}

/** Little-endian fields of so many bytes each. */
function fields(...values: readonly (readonly [bytes: number, value: number])[]): Buffer {
  return Buffer.concat(values.map(([bytes, value]) => {
    const field = Buffer.alloc(bytes);
    if (bytes === 8) field.writeBigUInt64LE(BigInt(value));
    else field.writeUIntLE(value, 0, bytes);
    return field;
  }));
}

export function makeZip(entries: readonly Entry[], { long = false, flags = 0, method }: ZipOptions = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, deflated = false } of entries) {
    const packed = deflated ? deflateRawSync(data) : Buffer.from(data);
    const label = Buffer.from(name);
    const extra = long ? fields([2, 1], [2, 24], [8, data.length], [8, packed.length], [8, at]) : Buffer.alloc(0);
    const short = (value: number): number => (long ? 0xffffffff : value);
    const common = [[2, flags], [2, method ?? (deflated ? 8 : 0)], [4, 0], [4, parseInt(crc32(data), 16)]] as const;
    const local = Buffer.concat([fields([4, 0x04034b50], [2, 45], ...common, [4, packed.length], [4, data.length], [2, label.length], [2, 0]), label, packed]);
    directory.push(fields([4, 0x02014b50], [2, 45], [2, 45], ...common, [4, short(packed.length)], [4, short(data.length)], [2, label.length], [2, extra.length], [2, 0], [8, 0], [4, short(at)]), label, extra);
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const count = entries.length;
  const end64 = long
    ? Buffer.concat([fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, listed.length], [8, at]), fields([4, 0x07064b50], [4, 0], [8, at + listed.length], [4, 1])])
    : Buffer.alloc(0);
  const end = fields([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, listed.length], [4, at], [2, 0]);
  return Uint8Array.from(Buffer.concat([...parts, listed, end64, end]));
}
