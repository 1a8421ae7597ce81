/** An equation at one place: in symbols, with the numbers in it, and its value, all from one description. */

/** A number of the network, as `quantity` at step t, unit j, both from 1. */
export interface Place { readonly quantity: string; readonly t: number; readonly unit: number }

export interface Leaf {
  readonly symbol: string;
  /** What stands below the symbol: `f,3`. */
  readonly below: string;
  readonly value: number;
  /** Where it comes from, if from somewhere on the strip. */
  readonly place?: Place | undefined;
}

export interface Expression {
  readonly value: number;
  readonly tokens: readonly (string | Leaf)[];
  /** Needs brackets as a factor. */
  readonly sum?: boolean;
}

export function leaf(symbol: string, below: string, value: number, place?: Place): Expression {
  return { value, tokens: [{ symbol, below, value, place }] };
}

function joined(parts: readonly Expression[], sign: string): (string | Leaf)[] {
  return parts.flatMap(({ tokens }, i) => (i > 0 ? [sign, ...tokens] : tokens));
}

export function plus(...parts: readonly Expression[]): Expression {
  return { value: parts.reduce((sum, { value }) => sum + value, 0), tokens: joined(parts, ' + '), sum: parts.length > 1 };
}

export function minus(a: Expression, b: Expression): Expression {
  return { value: a.value - b.value, tokens: [...a.tokens, ' − ', ...b.tokens], sum: true };
}

function bracketed(part: Expression): Expression {
  return part.sum ? { value: part.value, tokens: ['(', ...part.tokens, ')'] } : part;
}

export function times(...parts: readonly Expression[]): Expression {
  return { value: parts.reduce((product, { value }) => product * value, 1), tokens: joined(parts.map(bracketed), ' · ') };
}

export function oneMinus(part: Expression): Expression {
  return { value: 1 - part.value, tokens: ['(1 − ', ...part.tokens, ')'] };
}

/** 1 − x², the slope of tanh as a function of its value. */
export function oneMinusSquare(part: Expression): Expression {
  return { value: 1 - part.value ** 2, tokens: ['(1 − ', ...part.tokens, '²)'] };
}

export function sigma(part: Expression): Expression {
  return { value: 1 / (1 + Math.exp(-part.value)), tokens: ['σ(', ...part.tokens, ')'] };
}

export function tanh(part: Expression): Expression {
  return { value: Math.tanh(part.value), tokens: ['tanh(', ...part.tokens, ')'] };
}

/** A number that is no symbol: the 2 of a square's slope. */
export function constant(text: string, value: number): Expression {
  return { value, tokens: [text] };
}
