/**
 * Ordinary least squares by orthogonalisation (Gram–Schmidt, twice over, as rounding asks for): X = Q·R, coefficients from
 * R·b = Qᵀ·y. The last column's coefficient is qᵀy / r and its standard error s / r, so its t-value is qᵀy / s.
 */
export interface LinearFit {
  /** One for each column; 0 for a column that the ones before it make up already. */
  readonly coefficients: Float64Array;
  readonly residualSquares: number;
  /** t-value of the last column; NaN where it says nothing or nothing is left to say. */
  readonly lastT: number;
}

/** A column of which less than this share is left has nothing of its own. */
const NEGLIGIBLE = 1e-10;

export function leastSquares(columns: readonly Float64Array[], y: Float64Array): LinearFit {
  const orthonormal: Float64Array[] = [];
  const upper = columns.map((column, j) => {
    let rest = Float64Array.from(column);
    const row = new Float64Array(j + 1);
    for (let pass = 0; pass < 2; pass++) {
      orthonormal.forEach((q, i) => {
        const share = dot(q, rest);
        row[i] = (row[i] ?? 0) + share;
        rest = rest.map((value, t) => value - share * (q[t] ?? NaN));
      });
    }
    const size = Math.sqrt(dot(rest, rest));
    const own = size > NEGLIGIBLE * Math.sqrt(dot(column, column));
    row[j] = own ? size : 0;
    orthonormal.push(own ? rest.map((value) => value / size) : new Float64Array(column.length));
    return row;
  });
  const projections = orthonormal.map((q) => dot(q, y));
  const residuals = y.map((value, t) => value - orthonormal.reduce((sum, q, i) => sum + (projections[i] ?? NaN) * (q[t] ?? NaN), 0));
  const residualSquares = dot(residuals, residuals);

  const coefficients = new Float64Array(columns.length);
  for (let i = columns.length - 1; i >= 0; i--) {
    let rest = projections[i] ?? NaN;
    for (let j = i + 1; j < columns.length; j++) rest -= (upper[j]?.[i] ?? NaN) * (coefficients[j] ?? NaN);
    const pivot = upper[i]?.[i] ?? 0;
    coefficients[i] = pivot === 0 ? 0 : rest / pivot;
  }
  const degrees = y.length - orthonormal.filter((q) => q.some((value) => value !== 0)).length;
  const s = Math.sqrt(residualSquares / degrees);
  const last = columns.length - 1;
  return { coefficients, residualSquares, lastT: degrees > 0 && upper[last]?.[last] !== 0 ? (projections[last] ?? NaN) / s : NaN };
}

/** Akaike's criterion: n·ln(SSR / n) + 2k; among models of the same observations the lowest is chosen. */
export function akaike({ residualSquares, coefficients }: LinearFit, observations: number): number {
  return observations * Math.log(residualSquares / observations) + 2 * coefficients.length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN);
  return sum;
}
