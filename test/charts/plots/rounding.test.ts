/** Axes, bins and colours of data that rounding treats badly: constant, tiny, huge, a small spread far from 0. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { candlestickImage } from '../../../src/charts/candlesticks/image.js';
import { overlayHeatMap } from '../../../src/charts/images/overlay.js';
import { colorDomain } from '../../../src/charts/plots/colorMap.js';
import { heatMap } from '../../../src/charts/plots/heatMap.js';
import { binValues, histogram } from '../../../src/charts/plots/histogram.js';
import { linePlot } from '../../../src/charts/plots/linePlot.js';
import { extent, linearScale, logScale, niceDomain, widened } from '../../../src/charts/plots/scale.js';
import type { Interval } from '../../../src/charts/plots/scale.js';
import { positionScale, valueScale } from '../../../src/charts/plots/scaleMakers.js';
import { timeScale, timeTicks } from '../../../src/charts/plots/timeScale.js';
import { ArgumentError } from '../../../src/errors.js';
import { CONSTANTS, centred, offsets, relative, scales } from '../../support/numbers.js';
import { forAll } from '../../support/property.js';

/** Two ends: a few roundings apart, or many powers of ten. */
const domains = fc.oneof(
  fc.tuple(offsets, scales, fc.constantFrom(1e-6, 1e-3, 0.1, 1, 20)).map(([offset, scale, span]): Interval => [offset * scale, (offset + span) * scale]),
  fc.tuple(CONSTANTS, fc.integer({ min: 1, max: 40 })).map(([value, ulps]): Interval => [value, value + ulps * Math.max(Number.EPSILON * Math.abs(value), Number.MIN_VALUE)]),
).filter(([low, high]) => high - low > 1e-305 && high - low < Infinity);

test('linear ticks end, differ, rise, and lie inside, whatever the domain', async () => {
  await forAll(fc.tuple(domains, fc.integer({ min: 1, max: 30 })), 1000, ([domain, count]) => {
    const scale = linearScale(domain, [0, 500]);
    const ticks = scale.ticks(count);
    assert.ok(ticks.length <= count + 2, `${ticks.length} ticks for ${count}`);
    const slack = Math.max(1e-6 * (domain[1] - domain[0]), Number.EPSILON * Math.max(...domain.map(Math.abs)), Number.MIN_VALUE);
    ticks.forEach(({ value, label }, i) => {
      assert.ok(value > (ticks[i - 1]?.value ?? -Infinity), 'rising');
      assert.ok(value >= domain[0] - slack && value <= domain[1] + slack, `${value} in ${domain.join(' … ')}`);
      assert.ok(Number.isFinite(scale.map(value)) && label.length > 0);
    });
    relative(scale.map(domain[0]), 0, 1e-9, 'low end', 500);
    relative(scale.map(domain[1]), 500, 1e-9, 'high end');
  });
});

test('seconds since 1970, a quarter of a second long: ticks of 50 ms, the data over the whole axis', () => {
  const x = Array.from({ length: 6 }, (_, i) => 1_700_000_000 + i * 0.05);
  const scale = positionScale([x], {})([0, 500]);
  assert.equal(scale.ticks(6).map(({ label }) => label), ['0.00', '0.05', '0.10', '0.15', '0.20', '0.25'].map((end) => `1,700,000,000.${end.slice(2)}`));
  relative(scale.map(x[3] ?? NaN), 300, 1e-3, 'place');
  const [low, high] = valueScale([1_700_000_000_000, 1_700_000_000_001], {})([300, 0]).domain;
  assert.ok(high - low < 3, 'a millisecond in milliseconds since 1970 is no constant');
  relative(linearScale([0, 1e-310], [0, 500]).map(5e-311), 250, 1e-9, 'pixels of a subnormal span');
});

test('a domain grown to round ends holds the data and can be drawn', async () => {
  const drawable = domains.filter((domain) => domain.every((end) => Math.abs(end) < 4e307));
  await forAll(fc.tuple(drawable, fc.integer({ min: 2, max: 12 })), 1000, ([domain, count]) => {
    const [low, high] = niceDomain(widened(extent(domain) ?? [0, 1]), count);
    const slack = 2 * Math.max(Number.EPSILON * Math.max(...domain.map(Math.abs)), Number.MIN_VALUE, 1e-9 * (domain[1] - domain[0]));
    assert.ok(low <= domain[0] + slack && high >= domain[1] - slack, `${low} … ${high} for ${domain.join(' … ')}`);
    linearScale([low, high], [0, 1]).ticks(count);
  });
});

test('a constant runs through the middle', async () => {
  await forAll(CONSTANTS, 200, (value) => {
    for (const [low, high] of [extent([value, value]), extent([value, value * (1 + Number.EPSILON)])].map((ends) => widened(ends ?? [0, 1]))) {
      assert.ok(low < high);
      // What is next to nothing is drawn beside 1e-300.
      if (value === 0 || Math.abs(value) > 1e-290) relative(linearScale([low, high], [0, 500]).map(Math.max(-Number.MAX_VALUE / 4, Math.min(value, Number.MAX_VALUE / 4))), 250, 0.01, 'place');
    }
    const { svg } = linePlot({ title: 'constant', series: [{ name: 'a', values: [value, value, value] }], x: [value, value, value] });
    assert.ok(!/NaN|Infinity/.test(svg));
  });
});

test('a logarithmic axis tells ends apart where logarithms do, and refuses where they do not', () => {
  const flat = valueScale([1e9, 1e9 + 1e-6], { scale: 'log' })([0, 500]);
  assert.equal(flat.domain.map((end) => Math.round(end / 1e8)), [5, 20]);
  const near = valueScale([1_700_000_000, 1_700_000_001], { scale: 'log' })([0, 500]);
  assert.ok(near.domain[1] - near.domain[0] < 2, 'one second is one second');
  assert.throws(() => logScale([1e9, 1e9 + 2e-7], [0, 1]), (error: unknown) => error instanceof ArgumentError);
});

