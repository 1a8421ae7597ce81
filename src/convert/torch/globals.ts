/**
 * All that a pickle may name, and what is made of it. A name that is not here is code of somebody's: the file is refused, whatever it
 * would have been for.
 */
import { FileFormatError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { ByteReader } from '../bytes/reader.js';
import type { TorchDType } from './types.js';
import { PickleDict, PickleGlobal, StorageType, StridedTensor, TorchStorage } from './values.js';
import type { PickleValue } from './values.js';

const storageTypes: Readonly<Record<string, TorchDType>> = {
  FloatStorage: 'float32', DoubleStorage: 'float64', HalfStorage: 'float16', BFloat16Storage: 'bfloat16', LongStorage: 'int64', IntStorage: 'int32', ShortStorage: 'int16',
  CharStorage: 'int8', ByteStorage: 'uint8', BoolStorage: 'bool',
};

type Call = (reader: ByteReader, given: readonly PickleValue[]) => PickleValue;

const calls: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': (reader, given) => {
    if (given.length === 0) return new PickleDict();
    throw reader.refuse('an OrderedDict that begins empty', 'one with arguments');
  },
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': (reader, [tensor]) => {
    if (tensor instanceof StridedTensor) return tensor;
    throw reader.refuse('a parameter of a tensor', 'something else');
  },
};

/** Numbers that a state dict may hold and that are not read: what they are, and what to save instead. */
const otherNumbers: readonly (readonly [RegExp, string, string])[] = [
  [/^torch\._utils\._rebuild_qtensor$|^torch\.Q\w+Storage$/, 'a quantised tensor', 'In Python, save tensor.dequantize().'],
  [/^torch\._utils\._rebuild_sparse/, 'a sparse tensor', 'In Python, save tensor.to_dense().'],
  [/^torch\.Complex\w+Storage$/, 'a tensor of complex numbers', 'In Python, save torch.view_as_real(tensor).'],
  [/^numpy\./, 'an array or number of NumPy', 'In Python, save float(number) or torch.from_numpy(array).'],
];

/** In Python, what saves the numbers of a model without its code. */
export const saveStateDict = "torch.save(model.state_dict(), 'state.pt')";

/** @throws FileFormatError for a name that is not on the list. */
export function requireGlobal(reader: ByteReader, module: string, name: string): PickleGlobal | StorageType {
  const dtype = module === 'torch' && Object.hasOwn(storageTypes, name) ? storageTypes[name] : undefined;
  if (dtype) return new StorageType(dtype);
  const global = `${module}.${name}`;
  if (Object.hasOwn(calls, global)) return new PickleGlobal(global);
  const [, what, instead] = otherNumbers.find(([pattern]) => pattern.test(global)) ?? [];
  throw new FileFormatError({
    operation: reader.file.operation, argument: `${reader.file.part}, byte ${reader.at},`, expected: 'a state dict: tensors, numbers and texts', actual: `'${global}', which is ${what ?? 'code'}`,
    hint: instead ?? `A whole module or another object was saved; nothing of it is run here. In Python: ${saveStateDict}.`,
  });
}

export function callGlobal(reader: ByteReader, { name }: PickleGlobal, given: readonly PickleValue[]): PickleValue {
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (call) return call(reader, given);
  throw reader.refuse('a name that torch.save writes', `'${name}'`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}

/** As in PyTorch's own kernels. */
const mostAxes = 64;

/** storage, offset, size, strides; whether it needs a gradient and what is hooked to it are not needed. @throws FileFormatError unless all of it lies in its storage. */
function rebuildTensor(reader: ByteReader, [storage, offset, shape, strides]: readonly PickleValue[]): StridedTensor {
  if (!(storage instanceof TorchStorage)) throw reader.refuse('a tensor of a storage', 'something else');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
    throw reader.refuse('offset, size and strides of a tensor', 'something else');
  }
  const last = sizeOf(shape) === 0 ? offset - 1 : shape.reduce((at, size, axis) => at + (size - 1) * (strides[axis] ?? 0), offset);
  if (last >= storage.count) throw reader.refuse(`a tensor within the ${storage.count} numbers of storage '${storage.key}'`, `one up to number ${last}`);
  return new StridedTensor(storage, offset, shape, strides);
}
