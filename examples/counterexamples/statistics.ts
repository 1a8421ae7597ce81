/** Errata 8–10 and 12: scaling, Adam, choosing on the test set, correcting forecasts. */
import { Adam, randomStream } from 'bptt';
import { MinMaxScaler, StandardScaler, rmse } from 'bptt/forecast';
import { compute, short, vector } from './compute.js';

const column = (values: readonly number[]) => ({ data: values, shape: [values.length, 1] });
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Mean, population standard deviation, skewness, kurtosis. */
function moments(values: ArrayLike<number>): { mean: number; std: number; skewness: number; kurtosis: number } {
  const center = mean(values);
  const central = (order: number): number => mean(Array.from(values, (value) => (value - center) ** order));
  const std = Math.sqrt(central(2));
  return { mean: center, std, skewness: central(3) / std ** 3, kurtosis: central(4) / std ** 4 };
}

export function* scaling(): Generator<string> {
  const prices = [101, 103, 102, 108, 140];
  const shown = (name: string, values: ArrayLike<number>): string => {
    const { mean: m, std, skewness, kurtosis } = moments(values);
    return `${name} mean ${short(Number(m.toFixed(12)))}, std ${short(std)}, skewness ${short(skewness)}, kurtosis ${short(kurtosis)}`;
  };
  const standard = new StandardScaler().fit(column(prices));
  const z = standard.transform(column(prices));
  yield shown('prices:  ', prices);
  yield shown('min-max: ', new MinMaxScaler().fit(column(prices)).transform(column(prices)).data);
  yield shown('z-score: ', z.data);
  const back = standard.inverse(z).data;
  yield `z-score undone: largest difference ${short(Math.max(...prices.map((price, i) => Math.abs(price - (back[i] ?? NaN)))))}`;
}

/** The first step of Adam from a gradient g, in units of the learning rate. */
function firstStep(g: number): number {
  const adam = new Adam({ learningRate: 0.001 });
  const { p } = compute(
    { p: vector([0]), g: vector([g]), m: vector([0]), v: vector([0]), scalars: vector(adam.scalars(1)), one: vector([1]), rate: vector([0.001]) },
    (k, t) => ({ p: adam.update(k, t.p, t.g, { m: t.m, v: t.v }, t.scalars, { learningRate: t.rate, gradientScale: t.one, clipValue: 0, decay: 0, guard: t.one }).p }),
  );
  return Math.abs(p[0] ?? NaN) / 0.001;
}

export function* adamScale(): Generator<string> {
  for (const g of [1000, 1, 1e-4, 1e-6, 1e-8]) yield `gradient ${g}: first step ${short(firstStep(g))} learning rates`;
}

/** 30 forecasts of equal worth: truth plus uniform noise of std 1. The one that looks best on `block` targets, judged on fresh ones. */
export function* choosingOnTheTest(): Generator<string> {
  const repeats = 1000;
  const block = 20;
  let chosen = 0;
  let fresh = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = randomStream(7, 'selection', repeat);
    const truth = new Array<number>(block).fill(0);
    const noise = (): number => Math.sqrt(12) * ((random.next() >>> 0) / 2 ** 32 - 0.5);
    const score = (): number => rmse(truth, truth.map(noise));
    chosen += Math.min(...Array.from({ length: 30 }, score)) / repeats;
    fresh += score() / repeats;
  }
  yield `30 equally good settings, 20 test months, ${repeats} repeats: RMSE of the winner on the test months ${short(chosen)}, on fresh months ${short(fresh)}`;
}

export function* correction(): Generator<string> {
  // e = actual − prediction; the published rule adds (1 + std e)·mean|e| where Σe > 0, as in all that follow.
  const published = (e: readonly number[]): number => (1 + moments(e).std) * mean(e.map(Math.abs));
  const after = (e: readonly number[], shift: number): string => short(rmse(e, e.map(() => shift)));
  const show = (name: string, e: readonly number[]): string =>
    `${name} RMSE before ${after(e, 0)}, published rule ${after(e, published(e))}, mean error ${after(e, mean(e))}`;
  const oneSign = [0.3, 0.5, 0.4, 0.6, 0.2];
  yield show('errors of one sign:', oneSign);
  yield show('errors of both signs:', [1, -0.9, 1, -0.9, 1, -0.9]);
  const inLn = oneSign.map((e) => e * Math.LN10);
  yield `published factor on the price: ${short(10 ** published(oneSign))} when fitted in log10, ${short(Math.exp(published(inLn)))} in ln, for the same forecasts`;
}