test('time ticks down to milliseconds and up to the ends of dates', () => {
  const start = Date.UTC(2023, 10, 14, 22, 13, 20);
  assert.equal(timeTicks([start, start + 200], 4).map(({ label }) => label), ['22:13:20.000', '22:13:20.050', '22:13:20.100', '22:13:20.150', '22:13:20.200'].slice(0, 5));
  for (const [low, high] of [[-8.64e15, 8.64e15], [start, start + 1], [8.64e15 - 5, 8.64e15]] as const) {
    for (const count of [1, 3, 10]) {
      const ticks = timeScale([low, high], [0, 500]).ticks(count);
      assert.ok(ticks.length <= count + 1 && (count === 1 || ticks.length > 0), `${ticks.length} ticks of ${count}`);
    }
  }
});

test('histograms count every value once, whatever the spread', async () => {
  await forAll(fc.tuple(centred, offsets, scales), 200, ([x, offset, scale]) => {
    const values = Float64Array.from(x, (value) => (value + offset) * scale).sort();
    const { start, width, counts } = binValues(values);
    assert.is(counts.reduce((sum, n) => sum + n, 0), values.length);
    assert.ok(width > 0 && start + width * counts.length > start && counts.length <= 80);
    assert.ok(!/NaN|Infinity/.test(histogram({ title: 'h', values, normalCurve: true }).svg));
  });
  for (const value of [0.1, 14.62, 1e-300, 1e300, 0]) {
    const text = histogram({ title: 'h', values: [value, value * (1 + Number.EPSILON), value], normalCurve: true }).svg;
    assert.ok(!/NaN|Infinity|normal with same/.test(text), 'no curve for a constant');
  }
  assert.is(binValues(Float64Array.of(0, 0.3, 0.3, 0.3, 0.1 + 0.2, 9)).counts.length, 9, 'equal quartiles say nothing of the width');
});

test('colours: a constant map has one colour, the middle one, whatever its rounding', () => {
  for (const value of [0.1, 14.62, 1e-300, 1e300, 1e17]) {
    const [low, high] = colorDomain([value, value * (1 + Number.EPSILON)], 'viridis');
    relative((value - low) / (high - low), 0.5, 0.01, 'place');
  }
  const svg = heatMap({ title: 'm', values: [[0.3, 0.1 + 0.2], [0.3, 0.3]], rows: ['a', 'b'], columns: ['c', 'd'] }).svg;
  assert.is(new Set(svg.match(/<path fill="#[0-9a-f]{6}"/g)).size, 1);
  const refused = (error: unknown): boolean => error instanceof ArgumentError && error.argument === 'domain';
  assert.throws(() => heatMap({ title: 'm', values: [[1]], rows: ['a'], columns: ['b'], domain: [1, 1] }), refused);
});

test('overlays show maps of any size as they show those of size 1', () => {
  const image = { data: new Uint8Array(12), shape: [2, 2, 3] as const };
  const map = [0, 0.25, 0.5, 1];
  const drawn = (unit: number, domain?: Interval): Uint8Array =>
    Uint8Array.from(overlayHeatMap(image, { data: map.map((value) => value * unit), shape: [2, 2] }, { ...(domain && { domain: [domain[0] * unit, domain[1] * unit] }) }).data);
  for (const unit of [2 ** -1000, 2 ** 1000, 2 ** -60, 1e-300, 1e300]) {
    const most = Math.log2(unit) % 1 === 0 ? 0 : 2; // between two of 256 colours a rounding may decide
    for (const domain of [undefined, [-1, 2]] as const) {
      const [one, other] = [drawn(1, domain), drawn(unit, domain)];
      other.forEach((channel, i) => { assert.ok(Math.abs(channel - (one[i] ?? NaN)) <= most, `${channel} instead of ${one[i]}`); });
    }
  }
  const zero = { data: [0, 0, 0, 0], shape: [2, 2] };
  assert.equal(overlayHeatMap(image, zero, { domain: [0, 1e200] }).data, overlayHeatMap(image, zero, { domain: [0, 1] }).data);
  assert.throws(() => overlayHeatMap(image, zero, { domain: [0, 0] }), (error: unknown) => error instanceof ArgumentError);
  assert.throws(() => overlayHeatMap(image, zero, { domain: [0, Infinity] }), (error: unknown) => error instanceof ArgumentError);
});

test('candlesticks that differ by rounding are drawn as one price', () => {
  const bars = (price: number, jitter: number) => Object.fromEntries(['open', 'high', 'low', 'close'].map((name, j) =>
    [name, Array.from({ length: 5 }, (_, i) => price * (1 + ((name === 'high' ? 3 : name === 'low' ? 0 : (i + j) % 3)) * jitter))])) as Record<'open' | 'high' | 'low' | 'close', number[]>;
  const picture = (price: number, jitter: number): Uint8Array => Uint8Array.from(candlestickImage(bars(price, jitter), { width: 40, height: 30 }).data);
  // Rising or falling is said by colour still; the rows they take up are those of a flat line.
  const rows = (data: Uint8Array): number[] => Array.from({ length: 30 }, (_, y) => y).filter((y) => data.subarray(y * 120, (y + 1) * 120).some((value) => value !== 255));
  for (const price of [0.1, 14.62, 1e-200, 1e200]) {
    assert.equal(rows(picture(price, Number.EPSILON)), rows(picture(price, 0)));
    assert.ok(rows(picture(price, 0.01)).length > 10, 'a real move fills the picture');
  }
});

test.run();
