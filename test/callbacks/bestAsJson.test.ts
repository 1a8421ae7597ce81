/** What callbacks remember travels as JSON, which knows neither infinity nor NaN. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from '../../src/index.js';
import { Monitor } from '../../src/callbacks/monitor.js';
import type { JsonValue } from '../../src/index.js';

const travelled = (json: JsonValue): JsonValue => JSON.parse(JSON.stringify(json)) as JsonValue;

test('the best value goes through JSON as it is, infinite or not; what is no number means none yet', () => {
  for (const mode of ['min', 'max'] as const) {
    for (const best of [Infinity, -Infinity, 0, -1.5, 5e-324, 1.7e308]) {
      const [monitor, twin] = [new Monitor('test', 'value', mode, 0), new Monitor('test', 'value', mode, 0)];
      monitor.best = best;
      twin.restore(travelled(monitor.save()));
      assert.is(twin.best, best);
      for (const next of [-Infinity, -2, 0, 3, Infinity]) {
        const [a, b] = [new Monitor('test', 'value', mode, 0), new Monitor('test', 'value', mode, 0)];
        a.best = monitor.best;
        b.best = twin.best;
        assert.is(a.improved(next), b.improved(next));
      }
    }
    for (const nothing of [null, undefined, 'NaN', 'much', true]) {
      const monitor = new Monitor('test', 'value', mode, 0);
      monitor.best = 3;
      monitor.restore(nothing);
      assert.is(monitor.best, mode === 'min' ? Infinity : -Infinity);
    }
  }
});

test('every callback that watches a value keeps an infinite best', () => {
  const watching = { monitor: 'value', mode: 'max' } as const;
  for (const make of [() => new EarlyStopping({ ...watching, restoreBestWeights: false }), () => new ReduceLROnPlateau(watching), () => new ModelCheckpoint({ ...watching, path: 'unused', saveBestOnly: true })]) {
    const callback = make();
    // @ts-expect-error a context is not looked at on the way to a first best value
    callback.onEpochEnd(0, { value: Infinity });
    assert.is((travelled(callback.getState().json) as { best: JsonValue }).best, 'Infinity', callback.name);
  }
});

test.run();
