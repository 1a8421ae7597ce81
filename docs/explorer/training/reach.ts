/** How far back the gradient comes. */

/** What counts as having arrived, in parts of the norm at the last step. */
export const SHARE = 0.01;

/** The earliest step, from 1, such that at it and at all after it at least a hundredth of the last step's norm arrives. */
export function reach(norms: ArrayLike<number>): number {
  const least = SHARE * (norms[norms.length - 1] ?? NaN);
  let step = norms.length;
  while (step > 1 && (norms[step - 2] ?? 0) >= least) step--;
  return step;
}
