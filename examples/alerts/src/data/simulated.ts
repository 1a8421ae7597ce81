/**
 * Bars of shares that do not exist: log prices whose volatility comes in clusters (GARCH(1,1), Bollerslev 1986), part of each move common to all, and now
 * and then a jump. Nothing in them can be foretold, by construction.
 */
import { randomStream } from 'bptt';
import type { RandomGenerator } from 'bptt';
import type { Bar } from './bar.js';

/** Long-run daily volatility, and how much of yesterday's surprise and variance carries over. */
const DAILY = 0.015;
const [SURPRISE, CARRIED] = [0.08, 0.9];
/** Part of the variance that all shares have in common. */
const COMMON = 0.3;
const JUMPS = { chance: 0.01, size: 0.04 };

/** Uniform in (0, 1). */
function uniform(random: RandomGenerator): number {
  return ((random.next() >>> 0) + 0.5) / 2 ** 32;
}

function normal(random: RandomGenerator): number {
  return Math.sqrt(-2 * Math.log(uniform(random))) * Math.cos(2 * Math.PI * uniform(random));
}

/** Bars of the nth simulated share at the times given; the same seed gives the same bars. */
export function simulate(times: readonly Pick<Bar, 'opensAt' | 'closesAt'>[], share: number, seed: number): Bar[] {
  const market = randomStream(seed, 'market');
  const own = randomStream(seed, 'share', share);
  let close = 20 + 200 * uniform(own);
  let variance = DAILY ** 2;
  return times.map((time) => {
    const shock = Math.sqrt(COMMON) * normal(market) + Math.sqrt(1 - COMMON) * normal(own);
    const jump = uniform(own) < JUMPS.chance ? JUMPS.size * normal(own) : 0;
    const change = Math.sqrt(variance) * shock;
    variance = DAILY ** 2 * (1 - SURPRISE - CARRIED) + SURPRISE * change ** 2 + CARRIED * variance;
    const open = close * Math.exp(0.2 * Math.sqrt(variance) * normal(own));
    close = open * Math.exp(change + jump);
    const reach = (): number => Math.exp(0.4 * Math.sqrt(variance) * Math.abs(normal(own)));
    return {
      ...time, open, close, high: Math.max(open, close) * reach(), low: Math.min(open, close) / reach(),
      volume: Math.round(1e6 * Math.exp(0.3 * normal(own) + 20 * Math.abs(change))),
    };
  });
}
