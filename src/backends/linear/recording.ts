/**
 * The raw calls that a step comes down to, kept to be made again. A step is a pure function of its inputs and variables and never
 * reads a value, so on one device it makes the same calls with the same addresses every time: once it has run, nobody need go
 * through layers, shape checks and tensors any more (docs/decisions/replay.md).
 */
import type { RawKernels } from './raw.js';

/** A kernel with its arguments. */
export type Call = () => void;

/** A call with its kernel's name. */
export interface NotedCall { readonly name: string; readonly values: readonly number[] }

/** Makes one call of several, in which nothing flows between `rows` of a batch, where that pays. */
export type Joining = (calls: readonly NotedCall[], rows: number) => Call | undefined;

/** A kernel may make a call ready itself, to decide once what does not change from call to call. */
interface RawKernel {
  (...values: number[]): void;
  readonly prepare?: (...values: number[]) => Call;
}

export class Recorder {
  /** The kernels, which take note of every call while they make it. */
  readonly raw: RawKernels;
  private calls: Call[] = [];
  /** Calls by name, within a stretch. */
  private stretch: NotedCall[] | undefined;

  constructor(raw: RawKernels) {
    const { packing, workspace, ...kernels } = raw; // the two that are asked, not called
    const noted = (name: string, kernel: RawKernel): RawKernel => (...values) => {
      this.stretch?.push({ name, values });
      const call = kernel.prepare?.(...values) ?? kernel.bind(undefined, ...values);
      this.calls.push(call);
      call();
    };
    this.raw = {
      ...kernels,
      ...Object.fromEntries(Object.entries<RawKernel>(kernels).map(([name, kernel]) => [name, noted(name, kernel)])),
      workspace,
      ...(packing ? { packing: { size: packing.size, pack: noted('pack', packing.pack) } } : {}),
    };
  }

  /** Calls that may become one. */
  joined(rows: number, work: () => void, join: Joining): void {
    const from = this.calls.length;
    const noted: NotedCall[] = this.stretch = [];
    work();
    this.stretch = undefined;
    const call = join(noted, rows);
    if (call) this.calls.splice(from, noted.length, call);
  }

  /** The calls that `work` makes. */
  record(work: () => void): readonly Call[] {
    const calls: Call[] = this.calls = [];
    work();
    return calls;
  }
}
