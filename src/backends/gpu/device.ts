/**
 * The device: variables are arrays of the host. A step is recorded once, as a gpu.js pipeline from inputs and variables to
 * outputs and new variables, and replayed; with several batches in one plan the variables pass from batch to batch on the
 * GPU and travel once.
 */
import type { Device, Kernels, Program, Step, Tensor, Variable } from '../../backend.js';
import { BackendError, BpttError, ShapeError, formatShape } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { activationKernels } from './activations.js';
import { arrayKernels } from './arrays.js';
import { attentionKernels } from './attention.js';
import { broadcastKernels } from './broadcast.js';
import { convolutionKernels } from './convolution.js';
import type { GpuJs, Handle, PipelineCall } from './gpujs.js';
import { gruKernels } from './gru.js';
import { lookupKernels } from './lookup.js';
import { lossKernels } from './losses.js';
import { lstmKernels } from './lstm.js';
import { matmulKernels } from './matmul.js';
import { normKernels } from './norms.js';
import { optimizerKernels } from './optimizers.js';
import { pointwiseKernels } from './pointwise.js';
import { Recorder } from './recorder.js';
import { GpuTensor, open } from './tensor.js';
import { updateKernels } from './updates.js';

class GpuVariable implements Variable {
  readonly shape: Shape;
  readonly size: number;
  values: Float32Array;

  constructor({ data, shape }: HostTensor) {
    this.shape = shape;
    this.size = data.length;
    this.values = Float32Array.from(data);
  }
}

/** Where a tensor lies in the results of a plan. */
interface Place { readonly result: number; readonly offset: number; readonly size: number }

/** A recorded plan of some batches; the places are known after the first call. */
interface Plan {
  readonly call: PipelineCall;
  readonly outputs: Place[][];
  readonly variables: Place[];
}

/** Batches of a plan. Recording takes some hundredths of a second a batch and variables of this many numbers as long to travel. */
const lightBatches = 8;
const heavyBatches = 32;
const heavyVariables = 2 ** 22;

export interface DeviceOptions {
  /** Whether batches share a plan in `runMany`: on a GPU variables travel once for all of them, elsewhere they do not travel. */
  readonly planned: boolean;
  /** Told after a plan's first call how gpu.js executed it. */
  readonly onPlan: (plan: PipelineCall) => void;
}

export class GpuDevice implements Device {
  readonly dtype = 'float32';
  private readonly gpu: GpuJs;
  private readonly options: DeviceOptions;
  private readonly kernels: Kernels;
  private disposed = false;
  /** Runs wait for each other: each reads the variables that the one before has written. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(gpu: GpuJs, options: DeviceOptions) {
    this.gpu = gpu;
    this.options = options;
    const recorder = new Recorder(gpu);
    this.kernels = {
      dtype: this.dtype, fused: true,
      ...arrayKernels(recorder), ...matmulKernels(recorder), ...activationKernels(recorder), ...lossKernels(recorder), ...optimizerKernels(recorder),
      ...lstmKernels(recorder), ...gruKernels(recorder), ...normKernels(recorder), ...convolutionKernels(recorder), ...updateKernels(recorder),
      ...pointwiseKernels(recorder), ...lookupKernels(recorder), ...broadcastKernels(recorder), ...attentionKernels(recorder),
    };
  }

  variable(value: HostTensor): Variable {
    return new GpuVariable(value);
  }

  read(variable: Variable): FloatArray {
    return this.own(variable).values.slice();
  }

  write(variable: Variable, values: FloatArray): void {
    const home = this.own(variable);
    requireLength('write', 'values', values, home.shape);
    home.values = Float32Array.from(values);
  }

  compile(step: Step, inputShapes: readonly Shape[], variables: readonly Variable[]): Program {
    const homes = variables.map((variable) => this.own(variable));
    const plans = new Map<number, Plan>();
    const { planned } = this.options;
    const carries = homes.reduce((sum, { size }) => sum + size, 0);
    /** What travels slowly travels with as many batches as there are. */
    const heavy = planned && carries >= heavyVariables;
    const batchesPerPlan = planned ? (heavy ? heavyBatches : lightBatches) : 1;

