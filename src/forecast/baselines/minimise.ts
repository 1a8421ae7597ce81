/**
 * Least value of a function over the unit cube, without derivatives: every valley of a grid is followed downhill by a simplex
 * (Nelder & Mead 1965) that is kept inside and begun anew until that gains nothing.
 */

interface Point {
  readonly at: readonly number[];
  readonly value: number;
}

/** So many valleys of the grid are followed down at most. */
const MOST_VALLEYS = 6;

type Objective = (at: readonly number[]) => number;

const inside = (at: readonly number[]): number[] => at.map((v) => Math.max(0, Math.min(v, 1)));

/** a + t (b − a), inside the cube. */
function along(a: readonly number[], b: readonly number[], t: number): number[] {
  return inside(a.map((v, i) => v + t * ((b[i] ?? NaN) - v)));
}

/** One simplex from `start`, with edges of `edge`, until it is too small to matter. */
function descend(f: Objective, start: Point, edge: number): Point {
  const point = (at: readonly number[]): Point => ({ at, value: f(at) });
  const simplex = [start, ...start.at.map((v, i) => point(start.at.map((w, j) => (i === j ? (v + edge <= 1 ? v + edge : v - edge) : w))))];
  const worstOf = simplex.length - 1;
  for (let i = 0; i < 200 * worstOf; i++) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0] ?? start, simplex[worstOf] ?? start];
    const size = Math.max(...simplex.map(({ at }) => Math.max(...at.map((v, j) => Math.abs(v - (best.at[j] ?? NaN))))));
    if (size < 1e-9 || worst.value - best.value <= 1e-14 * Math.abs(best.value)) break;
    const others = simplex.slice(0, worstOf);
    const center = best.at.map((_, j) => others.reduce((sum, { at }) => sum + (at[j] ?? NaN), 0) / worstOf);
    const mirrored = point(along(worst.at, center, 2));
    const second = simplex[worstOf - 1] ?? best;
    if (mirrored.value < best.value) {
      const further = point(along(worst.at, center, 3));
      simplex[worstOf] = further.value < mirrored.value ? further : mirrored;
    } else if (mirrored.value < second.value) {
      simplex[worstOf] = mirrored;
    } else {
      const nearer = mirrored.value < worst.value ? point(along(center, mirrored.at, 0.5)) : point(along(center, worst.at, 0.5));
      if (nearer.value < Math.min(worst.value, mirrored.value)) simplex[worstOf] = nearer;
      else simplex.splice(1, worstOf, ...simplex.slice(1).map(({ at }) => point(along(best.at, at, 0.5))));
    }
  }
  return simplex.reduce((best, other) => (other.value < best.value ? other : best));
}

/** @param dimensions 0 or more. @param cells of the grid along each, closest at its ends. @returns the place of the least value found. */
export function minimise(f: Objective, dimensions: number, cells: number): readonly number[] {
  if (dimensions === 0) return [];
  const grid = Array.from({ length: cells ** dimensions }, (_, i): Point => {
    const at = Array.from({ length: dimensions }, (_unused, axis) => (1 - Math.cos((Math.PI * ((Math.floor(i / cells ** axis) % cells) + 0.5)) / cells)) / 2);
    return { at, value: f(at) };
  });
  // Each valley once: the points that none of their neighbours along an axis lies below.
  const isLow = ({ value }: Point, i: number): boolean => Array.from({ length: dimensions }, (_, axis) => cells ** axis).every((stride) => {
    const place = Math.floor(i / stride) % cells;
    return (place === 0 || value <= (grid[i - stride]?.value ?? NaN)) && (place === cells - 1 || value <= (grid[i + stride]?.value ?? NaN));
  });
  const starts = grid.filter(isLow).sort((a, b) => a.value - b.value).slice(0, MOST_VALLEYS);
  const found = starts.map((start) => {
    let best = descend(f, start, 0.5 / cells);
    for (let again = 0; again < 10; again++) {
      const next = descend(f, best, again % 2 === 0 ? 0.1 : 0.01);
      const gain = best.value - next.value;
      best = next;
      if (gain <= 1e-12 * Math.abs(best.value)) break;
    }
    return best;
  });
  return found.reduce((best, other) => (other.value < best.value ? other : best)).at;
}
