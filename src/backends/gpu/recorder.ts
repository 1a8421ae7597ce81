/**
 * Turns kernel bodies into gpu.js kernels and calls them while a plan is recorded. One gpu.js kernel serves all calls with
 * the same source and the same buffer sizes, whatever plan they belong to. The sizes of the inputs count because gpu.js, where
 * it runs a plan kernel by kernel, builds them into the shader at the first call and does not look again.
 */
import type { Tensor } from '../../backend.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import type { GpuJs, Handle, KernelCall } from './gpujs.js';
import { kernelSource, maxInputs, sharedFunctions } from './source.js';
import { GpuTensor, open } from './tensor.js';

export class Recorder {
  private readonly gpu: GpuJs;
  private readonly kernels = new Map<string, KernelCall>();

  constructor(gpu: GpuJs) {
    this.gpu = gpu;
    for (const source of sharedFunctions) {
      const argument = /\((\w+)\)/.exec(source)?.[1] ?? 'x';
      gpu.addFunction(source, { argumentTypes: { [argument]: 'Number' }, returnType: 'Number' });
    }
  }

  /** Records one kernel. `inputs`: views by the name the body reads them under, all contiguous but those of products. */
  run(shape: Shape, inputs: Readonly<Record<string, Tensor>>, body: string): GpuTensor {
    const size = sizeOf(shape);
    const names = Object.keys(inputs);
    const views = Object.values(inputs).map(open);
    if (views.length > maxInputs) throw new Error(`a kernel with ${views.length} inputs: ${names.join(', ')}`);
    const kernel = this.kernel(kernelSource(names, body), size, views.map(({ buffer }) => buffer.length));
    const handle = kernel(...views.flatMap(({ buffer, offset }) => [buffer.handle(), offset]));
    return new GpuTensor({ handle: () => handle, length: size, zero: false }, 0, shape);
  }

  /** Zeros that become a kernel only if something reads them. */
  zeros(shape: Shape): GpuTensor {
    const size = sizeOf(shape);
    let handle: Handle | undefined;
    const make = (): Handle => (handle ??= this.kernel(kernelSource([], 'return 0;'), size, [])());
    return new GpuTensor({ handle: make, length: size, zero: true }, 0, shape);
  }

  private kernel(source: string, size: number, inputSizes: readonly number[]): KernelCall {
    const key = `${inputSizes.join(' ')} > ${size} ${source}`;
    let kernel = this.kernels.get(key);
    if (!kernel) {
      kernel = this.gpu.createKernel(source, { output: [size], precision: 'single', tactic: 'precision' });
      this.kernels.set(key, kernel);
    }
    return kernel;
  }
}
