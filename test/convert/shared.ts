/** Model files of others that lie beside the project, where it has company; they are not ours to copy. */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

const folder = '../shared/models/';

/**
 * The bytes of such a file; undefined, once it is said, where the folder is absent.
 * @throws Error with CI=true.
 */
export function sharedModel(name: string): Uint8Array | undefined {
  if (existsSync(folder + name)) return new Uint8Array(readFileSync(folder + name));
  if (process.env.CI === 'true') throw new Error(`${folder}${name} is absent`);
  console.log(`not run: ${folder}${name} is absent`);
  return undefined;
}

/** Shape and numbers of a .npy file of float32. */
export function readNpy(bytes: Uint8Array): { shape: number[]; data: Float32Array } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const header = Buffer.from(bytes.subarray(10, 10 + length)).toString('latin1');
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1]?.split(',').filter((size) => size.trim() !== '').map(Number) ?? [];
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True")) throw new Error(`a .npy file of another kind: ${header}`);
  return { shape, data: new Float32Array(new Uint8Array(bytes.subarray(10 + length)).buffer) };
}
