/** HDF5 files for tests, written and read by libhdf5 itself (h5wasm). */
import * as h5wasm from 'h5wasm';
import type { File } from 'h5wasm';

let count = 0;

/** The file system of h5wasm, in memory. */
async function memory(): Promise<NonNullable<typeof h5wasm.FS>> {
  await h5wasm.ready;
  if (!h5wasm.FS) throw new Error('h5wasm is not ready');
  return h5wasm.FS;
}

/** The bytes of a file with what `fill` puts into it. */
export async function h5File(fill: (file: File) => void): Promise<Uint8Array> {
  const files = await memory();
  const name = `made${count++}.h5`;
  const file = new h5wasm.File(name, 'w');
  try {
    fill(file);
  } finally {
    file.close();
  }
  const bytes = new Uint8Array(files.readFile(name));
  files.unlink(name);
  return bytes;
}

/** Numbers of a dataset, as libhdf5 reads them. */
export async function readByLibrary(bytes: Uint8Array, paths: readonly string[]): Promise<{ shape: number[]; data: Float64Array }[]> {
  const files = await memory();
  const name = `read${count++}.h5`;
  files.writeFile(name, bytes);
  const file = new h5wasm.File(name, 'r');
  try {
    return paths.map((path) => {
      const found = file.get(path);
      if (!(found instanceof h5wasm.Dataset)) throw new Error(`no dataset ${path}`);
      return { shape: found.shape ?? [], data: Float64Array.from(found.value as Float32Array) };
    });
  } finally {
    file.close();
    files.unlink(name);
  }
}
