/** What dh and dc of `observe` are, in numbers: derivatives of the rest of the network by the state that enters it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, GRU, Input, LSTM, Model, Sequential, cpu, wasm } from '../../../src/index.js';
import { assertClose } from '../../support/compare.js';
import { randomTensor, timeSlice } from '../../support/values.js';
import { range } from '../support.js';

const [B, T, D, H] = [2, 4, 3, 2];
const x = randomTensor(1, 'x', [B, T, D]);
const y = randomTensor(1, 'y', [B, T, 1]);
const backend = cpu({ dtype: 'float64' });

for (const [kind, make] of [['LSTM', () => new LSTM({ units: H, returnSequences: true, name: 'cell' })], ['GRU', () => new GRU({ units: H, returnSequences: true, name: 'cell' })]] as const) {
  test(`${kind}: dh_t holds what the loss says of y_t and all that step t+1 sends back; dc_t what step t+1 sends back, before y_t has its say`, async () => {
    const input = Input({ shape: [T, D] });
    const whole = new Model({ inputs: input, outputs: new Dense({ units: 1, name: 'head' }).apply(make().apply(input)), seed: 4 });
    whole.compile({ loss: 'mse', backend });
    const seen = await whole.observe(x, y);
    const find = (tensor: string, t: number): Float64Array | undefined => {
      const found = seen.find((one) => one.layer === 'cell' && one.tensor === tensor && one.timeStep === t);
      return found && Float64Array.from(found.data);
    };
    for (const t of range(0, T - 1)) {
      // The same layers from h_t and c_t on, as inputs: y_t is the head over h_t, then T − 1 − t steps.
      const rest = Input({ shape: [T - 1 - t, D] });
      const states = kind === 'LSTM' ? [Input({ shape: [H] }), Input({ shape: [H] })] : [Input({ shape: [H] })];
      const head = new Dense({ units: 1, name: 'head' });
      const [first] = states;
      assert.ok(first);
      const after = new Model({ inputs: [rest, ...states], outputs: [head.apply(first), head.apply(make().apply([rest, ...states]))] });
      after.compile({ loss: ['mse', 'mse'], backend });
      after.setWeights(whole.getWeights());
      const h = find('h', t);
      const c = find('c', t);
      assert.ok(h && (c !== undefined) === (kind === 'LSTM'));
      const given = [timeSlice(x, t + 1, T - 1 - t), ...[h, c].flatMap((data) => (data ? [{ data, shape: [B, H] }] : []))];
      const targets = [timeSlice(y, t, 1).data, timeSlice(y, t + 1, T - 1 - t).data];
      const loss = async (): Promise<number> => {
        const outputs = await after.predictAll(given);
        return outputs.reduce((sum, { data }, i) => sum + [...data].reduce((part, value, j) => part + (value - (targets[i]?.[j] ?? NaN)) ** 2, 0), 0) / (B * T);
      };
      assertClose(find('dh', t) ?? [], await numeric(loss, h), 1e-7, `dh at step ${t}`);
      if (c) assertClose(find('dc', t) ?? [], await numeric(loss, c), 1e-7, `dc at step ${t}`);
    }
    assert.is(find('dc', T - 1), undefined, 'nothing comes after the last step');
  });
}

for (const [name, on] of [['cpu', backend], ['wasm', await wasm()]] as const) {
  test(`${name}: looked at again after training, a model shows what another with its weights does`, async () => {
    const make = (): Sequential => {
      const model = new Sequential([new LSTM({ units: H, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [T, D], seed: 4 });
      model.compile({ loss: 'mse', backend: on });
      return model;
    };
    const model = make();
    for (let look = 0; look < 3; look++) {
      const fresh = make();
      fresh.setWeights(model.getWeights());
      assert.equal(await model.observe(x, y), await fresh.observe(x, y));
      await model.trainOnBatch(x, y);
    }
  });
}

/** Central differences. */
async function numeric(loss: () => Promise<number>, values: Float64Array): Promise<number[]> {
  const slopes: number[] = [];
  const epsilon = 1e-5;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    values[i] = value + epsilon;
    const above = await loss();
    values[i] = value - epsilon;
    slopes.push((above - await loss()) / (2 * epsilon));
    values[i] = value;
  }
  return slopes;
}

test.run();
