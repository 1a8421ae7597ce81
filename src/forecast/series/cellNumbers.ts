/**
 * Numbers as people write them in tables: `1,234.50`, `1.234,50`, `1 234`, `1,12,345`, `-$5`, `(12)`, `12 CNY`, `1.2M`, `0.5 %`.
 * A text that is not wholly a number is none, and no group of digits is taken for thousands unless it is well formed.
 */

/** What marks the decimals: `1,234.50` has `.`, `1.234,50` has `,`. */
export type DecimalMark = '.' | ',';

const MISSING = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '-', '--', '.']);

/** Characters of the longest number; whoever writes more does not mean one. */
const LONGEST = 1000;

/** What most cells are; with a point for the decimals. */
const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Named one by one: any three capitals would make 24 of the contract CLZ24 and 12 of the day 12JAN. */
const CODES = 'AED|AUD|BRL|CAD|CHF|CLP|CNH|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RMB|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR';
const PREFIX = new RegExp(`^([+\\-\\u2212]?)\\s*(\\p{Sc}|${CODES})?`, 'u');
const SUFFIX = new RegExp(`(?:\\p{Sc}|${CODES}|[KMBT%])$`, 'u');
/** A percentage is in hundredths; K, M, B and T are thousands, millions, American billions and trillions. */
const POWERS: Readonly<Record<string, number>> = { K: 3, M: 6, B: 9, T: 12, '%': -2 };

const DIGITS: Readonly<Record<DecimalMark, RegExp>> = {
  '.': /^(\d*)((?:[,'\u2019\s]\d{2,3})*)(\.\d*)?([eE][+-]?\d+)?$/,
  ',': /^(\d*)((?:[.'\u2019\s]\d{2,3})*)(,\d*)?([eE][+-]?\d+)?$/,
};
const BY_HUNDREDS = /^(?:,\d{2})+,\d{3}$/;

/** Thousands come in threes after one and the same mark, or as in India (1,12,345) in twos before the last three; `0,512` is no group. */
function isGrouped(first: string, groups: string): boolean {
  if (!/^[1-9]\d{0,2}$/.test(first)) return false;
  if (first.length < 3 && BY_HUNDREDS.test(groups)) return true;
  const marks = groups.charAt(0);
  for (let i = 0; i < groups.length; i += 4) {
    if (groups.charAt(i) !== marks || !/^\d{3}$/.test(groups.slice(i + 1, i + 4))) return false;
  }
  return true;
}

/** Digits of a cell without sign, currency and unit, as JavaScript reads them; undefined if it is no number. */
function plainDigits(text: string, decimal: DecimalMark): { mantissa: string; exponent: string } | undefined {
  const match = DIGITS[decimal].exec(text);
  if (!match) return undefined;
  const [, first = '', groups = '', fraction = '', exponent = ''] = match;
  if (groups !== '' && !isGrouped(first, groups)) return undefined;
  if (first === '' && fraction.length < 2) return undefined;
  return { mantissa: first + groups.replace(/\D/g, '') + fraction.replace(',', '.'), exponent };
}

/**
 * Reads one cell. Signs and codes of currencies, thousands separators, blanks, the brackets of accountants, percent signs
 * (`0.5 %` is 0.005) and K, M, B, T are understood.
 *
 * @returns the number; `'missing'` for an empty cell, NA, null, `-` and the like; `'bad'` for anything else, such as
 *   `(-5)`, which means 5 to one and −5 to another.
 */
export function parseNumber(text: string, decimal: DecimalMark): number | 'missing' | 'bad' {
  if (decimal === '.' && text.length < LONGEST && PLAIN.test(text)) return finite(Number(text));
  const cell = text.trim();
  if (cell.length > LONGEST) return 'bad';
  if (cell.length < 5 && MISSING.has(cell.toLowerCase())) return 'missing';
  const bracketed = cell.startsWith('(') && cell.endsWith(')');
  let rest = bracketed ? cell.slice(1, -1).trim() : cell;
  const [prefix = '', before = '', currency] = PREFIX.exec(rest) ?? [];
  rest = rest.slice(prefix.length).trimStart();
  // "$-5" and "-$5" are the same amount.
  const after = before === '' && currency !== undefined && /^[-\u2212]/.test(rest) ? rest.charAt(0) : '';
  rest = rest.slice(after.length).trimStart();
  const sign = before + after;
  if (bracketed && sign !== '') return 'bad';
  const suffix = SUFFIX.exec(rest)?.[0] ?? '';
  const power = POWERS[suffix];
  if (currency !== undefined && suffix !== '' && (power ?? -1) < 0) return 'bad';
  const digits = plainDigits(rest.slice(0, rest.length - suffix.length).trimEnd(), decimal);
  if (!digits || (power !== undefined && digits.exponent !== '')) return 'bad';
  const value = finite(Number(digits.mantissa + (power === undefined ? digits.exponent : `e${power}`)));
  if (value === 'bad') return value;
  return bracketed || (sign !== '' && sign !== '+') ? -value : value;
}

function finite(value: number): number | 'bad' {
  return Number.isFinite(value) ? value : 'bad';
}

/**
 * What the cells of one file say about its decimal mark, as long as nobody else has said it. A point marks decimals by
 * default; a comma as in `1,234` could group thousands or mark decimals, and only another cell of the file can tell.
 */
export class CommaEvidence<Place> {
  private settled = false;
  private first: Place | undefined;

  /** @param text a cell that is a number with a decimal point. */
  add(text: string, place: () => Place): void {
    if (this.settled || !/[.,]/.test(text)) return;
    if (parseNumber(text, ',') === 'bad') this.settled = true;
    else if (!text.includes('.')) this.first ??= place();
  }

  /** The first cell that can be read in two ways, if no other cell tells which is meant. */
  get doubt(): Place | undefined {
    return this.settled ? undefined : this.first;
  }
}
