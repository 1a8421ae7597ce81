/** Answers to choose from where the right one is a place in a list. */

/** Where the largest value stands. */
export function largest(values: Float64Array): number {
  return values.indexOf(Math.max(...values));
}

/** The right place among others, four in order. */
export function among(right: number, others: readonly number[]): number[] {
  return [...new Set([right, ...others])].slice(0, 4).sort((a, b) => a - b);
}
