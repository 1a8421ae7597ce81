/** The icon of the installed page, drawn here: candles before a rising line. Maskable: all that matters lies in the middle four fifths. */
import { encode } from 'fast-png';

const GROUND = [16, 83, 74] as const;
const PALE = [214, 240, 228] as const;
const GOLD = [255, 212, 63] as const;

/** Left, right, top, bottom in parts of the side. */
const CANDLES = [
  [0.24, 0.33, 0.52, 0.7], [0.28, 0.29, 0.46, 0.76], [0.4, 0.49, 0.42, 0.6], [0.44, 0.45, 0.36, 0.66], [0.56, 0.65, 0.48, 0.58], [0.6, 0.61, 0.42, 0.64],
] as const;
const LINE = [[0.22, 0.62], [0.44, 0.48], [0.6, 0.53], [0.79, 0.25]] as const;
const THICKNESS = 0.022;

export function icon(side: number): Uint8Array {
  const data = new Uint8Array(side * side * 4);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [(x + 0.5) / side, (y + 0.5) / side];
      const near = Math.min(...LINE.slice(1).map((end, i) => distance(u, v, LINE[i] ?? end, end)), Math.hypot(u - 0.79, v - 0.25) - 0.035 + THICKNESS);
      const color = near < THICKNESS ? GOLD : CANDLES.some(([l, r, t, b]) => u >= l && u <= r && v >= t && v <= b) ? PALE : GROUND;
      data.set([...color, 255], (y * side + x) * 4);
    }
  }
  return encode({ width: side, height: side, data, channels: 4 });
}

function distance(x: number, y: number, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}
