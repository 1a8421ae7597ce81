/**
 * What separate multiplications and additions of four float32 give at most on one core: twelve chains in registers, nothing loaded, nothing stored. Kernels
 * here round twice, as every host can (docs/decisions/threads.md), so none of their products can be faster.
 */

const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];
const CHAINS = 12;
/** Floating-point operations a turn: each chain multiplies and adds four numbers. */
const OPERATIONS = CHAINS * 2 * 4;

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];
const [SPLAT, LANE, ADD, MUL] = [simd(0x13), [...simd(0x1f), 0], simd(0xe4), simd(0xe6)];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

/** (turns, x, y) → the sum of twelve chains s ← s·x + y, after so many turns. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [x, y, first] = [3, 4, 5];
  const chains = Array.from({ length: CHAINS }, (_, i) => first + i);
  const body = [
    ...unsigned(1), ...unsigned(2 + CHAINS), V128,
    ...get(1), ...SPLAT, ...set(x), ...get(2), ...SPLAT, ...set(y),
    ...chains.flatMap((chain) => [...get(2), ...SPLAT, ...set(chain)]),
    0x03, 0x40, // loop
    ...chains.flatMap((chain) => [...get(chain), ...get(x), ...MUL, ...get(y), ...ADD, ...set(chain)]),
    ...get(0), 0x41, 1, 0x6b, 0x22, 0, // one turn less
    0x0d, 0, 0x0b, // while there are any
    ...get(first), ...chains.slice(1).flatMap((chain) => [...get(chain), ...ADD]), ...LANE, 0x0b,
  ];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 3, I32, F32, F32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 4, ...Buffer.from('turn'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** Operations a second. */
export async function peak(): Promise<number> {
  const { instance } = await WebAssembly.instantiate(moduleBytes());
  const turn = instance.exports.turn as (turns: number, x: number, y: number) => number;
  const turns = 1_000_000;
  let best = Infinity;
  for (let i = 0; i < 40; i++) {
    const start = performance.now();
    turn(turns, 0.5, 0.5);
    best = Math.min(best, performance.now() - start);
  }
  return (OPERATIONS * turns * 1000) / best;
}
