/** The trial module of the tests: a cheap function of parameters and seed, with every way to end. */
import { appendFileSync } from 'node:fs';
import type { TrialProgram } from '../../src/forecast/searchTrial.js';
import { normal, randomStream } from '../../src/random.js';

const program: TrialProgram = async ({ index, seed, parameters }, { report }) => {
  const log = process.env.TRIAL_LOG;
  if (log) appendFileSync(log, `${process.pid} ${index}\n`);
  const { x = 0, wait = 0, end } = parameters;
  const noise = normal(randomStream(seed, 'noise'));
  for (let step = 1; step <= 4; step++) {
    await new Promise((resolve) => setTimeout(resolve, Number(wait) + (index % 3)));
    report(step, Number(x) + noise / step);
  }
  if (end === 'throw') throw new RangeError(`no ${index}`);
  if (end === 'exit') process.exit(7);
  return { loss: end === 'NaN' ? NaN : (Number(x) - 2) ** 2 + noise / 8, noise };
};
export default program;
