/** Weights of a model as constants of a graph, each form of them once, in single or half precision. */
import { fromFloat16, toFloat16 } from '../../bytes/half.js';
import { ArgumentError } from '../../../errors.js';
import type { Weights } from '../../../models/training/options.js';
import type { FloatArray, HostTensor } from '../../../tensor.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxTensor } from '../proto/graph.js';
import { floatTensor, int } from './graphBuilder.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { WeightRounding } from '../../rounding.js';

export class WeightWriter {
  rounding: WeightRounding | undefined;
  private readonly made = new Map<string, string>();

  constructor(private readonly b: GraphBuilder, private readonly weights: Weights, protected readonly half: boolean) {
    if (half) this.rounding = { largest: 0, weight: '', relative: 0 };
  }

  optional(layer: string, name: string): HostTensor | undefined {
    const array = this.weights[`${layer}/${name}`];
    return array && { data: array.data, shape: array.shape };
  }

  get(layer: string, name: string): HostTensor {
    const tensor = this.optional(layer, name);
    if (!tensor) throw new Error(`no weight ${layer}/${name}`);
    return tensor;
  }

  constant(layer: string, name: string, form: string, make: (tensor: HostTensor) => HostTensor): string {
    const key = JSON.stringify([layer, name, form]);
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const written = this.write(`${layer}/${name}`, make(this.get(layer, name)));
    this.made.set(key, written);
    return written;
  }

  private write(key: string, tensor: HostTensor): string {
    const { b } = this;
    const kept = b.add(this.stored(b.name(key), key, tensor));
    return this.half ? b.op('Cast', [kept], { to: int(elementTypes.float) }) : kept;
  }

  /** The constant of this name. @param key of the weight that it is made of. */
  protected stored(name: string, key: string, { data, shape }: HostTensor): OnnxTensor {
    if (!this.half) return floatTensor(name, data, shape);
    const halves = toFloat16(data);
    this.judge(key, data, fromFloat16(halves));
    return { name, dataType: elementTypes.float16, dims: shape, data: { field: 'raw', pieces: [new Uint8Array(halves.buffer)] } };
  }

  private judge(key: string, data: FloatArray, rounded: FloatArray): void {
    let [error, scale] = [0, 0];
    data.forEach((value, i) => {
      error = Math.max(error, Math.abs(value - (rounded[i] ?? 0)));
      scale = Math.max(scale, Math.abs(value));
    });
    if (!Number.isFinite(error)) {
      throw new ArgumentError({ operation: 'exportOnnx', argument: `weight '${key}'`, expected: 'at most 65504 in size for float16', actual: String(scale), hint: "Keep weights: 'float32'." });
    }
    if (error > (this.rounding?.largest ?? 0)) this.rounding = { largest: error, weight: key, relative: error / scale };
  }
}
