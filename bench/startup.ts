/**
 * `node dist/bench/startup.js`: a process that starts, imports bptt and does the first training step of W2, beside Node's
 * own empty start, in turns. Target: at most 1.5 × the empty start + 60 ms.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { medianOf } from './measure.js';

const rounds = 21;
const firstStep = fileURLToPath(new URL('firstStep.js', import.meta.url));

function time(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
}

const empty: number[] = [];
const ours: number[] = [];
for (let round = 0; round < rounds; round++) {
  empty.push(time(['-e', '']));
  ours.push(time([firstStep]));
}
const limit = 1.5 * medianOf(empty) + 60;
console.log(`Node's empty start ${medianOf(empty).toFixed(0)} ms, first step of W2 done after ${medianOf(ours).toFixed(0)} ms; limit ${limit.toFixed(0)} ms (medians of ${rounds})`);
