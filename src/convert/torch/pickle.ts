/**
 * Pickles as torch.save writes them: a small machine with a stack, of which only the opcodes that build data are here. What a pickle may
 * name is a fixed list (globals.ts), so that nothing in a file is ever run. Reading does not recurse, and every opcode makes at most one
 * object, so that work and memory are bounded by the length of the pickle; how many there may be of those that take much is bounded besides.
 */
import { quoted } from '../../errors.js';
import type { FileFormatError } from '../../errors.js';
import type { ByteReader } from '../bytes/reader.js';
import { callGlobal, requireGlobal } from './globals.js';
import { PickleDict, PickleGlobal } from './values.js';
import type { PersistentId, PickleValue } from './values.js';

/** Lists, tuples, dictionaries and tensors: real state dicts have fewer than one in four bytes, and fewer than a million in all. */
function mostObjects(bytes: number): number {
  return Math.min(2 ** 20, 1000 + bytes / 4);
}

/** What stands between values until it is taken away again. */
const mark = Symbol('mark');
type Entry = PickleValue | PickleGlobal | typeof mark;

class Machine {
  readonly stack: Entry[] = [];
  private readonly memo = new Map<number, Entry>();

  private objects = 0;

  constructor(readonly reader: ByteReader) {}

  /** Puts a container on the stack. */
  make(object: PickleValue): void {
    if (++this.objects > mostObjects(this.reader.bytes.length)) throw this.refuse('fewer objects', `more than ${this.objects - 1} in ${this.reader.bytes.length} bytes`);
    this.stack.push(object);
  }

  refuse(expected: string, actual: string): FileFormatError {
    return this.reader.refuse(expected, actual, this.reader.at - 1);
  }

  pop(): Entry {
    const top = this.stack.pop();
    if (top === undefined) throw this.refuse('a value on the stack', 'none');
    return top;
  }

  value(): PickleValue {
    return this.asValue(this.pop());
  }

  asValue(entry: Entry): PickleValue {
    if (entry !== mark && !(entry instanceof PickleGlobal)) return entry;
    throw this.refuse('a value', entry === mark ? 'a mark' : `the name '${entry.name}'`);
  }

  /** What lies above the last mark. */
  sinceMark(): PickleValue[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw this.refuse('a mark on the stack', 'none');
    return this.stack.splice(at).slice(1).map((entry) => this.asValue(entry));
  }

  top(): PickleValue {
    const top = this.value();
    this.stack.push(top);
    return top;
  }

  list(): PickleValue[] {
    const top = this.top();
    if (Array.isArray(top) && !Object.isFrozen(top)) return top;
    throw this.refuse('a list to append to', 'something else');
  }

  dict(): PickleDict {
    const top = this.top();
    if (top instanceof PickleDict) return top;
    throw this.refuse('a dictionary to add to', 'something else');
  }

  setItems(dict: PickleDict, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw this.refuse('a value for every key', `${items.length} keys and values`);
    for (let i = 0; i < items.length; i += 2) {
      const [key = null, value = null] = items.slice(i, i + 2);
      if (typeof key !== 'string' && typeof key !== 'number') throw this.refuse('keys that are texts or numbers', 'something else');
      dict.entries.set(key, value);
    }
  }

  tuple(count: number): void {
    const at = this.stack.length - count;
    if (at < 0) throw this.refuse(`${count} values on the stack`, `${this.stack.length}`);
    this.make(asTuple(this.stack.splice(at).map((entry) => this.asValue(entry))));
  }

  remember(index: number): void {
    const top = this.stack.at(-1);
    if (top === undefined || top === mark) throw this.refuse('a value to remember', 'none');
    this.memo.set(index, top);
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const found = this.memo.get(index);
    if (found === undefined) throw this.refuse('a value that was remembered', `number ${index}, which was not`);
    this.stack.push(found);
  }

  name(module: string, name: string): void {
    this.stack.push(requireGlobal(this.reader, module, name));
  }

  /** A text up to the end of its line. */
  line(): string {
    const end = this.reader.bytes.indexOf(10, this.reader.at);
    if (end < 0) throw this.refuse('a line', 'none that ends');
    const text = this.reader.text(end - this.reader.at);
    this.reader.take(1);
    return text;
  }

