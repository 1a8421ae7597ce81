/** RNN, LSTM and GRU against PyTorch: outputs, final states and every gradient; see test/golden/README.md. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goldenNames, readGolden } from '../golden/read.js';
import { assertClose } from '../support/compare.js';
import { goldenNetwork } from '../support/goldenRecurrent.js';
import { runNetwork } from '../support/network.js';
import { float32, float64 } from '../support/step.js';

const names = goldenNames().filter((name) => /^(rnn|lstm|gru)-/.test(name));

test('all recurrent golden files are here', () => assert.is(names.length, 27));

for (const name of names) {
  for (const [backend, tolerance] of [[float64, 1e-12], [float32, 1e-5]] as const) {
    test(`${name}, ${backend.description}`, () => {
      const golden = readGolden(name);
      const { network, data, inputs, outputs, mask } = goldenNetwork(golden);
      const result = runNetwork(network, data, backend);
      outputs.forEach((key, i) => {
        let actual = result.outputs[i] ?? new Float64Array();
        if (key === 'out' && mask) { // golden outputs are 0 on padding, ours repeat the last state
          const width = actual.length / mask.data.length;
          actual = actual.map((value, at) => value * (mask.data[Math.floor(at / width)] ?? 0));
        }
        assertClose(actual, golden.get(key).data, tolerance, key);
      });
      const compared = new Set(['x']);
      inputs.forEach((key, i) => {
        compared.add(key);
        assertClose(result.inputGradients[i] ?? [], golden.get(`grad/${key}`).data, tolerance, `grad/${key}`);
      });
      for (const [key, gradient] of Object.entries(result.gradients)) {
        const place = key.replace('.', '/');
        compared.add(place);
        assertClose(gradient, golden.get(`grad/${place}`).data, tolerance, `grad/${place}`);
      }
      const expected = Object.keys(golden.tensors).filter((key) => key.startsWith('grad/')).map((key) => key.slice('grad/'.length));
      assert.equal([...compared].sort(), expected.sort(), 'every gradient of the file was compared');
    });
  }
}

test.run();
