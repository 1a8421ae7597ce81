import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { categoryScale, extent, linearScale, logScale, niceDomain, niceStep, widened } from '../../../src/charts/plots/scale.js';

const values = (ticks: readonly { value: number }[]): number[] => ticks.map((t) => t.value);
const labels = (ticks: readonly { label: string }[]): string[] => ticks.map((t) => t.label);

test('a linear scale maps its domain onto its range', () => {
  const scale = linearScale([-3, 7], [300, 50]);
  assert.is(scale.map(-3), 300);
  assert.is(scale.map(7), 50);
  assert.is(scale.map(-1), 250);
  assert.ok(Number.isNaN(scale.map(Infinity)));
});

test('linear ticks are multiples of 1, 2 or 5 and lie within the domain', () => {
  assert.equal(values(linearScale([0.13, 0.71], [0, 1]).ticks(6)), [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  assert.equal(values(linearScale([-17, 26], [0, 1]).ticks(5)), [-10, 0, 10, 20]);
  assert.equal(labels(linearScale([0, 1000], [0, 1]).ticks(4)), ['0', '500', '1,000']);
  assert.equal(values(linearScale([1, 3], [0, 1], 'plain', 1).ticks(10)), [1, 2, 3]);
});

test('round steps and round domains', () => {
  assert.is(niceStep(10, 10), 1);
  assert.is(niceStep(11, 10), 2);
  assert.is(niceStep(0.3, 10), 0.05);
  assert.equal(niceDomain([0.13, 0.71], 5), [0, 0.8]);
  // One step of growth: [48, 140] at two steps becomes [0, 150], whose own step is 100.
  assert.equal(niceDomain([48, 140], 2), [0, 200]);
});

test('a logarithmic scale maps ratios to distances, and nothing for zero and below', () => {
  const scale = logScale([0.1, 1000], [0, 400]);
  assert.ok(Math.abs(scale.map(0.1)) < 1e-9);
  assert.ok(Math.abs(scale.map(1) - 100) < 1e-9);
  assert.ok(Math.abs(scale.map(1000) - 400) < 1e-9);
  assert.ok(Number.isNaN(scale.map(0)));
  assert.ok(Number.isNaN(scale.map(-2)));
});

test('logarithmic ticks: 1-2-5, 1-3, powers, every n-th power', () => {
  assert.equal(values(logScale([0.9, 60], [0, 1]).ticks(8)), [1, 2, 5, 10, 20, 50]);
  assert.equal(values(logScale([0.9, 400], [0, 1]).ticks(6)), [1, 3, 10, 30, 100, 300]);
  assert.equal(values(logScale([1, 1e4], [0, 1]).ticks(5)), [1, 10, 100, 1000, 1e4]);
  assert.equal(labels(logScale([1e-30, 1], [0, 1]).ticks(4)), ['10⁻³⁰', '10⁻²⁰', '10⁻¹⁰', '10⁰']);
  assert.equal(values(logScale([1.1, 1.9], [0, 1]).ticks(4)), [1.2, 1.4, 1.6, 1.8]);
});

test('a category scale has equal bands', () => {
  const scale = categoryScale(['a', 'b', 'c', 'd'], [40, 120]);
  assert.is(scale.step, 20);
  assert.is(scale.map(0), 50);
  assert.is(scale.map(3), 110);
  assert.equal(labels(scale.ticks(2)), ['a', 'c']);
});

test('extent skips what is not finite and stays within what can be subtracted', () => {
  assert.equal(extent([3, NaN, -2, Infinity]), [-2, 3]);
  assert.is(extent([NaN]), undefined);
  const [low, high] = extent([-Number.MAX_VALUE, Number.MAX_VALUE]) ?? [0, 0];
  assert.ok(Number.isFinite(high - low));
});

test('constants get an interval around them', () => {
  assert.equal(widened([0, 0]), [-1, 1]);
  assert.equal(widened([-40, -40]), [-42, -38]);
  assert.equal(widened([1, 2]), [1, 2]);
});

test('impossible domains are refused by name', () => {
  const refused = (error: unknown): boolean => error instanceof ArgumentError && error.argument === 'domain';
  assert.throws(() => linearScale([2, 2], [0, 1]), refused);
  assert.throws(() => logScale([0, 1], [0, 1]), refused);
  assert.throws(() => linearScale([NaN, 1], [0, 1]), refused);
  assert.throws(() => categoryScale([], [0, 1]), (error: unknown) => error instanceof ArgumentError);
});

test.run();
