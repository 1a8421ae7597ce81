/** How amounts of one column are written, everywhere alike: dollars for prices, plain numbers for the rest. */

/** True for columns named like a price. */
export function isPrice(column: string): boolean {
  return /\b(close|open|high|low|last|price|vwap|nav|settle(ment)?)\b/i.test(column) && !/volume/i.test(column);
}

export interface Amounts {
  /** Numbers are dollars. */
  readonly money: boolean;
  /** `$188.59`, `43,210,000`: as many decimals as tell the errors apart. */
  (value: number): string;
}

/**
 * @param column its name decides about the dollar sign.
 * @param size a typical error: three digits of it are shown, at least cents for prices.
 */
export function amountsOf(column: string, size: number): Amounts {
  const money = isPrice(column);
  const digits = size > 0 && Number.isFinite(size) ? 2 - Math.floor(Math.log10(size)) : 2;
  const decimals = Math.min(12, Math.max(money ? 2 : 0, digits));
  const write = (value: number): string => {
    if (!Number.isFinite(value)) return 'n/a';
    const number = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return `${value < 0 && /[1-9]/.test(number) ? '−' : ''}${money ? '$' : ''}${number}`;
  };
  return Object.assign(write, { money });
}
