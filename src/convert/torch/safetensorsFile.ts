/** A .safetensors file, of PyTorch or of anybody. */
import { decodeStored } from '../../models/files/safetensors.js';
import { FileFormatError } from '../../errors.js';
import { asNumbers, bytesPer, rawNumbers } from './numbers.js';
import type { TorchDType, TorchFile } from './types.js';

const types = {
  F32: 'float32', F64: 'float64', F16: 'float16', BF16: 'bfloat16', I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool',
} as const satisfies Readonly<Record<string, TorchDType>>;

const widths = Object.fromEntries(Object.entries(types).map(([name, dtype]) => [name, bytesPer(dtype)])) as Record<keyof typeof types, number>;

/** The header's length in 8 bytes, then an object of JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0;
}

/** @throws FileFormatError */
export function readSafetensorsFile(operation: string, bytes: Uint8Array): TorchFile {
  const { tensors, metadata } = decodeStored(bytes, widths);
  return {
    format: 'safetensors', values: new Map(Object.entries(metadata)),
    tensors: new Map(tensors.map(({ name, dtype: stored, shape, bytes: own }) => {
      const dtype = types[stored];
      try {
        return [name, { dtype, shape, data: asNumbers(dtype, rawNumbers(dtype, own)) }] as const;
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw new FileFormatError({ operation, argument: `tensor '${name}'`, expected: 'of whole numbers up to 2^53, which float64 holds', actual: cause.message }, { cause });
      }
    })),
  };
}
