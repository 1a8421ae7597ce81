/**
 * The device of the linear backends: a step runs at once, reading its inputs from the arena and updating variables
 * in place; then the outputs are copied out and the arena is rewound.
 */
import type { Device, Kernels, Program, Variable } from '../../backend.js';
import { BackendError, ShapeError, formatShape } from '../../errors.js';
import type { DType, FloatArray } from '../../tensor.js';
import { activationKernels } from './activations.js';
import { arrayKernels } from './arrays.js';
import { createContext } from './context.js';
import { convolutionKernels } from './convolution.js';
import { gateKernels } from './gates.js';
import { matmulKernels } from './matmul.js';
import { Memory } from './memory.js';
import type { Storage } from './memory.js';
import { normKernels } from './norms.js';
import type { RawKernels } from './raw.js';
import { LinearTensor, open } from './tensor.js';
import { lossKernels, optimizerKernels } from './training.js';

export function linearDevice(raw: RawKernels, storage: Storage, dtype: DType): Device {
  const memory = new Memory(storage);
  const context = createContext(raw, memory, dtype);
  const kernels: Kernels = {
    dtype,
    ...arrayKernels(context), ...matmulKernels(context), ...activationKernels(context), ...gateKernels(context),
    ...normKernels(context), ...convolutionKernels(context), ...lossKernels(context), ...optimizerKernels(context),
  };
  let disposed = false;

  function own(variable: Variable): LinearTensor {
    if (disposed) {
      throw new BackendError({ operation: 'device', argument: 'state', expected: 'open', actual: 'disposed', hint: 'Compile the model again.' });
    }
    return open(variable);
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
      storage.write(address, values);
    },
    compile(step, inputShapes, variables): Program {
      const homes = variables.map(own);
      const run = (inputs: readonly FloatArray[]): FloatArray[] => {
        homes.forEach(own);
        memory.rewind();
        const tensors = inputShapes.map((shape, i) => {
          const values = inputs[i];
          const at = context.make(shape);
          if (values?.length !== at.size) {
            throw new ShapeError({
              operation: 'step', argument: `input ${i}`, expected: `${at.size} numbers for ${formatShape(shape)}`, actual: String(values?.length),
            });
          }
          storage.write(at.address, values);
          return at;
        });
        const result = step(kernels, tensors, homes);
        result.variables.forEach((tensor, i) => {
          const home = homes[i];
          const value = open(tensor);
          if (home && value.address !== home.address) raw.copy(home.address, value.address, home.size);
        });
        const outputs = result.outputs.map((tensor) => storage.read(open(tensor).address, tensor.size));
        memory.rewind();
        return outputs;
      };
      return { run, runMany: (batches) => batches.map(run), batchesPerPlan: 1 };
    },
    dispose() {
      disposed = true;
    },
  };
}
