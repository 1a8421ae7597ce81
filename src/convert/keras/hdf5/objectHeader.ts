/** Object headers, of version 1 and 2: the messages that make an object a group or a dataset. */
import type { ByteReader } from '../../bytes/reader.js';
import { requiredAddress } from './file.js';
import type { Hdf5File } from './file.js';

export const messageTypes = {
  dataspace: 1, linkInfo: 2, datatype: 3, link: 6, layout: 8, filters: 11, attribute: 12, continuation: 16, symbolTable: 17, attributeInfo: 21,
} as const;

export interface Message {
  readonly type: number;
  /** Ends where the message does. */
  readonly body: ByteReader;
}

interface Block { readonly from: number; readonly end: number }

/** All messages, continuations included. @throws FileFormatError */
export function readMessages(file: Hdf5File, at: number): Message[] {
  const reader = file.reader('object header', at);
  const [first] = reader.bytes.subarray(at, at + 1);
  const messages = first === 1 ? messagesOfVersion1(file, reader) : messagesOfVersion2(file, at);
  return messages.filter(({ type }) => type !== 0 && type !== messageTypes.continuation);
}

function messagesOfVersion1(file: Hdf5File, reader: ByteReader): Message[] {
  reader.take(8);
  const size = reader.u32();
  reader.take(4);
  return inBlocks(file, { from: reader.at, end: reader.at + size }, (block) => {
    const type = block.u16();
    const length = block.u16();
    const flags = block.u8();
    block.take(3);
    return { type, length, flags };
  }, (from, length) => ({ from, end: from + length }));
}

function messagesOfVersion2(file: Hdf5File, at: number): Message[] {
  const reader = file.reader('object header', at, 'OHDR');
  const version = reader.u8();
  if (version !== 2) throw reader.refuse('version 1 or 2', String(version), at + 4);
  const flags = reader.u8();
  if (flags & 32) reader.take(16); // times
  if (flags & 16) reader.take(4); // limits of attributes
  const size = sizeOfVersion2(reader, flags);
  return inBlocks(file, { from: reader.at, end: reader.at + size }, (block) => {
    const type = block.u8();
    const length = block.u16();
    const messageFlags = block.u8();
    if (flags & 4) block.take(2); // order of creation
    return { type, length, flags: messageFlags };
  }, (from, length) => ({ from: file.reader('object header continuation', from, 'OCHK').at, end: from + length - 4 })); // a checksum stands last
}

function sizeOfVersion2(reader: ByteReader, flags: number): number {
  switch (flags & 3) {
    case 0: return reader.u8();
    case 1: return reader.u16();
    case 2: return reader.u32();
    default: return reader.u64();
  }
}

/** Messages of the first block and of those that continue it. */
function inBlocks(
  file: Hdf5File, first: Block, head: (block: ByteReader) => { readonly type: number; readonly length: number; readonly flags: number },
  continued: (from: number, length: number) => Block,
): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  for (let next = blocks.shift(); next; next = blocks.shift()) {
    const block = file.reader('object header', next.from, '', next.end);
    if (block.bytes.length < next.end) throw block.refuse(`messages up to byte ${next.end}`, `a file of ${block.bytes.length} bytes`);
    while (block.left >= 8 || (block.left >= 4 && block.bytes[block.at] !== 0)) {
      const { type, length, flags } = head(block);
      const from = block.at;
      block.take(length);
      if (flags & 2) throw file.unsupported(`object header, byte ${from},`, 'a message of its own', 'one that is shared by several objects');
      const body = file.reader(`message ${type}`, from, '', from + length);
      messages.push({ type, body });
      if (type === messageTypes.continuation) blocks.push(continued(requiredAddress(body, 'a continuation'), body.u64()));
    }
  }
  return messages;
}
