/** The page of benchmarks says what `npm run bench:growth -- --write` has measured; that its pictures are drawn from it, test/docs/pictures holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediansOf, withGrowth } from '../../bench/growthPage.js';
import type { Curves, Growth } from '../../bench/growthPage.js';
import { root } from '../docs/pages.js';

const page = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');

test('the page says what the file says', () => {
  const growth = JSON.parse(readFileSync(join(root, 'bench/growth.json'), 'utf8')) as Growth | null;
  assert.is(withGrowth(page, growth), page, 'npm run bench:growth -- --write writes both');
});

test('a table for each axis, with the share of the better of ours in the better of PyTorch; written again it stands there once', () => {
  const curves: Curves = { sizes: [1, 2], times: { 'bptt, 1 thread': [1, 200.4], 'bptt, 2 threads': [2, 100], 'PyTorch, 1 thread': [4, 50], 'PyTorch, 2 threads': [5, 80] } };
  const growth: Growth = { date: '2026-01-02T03:04:05.000Z', machine: { cpu: 'Some(R) Processor', cores: 2, memoryGB: 8, node: 'v20.0.0' }, load: 0.25, rounds: 1, curves: { units: curves, steps: curves, batch: curves, layers: curves } };
  const written = withGrowth(page, growth);
  assert.is(withGrowth(written, growth), written);
  assert.match(written, /2 × Some Processor, Node 20\.0\.0, 2026-01-02, load 0\.3 when it began; milliseconds, medians of 1 round\.\n/);
  for (const axis of ['units', 'steps', 'batch', 'layers']) {
    assert.ok(written.includes(`(pictures/growth-${axis}.svg)\n\n| ${axis} | 1 | 2 |\n|---|---|---|\n| bptt, 1 thread | 1.00 | 200 |\n`), axis);
  }
  assert.is(written.split('| ours / PyTorch, each at its better thread count | 0.25 | 2.00 |\n').length, 5);
  assert.throws(() => withGrowth('nothing', growth), /no place/);
});

test('medians of rounds', () => {
  assert.equal(mediansOf([[3, 1, 2], [1.23456]]), [2, 1.235]);
});

test.run();
