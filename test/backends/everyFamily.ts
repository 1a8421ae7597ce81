/** All families of kernels on WebAssembly, fetched. */
import { FetchedFamilies, kernelFamilies } from '../../src/backends/wasm/families.js';

export const everyFamily = new FetchedFamilies();
await everyFamily.prepare(kernelFamilies);
