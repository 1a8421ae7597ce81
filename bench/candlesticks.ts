/** `node dist/bench/candlesticks.js`: candlestick images a second on one core; 50 bars, 350 × 350, buffers reused. */
import { candlestickBatch, candlestickImage } from 'bptt/charts';
import { measure } from './measure.js';
import { normal, randomStream } from '../src/random.js';

const BARS = 50;
const random = randomStream(5, 'bars');
const close = new Float64Array(BARS);
for (let i = 0, price = 100; i < BARS; i++) close[i] = price += normal(random);
const open = close.map((price) => price + normal(random));
const high = close.map((price, i) => Math.max(price, open[i] ?? price) + Math.abs(normal(random)));
const low = close.map((price, i) => Math.min(price, open[i] ?? price) - Math.abs(normal(random)));
const bars = { open, high, low, close };

const bytes = new Uint8Array(350 * 350 * 3);
const floats = new Float32Array(350 * 350 * 3);
const cases = [
  ['bytes', () => candlestickImage(bars, { into: bytes })],
  ['bytes, anti-aliased', () => candlestickImage(bars, { into: bytes, antialias: true })],
  ['floats', () => candlestickBatch(bars, { window: BARS, starts: [0], into: floats })],
  ['floats, anti-aliased', () => candlestickBatch(bars, { window: BARS, starts: [0], into: floats, antialias: true })],
] as const;
for (const [name, draw] of cases) {
  const { median, mad } = await measure(draw, 1);
  console.log(`${name.padEnd(22)} ${(1000 / median).toFixed(0).padStart(7)} images/s   ${median.toFixed(3)} ms ± ${mad.toFixed(3)}`);
}
