/**
 * What the outputs of a model say where its loss takes them for parameters (likelihoods.ts): means, quantiles and samples, on the host, in
 * float64 and in the units of the target.
 */
import { checkOptions, requireCount } from '../checks.js';
import { logGamma, normalQuantile, studentTCdf, studentTDensity } from '../distributions.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { normal, randomStream, uniform } from '../random.js';
import type { RandomGenerator } from '../random.js';
import { fromHost } from '../ndarrays.js';
import { sizeOf, toHost } from '../tensor.js';
import type { NdArray, TensorLike } from '../tensor.js';
import { resolveLoss } from './losses.js';
import type { Loss } from './losses.js';
import type { LossOptions } from './loss.js';

export interface SampleOptions {
  /** How many of each. Default 1. */
  count?: number | undefined;
  /** Default 0. */
  seed?: number | undefined;
}

/** Of outputs [..., P], as `predict` returns them, whose last axis describes one number; of poisson: of outputs of any shape, each number by itself. */
export interface OutputDistribution {
  /** What `parameters` puts in its last axis: mean, scale, degrees. */
  readonly names: readonly string[];
  /** [..., names]. */
  parameters(outputs: TensorLike): NdArray<Float64Array>;
  /** [...]. */
  mean(outputs: TensorLike): NdArray<Float64Array>;
  /** [...], what the number stays below with this probability. @throws ArgumentError for a level outside (0, 1). */
  quantile(outputs: TensorLike, level: number): NdArray<Float64Array>;
  /** [count, ...]. The same seed draws the same. */
  sample(outputs: TensorLike, options?: SampleOptions): NdArray<Float64Array>;
}

type Parameters = readonly number[];

/** One number's distribution. */
interface Family {
  readonly names: readonly string[];
  /** How many numbers of the output, in its last axis, describe it; undefined: one, which has no axis. */
  readonly size: number | undefined;
  parameters(raw: (i: number) => number): Parameters;
  mean(p: Parameters): number;
  quantile(p: Parameters, level: number): number;
  sample(p: Parameters, random: RandomGenerator): number;
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Marsaglia & Tsang 2000, for shapes of at least 1. */
function sampleGamma(shape: number, random: RandomGenerator): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** By Newton's steps on the distribution, held between bounds. */
function studentTQuantile(level: number, degrees: number): number {
  if (level > 0.5) return -studentTQuantile(1 - level, degrees);
  let [low, high] = [-1, 0];
  while (studentTCdf(low, degrees) > level) [low, high] = [2 * low, low];
  let t = Math.min(high, Math.max(low, normalQuantile(level)));
  for (let i = 0; i < 100; i++) {
    const error = studentTCdf(t, degrees) - level;
    if (error > 0) high = t;
    else low = t;
    const newton = t - error / studentTDensity(t, degrees);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - t);
    t = next;
    if (moved <= 1e-14 * Math.max(1, Math.abs(t))) break;
  }
  return t;
}

/** The least whole number that is not exceeded with at least this probability: the sum begins where what lies below counts for nothing. */
function poissonQuantile(level: number, rate: number): number {
  let k = Math.max(0, Math.floor(rate - 12 * Math.sqrt(rate)));
  let mass = Math.exp(k * Math.log(rate) - rate - logGamma(k + 1));
  let sum = mass;
  for (const last = rate + 12 * Math.sqrt(rate) + 40; sum < level && k < last;) sum += mass *= rate / ++k;
  return k;
}

const poisson: Family = {
  names: ['rate'], size: undefined,
  parameters: (raw) => [Math.exp(raw(0))],
  mean: ([rate = NaN]) => rate,
  quantile: ([rate = NaN], level) => poissonQuantile(level, rate),
  sample: ([rate = NaN], random) => poissonQuantile(uniform(random), rate),
};

const gaussian = (least: number): Family => ({
  names: ['mean', 'scale'], size: 2,
  parameters: (raw) => [raw(0), softplus(raw(1)) + least],
  mean: ([mean = NaN]) => mean,
  quantile: ([mean = NaN, scale = NaN], level) => mean + scale * normalQuantile(level),
  sample: ([mean = NaN, scale = NaN], random) => mean + scale * normal(random),
});

