/** Runs a piece of kernel code on a backend. */
import type { Backend, Kernels, Tensor } from '../../src/backend.js';
import { cpu } from '../../src/backends/cpu/index.js';
import type { HostTensor } from '../../src/tensor.js';

export const float64 = cpu({ dtype: 'float64' });
export const float32 = cpu();

/** Runs kernel code on an open device and gives its outputs. @throws Error on a device that answers later. */
export function runStep(
  inputs: readonly HostTensor[], code: (k: Kernels, inputs: Tensor[]) => readonly Tensor[], backend: Backend = float64,
): Float64Array[] {
  const device = backend.open();
  const program = device.compile((k, tensors) => ({ outputs: code(k, [...tensors]), variables: [] }), inputs.map(({ shape }) => shape), []);
  const outputs = program.run(inputs.map(({ data }) => data));
  if (outputs instanceof Promise) throw new Error(`${backend.description} does not answer at once`);
  const copies = outputs.map((output) => Float64Array.from(output));
  device.dispose();
  return copies;
}

/** The first output of {@link runStep}, for code that makes one tensor. */
export function runOne(inputs: readonly HostTensor[], code: (k: Kernels, inputs: Tensor[]) => Tensor, backend?: Backend): Float64Array {
  const [output = new Float64Array()] = runStep(inputs, (k, tensors) => [code(k, tensors)], backend);
  return output;
}
