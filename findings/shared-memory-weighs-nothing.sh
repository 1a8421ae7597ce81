#!/usr/bin/env bash
# WebAssembly threads on Node 20: a dropped shared memory is not given back, however many are made.
#
# Common belief: WebAssembly.Memory is garbage collected; a program that drops its last reference gets the memory back, shared or not
#   (shared: once no worker holds it either). WebAssembly SIMD modules with threads can therefore be made and dropped freely.
# Behaviour: 300 memories of 8 MB, each written once and dropped, never handed to a worker. Not shared, the process stays small. Shared,
#   it holds all of them at once: a shared memory is no pressure on the collector, which does not run until something else fills the heap.
# So here: models on threads count what their dropped memories hold, and make V8 count it too (docs/decisions/threads.md).
#
# Nothing to install but Node. Seen: 2026-11-29, Node 20.20.2 (V8 11.3), peak resident memory, MB:
#   own 138, shared 2442
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/try.mjs" <<'JS'
const [kind] = process.argv.slice(2);
const MB = 2 ** 20;
let most = 0;
for (let i = 0; i < 300; i++) {
  const memory = new WebAssembly.Memory({ initial: 128, maximum: 256, shared: kind !== 'own' });
  new Uint8Array(memory.buffer).fill(1);
  most = Math.max(most, process.memoryUsage.rss());
  await new Promise((resolve) => setTimeout(resolve, 0));
}
console.log(Math.round(most / MB));
JS
own=$(node "$folder/try.mjs" own)
shared=$(node "$folder/try.mjs" shared)
echo "$(node --version): own $own, shared $shared"
# The belief: shared is like own. The behaviour: it holds nearly all 2,400 MB.
((own < 700)) && ((shared > 1800)) || { echo 'this has changed'; exit 1; }
