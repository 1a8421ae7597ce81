/** What was saved, flat: tensors and values by the path that leads to them. */
import { FileFormatError, quoted } from '../../errors.js';
import { PickleDict, StridedTensor } from './values.js';
import type { PickleValue } from './values.js';
import type { TorchTensor, TorchValue } from './types.js';

const deepest = 100;

/** What a file may name: real ones need no more than their pickle has bytes, but one object may stand in many places. */
function mostLetters(pickleBytes: number): number {
  return 8 * pickleBytes + 2 ** 16;
}

interface Flat { readonly tensors: Map<string, TorchTensor>; readonly values: Map<string, TorchValue> }

/** @throws FileFormatError for what is no tensor, number, text, list or dictionary; for nests without an end. */
export function flattened(operation: string, root: PickleValue, pickleBytes: number, make: (name: string, view: StridedTensor) => TorchTensor): Flat {
  const tensors = new Map<string, TorchTensor>();
  const values = new Map<string, TorchValue>();
  let letters = mostLetters(pickleBytes);

  const refuse = (name: string, expected: string, actual: string): FileFormatError =>
    new FileFormatError({ operation, argument: name === '' ? 'file' : quoted(name), expected, actual });
  const visit = (value: PickleValue, name: string, depth: number): void => {
    letters -= name.length + 1;
    if (letters < 0) throw refuse(name, 'a nest whose names are no longer than the file', 'one object in very many places');
    if (depth > deepest) throw refuse(name, `nested at most ${deepest} deep`, 'deeper');
    if (value instanceof PickleDict || Array.isArray(value)) {
      const entries: Iterable<[string | number, PickleValue]> = value instanceof PickleDict ? value.entries : value.entries();
      for (const [key, entry] of entries) visit(entry, name === '' ? String(key) : `${name}.${key}`, depth + 1);
      return;
    }
    if (tensors.has(name) || values.has(name)) throw refuse(name, 'names that differ', 'one twice');
    if (value instanceof StridedTensor) tensors.set(name, make(name, value));
    else if (value === null || (typeof value !== 'object')) values.set(name, value);
    else throw refuse(name, 'a tensor, a number or a text', 'something else');
  };
  visit(root, '', 0);
  return { tensors, values };
}
