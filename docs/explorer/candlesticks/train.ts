/** Trains the network of the candlestick panel anew: the same seed, the same bytes. */
import { Adam, wasm } from 'bptt';
import { build, compiled, pictures, simulated } from './network.js';

const SEED = 3;
const [CHARTS, EPOCHS] = [3000, 6];

/** @returns the bytes of a .safetensors file, and the share of unseen charts that are told rightly. */
export async function train(report: (line: string) => void): Promise<{ bytes: Uint8Array; accuracy: number }> {
  const model = build(SEED);
  model.compile({ loss: 'binaryCrossentropy', optimizer: new Adam({ learningRate: 0.003 }), metrics: ['binaryAccuracy'], backend: await wasm() });
  const { charts, found } = simulated(SEED, 'charts to learn from', CHARTS);
  const x = pictures(charts);
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const { history } = await model.fit(x, found.map((yes) => [Number(yes)]), { batchSize: 32, initialEpoch: epoch - 1, epochs: epoch });
    report(`epoch ${epoch}: ${Object.entries(history).map(([name, values]) => `${name} ${(values.at(-1) ?? NaN).toFixed(4)}`).join(', ')}`);
  }
  // Weights alone, in float32: an optimiser without moments leaves nothing else in the file.
  const bare = await compiled(build(SEED));
  bare.setWeights(model.getWeights());
  const test = simulated(SEED, 'charts never seen', 600);
  const answers = await bare.predict(pictures(test.charts));
  const accuracy = test.found.filter((yes, i) => answers.get(i, 0) > 0 === yes).length / test.found.length;
  return { bytes: bare.toBytes(), accuracy };
}
