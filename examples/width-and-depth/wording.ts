/** Figures as text: shares in millions, ranges over the seeds, powers of ten. */
import { scientific } from '../../src/charts/plots/format.js';
import { fixed } from '../../src/cli/wording.js';
import type { Spread } from './analysis.js';

const MILLION = 1e6;

/** `31.24`: millions of shares. */
export function millions(shares: number): string {
  return Number.isFinite(shares) ? (shares / MILLION).toFixed(2) : 'n/a';
}

/** `31.24 (30.10–32.00)`; the mean alone where there is one run. */
export function ranged({ mean, least, most }: Spread, write: (value: number) => string): string {
  return least === most || !Number.isFinite(mean) ? write(mean) : `${write(mean)} (${write(least)}–${write(most)})`;
}

/** `0.627`; what is less than a thousandth as a power of ten. */
export function ratio(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  return Math.abs(value) < 0.001 ? power(value) : fixed(value, 3);
}

/** `6.3×10⁻¹⁰`. */
export function power(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  return value >= 0.001 && value < 1000 ? value.toPrecision(2) : scientific(value, 1);
}
