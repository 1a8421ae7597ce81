import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normal, randomStream } from '../../../src/random.js';
import { bandPath, linePath, pixelRuns, thin } from '../../../src/charts/plots/path.js';
import { linearScale } from '../../../src/charts/plots/scale.js';

const x = linearScale([0, 10], [0, 100]);
const y = linearScale([0, 10], [100, 0]);

test('gaps split a series into runs', () => {
  const runs = pixelRuns([0, 1, 2, 3, NaN, 5], [1, NaN, 3, 4, 5, Infinity], x, y);
  assert.equal(runs.map((run) => run.map((p) => p.index)), [[0], [2, 3]]);
  assert.equal(runs[1], [{ x: 20, y: 70, index: 2 }, { x: 30, y: 60, index: 3 }]);
});

test('a block that begins somewhere is a run of its own', () => {
  const runs = pixelRuns([0, 1, 2, 3, 4, 5], [1, 2, 3, NaN, 4, 5], x, y, new Set([0, 2, 3, 5]));
  assert.equal(runs.map((run) => run.map((p) => p.index)), [[0, 1], [2], [4], [5]]);
});

test('paths have absolute coordinates', () => {
  const [run = []] = pixelRuns([0, 5, 10], [0, 2.5, 10], x, y);
  assert.is(linePath(run), 'M0,100L50,75L100,0');
  assert.is(bandPath(run.slice(0, 2), run.slice(1)), 'M0,100L50,75L100,0L50,75Z');
});

test('thinning keeps the extremes of each pixel column and both ends', () => {
  const random = randomStream(11, 'thin');
  const run = Array.from({ length: 5000 }, (_, index) => ({ x: index / 50, y: normal(random), index }));
  const kept = thin(run);
  assert.ok(kept.length <= 202, String(kept.length));
  assert.is(kept[0]?.index, 0);
  assert.is(kept.at(-1)?.index, 4999);
  for (let column = 0; column < 100; column++) {
    const all = run.filter((p) => Math.floor(p.x) === column).map((p) => p.y);
    const few = kept.filter((p) => Math.floor(p.x) === column).map((p) => p.y);
    assert.is(Math.min(...few), Math.min(...all));
    assert.is(Math.max(...few), Math.max(...all));
  }
  for (let i = 1; i < kept.length; i++) assert.ok((kept[i]?.index ?? 0) > (kept[i - 1]?.index ?? 0));
});

test('both ends of a run are kept even where they are no extremes', () => {
  const run = [5, 9, 1, 4, 6, 2, 8, 5].map((y, index) => ({ x: index / 8, y, index }));
  assert.equal(thin(run).map((p) => p.index), [0, 1, 2, 7]);
});

test('a short series is not touched', () => {
  const run = Array.from({ length: 20 }, (_, index) => ({ x: index * 3, y: index % 4, index }));
  assert.equal(thin(run), run);
});

test.run();
