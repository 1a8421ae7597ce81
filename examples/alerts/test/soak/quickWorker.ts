/** Forecasts by nobody: some per cent, the same for the same bar, as fast as can be. */
import { createHash } from 'node:crypto';
import type { Prediction, PredictionTask } from '../../src/network/prediction.js';

export default function predict({ symbol, bars }: PredictionTask): Prediction {
  const last = bars.at(-1);
  const lastClose = last?.close ?? NaN;
  const percent = createHash('sha256').update(`${symbol} ${last?.closesAt}`).digest().readInt32BE() / 2 ** 30;
  const forecast = lastClose * (1 + percent / 100);
  return { lastClose, raw: forecast, forecast, percent, words: { title: symbol, summary: '', explanation: [] }, picture: `<svg xmlns="http://www.w3.org/2000/svg"><title>${symbol} ${percent}</title></svg>` };
}
