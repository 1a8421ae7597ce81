/** What stands in an HDF5 file: groups and datasets, read when they are asked for. */
import { quoted } from '../../../errors.js';
import type { HostTensor } from '../../../tensor.js';
import { fromBfloat16 } from '../../bytes/half.js';
import { readAttributes } from './attributes.js';
import type { AttributeValue } from './attributes.js';
import { readChunks } from './chunks.js';
import { openFile } from './file.js';
import type { Hdf5File } from './file.js';
import { readFilters, readLayout } from './layout.js';
import type { Filter, Layout } from './layout.js';
import { readLinks } from './links.js';
import type { Links } from './links.js';
import { messageTypes, readMessages } from './objectHeader.js';
import type { Message } from './objectHeader.js';
import { bytesOfAll, readDataspace, readDatatype } from './types.js';
import type { Datatype } from './types.js';
import { isNumeric, numbersOf } from './values.js';

abstract class Hdf5Object {
  private known: ReadonlyMap<string, AttributeValue> | undefined;

  constructor(protected readonly file: Hdf5File, /** From the root on, without a slash in front. */ readonly path: string, protected readonly messages: readonly Message[]) {}

  get attributes(): ReadonlyMap<string, AttributeValue> {
    this.known ??= readAttributes(this.file, this.messages);
    return this.known;
  }

  /** An attribute of one text. */
  text(name: string): string | undefined {
    const [first] = this.attributes.get(name) ?? [];
    return typeof first === 'string' ? first : undefined;
  }

  /** An attribute of several texts; Keras splits long ones into NAME0, NAME1, … */
  texts(name: string): readonly string[] | undefined {
    const whole = this.attributes.get(name);
    if (whole) return whole.map(String);
    const parts: string[] = [];
    for (let i = 0; ; i++) {
      const part = this.attributes.get(`${name}${i}`);
      if (!part) return i === 0 ? undefined : parts;
      parts.push(...part.map(String));
    }
  }
}

export class Hdf5Group extends Hdf5Object {
  private readonly opened = new Map<string, Hdf5Group | Hdf5Dataset>();

  constructor(file: Hdf5File, path: string, messages: readonly Message[], private readonly links: Links) {
    super(file, path, messages);
  }

  /** In the order of the file. */
  get names(): readonly string[] {
    return [...this.links.keys()];
  }

  /** By a path within the group; undefined where there is none. @throws FileFormatError for links to paths and other files. */
  get(path: string): Hdf5Group | Hdf5Dataset | undefined {
    const [first = '', ...rest] = path.split('/').filter((name) => name !== '');
    const child = this.child(first);
    if (rest.length === 0 || !child) return child;
    return child instanceof Hdf5Group ? child.get(rest.join('/')) : undefined;
  }

  private child(name: string): Hdf5Group | Hdf5Dataset | undefined {
    const at = this.links.get(name);
    if (at === undefined) return undefined;
    const path = this.path === '' ? name : `${this.path}/${name}`;
    if (typeof at === 'string') throw this.file.unsupported(`object ${quoted(path)}`, 'in the file itself', `a link to ${at}`);
    const found = this.opened.get(name) ?? openObject(this.file, path, at);
    this.opened.set(name, found);
    return found;
  }
}

interface Storage { readonly layout: Layout; readonly filters: readonly Filter[] }

export class Hdf5Dataset extends Hdf5Object {
  constructor(file: Hdf5File, path: string, messages: readonly Message[], readonly shape: readonly number[], private readonly type: Datatype, private readonly storage: Storage) {
    super(file, path, messages);
  }

  /** As h5py calls it: float32, int64, … */
  get dtype(): string {
    const { kind, size } = this.type;
    if (this.type.kind === 'integer') return `${this.type.signed ? '' : 'u'}int${8 * size}`;
    if (kind === 'float') return `float${8 * size}`;
    return kind === 'opaque' ? this.text('dtype') ?? kind : kind;
  }

  /** float32 where that holds its numbers, else float64. @throws FileFormatError for what are no numbers, or not all there. */
  async read(): Promise<HostTensor> {
    const { file, path, type, shape } = this;
    const part = `dataset ${quoted(path)}`;
    const bfloat16 = type.kind === 'opaque' && type.size === 2 && this.text('dtype') === 'bfloat16';
    if (!bfloat16 && !isNumeric(type)) throw file.unsupported(part, 'numbers', type.kind === 'other' ? type.what : type.kind);
    const bytes = await this.bytes(part, bytesOfAll(file, part, shape, type.size));
    const data = isNumeric(type) ? numbersOf(bytes, type) : fromBfloat16(Uint16Array.from({ length: bytes.length / 2 }, (_, i) => (bytes[2 * i] ?? 0) + 256 * (bytes[2 * i + 1] ?? 0)));
    return { data, shape };
  }

  private async bytes(part: string, total: number): Promise<Uint8Array> {
    const { file, shape, type, storage: { layout, filters } } = this;
    switch (layout.kind) {
      case 'compact': return whole(file, part, layout.data, total);
      case 'contiguous': {
        if (total === 0) return new Uint8Array(0);
        if (layout.at === undefined || layout.size < total) throw file.unsupported(part, `${total} bytes of data`, layout.at === undefined ? 'none' : String(layout.size));
        return file.reader(part, layout.at).take(total);
      }
      case 'chunked': return total === 0 ? new Uint8Array(0) : readChunks(file, part, shape, type.size, total, layout, filters);
    }
  }
}

function whole(file: Hdf5File, part: string, data: Uint8Array, total: number): Uint8Array {
  if (data.length >= total) return data.subarray(0, total);
  throw file.unsupported(part, `${total} bytes of data`, String(data.length));
}

function openObject(file: Hdf5File, path: string, at: number): Hdf5Group | Hdf5Dataset {
  const messages = readMessages(file, at);
  const body = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const [space, type, layout] = [body(messageTypes.dataspace), body(messageTypes.datatype), body(messageTypes.layout)];
  if (space && type && layout) {
    const shape = readDataspace(space.body) ?? [0];
    const filters = body(messageTypes.filters);
    const storage = { layout: readLayout(file, layout.body, shape.length), filters: filters ? readFilters(file, filters.body) : [] };
    return new Hdf5Dataset(file, path, messages, shape, readDatatype(type.body), storage);
  }
  const links = readLinks(file, messages);
  if (links) return new Hdf5Group(file, path, messages, links);
  throw file.unsupported(`object ${quoted(path)}`, 'a group or a dataset', 'something else');
}

/** The root of a file. @throws FileFormatError for what is no HDF5 file, or is cut short. */
export function openHdf5(operation: string, bytes: Uint8Array): Hdf5Group {
  const { file, root } = openFile(operation, bytes);
  const group = openObject(file, '', root);
  if (group instanceof Hdf5Group) return group;
  throw file.unsupported('root', 'a group', 'a dataset');
}
