/** Small made-up files. */
import { normal, randomStream } from '../../src/random.js';

/** ISO dates of Mondays to Fridays from 2021-03-01 on. */
export function weekdays(count: number): string[] {
  const dates: string[] = [];
  for (let time = Date.UTC(2021, 2, 1); dates.length < count; time += 86_400_000) {
    const day = new Date(time);
    if (day.getUTCDay() % 6 !== 0) dates.push(day.toISOString().slice(0, 10));
  }
  return dates;
}

/** Date, Close (a random walk around 100, in cents) and Volume. */
export function pricesCsv(rows: number, seed: number): string {
  const random = randomStream(seed, 'prices');
  let price = 100;
  const lines = weekdays(rows).map((date) => {
    price *= Math.exp(0.02 * normal(random));
    return `${date},${price.toFixed(2)},${Math.round(1e6 * Math.exp(0.3 * normal(random)))}`;
  });
  return ['Date,Close,Volume', ...lines].join('\n');
}
