/** What a thread of the pool runs: one forecast, explained and drawn. */
import { loadModel, wasm } from 'bptt';
import type { Backend, Model } from 'bptt';
import { explanationPicture } from '../pictures/explanationPicture.js';
import { corrected } from './correction.js';
import { explain } from './explanation.js';
import { PIXELS } from './network.js';
import type { Prediction, PredictionTask, StoredNetwork } from './prediction.js';
import { wordsOf } from './words.js';

/** The last network, so that its bytes are read once; a thread has one backend. */
const held: { backend?: Promise<Backend>; hash?: string; model?: Promise<Model> } = {};

async function modelOf({ hash, bytes }: StoredNetwork): Promise<Model> {
  if (held.model && held.hash === hash) return held.model;
  held.backend ??= wasm({ threads: 1 });
  const before = held.model;
  held.hash = hash;
  held.model = held.backend.then((backend) => loadModel(bytes, { backend }));
  const model = await held.model;
  (await before?.catch(() => undefined))?.dispose();
  return model;
}

export default async function predict({ network, symbol, bars, barMinutes, correction }: PredictionTask): Promise<Prediction> {
  const explained = await explain(await modelOf(network), bars, PIXELS[network.full ? 'full' : 'reduced']);
  const lastClose = bars.at(-1)?.close ?? NaN;
  const [raw, forecast] = [10 ** explained.forecast, 10 ** corrected(explained.forecast, correction)];
  if (!Number.isFinite(forecast)) throw new Error(`The network ${network.hash} gives no number for ${symbol}.`);
  const told = { symbol, lastClose, forecast, correction, moved: explained, bars, barMinutes };
  return { lastClose, raw, forecast, percent: 100 * (forecast / lastClose - 1), words: wordsOf(told), picture: explanationPicture(told) };
}
