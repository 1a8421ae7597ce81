/** What a pickle of torch.save is made of. */
import type { Shape } from '../../tensor.js';
import type { ByteReader } from '../bytes/reader.js';
import type { TorchDType } from './types.js';

export class PickleDict {
  readonly entries = new Map<string | number, PickleValue>();
}

/** Numbers of one type that tensors are views of; where they lie is for the container to say. */
export class TorchStorage {
  constructor(readonly key: string, readonly dtype: TorchDType, readonly count: number) {}
}

/** A view of a storage. */
export class StridedTensor {
  constructor(readonly storage: TorchStorage, readonly offset: number, readonly shape: Shape, readonly strides: Shape) {}
}

/** Lists are arrays, tuples frozen ones. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleValue[] | PickleDict | StridedTensor | TorchStorage | StorageType;

/** A function that a pickle names, `collections.OrderedDict`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** `torch.FloatStorage`, named in the identifier of a storage. */
export class StorageType {
  constructor(readonly dtype: TorchDType) {}
}

/** The storage that an identifier stands for. */
export type PersistentId = (id: PickleValue, reader: ByteReader) => TorchStorage;
