/** PyTorch's files, in and out: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import type { TorchFile } from './types.js';

/**
 * The tensors of a file of PyTorch by name: of torch.save (the zip format and the one before 1.6) or .safetensors. What is pickled may name
 * tensors, numbers and texts alone, and nothing of it is run.
 *
 * The bytes are copied before it returns, and tensors are views of that copy where the file has them as they are handed out, so that the
 * peak of memory is twice the file.
 *
 * @param bytes of the file, not its path.
 * @throws FileFormatError for a damaged file, a whole pickled module or TorchScript, with the line of Python that saves a state dict instead.
 */
export async function readTorch(bytes: ByteSource): Promise<TorchFile> {
  const own = copyOfBytes('readTorch', 'bytes', bytes);
  const { readTorchFile } = await import('./read.js');
  return readTorchFile('readTorch', own);
}