    const execute = async (batches: readonly (readonly Float32Array[])[]): Promise<FloatArray[][]> => {
      homes.forEach((home) => this.own(home));
      let plan = plans.get(batches.length);
      if (!plan) plans.set(batches.length, plan = this.record(step, inputShapes, homes, batches.length));
      const first = plan.outputs.length === 0;
      const taken = homes.map(({ values }) => values);
      const results = await plan.call(...taken, ...batches.flat());
      if (first) this.options.onPlan(plan.call);
      const place = ({ result, offset, size }: Place): Float32Array => {
        const whole = results[result];
        if (!whole) throw new Error(`gpu.js returned no result ${result}`);
        return whole.subarray(offset, offset + size);
      };
      const outputs = plan.outputs.map((places) => places.map((each) => place(each).slice()));
      plan.variables.map(place).forEach((values, i) => {
        const home = homes[i];
        if (home && home.values === taken[i]) home.values = values; // what was written meanwhile stays
      });
      return outputs;
    };

    const runMany = async (batches: readonly (readonly FloatArray[])[]): Promise<FloatArray[][]> => {
      const checked = batches.map((inputs) => checkInputs(inputs, inputShapes));
      const outputs: FloatArray[][] = [];
      for (let at = 0; at < checked.length;) {
        const left = checked.length - at;
        const count = left >= batchesPerPlan ? batchesPerPlan : heavy ? left : 1; // a plan of each size has to be recorded
        const group = checked.slice(at, at + count);
        const turn = this.last.then(() => execute(group));
        this.last = turn.catch(() => undefined);
        outputs.push(...await turn.catch(explain));
        at += count;
      }
      return outputs;
    };

    return { batchesPerPlan, runMany, run: async (inputs) => (await runMany([inputs]))[0] ?? [] };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    // gpu.js frees its memory after the calls in flight; nothing is left to tell anyone if that fails.
    this.gpu.destroy().catch(() => undefined);
  }

  private own(variable: Variable): GpuVariable {
    if (this.disposed) {
      throw new BackendError({ operation: 'device', argument: 'state', expected: 'open', actual: 'disposed', hint: 'Compile the model again.' });
    }
    if (variable instanceof GpuVariable) return variable;
    throw new BackendError({ operation: 'device', argument: 'variable', expected: 'a variable of the gpu backend', actual: 'one of another backend' });
  }

  /** A pipeline over all variables, then the inputs of every batch. gpu.js records it at its first call. */
  private record(step: Step, inputShapes: readonly Shape[], homes: readonly GpuVariable[], batches: number): Plan {
    const outputs: Place[][] = [];
    const variables: Place[] = [];
    const trace = (...handles: Handle[]): Handle[] => {
      const rest = [...handles];
      const take = (shape: Shape): Tensor => argument(rest.shift(), shape);
      const results: Handle[] = [];
      const place = (tensor: Tensor): Place => {
        const { buffer, offset, size } = open(tensor);
        const handle = buffer.handle();
        const known = results.indexOf(handle);
        return { result: known < 0 ? results.push(handle) - 1 : known, offset, size };
      };
      let state: readonly Tensor[] = homes.map(({ shape }) => take(shape));
      for (let batch = 0; batch < batches; batch++) {
        const result = step(this.kernels, inputShapes.map(take), state);
        outputs.push(result.outputs.map(place));
        state = result.variables;
      }
      variables.push(...state.map(place));
      return results;
    };
    // gpu.js takes the number of arguments from the function's length.
    Object.defineProperty(trace, 'length', { value: homes.length + batches * inputShapes.length });
    return { call: this.gpu.createPipeline(trace), outputs, variables };
  }
}

function argument(handle: Handle | undefined, shape: Shape): GpuTensor {
  if (!handle) throw new Error('more tensors than arguments');
  return new GpuTensor({ handle: () => handle, length: sizeOf(shape), zero: false }, 0, shape);
}

function requireLength(operation: string, name: string, values: FloatArray | undefined, shape: Shape): FloatArray {
  if (values?.length === sizeOf(shape)) return values;
  throw new ShapeError({
    operation, argument: name, expected: `${sizeOf(shape)} numbers for ${formatShape(shape)}`, actual: String(values?.length),
  });
}

function checkInputs(inputs: readonly FloatArray[], shapes: readonly Shape[]): Float32Array[] {
  return shapes.map((shape, i) => Float32Array.from(requireLength('step', `input ${i}`, inputs[i], shape)));
}

/** Errors of gpu.js become ours; the variables still hold what they held before the run. */
function explain(error: unknown): never {
  if (error instanceof BpttError) throw error;
  const actual = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').replace(/\.$/, '');
  throw new BackendError({
    operation: 'gpu.js', argument: 'run', expected: 'a result', actual,
    hint: 'The weights are those of the last good step; compile the model again, or take another backend.',
  }, { cause: error });
}
