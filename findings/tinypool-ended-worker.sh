#!/usr/bin/env bash
# tinypool 2.2.0 (npm): a worker thread that ends itself leaves the promise of its task pending.
#
# Common belief: a task whose thread is gone rejects, as with child processes, with piscina (from which tinypool comes), and as tinypool does for one that throws.
# Behaviour: the promise of `run` neither resolves nor rejects; it still rejects when its signal is aborted, and then other tasks are served.
# So here: every forecast of the alert service has a time limit, which aborts (examples/alerts/src/network/pool.ts).
#
# Seen: 2026-11-29, Node 20.20.2:
#   thrown: rejected; ended: pending after 2 s; aborted: rejected; the next task: done; ended, in piscina 5.3.2: rejected
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund tinypool@2.2.0 piscina@5.3.2 >/dev/null
cat >worker.mjs <<'JS'
export default function work(task) {
  if (task === 'end') process.exit(0);
  if (task === 'throw') throw new Error('thrown');
  return 'done';
}
JS
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Tinypool } from 'tinypool';
import { Piscina } from 'piscina';
const options = { filename: new URL('worker.mjs', import.meta.url).href, minThreads: 1, maxThreads: 1 };
const fate = (promise) => Promise.race([promise.then((value) => value, () => 'rejected'), pause(2000, 'pending after 2 s')]);
const pool = new Tinypool(options);
const stop = new AbortController();
const thrown = await fate(pool.run('throw'));
const task = pool.run('end', { signal: stop.signal });
task.catch(() => undefined);
const ended = await fate(task);
stop.abort();
const aborted = await fate(task);
const next = await fate(pool.run('fine'));
const other = await fate(new Piscina(options).run('end'));
console.log(`thrown: ${thrown}; ended: ${ended}; aborted: ${aborted}; the next task: ${next}; ended, in piscina: ${other}`);
assert.equal(thrown, 'rejected');
assert.equal(aborted, 'rejected');
assert.equal(next, 'done');
assert.equal(ended, 'pending after 2 s', 'it rejects now: the time limit is no longer what saves us');
process.exit(0);
JS
node try.mjs
