#!/usr/bin/env bash
# V8 of Node 20 (x64), modules assembled by wabt 1.0.37 (npm): a SIMD loop that asks at its bottom whether to go on takes up to twice the time of one that asks at its top.
#
# Common belief: compilers turn `while` into `do … while` because a loop with its exit at the bottom has a jump less; `do … while` of AssemblyScript becomes
#   WebAssembly of that form, and the optimising compiler of the engine levels what is left.
# Behaviour: ten sums in ten registers, each the chain s + x·b over the same rows. With (block (loop (br_if out) … (br top))) the sums stay in registers; with (loop … (br_if top))
#   V8 writes each to the stack and loads it again at every turn. The bits are the same, the time is 1.7 to 2 times as long. It is so with and without V8's
#   unrolling, peeling and stack checks (--no-wasm-loop-unrolling, --no-wasm-loop-peeling, --no-wasm-stack-checks).
# So here: loops of kernels ask at their top (docs/decisions/kernels.md).
#
# Seen: 2026-11-30, Node 20.20.2, AMD EPYC (Zen 4), one row of 40 columns and 100 steps: same bits; exit at the top 39.1 GFLOP/s, at the bottom 22.6: 1.73 times as long; 1.78, 1.82 and 1.97 in three more runs
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund wabt@1.0.37 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import wabt from 'wabt';

const sums = 10;
const steps = 100;
const each = (make) => Array.from({ length: sums }, (_, i) => make(i)).join('\n');
/** c [40] += a [steps] · b [steps, 40] */
function source(form) {
  const step = `(local.set $x (v128.load32_splat (local.get $a)))
    ${each((i) => `(local.set $s${i} (f32x4.add (local.get $s${i}) (f32x4.mul (local.get $x) (v128.load offset=${16 * i} (local.get $b)))))`)}
    (local.set $a (i32.add (local.get $a) (i32.const 4)))
    (local.set $b (i32.add (local.get $b) (i32.const ${16 * sums})))`;
  const loop = form === 'top'
    ? `(block $out (loop $again (br_if $out (i32.ge_u (local.get $a) (local.get $end))) ${step} (br $again)))`
    : `(loop $again ${step} (br_if $again (i32.lt_u (local.get $a) (local.get $end))))`;
  return `(module (import "env" "memory" (memory 1))
    (func (export "row") (param $a i32) (param $end i32) (param $b i32) (param $c i32) (local $x v128) ${each((i) => `(local $s${i} v128)`)}
      ${each((i) => `(local.set $s${i} (v128.load offset=${16 * i} (local.get $c)))`)}
      ${loop}
      ${each((i) => `(v128.store offset=${16 * i} (local.get $c) (local.get $s${i}))`)}))`;
}

const { parseWat } = await wabt();
const memory = new WebAssembly.Memory({ initial: 4 });
const numbers = new Float32Array(memory.buffer);
numbers.forEach((_, i) => { numbers[i] = Math.sin(i) / 8; });
const [a, c, b] = [1024, 4096, 65536];
const forms = ['top', 'bottom'];
const rows = Object.fromEntries(forms.map((form) => {
  const module = new WebAssembly.Module(parseWat(`${form}.wat`, source(form), { simd: true }).toBinary({}).buffer);
  return [form, new WebAssembly.Instance(module, { env: { memory } }).exports.row];
}));
const results = {};
const times = { top: [], bottom: [] };
for (let round = 0; round < 15; round++) {
  for (const form of forms) {
    numbers.fill(0, c / 4, c / 4 + 4 * sums);
    rows[form](a, a + 4 * steps, b, c);
    results[form] = numbers.slice(c / 4, c / 4 + 4 * sums).join();
    const start = performance.now();
    for (let i = 0; i < 20000; i++) rows[form](a, a + 4 * steps, b, c);
    times[form].push((performance.now() - start) / 20000);
  }
}
const fastest = (form) => Math.min(...times[form]); // others on the machine only make it slower
const speed = (form) => (8 * sums * steps) / fastest(form) / 1e6;
const ratio = fastest('bottom') / fastest('top');
console.log(`same bits; exit at the top ${speed('top').toFixed(1)} GFLOP/s, at the bottom ${speed('bottom').toFixed(1)}: ${ratio.toFixed(2)} times as long`);
assert.equal(results.bottom, results.top, 'the two loops differ');
assert.ok(ratio > 1.3, 'the exit may be at the bottom now');
JS
node try.mjs
