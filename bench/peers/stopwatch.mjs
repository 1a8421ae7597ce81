/** What the peers share: a seeded normal array and a timing like ours (bench/measure.ts), without our dependencies. */

/** Sum of four uniforms, scaled to unit variance: near enough to normal for weights and data. */
export function normalArray(size, seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Float32Array.from({ length: size }, () => (next() + next() + next() + next()) * Math.sqrt(3));
}

const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Median and median absolute deviation, ms, of calls over about `seconds`, after a quarter of that as warm-up. */
export async function measure(call, seconds) {
  const until = (share) => performance.now() + seconds * 1000 * share;
  for (let end = until(0.25), n = 0; n < 3 || performance.now() < end; n++) await call();
  const samples = [];
  for (let end = until(1); samples.length < 5 || performance.now() < end;) {
    const start = performance.now();
    await call();
    samples.push(performance.now() - start);
  }
  const median = middle(samples);
  return { median, mad: middle(samples.map((s) => Math.abs(s - median))), samples: samples.length };
}
