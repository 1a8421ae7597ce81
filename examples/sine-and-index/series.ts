/** The three series: a sine wave, a stock index, and a random walk that looks like the index. */
import { randomStream } from 'bptt';

/** sin(1 + 0.02·π·i), i = 0, 1, …: 100 points a period. */
export function sineWave(points = 5001): Float64Array {
  return Float64Array.from({ length: points }, (_, i) => Math.sin(1 + 0.02 * Math.PI * i));
}

/**
 * A path of the same length and the same first price, whose log returns are independent normal draws with the mean and
 * standard deviation of those of `prices`: nothing in its past says anything about the direction of its next step.
 */
export function randomWalkLike(prices: Float64Array, seed: number): Float64Array {
  const returns = prices.subarray(1).map((price, i) => Math.log(price / (prices[i] ?? NaN)));
  const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / returns.length);
  const random = randomStream(seed, 'random walk');
  const half = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  /** Box–Muller. */
  const normal = (): number => Math.sqrt(-2 * Math.log(half())) * Math.cos(2 * Math.PI * half());
  let price = prices[0] ?? NaN;
  return prices.map((_, i) => (i === 0 ? price : (price *= Math.exp(mean + deviation * normal()))));
}
