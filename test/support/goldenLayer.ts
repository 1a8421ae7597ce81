/** One layer against a golden file of several cases: outputs and every gradient, in both precisions. */
import * as assert from 'uvu/assert';
import type { AnyLayer, JsonObject } from '../../src/layers/layer.js';
import type { Golden } from '../golden/read.js';
import { assertClose } from './compare.js';
import { networkOf, runNetwork } from './network.js';
import { float32, float64 } from './step.js';

export const precisions = [[float64, 1e-12], [float32, 1e-5]] as const;

export function casesOf(golden: Golden): readonly (readonly [name: string, options: JsonObject])[] {
  return Object.entries(golden.metadata).filter(([key]) => key.startsWith('case ')).map(([key, text]) => [key.slice(5), JSON.parse(text) as JsonObject]);
}

/** One layer on one input, `<name>/…` of the file. */
export function compareLayer(golden: Golden, name: string, layer: AnyLayer, parameters: readonly string[]): void {
  const get = (key: string): ReturnType<Golden['get']> => golden.get(`${name}/${key}`);
  const network = networkOf(layer, get('x').shape.slice(1));
  assert.equal(network.outputs.map(({ shape }) => shape), [get('out').shape.slice(1)], `${name}: shape`);
  const weights = Object.fromEntries(parameters.map((key) => [`it/${key}`, get(key)]));
  for (const [backend, tolerance] of precisions) {
    const { outputs, inputGradients, gradients } = runNetwork(network, { weights, inputs: [get('x')], dOutputs: [get('R')] }, backend);
    const close = (actual: ArrayLike<number> | undefined, key: string): void => {
      assertClose(actual ?? [], get(key).data, tolerance, `${name}, ${backend.description}: ${key}`);
    };
    close(outputs[0], 'out');
    if (golden.tensors[`${name}/grad/x`]) close(inputGradients[0], 'grad/x');
    else assert.ok(inputGradients[0]?.every((d) => d === 0), `${name}: indices have no gradient`);
    assert.equal(Object.keys(gradients), parameters.map((key) => `it/${key}`));
    for (const key of parameters) close(gradients[`it/${key}`], `grad/${key}`);
  }
}
