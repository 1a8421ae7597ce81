/** CRC-32 (ISO 3309, the one of zip and PNG): finds damage that leaves a file readable. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1;
  return word;
});

/** Of all parts, one after the other, as eight hexadecimal digits. */
export function crc32(...parts: readonly Uint8Array[]): string {
  let word = 0xffffffff;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) word = (table[(word ^ (part[i] ?? 0)) & 255] ?? 0) ^ (word >>> 8);
  }
  return ((word ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
