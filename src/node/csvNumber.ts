/** Numbers as people write them in tables. */

/** What marks the decimals: `1,234.50` has `.`, `1.234,50` has `,`. */
export type DecimalMark = '.' | ',';

const MISSING = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '-', '--', '.']);
const SIGN = '([+\\-\\u2212]?)';
const CURRENCY = '(?:\\p{Sc}|[A-Z]{3}(?=[\\s\\d]))?';

function numberPattern(decimal: DecimalMark): RegExp {
  const group = decimal === '.' ? ',' : '.';
  // Thousands come in threes with one and the same separator: "1,5" is not fifteen.
  const whole = `\\d{1,3}([${group}'\\u2019\\s])\\d{3}(?:\\3\\d{3})*|\\d+`;
  const body = `((?:${whole})?(?:[${decimal}]\\d*)?(?:[eE][+-]?\\d+)?)`;
  return new RegExp(`^${SIGN}\\s*${CURRENCY}\\s*${body}\\s*(?:\\p{Sc}|[A-Z]{3})?$`, 'u');
}

const PATTERNS: Readonly<Record<DecimalMark, RegExp>> = { '.': numberPattern('.'), ',': numberPattern(',') };

/**
 * Reads one cell. Currency signs and codes, thousands separators, blanks and accounting brackets are taken off.
 *
 * @returns the number; `'missing'` for an empty cell, NA, null, `-` and the like; `'bad'` for anything else.
 */
export function parseNumber(text: string, decimal: DecimalMark): number | 'missing' | 'bad' {
  const cell = text.trim();
  if (MISSING.has(cell.toLowerCase())) return 'missing';
  const bracketed = /^\((.*)\)$/.exec(cell);
  // "$-5" and "-$5" are the same amount.
  const plain = (bracketed?.[1] ?? cell).trim().replace(/^(\p{Sc})\s*([-\u2212])/u, '$2$1');
  const match = PATTERNS[decimal].exec(plain);
  const digits = match?.[2]?.replace(decimal, '_').replace(/[,.'\u2019\s]/g, '').replace('_', '.');
  if (!match || !digits || !/\d/.test(digits)) return 'bad';
  const value = Number(digits);
  if (!Number.isFinite(value)) return 'bad';
  const negative = (match[1] !== '' && match[1] !== '+') !== (bracketed !== null);
  return negative ? -value : value;
}
