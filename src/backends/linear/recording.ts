/**
 * The raw calls that a step comes down to, kept to be made again. A step is a pure function of its inputs and variables and never
 * reads a value, so on one device it makes the same calls with the same addresses every time: once it has run, nobody need go
 * through layers, shape checks and tensors any more (docs/decisions/replay.md).
 */
import type { RawKernels } from './raw.js';

/** A kernel with its arguments. */
export type Call = () => void;

/** A kernel may make a call ready itself, to decide once what does not change from call to call. */
interface RawKernel {
  (...values: number[]): void;
  readonly prepare?: (...values: number[]) => Call;
}

export class Recorder {
  /** The kernels, which take note of every call while they make it. */
  readonly raw: RawKernels;
  private calls: Call[] = [];

  constructor(raw: RawKernels) {
    const { packing, workspace, ...kernels } = raw; // the two that are asked, not called
    const noted = (kernel: RawKernel): RawKernel => (...values) => {
      const call = kernel.prepare?.(...values) ?? kernel.bind(undefined, ...values);
      this.calls.push(call);
      call();
    };
    this.raw = {
      ...kernels,
      ...Object.fromEntries(Object.entries<RawKernel>(kernels).map(([name, kernel]) => [name, noted(kernel)])),
      workspace,
      ...(packing ? { packing: { size: packing.size, pack: noted(packing.pack) } } : {}),
    };
  }

  /** The calls that `work` makes. */
  record(work: () => void): readonly Call[] {
    const calls: Call[] = this.calls = [];
    work();
    return calls;
  }
}
