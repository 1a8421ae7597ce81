/** Which format a file has, by its first bytes and, where containers are shared, by what lies in them. */
import { FileFormatError } from '../../errors.js';
import { isModelFile } from '../../models/files/contents.js';
import { isZip, readZip } from '../bytes/zip.js';
import { isHdf5 } from '../keras/hdf5/file.js';
import { isLegacy } from '../torch/legacyFile.js';
import { isSafetensors } from '../torch/safetensorsFile.js';
import type { ModelFormat } from '../description.js';

/** ModelProto begins with its first field, ir_version, a small whole number; then comes another field of it. */
function isOnnx([tag, version = 0, next = 0]: Uint8Array): boolean {
  return tag === 0x08 && version > 0 && version < 0x80 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(next);
}

/** A text that begins an object; a byte order mark and blanks may come first. */
function isJson(bytes: Uint8Array): boolean {
  return /^\uFEFF?\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

/** @throws FileFormatError for a file that is none of them. */
export function formatOf(operation: string, bytes: Uint8Array): ModelFormat {
  if (isZip(bytes)) return readZip(operation, bytes).has('config.json') ? 'keras' : 'torch';
  if (isHdf5(bytes)) return 'keras';
  if (isLegacy(bytes)) return 'torch';
  if (isSafetensors(bytes)) return isModelFile(bytes) ? 'bptt' : 'safetensors';
  if (isOnnx(bytes)) return 'onnx';
  if (isJson(bytes)) return 'tensorflowjs';
  throw new FileFormatError({
    operation, argument: 'file', expected: 'of bptt or PyTorch (.safetensors, .pt), Keras (.keras, .h5), TensorFlow.js (model.json) or ONNX (.onnx)',
    actual: bytes.length === 0 ? 'an empty one' : 'something else',
  });
}
