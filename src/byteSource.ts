import { typeName } from './checks.js';
import { ArgumentError } from './errors.js';

/** The bytes of a file: an ArrayBuffer, or any view of one, such as a Buffer. */
export type ByteSource = ArrayBufferLike | ArrayBufferView;

/** The bytes, without copying them. @throws ArgumentError */
export function bytesOf(operation: string, argument: string, source: ByteSource, expected = 'the bytes of a file'): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const given: unknown = source;
  const shared = typeof SharedArrayBuffer !== 'undefined' && given instanceof SharedArrayBuffer;
  if (given instanceof ArrayBuffer || shared) return new Uint8Array(source);
  throw new ArgumentError({ operation, argument, expected, actual: typeName(given) });
}

/** A copy of the bytes, in memory of their own. @throws ArgumentError */
export function copyOfBytes(operation: string, argument: string, source: ByteSource): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytesOf(operation, argument, source));
}
