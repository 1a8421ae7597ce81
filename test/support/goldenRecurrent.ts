/** The network of a recurrent golden file, with its weights, inputs and projections. */
import { buildNetwork } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import { GRU } from '../../src/layers/gru.js';
import { Input } from '../../src/layers/layer.js';
import type { AnyLayer, SymbolicTensor } from '../../src/layers/layer.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentOptions } from '../../src/layers/recurrent.js';
import type { Golden } from '../golden/read.js';
import type { NetworkData } from './network.js';
import { Concat, ReverseTime, cellKinds, recurrentLayer } from './recurrent.js';
import { lengthMask } from './values.js';
import type { Host } from './values.js';

export interface GoldenNetwork {
  readonly network: Network;
  readonly data: NetworkData;
  /** Golden names of the network's inputs: x, then the initial states. */
  readonly inputs: readonly string[];
  /** Golden names of its outputs: out, then the final states. */
  readonly outputs: readonly string[];
  /** Valid steps, where the file has lengths. */
  readonly mask: Host | undefined;
}

/** A layer with the cell of the file. */
function layerOf({ metadata }: Golden, options: RecurrentOptions, projection: number | undefined): AnyLayer {
  if (metadata.cell === 'lstm-hard-sigmoid') return new LSTM({ ...options, recurrentActivation: 'hardSigmoidFifth' });
  if (metadata.cell === 'gru-hard-sigmoid') return new GRU({ ...options, activation: 'relu', recurrentActivation: 'hardSigmoidSixth' });
  const kind = cellKinds.find((known) => known === metadata.cell);
  if (!kind) throw new Error(`unknown cell '${metadata.cell}'`);
  return projection === undefined ? recurrentLayer(kind, options) : new LSTM({ ...options, projection });
}

/** Directions are two layers each, joined by hand, since the files give every direction its own initial state. */
export function goldenNetwork(golden: Golden): GoldenNetwork {
  const states = golden.metadata.cell?.startsWith('lstm') ? ['h', 'c'] : ['h'];
  const directions = golden.metadata.directions === '2' ? ['/forward', '/backward'] : [''];
  const [, steps = 0, width = 0] = golden.get('x').shape;
  const width0 = (state: string): number => golden.get(`layer0${directions[0]}/${state}0`).shape[1] ?? 0;
  const units = width0(states.at(-1) ?? 'h');
  const projection = golden.tensors[`layer0${directions[0]}/projection`]?.shape[1];
  const x = Input({ shape: [steps, width] });
  const inputs: SymbolicTensor[] = [x];
  const inputNames = ['x'];
  const finals: SymbolicTensor[] = [];
  const finalNames: string[] = [];
  const weights: Record<string, Host> = {};

  let below = x;
  for (let level = 0; level < Number(golden.metadata.layers); level++) {
    const halves = directions.map((direction) => {
      const place = `layer${level}${direction}`;
      const name = place.replace('/', '.');
      const goBackwards = direction === '/backward';
      const useBias = golden.metadata.bias !== 'none';
      const layer = layerOf(golden, { units, useBias, returnSequences: true, returnState: true, goBackwards, name }, projection);
      const initial = states.map((s) => {
        inputNames.push(`${place}/${s}0`);
        return Input({ shape: [width0(s)] });
      });
      inputs.push(...initial);
      const [y = x, ...last] = layer.applyAll([below, ...initial]);
      finals.push(...last);
      finalNames.push(...states.map((s) => `${place}/${s}n`));
      for (const [key, tensor] of Object.entries(golden.tensors)) {
        if (key.startsWith(`${place}/`) && !/\/[hc][0n]$/.test(key)) weights[`${name}/${key.slice(place.length + 1)}`] = tensor;
      }
      return goBackwards ? new ReverseTime().apply(y) : y;
    });
    const [only = x] = halves;
    below = halves.length === 1 ? only : new Concat().apply(halves);
  }

  const outputs = ['out', ...finalNames];
  const lengths = golden.tensors.lengths;
  const mask = lengths && lengthMask(Array.from(lengths.data), steps);
  return {
    network: buildNetwork(inputs, [below, ...finals]), inputs: inputNames, outputs, mask,
    data: {
      weights, mask, inputs: inputNames.map((key) => golden.get(key)), dOutputs: outputs.map((key) => golden.get(`R/${key}`)),
    },
  };
}
