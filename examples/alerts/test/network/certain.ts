/** A network that needs no training and foretells a large rise of whatever it sees: for tests that need an alert, not a forecast. */
import { cpu } from 'bptt';
import { PIXELS, buildNetwork, compileNetwork, weightsOnly } from '../../src/network/network.js';
import { hashOf } from '../../src/network/walkForward.js';
import type { Trained } from '../../src/network/walkForward.js';

export function certainNetwork(): Trained {
  const size = { full: false, pixels: PIXELS.reduced, seed: 1 };
  const model = buildNetwork(size);
  compileNetwork(model, cpu());
  const weights = model.getWeights();
  // The last layer begins at 0: its bias alone is the forecast, in deviations of a bar.
  const bias = Object.entries(weights).filter(([, { shape }]) => shape.length === 1 && shape[0] === 1).at(-1);
  if (!bias) throw new Error('The network has no last bias.');
  model.setWeights({ ...weights, [bias[0]]: { data: Float32Array.of(3), shape: [1] } });
  const bytes = weightsOnly(model, size);
  return { bytes, hash: hashOf(bytes), walk: [], trainedTo: 0, samples: 0, seconds: 0 };
}
