#!/usr/bin/env bash
# @bsull/augurs 0.10.2 (npm): the season it detects depends on the level and the length of the series; a clean daily cycle is 21, 23 or 62 hours long.
#
# Common belief: `seasonalities` "detects the seasonal periods in a time series" (its types), as peaks of a periodogram, of which any text says
#   that a pure sine over whole cycles has one peak, at its period, whatever its mean.
# Behaviour: the answer is near the true period for some lengths and far from it for others, and adding a constant changes it: about a level of 10 it is a
#   number near a power of two that only the length decides (62, 510). A series such as its documentation shows, with period 4, gives 4; ten cycles
#   of a day or a week do not. No warning; an MSTL or a seasonal naive that is given such a season is worthless.
# So here: nothing guesses a season: it is an argument (docs/forecaster.md).
#
# Seen: 2026-11-30, Node 20.20.2, hours, season found by augurs / by the largest term of a Fourier transform:
#   10 days about 0: 21 / 24; 10 days about 10: 62 / 24; 30 days about 10: 23 / 24; 10 weeks about 10: 510 / 168; its own example: 4 / 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @bsull/augurs@0.10.2 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import start, { seasonalities } from '@bsull/augurs/seasons';
const file = createRequire(import.meta.url).resolve('@bsull/augurs/seasons').replace(/\.js$/, '_bg.wasm');
await start({ module_or_path: readFileSync(file) });

/** The period of the largest term of the discrete Fourier transform, the mean left out. */
function largest(values) {
  const terms = Array.from({ length: Math.floor(values.length / 2) }, (_, i) => {
    const turn = (t) => (2 * Math.PI * (i + 1) * t) / values.length;
    return Math.hypot(values.reduce((sum, value, t) => sum + value * Math.cos(turn(t)), 0), values.reduce((sum, value, t) => sum + value * Math.sin(turn(t)), 0));
  });
  return values.length / (terms.indexOf(Math.max(...terms)) + 1);
}
const cycle = (period, cycles, level) => Array.from({ length: period * cycles }, (_, t) => level + Math.sin((2 * Math.PI * t) / period));
const example = Array.from({ length: 8 }, (_, i) => [0.1, 0.3 + 0.01 * (i % 2), 0.8, 0.5]).flat();
const series = { '10 days about 0': cycle(24, 10, 0), '10 days about 10': cycle(24, 10, 10), '30 days about 10': cycle(24, 30, 10), '10 weeks about 10': cycle(168, 10, 10), 'its own example': example };
const seen = Object.entries(series).map(([name, values]) => ({ name, found: [...seasonalities(values)].join(' and '), true: largest(values) }));
console.log(seen.map((one) => `${one.name}: ${one.found} / ${one.true}`).join('; '));
assert.deepEqual(seen.map((one) => one.true), [24, 24, 24, 168, 4]);
assert.equal(seen[4].found, '4');
for (const one of seen.slice(0, 4)) assert.notEqual(one.found, String(one.true), `${one.name} is found now`);
assert.notEqual(seen[0].found, seen[1].found, 'the level changes nothing now');
JS
node try.mjs
