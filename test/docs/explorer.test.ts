/** What the explorer computes: its numbers are the library's, and every equation it writes out gives the number it stands for. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Sequential, wasm } from 'bptt';
import { equationOf, quantityOf } from '../../docs/explorer/cells/equation.js';
import { STEPS, cells, isCut, series, traceOf, valueAt } from '../../docs/explorer/cells/trace.js';
import { flowOf, mostOfAStep } from '../../docs/explorer/flow/flow.js';
import type { CellName, Scenario } from '../../docs/explorer/cells/trace.js';
import { root } from './pages.js';

const scenarios: Scenario[] = (Object.keys(cells) as CellName[]).flatMap((cell, i) => [
  { cell, units: 2, input: 'sine', loss: 'every', truncate: 0, seed: 1 }, { cell, units: 3, input: 'noise', loss: 'last', truncate: 3, seed: 2 + i }, { cell, units: 1, input: 'pulse', loss: 'every', truncate: 2, seed: 5 },
]);
const name = ({ cell, units, input, loss, truncate }: Scenario): string => `${cell}, ${units} units, ${input}, loss at ${loss}, truncate ${truncate}`;
const near = (a: number, b: number, size = 1e-6): boolean => Math.abs(a - b) <= size * Math.max(1, Math.abs(a), Math.abs(b));

for (const scenario of scenarios) {
  test(`${name(scenario)}: states and gradients are those of the layer`, async () => {
    const { units, loss, truncate, seed } = scenario;
    const trace = await traceOf(scenario);
    const layer = cells[scenario.cell].layer({ units, truncate: truncate || undefined, returnSequences: loss === 'every' });
    const model = new Sequential([layer], { inputShape: [STEPS, 1], seed });
    model.compile({ loss: 'mse', backend: await wasm() });
    const { x, y } = series(scenario);
    const target = Float64Array.from((loss === 'every' ? [...y] : [...y].slice(-1)).flatMap((value) => Array<number>(units).fill(value)));
    const data = [{ data: x, shape: [1, STEPS, 1] }, { data: target, shape: loss === 'every' ? [1, STEPS, units] : [1, units] }] as const;
    const seen = await model.observe(...data);
    let compared = 0;
    for (const { tensor, timeStep, data: values } of seen) {
      if (timeStep === undefined) continue;
      const own = { h: 'h', c: 'c', dh: 'dh', dc: 'dcNext' }[tensor];
      if (own === undefined) continue;
      values.forEach((value, j) => assert.ok(Object.is(value + 0, valueAt(trace, own, timeStep + 1, j + 1) + 0), `${own} at ${timeStep + 1}: ${value} and ${valueAt(trace, own, timeStep + 1, j + 1)}`));
      compared += values.length;
    }
    assert.ok(compared >= STEPS * units + (truncate && loss === 'last' ? 2 : STEPS) * units, `${compared} numbers`);
    const { loss: mean, gradients } = await model.lossAndGradients(...data);
    assert.ok(near(mean, trace.loss));
    let squares = 0;
    for (const [key, { data: values }] of Object.entries(gradients)) {
      const own = trace.gradients.get(key.replace('cell/', ''));
      for (let i = 0; i < values.length; i++) {
        assert.ok(near(Number(values[i]), own?.[i] ?? NaN), key);
        squares += Number(values[i]) ** 2;
      }
    }
    assert.ok(near(Math.sqrt(squares), trace.norms[0] ?? NaN));
  });

  test(`${name(scenario)}: every equation with its numbers gives the number`, async () => {
    const trace = await traceOf(scenario);
    let checked = 0;
    for (const quantity of trace.kind.quantities) {
      for (let t = 1; t <= STEPS; t++) {
        for (let unit = 1; unit <= (quantity.ofInput ? 1 : scenario.units); unit++) {
          const value = valueAt(trace, quantity.name, t, unit);
          const equation = equationOf(trace, { quantity: quantity.name, t, unit });
          if (equation) {
            assert.ok(near(equation.value, value), `${quantity.name} at ${t}: ${equation.value} and ${value}`);
            checked++;
          } else {
            const zero = quantity.name.endsWith('Next') || (quantity.name === 'dy' && scenario.loss === 'last' && t < STEPS);
            assert.ok(!zero || value === 0, quantity.name);
            assert.ok(zero || quantity.name === 'x', quantity.name);
            if (t < STEPS && quantity.name.endsWith('Next')) assert.ok(isCut(scenario, t));
          }
        }
      }
      assert.is(quantityOf(trace, quantity.name), quantity);
    }
    assert.ok(checked > 40, `${checked} equations`);
  });
}

test('near silence a step back multiplies by little less than the most that is said of it', async () => {
  for (const settings of [{ rho: 0.9, forget: 1, update: 0 }, { rho: 1.5, forget: 1, update: 0 }, { rho: 0.5, forget: 3, update: 2 }, { rho: 0.9, forget: -2, update: -2 }]) {
    const { curves } = await flowOf({ ...settings, size: 0, seed: 1 });
    const most = mostOfAStep(settings);
    for (const [cell, curve] of [['RNN', curves.RNN], ['LSTM', curves['LSTM memory']], ['GRU', curves.GRU]] as const) {
      const rate = ((curve[0] ?? NaN) / (curve[20] ?? NaN)) ** (1 / 20);
      assert.ok(rate <= most[cell] * 1.000001 && rate > 0.98 * most[cell], `${cell} ${JSON.stringify(settings)}: ${rate}, at most ${most[cell]}`);
    }
  }
});

test('every equation that is shown has its line of source', async () => {
  const { sourceLines } = (await import(pathToFileURL(join(root, 'scripts/site/explorer.mjs')).href)) as { sourceLines: (from: string) => Readonly<Record<string, readonly { readonly text: string }[]>> };
  const lines = sourceLines(root);
  const ids = [...Object.values(cells).flatMap(({ quantities }) => quantities.flatMap(({ id }) => id ?? [])), 'B3', 'B5'];
  assert.ok(ids.length > 30);
  assert.equal(ids.filter((id) => !lines[id]), []);
});

test.run();
