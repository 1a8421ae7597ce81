/**
 * Numbers of 16 bits. float16 (IEEE 754 binary16): 1 sign, 5 exponent, 10 fraction bits. bfloat16: the upper half of a float32. Reading is
 * exact; writing rounds to the nearest, ties to even.
 */

/** float32 bits of a float16. */
function widened(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // subnormal: the leading one goes to bit 10
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = widened(halves[i] ?? 0);
  return new Float32Array(bits.buffer);
}

export function fromBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** Beyond ±65,504 it is infinite. */
export function toFloat16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    float[0] = value;
    const sign = ((bits[0] ?? 0) >>> 16) & 0x8000;
    const size = Math.abs(value);
    if (Number.isNaN(value)) halves[i] = 0x7e00;
    else if (size >= 65520) halves[i] = sign | 0x7c00;
    // A whole multiple of the spacing of float16 at this size, which exact sums with a power of two round to, ties to even.
    else if (size < 2 ** -14) halves[i] = sign | roundedToEven(size * 2 ** 24);
    else {
      const exponent = Math.floor(Math.log2(size));
      const e = 2 ** exponent > size ? exponent - 1 : 2 ** (exponent + 1) <= size ? exponent + 1 : exponent;
      halves[i] = sign | (((e + 14) << 10) + roundedToEven(size * 2 ** (10 - e)));
    }
  }
  return halves;
}

/** To the nearest whole number, ties to even; x below 2^32. */
function roundedToEven(x: number): number {
  return x + 2 ** 52 - 2 ** 52;
}
