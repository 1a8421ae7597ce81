/**
 * Initial weights. Names and formulas are Keras's; fan-in and fan-out are read from the last two axes,
 * leading axes (the window of a convolution) count as receptive field.
 *
 * Sources: Glorot & Bengio 2010 (glorot*), He et al. 2015 (he*), LeCun et al. 1998 (lecun*), Saxe et al. 2014 (orthogonal).
 */
import { ArgumentError } from './errors.js';
import { normal, uniform } from './random.js';
import type { RandomGenerator } from './random.js';
import { sizeOf } from './tensor.js';
import type { Shape } from './tensor.js';

export type InitializerName =
  | 'zeros' | 'ones' | 'randomUniform' | 'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal' | 'lecunUniform' | 'lecunNormal' | 'orthogonal';

/** Writes initial values for a row-major tensor of `shape`. */
export type InitializerFunction = (shape: Shape, random: RandomGenerator) => Float64Array;
export type Initializer = InitializerName | InitializerFunction;

function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * (shape.at(-2) ?? 1), fanOut: field * (shape.at(-1) ?? 1) };
}

function uniformWithin(limit: number, shape: Shape, random: RandomGenerator): Float64Array {
  return new Float64Array(sizeOf(shape)).map(() => limit * (2 * uniform(random) - 1));
}

/** Normal cut off at two standard deviations, rescaled so that the variance stays `std`² (0.8796… is the cut normal's std). */
function truncatedNormal(std: number, shape: Shape, random: RandomGenerator): Float64Array {
  return new Float64Array(sizeOf(shape)).map(() => {
    let z = normal(random);
    while (Math.abs(z) > 2) z = normal(random);
    return (z * std) / 0.87962566103423978;
  });
}

/**
 * Rows (or columns, if there are more rows) are orthonormal: Gram–Schmidt on random normal vectors, each vector
 * orthogonalised twice, which keeps the result orthogonal to rounding.
 */
function orthogonal(shape: Shape, random: RandomGenerator): Float64Array {
  const columns = shape.at(-1) ?? 1;
  const rows = sizeOf(shape) / columns;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const v = new Float64Array(length).map(() => normal(random));
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += (b[i] ?? 0) * (v[i] ?? 0);
        for (let i = 0; i < length; i++) v[i] = (v[i] ?? 0) - dot * (b[i] ?? 0);
      }
    }
    const norm = Math.sqrt(v.reduce((s, x) => s + x * x, 0));
    if (norm > 1e-8) basis.push(v.map((x) => x / norm));
  }
  const out = new Float64Array(rows * columns);
  basis.forEach((v, k) => {
    for (let i = 0; i < length; i++) out[rows <= columns ? k * columns + i : i * columns + k] = v[i] ?? 0;
  });
  return out;
}

const byName: Record<InitializerName, InitializerFunction> = {
  zeros: (shape) => new Float64Array(sizeOf(shape)),
  ones: (shape) => new Float64Array(sizeOf(shape)).fill(1),
  randomUniform: (shape, random) => uniformWithin(0.05, shape, random),
  glorotUniform: (shape, random) => uniformWithin(Math.sqrt(6 / (fans(shape).fanIn + fans(shape).fanOut)), shape, random),
  glorotNormal: (shape, random) => truncatedNormal(Math.sqrt(2 / (fans(shape).fanIn + fans(shape).fanOut)), shape, random),
  heUniform: (shape, random) => uniformWithin(Math.sqrt(6 / fans(shape).fanIn), shape, random),
  heNormal: (shape, random) => truncatedNormal(Math.sqrt(2 / fans(shape).fanIn), shape, random),
  lecunUniform: (shape, random) => uniformWithin(Math.sqrt(3 / fans(shape).fanIn), shape, random),
  lecunNormal: (shape, random) => truncatedNormal(Math.sqrt(1 / fans(shape).fanIn), shape, random),
  orthogonal,
};

/** Every initializer name, for messages and tests. */
export const initializerNames = Object.keys(byName) as InitializerName[];

/** Looks a name up; functions pass through. @throws ArgumentError for an unknown name. */
export function resolveInitializer(initializer: Initializer): InitializerFunction {
  if (typeof initializer === 'function') return initializer;
  if (!Object.hasOwn(byName, initializer)) {
    throw new ArgumentError({ operation: 'initializer', argument: 'name', expected: initializerNames.join(' | '), actual: String(initializer) });
  }
  return byName[initializer];
}
