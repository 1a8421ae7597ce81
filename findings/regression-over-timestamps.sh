#!/usr/bin/env bash
# regression 2.0.1 and ml-regression-simple-linear 3.0.1 (npm): a straight line over timestamps comes out with another slope, none, or an infinite one.
#
# Common belief: least squares through points on a line gives that line, whatever the x are counted from; double precision is plenty for sixty points.
#   So the trend of a series is taken over Date.now(), as its points come.
# Behaviour: both work out n·Σx² − (Σx)² of the numbers as they are. Milliseconds since 1970 are 1.8e12, their squares 3e24, and doubles near
#   that are 5e8 apart: of a minute of seconds nothing is left. The slope has the wrong sign, is 0, or Infinity, and the forecast with it; no
#   warning. The same points counted from the first are fitted exactly, and simple-statistics 7.12.1 fits the timestamps too.
# So here: trends run over row numbers (src/forecast/baselines), never over dates.
#
# Seen: 2026-11-30, Node 20.20.2, y = 20 + 0.5 a step, slope a step (forecast of the next value in brackets), by regression / ml-regression / simple-statistics:
#   60 seconds: -0.25 (27.3) / -0.25 (27.3) / 0.50 (50.0); 10 seconds: 0.00 (22.3) / Infinity (NaN) / 0.50 (25.0); 24 hours: 0.50 (32.0) / 0.50 (32.0) / 0.50 (32.0)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund regression@2.0.1 ml-regression-simple-linear@3.0.1 simple-statistics@7.12.1 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { SimpleLinearRegression } from 'ml-regression-simple-linear';
import regression from 'regression';
import { linearRegression, linearRegressionLine } from 'simple-statistics';

/** Slope a step and the next value, by each package. */
function fitted(count, step, start) {
  const points = Array.from({ length: count }, (_, i) => [start + step * i, 20 + 0.5 * i]);
  const next = start + step * count;
  const one = regression.linear(points, { precision: 15 }); // it rounds, to 2 decimals by default
  const two = new SimpleLinearRegression(points.map(([x]) => x), points.map(([, y]) => y));
  const three = linearRegression(points);
  return { slopes: [one.equation[0], two.slope, three.m].map((slope) => slope * step), values: [one.predict(next)[1], two.predict(next), linearRegressionLine(three)(next)], true: 20 + 0.5 * count };
}
const start = Date.UTC(2026, 0, 1);
const cases = { '60 seconds': [60, 1000], '10 seconds': [10, 1000], '24 hours': [24, 3600e3] };
const near = (left, right, tolerance) => Math.abs(left - right) < tolerance;
const seen = Object.entries(cases).map(([name, [count, step]]) => {
  const shifted = fitted(count, step, 0);
  assert.ok(shifted.slopes.every((slope) => near(slope, 0.5, 1e-6)) && shifted.values.every((value) => near(value, shifted.true, 1e-4)), `${name}: counted from the first all are right`);
  return { name, ...fitted(count, step, start) };
});
console.log(seen.map(({ name, slopes, values }) => `${name}: ${slopes.map((slope, i) => `${slope.toFixed(2)} (${values[i].toFixed(1)})`).join(' / ')}`).join('; '));
for (const { name, slopes, true: value, values } of seen) assert.ok(near(slopes[2], 0.5, 1e-6) && near(values[2], value, 1e-2), `simple-statistics fits ${name}`);
for (const { name, slopes } of seen.slice(0, 2)) for (const slope of slopes.slice(0, 2)) assert.ok(!near(slope, 0.5, 0.4), `${name} are fitted now`);
JS
node try.mjs
