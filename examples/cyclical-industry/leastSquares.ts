/**
 * Ordinary least squares by orthogonalisation (Gram–Schmidt, twice over, as rounding asks for): X = Q·R, coefficients from
 * R·b = Qᵀ·y. The last column's coefficient is qᵀy / r and its standard error s / r, so its t-value is qᵀy / s. Every column and y
 * are taken in units of a power of two near their largest value, so that no product leaves the range of numbers.
 */
import { magnitude, withinRounding } from 'bptt/forecast';

export interface LinearFit {
  /** One for each column; 0 for a column that the ones before it make up already. */
  readonly coefficients: Float64Array;
  readonly residualSquares: number;
  /** ln of residualSquares, which may itself be too large or small for a number. */
  readonly logResidualSquares: number;
  /** t-value of the last column; NaN where it says nothing or nothing but rounding is left to say. */
  readonly lastT: number;
}

/** @param size the magnitude at which y was rounded: that of the levels where y are their differences; default: its own. */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array, size = magnitude(y)): LinearFit {
  const units = columns.map(unitOf);
  const unit = unitOf(y);
  const orthonormal: Float64Array[] = [];
  const upper = columns.map((column, j) => {
    const scaled = column.map((value) => value / (units[j] ?? NaN));
    let rest = scaled;
    const row = new Float64Array(j + 1);
    for (let pass = 0; pass < 2; pass++) {
      orthonormal.forEach((q, i) => {
        const share = dot(q, rest);
        row[i] = (row[i] ?? 0) + share;
        rest = rest.map((value, t) => value - share * (q[t] ?? NaN));
      });
    }
    const left = Math.sqrt(dot(rest, rest));
    // Every column taken off leaves one rounding more.
    const own = !withinRounding(0, left, columns.length * Math.sqrt(dot(scaled, scaled)));
    row[j] = own ? left : 0;
    orthonormal.push(own ? rest.map((value) => value / left) : new Float64Array(column.length));
    return row;
  });
  const target = y.map((value) => value / unit);
  const projections = orthonormal.map((q) => dot(q, target));
  const residuals = target.map((value, t) => value - orthonormal.reduce((sum, q, i) => sum + (projections[i] ?? NaN) * (q[t] ?? NaN), 0));
  const squares = dot(residuals, residuals);

  const coefficients = new Float64Array(columns.length);
  for (let i = columns.length - 1; i >= 0; i--) {
    let rest = projections[i] ?? NaN;
    for (let j = i + 1; j < columns.length; j++) rest -= (upper[j]?.[i] ?? NaN) * (coefficients[j] ?? NaN);
    const pivot = upper[i]?.[i] ?? 0; // exactly 0 where it was put so above
    coefficients[i] = pivot === 0 ? 0 : rest / pivot;
  }
  const degrees = y.length - orthonormal.filter((q) => q.some((value) => value !== 0)).length;
  const last = columns.length - 1;
  const said = degrees > 0 && upper[last]?.[last] !== 0 && !withinRounding(0, magnitude(residuals), columns.length * (size / unit));
  return {
    coefficients: coefficients.map((value, j) => (value / (units[j] ?? NaN)) * unit),
    residualSquares: squares * unit * unit, logResidualSquares: Math.log(squares) + 2 * Math.log(unit),
    lastT: said ? (projections[last] ?? NaN) / Math.sqrt(squares / degrees) : NaN,
  };
}

/** Akaike's criterion: n·ln(SSR / n) + 2k; among models of the same observations the lowest is chosen. */
export function akaike({ logResidualSquares, coefficients }: LinearFit, observations: number): number {
  return observations * (logResidualSquares - Math.log(observations)) + 2 * coefficients.length;
}

/** The power of two at or below the largest value; 1 for nothing but zeros. */
function unitOf(values: Float64Array): number {
  return 2 ** Math.floor(Math.log2(magnitude(values) || 1));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN);
  return sum;
}
