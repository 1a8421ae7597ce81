/** `bptt/gpu`: training on a GPU through gpu.js. */
export { gpu } from './backends/gpu/index.js';
export type { GpuBackend, GpuOptions } from './backends/gpu/index.js';