  /** A signed number of some bytes, the lowest first. */
  long(length: number): number | bigint {
    const bytes = this.reader.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(): string {
    const text = this.value();
    if (typeof text === 'string') return text;
    throw this.refuse('a text', 'something else');
  }
}

/** Tuples are lists that nothing is appended to. */
function asTuple(values: PickleValue[]): PickleValue[] {
  Object.freeze(values);
  return values;
}

type Opcode = (m: Machine, r: ByteReader, persistent: PersistentId) => void;

function pushed(read: (r: ByteReader, m: Machine) => PickleValue | typeof mark): Opcode {
  return (m, r) => { m.stack.push(read(r, m)); };
}

/** By their bytes; the names are those of Python's pickletools. */
const opcodes: Readonly<Record<number, Opcode>> = {
  0x28: pushed(() => mark), // MARK
  0x29: (m) => { m.tuple(0); }, // EMPTY_TUPLE
  0x30: (m) => { m.pop(); }, // POP
  0x42: pushed((r) => r.take(r.u32())), // BINBYTES
  0x43: pushed((r) => r.take(r.u8())), // SHORT_BINBYTES
  0x47: pushed((r) => r.f64BigEndian()), // BINFLOAT
  0x4a: pushed((r) => r.i32()), // BININT
  0x4b: pushed((r) => r.u8()), // BININT1
  0x4d: pushed((r) => r.u16()), // BININT2
  0x4e: pushed(() => null), // NONE
  0x51: (m, _r, persistent) => { m.stack.push(persistent(m.value(), m.reader)); }, // BINPERSID
  0x52: (m) => { // REDUCE
    const given = m.value();
    const callee = m.pop();
    if (!(callee instanceof PickleGlobal)) throw m.refuse('the name of a function', 'something else');
    if (!Array.isArray(given)) throw m.refuse('a tuple of arguments', 'something else');
    m.make(callGlobal(m.reader, callee, given));
  },
  0x54: pushed((r) => r.text(r.u32())), // BINSTRING
  0x55: pushed((r) => r.text(r.u8())), // SHORT_BINSTRING
  0x58: pushed((r) => r.text(r.u32())), // BINUNICODE
  0x5d: (m) => { m.make([]); }, // EMPTY_LIST
  0x61: (m) => { // APPEND
    const item = m.value();
    m.list().push(item);
  },
  0x62: (m) => { // BUILD: attributes of a dictionary, such as the _metadata of a state dict, which are not needed
    m.value();
    m.dict();
  },
  0x63: (m) => { m.name(m.line(), m.line()); }, // GLOBAL
  0x65: (m) => { // APPENDS
    const items = m.sinceMark();
    const list = m.list();
    for (const item of items) list.push(item);
  },
  0x68: (m, r) => { m.recall(r.u8()); }, // BINGET
  0x6a: (m, r) => { m.recall(r.u32()); }, // LONG_BINGET
  0x71: (m, r) => { m.remember(r.u8()); }, // BINPUT
  0x72: (m, r) => { m.remember(r.u32()); }, // LONG_BINPUT
  0x73: (m) => { // SETITEM
    const [value, key] = [m.value(), m.value()];
    m.setItems(m.dict(), [key, value]);
  },
  0x74: (m) => { m.make(asTuple(m.sinceMark())); }, // TUPLE
  0x75: (m) => { // SETITEMS
    const items = m.sinceMark();
    m.setItems(m.dict(), items);
  },
  0x7d: (m) => { m.make(new PickleDict()); }, // EMPTY_DICT
  0x80: (m, r) => { // PROTO
    const version = r.u8();
    if (version > 5) throw m.refuse('a pickle of protocol 5 at most', `protocol ${version}`);
  },
  0x85: (m) => { m.tuple(1); }, // TUPLE1
  0x86: (m) => { m.tuple(2); }, // TUPLE2
  0x87: (m) => { m.tuple(3); }, // TUPLE3
  0x88: pushed(() => true), // NEWTRUE
  0x89: pushed(() => false), // NEWFALSE
  0x8a: pushed((r, m) => m.long(r.u8())), // LONG1
  0x8c: pushed((r) => r.text(r.u8())), // SHORT_BINUNICODE
  0x93: (m) => { // STACK_GLOBAL
    const [name, module] = [m.text(), m.text()];
    m.name(module, name);
  },
  0x94: (m) => { m.rememberNext(); }, // MEMOIZE
  0x95: (_m, r) => { r.u64(); }, // FRAME
};

const stop = 0x2e;

/** The value that a pickle describes; the reader stands behind it then. @throws FileFormatError */
export function readPickle(reader: ByteReader, persistent: PersistentId): PickleValue {
  const machine = new Machine(reader);
  for (let code = reader.u8(); code !== stop; code = reader.u8()) {
    const run = opcodes[code];
    if (!run) throw machine.refuse('an opcode that torch.save writes', quoted(`0x${code.toString(16)}`));
    run(machine, reader, persistent);
  }
  return machine.value();
}
