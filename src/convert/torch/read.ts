/** Whatever PyTorch may have written, told apart by its first bytes. */
import { FileFormatError } from '../../errors.js';
import { isZip } from '../bytes/zip.js';
import { isLegacy, readLegacyFile } from './legacyFile.js';
import { isSafetensors, readSafetensorsFile } from './safetensorsFile.js';
import type { TorchFile } from './types.js';
import { readZipFile } from './zipFile.js';

/** @param bytes the reader's own: tensors become views of them. @throws FileFormatError */
export async function readTorchFile(operation: string, bytes: Uint8Array): Promise<TorchFile> {
  if (isZip(bytes)) return readZipFile(operation, bytes);
  if (isLegacy(bytes)) return readLegacyFile(operation, bytes);
  if (isSafetensors(bytes)) return readSafetensorsFile(operation, bytes);
  throw new FileFormatError({
    operation, argument: 'file', expected: 'one of torch.save or a .safetensors file', actual: bytes.length === 0 ? 'an empty one' : 'something else',
    hint: "In Python: torch.save(model.state_dict(), 'state.pt').",
  });
}
