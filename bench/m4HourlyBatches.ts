/** Batches for the network of the m4-hourly study, as both sides of `npm run bench:m4` read them from a file. */
import { randomStream } from 'bptt';
import { DAY, HORIZON, planOf } from '../examples/m4-hourly/settings.js';

const { days, batchSize } = planOf(true).recurrent[0];

export const SIZES = { batches: 16, batch: batchSize, window: DAY * days, statistics: 3, horizon: HORIZON } as const;
const { batches, batch, window, statistics, horizon } = SIZES;

/** Numbers of one batch: windows, their statistics, targets, weights. */
export const PARTS = [batch * window, batch * statistics, batch * horizon, batch] as const;

/** Hours with a day, a week and noise in them; targets are less the value of the day before, as in the study. Float32, batch after batch. */
export function madeUpBatches(): Uint8Array {
  const random = randomStream(1, 'm4');
  const draw = (): number => random.next() / 2 ** 31; // −1 to 1
  const [windows = 0, others = 0, targets = 0, weights = 0] = PARTS;
  const data = new Float32Array(batches * (windows + others + targets + weights));
  for (let at = 0, b = 0; b < batches; b++) {
    const [x, s, y, w] = [at, at + windows, at + windows + others, at + windows + others + targets];
    for (let i = 0; i < batch; i++) {
      const [day, week, phase, shift, noise] = [1 + draw(), 0.5 + 0.5 * draw(), 12 * draw(), 84 * draw(), 0.2 + 0.1 * draw()];
      const hours = Array.from({ length: window + horizon }, (_, t) => day * Math.sin((2 * Math.PI * (t + phase)) / 24) + week * Math.sin((2 * Math.PI * (t + shift)) / 168) + noise * draw());
      data.set(hours.slice(0, window), x + i * window);
      data.set([day, week, noise], s + i * statistics);
      data.set(Array.from({ length: horizon }, (_, h) => (hours[window + h] ?? 0) - (hours[window - 24 + (h % 24)] ?? 0)), y + i * horizon);
      data[w + i] = 1 + 0.5 * draw();
    }
    at = w + weights;
  }
  return new Uint8Array(data.buffer);
}
