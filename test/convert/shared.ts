/** Model files of others that lie beside the project, where it has company; they are not ours to copy. */
import { readFileSync } from 'node:fs';

/** The tests that read them are named `shared.test.ts`: `npm test` leaves them out, and says so, where there are none. */
export function sharedModel(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../../shared/models/${name}`, import.meta.url)));
}

/** Shape and numbers of a .npy file of float32. */
export function readNpy(bytes: Uint8Array): { shape: number[]; data: Float32Array } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const header = Buffer.from(bytes.subarray(10, 10 + length)).toString('latin1');
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1]?.split(',').filter((size) => size.trim() !== '').map(Number) ?? [];
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True")) throw new Error(`a .npy file of another kind: ${header}`);
  return { shape, data: new Float32Array(new Uint8Array(bytes.subarray(10 + length)).buffer) };
}
