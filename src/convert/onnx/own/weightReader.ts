/**
 * Weights back from the constants that the writer made of them. The writer only moves numbers, and fills with zeros; so it is given the places of
 * the numbers instead of the numbers, and where it puts them says which number of the file is which of the weight.
 */
import { fromFloat16 } from '../../bytes/half.js';
import { sizeOf } from '../../../tensor.js';
import type { HostTensor, Shape } from '../../../tensor.js';
import type { OnnxTensor } from '../proto/graph.js';
import { elementTypes } from '../proto/graph.js';
import type { GraphBuilder } from '../write/graphBuilder.js';
import { WeightWriter } from '../write/weightWriter.js';

interface Spec { readonly key: string; readonly shape: Shape }

/** The numbers of a constant that is a weight, as they lie in a file; undefined for a constant of another size. */
export function bytesOfWeight({ dims, dataType, data: { field, pieces } }: OnnxTensor): Uint8Array | undefined {
  const [bytes, ...others] = field === 'raw' ? pieces : [];
  return others.length === 0 && bytes?.length === sizeOf(dims) * (dataType === elementTypes.float16 ? 2 : 4) ? bytes : undefined;
}

/** Writes constants without their numbers, of weights without numbers: what a graph looks like. */
export class WeightOutlines extends WeightWriter {
  /** Of the constants. */
  readonly names = new Set<string>();
  private readonly shapes: ReadonlyMap<string, Shape>;

  constructor(b: GraphBuilder, specs: readonly Spec[], half: boolean) {
    super(b, {}, half);
    this.shapes = new Map(specs.map(({ key, shape }) => [key, shape]));
  }

  override optional(layer: string, name: string): HostTensor | undefined {
    const shape = this.shapes.get(`${layer}/${name}`);
    return shape && { data: new Float32Array(), shape };
  }

  protected override stored(name: string, _key: string, { shape }: HostTensor): OnnxTensor {
    this.names.add(name);
    return { name, dataType: this.half ? elementTypes.float16 : elementTypes.float, dims: shape, data: { field: 'raw', pieces: [] } };
  }
}

/** Where the numbers of a weight are among those of all, counted from 1. */
interface Place extends Spec { readonly begin: number; readonly end: number }

export class WeightReader extends WeightWriter {
  /** By key; those that no output depends on are in no file. */
  readonly read = new Map<string, HostTensor>();
  /** Places that the writer has been given, and whose room the numbers will take. */
  private readonly given = new Map<string, Float32Array>();
  private readonly places = new Map<string, Place>();

  /** @param file its constants, of the sizes that the writer makes. */
  constructor(b: GraphBuilder, specs: readonly Spec[], private readonly file: ReadonlyMap<string, OnnxTensor>, half: boolean) {
    super(b, {}, half);
    let begin = 1; // 0 is a zero that the writer adds
    for (const { key, shape } of specs) {
      const end = begin + sizeOf(shape);
      this.places.set(key, { key, shape, begin, end });
      begin = end;
    }
  }

  override optional(layer: string, name: string): HostTensor | undefined {
    const place = this.places.get(`${layer}/${name}`);
    if (!place) return undefined;
    const { key, begin, end, shape } = place;
    // The bits of whole numbers, as floats that nobody computes with: those below 2^31 − 2^23 are numbers, and come through as they are.
    const data = this.given.get(key) ?? new Float32Array(counted(begin, end).buffer);
    this.given.set(key, data);
    return { data, shape };
  }

  /** @throws Error for another number than zero where the writer puts a zero. */
  protected override stored(name: string, _key: string, { data, shape }: HostTensor): OnnxTensor {
    const tensor = this.file.get(name);
    const outline: OnnxTensor = { name, dataType: elementTypes.float, dims: shape, data: { field: 'raw', pieces: [] } };
    if (!tensor) return outline; // no output depends on it
    const bytes = bytesOfWeight(tensor) ?? new Uint8Array();
    const halves = this.half ? fromFloat16(new Uint16Array(bytes.slice().buffer)) : undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const places = new Uint32Array(data.buffer, data.byteOffset, data.length);
    let at: Place | undefined;
    let to = new Float32Array();
    for (let i = 0; i < places.length; i++) {
      const place = places[i] ?? 0;
      const value = halves ? halves[i] ?? NaN : view.getFloat32(4 * i, true);
      if (place === 0) {
        if (value !== 0) throw new Error(`${name} has ${value} where nothing is`);
        continue;
      }
      if (!at || place < at.begin || place >= at.end) {
        at = this.placeOf(place);
        to = this.roomOf(at);
      }
      to[place - at.begin] = value;
    }
    return outline;
  }

  private placeOf(place: number): Place {
    for (const each of this.places.values()) if (place >= each.begin && place < each.end) return each;
    throw new Error(`no weight has the number ${place}`);
  }

  /** The places themselves, of which each is read before its number comes there. */
  private roomOf({ key, shape }: Place): Float32Array<ArrayBuffer> {
    const data = (this.read.get(key)?.data ?? this.given.get(key)) as Float32Array<ArrayBuffer>;
    this.given.delete(key);
    this.read.set(key, { data, shape });
    return data;
  }
}

function counted(begin: number, end: number): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(end - begin);
  for (let i = 0; i < places.length; i++) places[i] = begin + i;
  return places;
}
