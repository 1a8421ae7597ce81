/** `bptt/gpu`: training on a GPU through gpu.js. */
export { gpu } from './backends/gpu/index.js';
export { chooseBackend } from './backends/gpu/choose.js';
export type { GpuBackend, GpuOptions } from './backends/gpu/index.js';
export type { GpuMode } from './backends/gpu/load.js';
