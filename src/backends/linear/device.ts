/**
 * The device of the linear backends: a step runs at once, reading its inputs from the arena and updating variables
 * in place; then the outputs are copied out and the arena is rewound. Later runs may repeat the raw calls of the first.
 */
import type { Device, Kernels, Program, Variable } from '../../backend.js';
import { BackendError, ShapeError, formatShape } from '../../errors.js';
import type { DType, FloatArray } from '../../tensor.js';
import { createContext } from './context.js';
import type { Context } from './context.js';
import { Memory } from './memory.js';
import type { Storage } from './memory.js';
import { Packs } from './packs.js';
import type { Pack } from './packs.js';
import type { RawKernels } from './raw.js';
import { Recorder } from './recording.js';
import type { Call, Joining } from './recording.js';
import { LinearTensor, open } from './tensor.js';

/** What a run leaves for the next one, which may repeat its calls as long as the arena begins at the same place. */
interface Run {
  readonly base: number;
  readonly inputs: readonly LinearTensor[];
  readonly outputs: readonly LinearTensor[];
  readonly calls: readonly Call[] | undefined;
  /** Kept from run to run, which the calls read; or will, when they are next written. */
  readonly packs: readonly Pack[];
}

/** The kernels of one family, or of several, over a raw table that has theirs. */
export type Family = (context: Context) => Partial<Kernels>;

/**
 * @param families of kernels, the core first; a later one replaces what an earlier one has.
 * @param join makes one call of those of a stretch; with `replay`.
 * @param replay whether a step runs as written only once; what it came down to is then repeated, see recording.ts.
 */
export function linearDevice(
  raw: RawKernels, storage: Storage, dtype: DType, families: readonly Family[], replay = false, join?: Joining,
): Device {
  const memory = new Memory(storage);
  const recorder = replay ? new Recorder(raw) : undefined;
  const packs = new Packs(recorder && raw.packing, memory);
  const context = createContext(recorder?.raw ?? raw, memory, dtype, packs);
  const apart = recorder && join ? (rows: number, work: () => void): void => { recorder.joined(rows, work, join); } : undefined;
  const brief = (work: () => void): void => { memory.brief(work); };
  const kernels = Object.assign({ dtype, fused: true, brief, ...(apart ? { apart } : {}) }, ...families.map((family) => family(context))) as Kernels;
  let disposed = false;

  function requireOpen(): void {
    if (disposed) {
      throw new BackendError({ operation: 'device', argument: 'state', expected: 'open', actual: 'disposed', hint: 'Compile the model again.' });
    }
  }

  function own(variable: Variable): LinearTensor {
    requireOpen();
    return open(variable);
  }

  function noted(work: () => void): readonly Call[] | undefined {
    if (recorder) return recorder.record(work);
    work();
    return undefined;
  }

  // What runs at every step is written with loops by index: `runInto` allocates nothing.
  function feed(tensors: readonly LinearTensor[], inputs: readonly ArrayLike<number>[]): void {
    for (let i = 0; i < tensors.length; i++) {
      const { address, size, shape } = tensors[i]!;
      const values = inputs[i];
      if (values?.length !== size) {
        throw new ShapeError({
          operation: 'step', argument: `input ${i}`, expected: `${size} numbers for ${formatShape(shape)}`, actual: String(values?.length),
        });
      }
      storage.write(address, values);
    }
  }

  return {
    dtype,
    variable({ data, shape }) {
      const at = new LinearTensor(memory.allocateVariable(data.length), shape, data.length);
      storage.write(at.address, data);
      return at;
    },
    read(variable) {
      const { address, size } = own(variable);
      return storage.read(address, size);
    },
    write(variable, values) {
      const { address, size, shape } = own(variable);
      if (values.length !== size) {
        throw new ShapeError({ operation: 'write', argument: 'values', expected: `${size} numbers for ${formatShape(shape)}`, actual: String(values.length) });
      }
      packs.spoil(new Set([own(variable)]));
      storage.write(address, values);
    },
    compile(step, inputShapes, variables, fixed = []): Program {
      const homes = variables.map(own);
      const fixedHomes = fixed.map(own);
      const changing = new Set(homes.filter((home) => !fixedHomes.includes(home)));
      let last: Run | undefined;

      const asWritten = (inputs: readonly ArrayLike<number>[]): Run => {
        const tensors = inputShapes.map((shape) => context.make(shape));
        feed(tensors, inputs);
        let outputs: LinearTensor[] = [];
        const work = (): void => {
          const result = step(kernels, tensors, homes);
          result.variables.forEach((tensor, i) => {
            const home = homes[i];
            const value = open(tensor);
            if (home && value !== home && !changing.has(home)) throw new Error('a step changes what it leaves as it is');
            if (home && value.address !== home.address) context.raw.copy(home.address, value.address, home.size);
          });
          outputs = result.outputs.map(open);
        };
        const asked = packs.begin(fixedHomes);
        const calls = noted(work);
        return { base: memory.base, inputs: tensors, outputs, calls, packs: [...asked] };
      };

      const perform = (inputs: readonly ArrayLike<number>[]): readonly LinearTensor[] => {
        requireOpen();
        memory.rewind();
        packs.spoil(changing);
        if (last) packs.ready(last.packs);
        if (last?.calls && last.base === memory.base) {
          const { calls } = last;
          feed(last.inputs, inputs);
          for (let i = 0; i < calls.length; i++) calls[i]!();
        } else last = asWritten(inputs);
        memory.rewind();
        return last.outputs;
      };
      const run = (inputs: readonly FloatArray[]): FloatArray[] => perform(inputs).map(({ address, size }) => storage.read(address, size));
      return {
        run, runMany: (batches) => batches.map(run), batchesPerPlan: 1,
        runInto(inputs, outputs) {
          const results = perform(inputs);
          for (let i = 0; i < outputs.length; i++) storage.readInto(results[i]!.address, outputs[i]!);
        },
      };
    },
    dispose() {
      disposed = true;
    },
  };
}
