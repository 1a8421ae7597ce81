/** Numbers as readers see them. What a test compares bit by bit stands in `data-value`. */
import { el } from './dom.js';

const SUPERSCRIPT: Readonly<Record<string, string>> = { '-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹' };

/** `digits` behind the point, or a power of ten where none of them would be seen, or many stand before it. */
export function shown(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  if (value !== 0 && (Math.abs(value) < 10 ** -digits || Math.abs(value) >= 1e5)) {
    const [mantissa = '', exponent = ''] = value.toExponential(1).split('e');
    return `${minus(mantissa)}·10${[...exponent.replace('+', '')].map((figure) => SUPERSCRIPT[figure] ?? '').join('')}`;
  }
  return minus(value === 0 ? '0' : value.toFixed(digits));
}

/** A letter with its step below it, in text: h₄. */
export function numbered(letter: string, t: number): string {
  return letter + String(t).replace(/\d/g, (figure) => '₀₁₂₃₄₅₆₇₈₉'[Number(figure)] ?? figure);
}

/** As `shown`, in brackets where negative: a factor of a product. */
export function factor(value: number, digits = 3): string {
  const text = shown(value, digits);
  return text.startsWith('−') ? `(${text})` : text;
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}

/** A number on the page, all of its bits with it. */
export function numberElement(value: number, digits = 3): HTMLElement {
  return el('span', { class: 'number', 'data-value': String(value), title: String(value) }, shown(value, digits));
}
