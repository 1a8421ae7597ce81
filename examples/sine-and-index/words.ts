/** How figures are written in claims, tables and the terminal. */
import { scientific } from '../../src/charts/plots/format.js';
import { fixed } from '../../src/cli/wording.js';

/** `1.42×10⁻⁴`, `0.0024`, `380`, `4.2×10⁶`. */
export function tiny(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const size = Math.abs(value);
  if (size < 0.001 && size > 0) return scientific(value, 2);
  if (size >= 1e4) return scientific(value, 1);
  return (size >= 10 ? value.toFixed(0) : value.toPrecision(2)).replace('-', '−');
}

/** A figure over several seeds: `1.2 to 3.4`, or `1.2` if they read the same. */
export function span(values: readonly number[], write: (value: number) => string = plain): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return 'n/a';
  const [low, high] = [write(Math.min(...finite)), write(Math.max(...finite))];
  return low === high ? low : `${low} to ${high}`;
}

export function plain(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const size = Math.abs(value);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export function percent(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const whole = Math.round(100 * value);
  return `${whole < 0 ? '−' : ''}${Math.abs(whole)} %`;
}

export function seeds(n: number): string {
  return `${n} seed${n === 1 ? '' : 's'}`;
}
