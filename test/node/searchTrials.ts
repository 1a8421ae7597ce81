/** The trial module of the tests: a cheap function of parameters and seed, with every way to end. */
import { appendFileSync } from 'node:fs';
import type { TrialProgram } from '../../src/forecast/search/trial.js';
import { normal, randomStream } from '../../src/random.js';

let started = 0;

const program: TrialProgram = async ({ index, seed, parameters }, { report }) => {
  const log = process.env.TRIAL_LOG;
  if (log) appendFileSync(log, `${process.pid} ${index}\n`);
  // On demand, the n-th trial of a process takes for ever: it can be killed in the middle of it.
  if (++started === Number(process.env.TRIAL_HANG)) await new Promise((resolve) => setTimeout(resolve, 1e6));
  const { x = 0, wait = 0, end } = parameters;
  const noise = normal(randomStream(seed, 'noise'));
  for (let step = 1; step <= 4; step++) {
    await new Promise((resolve) => setTimeout(resolve, Number(wait) + (index % 3)));
    report(step, Number(x) + noise / step);
  }
  if (end === 'throw') throw new RangeError(`no ${index}`);
  if (end === 'exit') process.exit(7);
  // Never waits, never reports: only the end of its thread ends it.
  while (end === 'spin') appendFileSync(process.env.TRIAL_SPIN ?? '/dev/null', '.');
  if (end === 'crash') {
    setTimeout(() => { throw new Error('nobody catches this'); });
    await new Promise((resolve) => setTimeout(resolve, 1e6));
  }
  return { loss: end === 'NaN' ? NaN : (Number(x) - 2) ** 2 + noise / 8, noise };
};
export default program;
