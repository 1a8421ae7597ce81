#!/usr/bin/env bash
# arima 0.2.8 (npm): the forecast of a random walk is numbers of no meaning.
#
# Common belief: ARIMA(0, 1, 0) repeats the last value; a package that fits it either does, or throws.
# Behaviour: `predict` returns numbers of no meaning (1e-309, 0) as forecasts, and values of the series itself as squared errors. `auto: true`
#   chooses that order on prices, so it happens without being asked for. Other orders agree with R's Arima.
# So here: no AutoARIMA through this package (docs/decisions/arima.md); `autoregression` and `noChange` instead.
#
# Seen: 2026-11-29, Node 20.20.2, a random walk of 400 steps about 1500:
#   last value 1477.7, forecasts of (0, 1, 0) are off by 100 %, of (1, 1, 0) by 0.0 %
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund arima@0.2.8 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import ARIMA from 'arima';
let [level, state] = [1500, 1];
const walk = Array.from({ length: 400 }, () => {
  state = (state * 48271) % 2147483647; // Park and Miller's generator
  return (level += 10 * (state / 2147483647 - 0.5));
});
const last = walk.at(-1);
const off = (options) => Math.max(...new ARIMA(options).train(walk).predict(3)[0].map((value) => Math.abs(value / last - 1)));
const [plain, other] = [off({ p: 0, d: 1, q: 0 }), off({ p: 1, d: 1, q: 0 })];
console.log(`last value ${last.toFixed(1)}, forecasts of (0, 1, 0) are off by ${(100 * plain).toFixed(0)} %, of (1, 1, 0) by ${(100 * other).toFixed(1)} %`);
assert.ok(other < 0.01, 'other orders work');
assert.ok(plain > 0.5, 'a random walk is now forecast: read docs/decisions/arima.md again');
JS
node try.mjs
