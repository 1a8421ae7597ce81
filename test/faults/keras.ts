/** Faults in what is made of Keras's files. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const chains = ['convert/keras/chains'];

export const kerasFaults: readonly Fault[] = [
  ...faultsIn('convert/keras/variables', ['convert/keras/table', 'convert/keras/graphs'],
    ['gates of GRU stay in their places', 'gru ? swapGates(value.data, units) : value.data', 'value.data'],
    ['the recurrent bias of GRU is the other one', 'data.subarray(3 * units)]', 'data.subarray(0, 3 * units)]'],
    ['the second bias of cuDNN is dropped', 'value + (data[size + i] ?? 0)', 'value'],
    ['kernels of additive attention are zero', 'i % (units + 1) === 0 ? 1 : 0', '0'],
  ),
  ...faultsIn('convert/keras/dialect', ['convert/keras/table'], ['one hard sigmoid for all', 'hardSigmoidSixth', 'hardSigmoidFifth']),
  ...faultsIn('convert/keras/layers/recurrent', chains, ['padded steps of both directions repeat', 'zeroOutputForMask: true', 'zeroOutputForMask: false']),
  ...faultsIn('convert/keras/build', ['convert/keras/table'], ['masks do not end', 'if (reached.length === 0)', 'if (true)']),
  ...faultsIn('convert/keras/optimizers', ['convert/keras/training'],
    ['m and v are taken one behind the other', 'i % 2 === which', 'Math.floor(i / count) === which'],
    ['centred RMSprop keeps the mean square', 'value - (mean[i] ?? 0) ** 2', 'value'],
    ['Adagrad counts its first sum twice', 'value - optimizer.initialAccumulator', 'value'],
  ),
  ...faultsIn('convert/keras/hdf5/chunks', ['convert/keras/hdf5'],
    ['bytes stay shuffled', 'data[byte * count + i] ?? 0', 'data[i * element + byte] ?? 0'],
    ['the last chunk is as long as the others', '(shape[axis] ?? 1) - begin)', 'chunk[axis] ?? 1)'],
  ),
  ...faultsIn('convert/tensorflowjs/manifest', ['convert/tensorflowjs/tensorflowjs'], ['quantised weights begin at zero', 'view.getUint8(i) * scale + min', 'view.getUint8(i) * scale']),
];
