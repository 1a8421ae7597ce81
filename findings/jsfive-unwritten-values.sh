#!/usr/bin/env bash
# jsfive 0.4.2 (npm): elements of a dataset that were never written are holes, or missing altogether, where HDF5 has the fill value.
#
# Common belief: a reader gives as many numbers as the shape says. What a program left out is the fill value, 0 unless it set another: so the format
#   (H5Pset_fill_value) and every other reader have it; chunks nobody wrote are not stored, which is how sparse and growing data are kept.
# Behaviour: `shape` says 8, `value` holds holes for chunks that are not stored, and is [] where none is. No error. `reduce`, `map` and `forEach`
#   pass over holes, so a mean divides the sum of what is there by 8; a Float32Array made of it has NaN, even where the fill value is 0.
# So here: the reader of Keras's files is our own and refuses a dataset of which a chunk is missing (src/convert/keras/hdf5/chunks.ts).
#
# Needs python3-h5py (Debian). Seen: 2026-11-30, Node 20.20.2, h5py 3.7.0, h5wasm 0.10.3, 8 values in chunks of 4, the first 4 or none written:
#   shape 8 each; half/zero: 1 2 3 4 hole hole hole hole; half/minus: 1 2 3 4 hole hole hole hole; none/zero: nothing; none/minus: nothing
set -euo pipefail
/usr/bin/python3 -c 'import h5py' 2>/dev/null || { echo 'h5py is missing: apt-get install python3-h5py'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund jsfive@0.4.2 h5wasm@0.10.3 >/dev/null
/usr/bin/python3 - <<'PY'
import h5py
with h5py.File('data.h5', 'w') as file:
    for name, options in (('zero', {}), ('minus', {'fillvalue': -1})):
        file.create_dataset(f'half/{name}', (8,), 'f4', chunks=(4,), **options)[:4] = [1, 2, 3, 4]
        file.create_dataset(f'none/{name}', (8,), 'f4', chunks=(4,), **options)
with h5py.File('data.h5') as file:
    assert list(file['half/zero']) == [1, 2, 3, 4, 0, 0, 0, 0] and list(file['none/minus']) == [-1] * 8
PY
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import h5wasm from 'h5wasm/node';
import { File } from 'jsfive';
await h5wasm.ready;
const bytes = readFileSync('data.h5');
const five = new File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 'data.h5');
const wasm = new h5wasm.File('data.h5', 'r');
const shown = (list) => Array.from({ length: list.length }, (_, i) => (i in list ? list[i] : 'hole')).join(' ') || 'nothing';
const written = { half: [1, 2, 3, 4], none: [] };
const seen = [];
for (const [part, start] of Object.entries(written)) for (const [name, fill] of [['zero', 0], ['minus', -1]]) {
  const path = `${part}/${name}`;
  assert.deepEqual([...wasm.get(path).value], [...start, ...new Array(8 - start.length).fill(fill)], 'h5wasm gives the fill value, as h5py does');
  const { shape, value } = five.get(path);
  assert.deepEqual(shape, [8]);
  assert.deepEqual(value.slice(0, start.length), start);
  assert.ok(!Array.from(value).includes(fill) && value.reduce((count) => count + 1, 0) === start.length, `${path}: the fill value is there now`);
  seen.push(`${path}: ${shown(value)}`);
}
console.log(`shape 8 each; ${seen.join('; ')}`);
wasm.close();
JS
node try.mjs
