/** Writes Protocol Buffers. Large values are referred to until the file is put together, so weights are copied once. */
const utf8 = new TextEncoder();

export class WireWriter {
  private readonly parts: Uint8Array[] = [];
  private small: number[] = [];
  private size = 0;

  /** A field of wire type 0; `value` a safe integer. */
  int(field: number, value: number): this {
    this.varint(field * 8);
    this.varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.varint(field * 8 + 5);
    this.small.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** Kept by reference. */
  bytes(field: number, value: Uint8Array): this {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.append([value], value.length);
    return this;
  }

  message(field: number, write: (inner: WireWriter) => void): this {
    const inner = new WireWriter();
    write(inner);
    inner.flush();
    this.varint(field * 8 + 2);
    this.varint(inner.size);
    this.append(inner.parts, inner.size);
    return this;
  }

  /** Packed. */
  ints(field: number, values: readonly number[]): this {
    return this.message(field, (inner) => { for (const value of values) inner.varint(value); });
  }

  /** Packed. */
  floats(field: number, values: readonly number[]): this {
    return this.bytes(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  toBytes(): Uint8Array {
    this.flush();
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private append(parts: readonly Uint8Array[], size: number): void {
    this.flush();
    for (const part of parts) this.parts.push(part);
    this.size += size;
  }

  private flush(): void {
    if (this.small.length === 0) return;
    this.parts.push(Uint8Array.from(this.small));
    this.size += this.small.length;
    this.small = [];
  }

  private varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      this.small.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.small.push(Number(rest));
  }
}
