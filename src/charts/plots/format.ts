/**
 * Numbers as readers expect them. Nothing here depends on the locale of the machine, so the same input always gives
 * the same text.
 */
import { requireChoice } from '../../checks.js';

/**
 * `plain` 12,345.6 · `si` 12.35k · `usd` $12,345.60 · `percent` 12.3% for 0.123 · or a function of your own.
 */
export type NumberFormat = 'plain' | 'si' | 'usd' | 'percent' | ((value: number) => string);

/** @throws ArgumentError for an unknown name. */
export function requireFormat(operation: string, format: NumberFormat | undefined): void {
  if (format !== undefined && typeof format !== 'function') requireChoice(operation, 'format', format, ['plain', 'si', 'usd', 'percent']);
}

/** Text of figures with the minus sign of print: `−0.5` for `-0.5`; hyphens inside words, dates and exponents stay. */
export function withMinus(text: string): string {
  return text.replace(/(^|[\s($[/±–])-(?=[\d.$])/g, '$1−');
}

const SI = [[1e15, 'P'], [1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const;
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The largest whole e with 10^e ≤ |value|; 0 for 0. */
export function decimalExponent(value: number): number {
  return value === 0 ? 0 : Number(Math.abs(value).toExponential().split('e')[1]);
}

/** 1234567 as 1,234,567; a number so large that it has an exponent stays as it is. */
function byThousands(digits: string): string {
  if (!/^\d+$/.test(digits)) return digits;
  const first = digits.length % 3 || 3;
  return [digits.slice(0, first), ...(digits.slice(first).match(/\d{3}/g) ?? [])].join(',');
}

/** `−12,345.60`: a true minus sign, thousands separators, a fixed number of decimals. */
export function fixed(value: number, decimals: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(Math.min(Math.max(decimals, 0), 20)).split('.');
  const digits = byThousands(whole) + (fraction === undefined ? '' : `.${fraction}`);
  return (value < 0 && /[1-9]/.test(digits) ? '−' : '') + digits;
}

/** `10⁻⁵`, or `1.2×10⁻⁵` for any other mantissa. */
export function scientific(value: number, decimals: number): string {
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential(Math.min(decimals, 20)).split('e');
  const power = String(Number(exponent)).replace('-', '⁻').replace(/\d/g, (d) => SUPERSCRIPTS[Number(d)] ?? d);
  return `${value < 0 ? '−' : ''}${Number(mantissa) === 1 ? '' : `${mantissa}×`}10${power}`;
}

/** One value on its own, to about four significant digits: read-outs, table cells, labels on bars. */
export function formatNumber(value: number, format: NumberFormat = 'plain'): string {
  if (typeof format === 'function') return withMinus(format(value));
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'n/a' : value > 0 ? '∞' : '−∞';
  const exponent = decimalExponent(value);
  if (format === 'percent') return `${trimmed(value * 100, Math.min(Math.max(0, 2 - decimalExponent(value * 100)), 4))}%`;
  if (format === 'usd') {
    const cents = value === 0 || exponent >= -1 ? fixed(value, 2) : trimmed(value, 3 - exponent);
    return withDollar(cents);
  }
  if (format === 'si') {
    const [unit, prefix] = siUnit(value);
    if (unit > 1) return trimmed(value / unit, 3 - decimalExponent(value / unit)) + prefix;
  }
  if (value !== 0 && (exponent < -4 || exponent >= 15)) return scientific(value, 2);
  return trimmed(value, 3 - exponent);
}

/**
 * One formatter for all ticks of an axis, so that they agree in decimals and unit.
 *
 * @param step distance between ticks; decides the decimals.
 * @param largest largest magnitude on the axis; decides the unit.
 */
export function tickFormatter(step: number, largest: number, format: NumberFormat = 'plain'): (value: number) => string {
  if (typeof format === 'function') return (value) => withMinus(format(value));
  if (format === 'percent') {
    const decimals = stepDecimals(step * 100);
    return (value) => `${fixed(value * 100, decimals)}%`;
  }
  const [unit, prefix] = format === 'si' || largest >= 1e6 ? siUnit(largest) : [1, ''];
  const number = tickNumber(step, largest, unit, prefix);
  if (format !== 'usd') return number;
  return (value) => withDollar(number(value).replace('G', 'B'));
}

function tickNumber(step: number, largest: number, unit: number, prefix: string): (value: number) => string {
  const digits = decimalExponent(largest) - decimalExponent(step);
  // A small spread on a large base: a unit or a power of ten would only lengthen the label.
  if (digits > 5 && largest >= 1e-4 && largest < 1e15) return (value) => fixed(value, stepDecimals(step));
  const decimals = stepDecimals(step / unit);
  if (decimals > 5 || largest / unit >= 1e6) return (value) => scientific(value, Math.max(0, decimalExponent(value) - decimalExponent(step)));
  return (value) => fixed(value / unit, decimals) + (value === 0 ? '' : prefix);
}

function siUnit(value: number): readonly [number, string] {
  return SI.find(([unit]) => Math.abs(value) >= unit) ?? [1, ''];
}

/**
 * One formatter for figures that stand in one column or grid: plain numbers get the decimals that show four digits of
 * the median magnitude, unless they span more than five powers of ten.
 */
export function alignedFormatter(values: readonly number[], format: NumberFormat = 'plain'): (value: number) => string {
  if (format === 'percent') return (value) => (Number.isFinite(value) ? `${fixed(value * 100, 1)}%` : formatNumber(value));
  const finite = values.filter(Number.isFinite);
  if (format !== 'plain' || finite.every(Number.isInteger)) return (value) => formatNumber(value, format);
  const exponents = finite.filter((v) => v !== 0).map(decimalExponent).sort((a, b) => a - b);
  const [least = 0, most = 0] = [exponents[0], exponents.at(-1)];
  if (most - least > 5 || least < -5 || most >= 12) return (value) => formatNumber(value);
  const decimals = Math.max(0, 3 - (exponents[Math.floor(exponents.length / 2)] ?? 0), 1 - least);
  return (value) => (Number.isFinite(value) ? fixed(value, decimals) : formatNumber(value));
}

/** Decimals needed to tell multiples of `step` apart; 2.5 needs one more than its leading digit says. */
function stepDecimals(step: number): number {
  const exponent = decimalExponent(step);
  const mantissa = step / 10 ** exponent;
  return Math.max(0, -exponent + (Math.abs(mantissa - Math.round(mantissa)) > 1e-6 ? 1 : 0));
}

/** At most so many decimals, zeros at the end dropped. */
function trimmed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text.charAt(end - 1) === '0') end--;
  return text.slice(0, text.charAt(end - 1) === '.' ? end - 1 : end);
}

function withDollar(text: string): string {
  return text.startsWith('−') ? `−$${text.slice(1)}` : `$${text}`;
}