const studentT = (least: number): Family => ({
  names: ['mean', 'scale', 'degrees'], size: 3,
  parameters: (raw) => [raw(0), softplus(raw(1)) + least, softplus(raw(2)) + 2],
  mean: ([mean = NaN]) => mean,
  quantile: ([mean = NaN, scale = NaN, degrees = NaN], level) => mean + scale * studentTQuantile(level, degrees),
  sample: ([mean = NaN, scale = NaN, degrees = NaN], random) => mean + scale * normal(random) / Math.sqrt((2 * sampleGamma(degrees / 2, random)) / degrees),
});

function quantiles(levels: readonly number[]): Family {
  const only = (what: string) => (): never => {
    throw new ArgumentError({ operation: 'distributionOf', argument: what, expected: `of a likelihood; quantiles are known at ${levels.join(', ')} alone`, actual: 'several quantiles' });
  };
  return {
    names: levels.map((level) => `q${level}`), size: levels.length,
    parameters: (raw) => levels.map((_, i) => raw(i)),
    mean: only('mean'),
    quantile: (p, level) => p[levels.indexOf(level)] ?? only(`level ${level}`)(),
    sample: only('sample'),
  };
}

function familyOf(loss: Loss): Family {
  const { name } = resolveLoss(loss);
  const { kind, minScale = 1e-3, quantile }: LossOptions = typeof loss === 'string' || !('kind' in loss) ? { kind: name as LossOptions['kind'] } : loss;
  if (kind === 'poisson') return poisson;
  if (kind === 'gaussian') return gaussian(minScale);
  if (kind === 'studentT') return studentT(minScale);
  if (kind === 'quantile' && typeof quantile === 'object') return quantiles([...quantile]);
  throw new ArgumentError({ operation: 'distributionOf', argument: 'loss', expected: "'poisson', 'gaussian', 'studentT' or several quantiles", actual: `'${name}'` });
}

/**
 * Reads the outputs of a model that was trained with this loss: `distributionOf('gaussian').quantile(await model.predict(x), 0.9)`.
 * @throws ArgumentError for a loss whose outputs are forecasts themselves.
 */
export function distributionOf(loss: Loss): OutputDistribution {
  const family = familyOf(loss);
  const { size } = family;
  const own = size ?? 1;

  /** Each number's parameters, and the shape of the numbers. */
  function read(outputs: TensorLike): { all: Parameters[]; shape: number[] } {
    const { data, shape } = toHost(outputs, 'float64', { operation: 'distributionOf', argument: 'outputs' });
    if (size !== undefined && shape.at(-1) !== size) {
      throw new ShapeError({ operation: 'distributionOf', argument: 'outputs', expected: formatShape(['…', size]), actual: formatShape(shape) });
    }
    const all = Array.from({ length: data.length / own }, (_, at) => family.parameters((i) => data[at * own + i] ?? NaN));
    return { all, shape: size === undefined ? [...shape] : shape.slice(0, -1) };
  }
  function each(outputs: TensorLike, of: (p: Parameters) => number): NdArray<Float64Array> {
    const { all, shape } = read(outputs);
    return fromHost(Float64Array.from(all, of), shape);
  }
  return {
    names: family.names,
    parameters(outputs) {
      const { all, shape } = read(outputs);
      return fromHost(Float64Array.from(all.flat()), [...shape, family.names.length]);
    },
    mean: (outputs) => each(outputs, (p) => family.mean(p)),
    quantile(outputs, level) {
      if (!(level > 0 && level < 1)) throw new ArgumentError({ operation: 'quantile', argument: 'level', expected: 'a level in (0, 1)', actual: String(level) });
      return each(outputs, (p) => family.quantile(p, level));
    },
    sample(outputs, options = {}) {
      const { count = 1, seed = 0 } = checkOptions('sample', options, { count: true, seed: true });
      requireCount('sample', 'count', count);
      const { all, shape } = read(outputs);
      const random = randomStream(seed, 'distribution');
      const data = Float64Array.from({ length: count * sizeOf(shape) }, (_, i) => family.sample(all[i % all.length] ?? [], random));
      return fromHost(data, [count, ...shape]);
    },
  };
}
