/** A model of ours as a state dict and the module that takes it. */
import { ArgumentError, ConversionError, quoted } from '../../../errors.js';
import { encodeStored } from '../../../models/files/safetensors.js';
import type { StoredTensor } from '../../../models/files/safetensors.js';
import type { Network } from '../../../models/graph/network.js';
import type { FloatArray, Shape } from '../../../tensor.js';
import { fromFloat16, toFloat16 } from '../../bytes/half.js';
import { isObstacle, writeWeight } from '../mapping/slot.js';
import { slotsOf } from '../mapping/slots.js';
import { moduleText } from './module.js';
import type { WeightRounding } from '../../rounding.js';
import type { ExportTorchOptions, TorchExport } from '../exportTypes.js';

interface Weight { readonly data: FloatArray; readonly shape: Shape }

/** @throws ConversionError for all layers at once that PyTorch does not have. */
export function exportModel(network: Network, weights: Readonly<Record<string, Weight>>, { weights: dtype = 'float32', fileName = 'model.safetensors' }: ExportTorchOptions): TorchExport {
  if (!/^[\w.-]+$/.test(fileName)) throw new ArgumentError({ operation: 'exportTorch', argument: 'fileName', expected: 'letters, digits, _ . or -', actual: quoted(fileName) });
  const { slots } = slotsOf(network, 'channelsLast');
  const { text, modules, problems, notes } = moduleText(network, fileName, dtype === 'float64');
  const all = [...slots.filter(isObstacle).map(({ layer, problem }) => `'${layer}': ${problem}`), ...problems];
  if (all.length > 0) throw new ConversionError({ operation: 'exportTorch', argument: 'model', expected: 'of layers that PyTorch has' }, all);
  const tensors = new Map<string, Weight>();
  const met = new Map<string, number>();
  for (const slot of slots) {
    if (isObstacle(slot)) continue;
    const index = met.get(slot.layer) ?? 0;
    met.set(slot.layer, index + 1);
    const leaves = new Map<string, Weight>();
    for (const rule of slot.weights) {
      const own = weights[rule.key];
      if (own) writeWeight(rule, own.data, leaves);
    }
    const module = modules.get(slot.layer)?.[index] ?? slot.layer;
    for (const [leaf, tensor] of leaves) tensors.set(`${module}.${leafName(leaf)}`, tensor);
  }
  const stored = [...tensors].map(([name, tensor]) => storedAs(dtype, name, tensor));
  return {
    weights: encodeStored({ tensors: stored.map(({ tensor }) => tensor), metadata: { format: 'pt' } }), python: text, notes,
    rounding: stored.map(({ rounding }) => rounding).reduce((a, b) => (b.largest > a.largest ? b : a), { weight: '', largest: 0, relative: 0 }),
  };
}

/** Recurrent modules number their layers; ours are one each. */
function leafName(leaf: string): string {
  return leaf.replace(/^(weight|bias)_(ih|hh|hr)/, '$1_$2_l0');
}

type DType = NonNullable<ExportTorchOptions['weights']>;

const forms: Readonly<Record<DType, { readonly name: string; readonly write: (data: FloatArray) => ArrayBufferView; readonly read: (written: ArrayBufferView) => FloatArray }>> = {
  float16: { name: 'F16', write: toFloat16, read: (written) => fromFloat16(new Uint16Array(written.buffer)) },
  float32: { name: 'F32', write: (data) => Float32Array.from(data), read: (written) => new Float32Array(written.buffer) },
  float64: { name: 'F64', write: (data) => Float64Array.from(data), read: (written) => new Float64Array(written.buffer) },
};

/** @throws ConversionError for a number beyond the range of the type. */
function storedAs(dtype: DType, name: string, { data, shape }: Weight): { readonly tensor: StoredTensor; readonly rounding: WeightRounding } {
  const form = forms[dtype];
  const written = form.write(data);
  const read = form.read(written);
  let [largest, size] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (!Number.isFinite(read[i] ?? NaN)) {
      throw new ConversionError({ operation: 'exportTorch', argument: 'weights', expected: `numbers in the range of ${dtype}` }, [`'${name}' holds ${value}`]);
    }
    largest = Math.max(largest, Math.abs((read[i] ?? 0) - value));
    size = Math.max(size, Math.abs(value));
  }
  return { tensor: { name, dtype: form.name, shape, bytes: new Uint8Array(written.buffer) }, rounding: { weight: name, largest, relative: size === 0 ? 0 : largest / size } };
}
