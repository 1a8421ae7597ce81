/** DEFLATE by what browsers and Node bring along, held to the size that a file declares. */
import { damagedAt } from './reader.js';
import type { FilePart } from './reader.js';

/** `deflate-raw` in zip files, `deflate` (with its zlib header) in HDF5. */
export type Compression = 'deflate-raw' | 'deflate' | 'gzip';

/** @param size what must come of it: not one byte more is kept. @throws FileFormatError */
export async function inflate(file: FilePart, packed: Uint8Array, compression: Compression, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const wrong = (actual: string): Error => damagedAt(file, 0, `compressed data of ${size} bytes`, actual);
  // DEFLATE cannot do better than 1032 : 1, so a larger claim is false; nothing is allocated for it.
  if (size > 1032 * packed.length) throw wrong(`${packed.length} bytes, which cannot hold as many`);
  const stream = new DecompressionStream(compression);
  const writer = stream.writable.getWriter();
  const written = Promise.all([writer.write(new Uint8Array(packed)), writer.close()]).catch(() => undefined); // the reader hears of it
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.readable.getReader();
  const whole = new Uint8Array(size);
  let filled = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (filled + next.value.length > size) throw new RangeError('more bytes');
      whole.set(next.value, filled);
      filled += next.value.length;
    }
    await written;
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    throw wrong(cause instanceof RangeError ? 'more' : 'damaged ones');
  }
  if (filled !== size) throw wrong(`${filled} bytes`);
  return whole;
}
