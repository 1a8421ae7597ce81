/** A small training as a process that may be killed: `node unfinishedTraining.js FOLDER` tells how far it is, line by line, and last the hash of its network. */
import { realpathSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { wasm } from 'bptt';
import { FIRST, close, marketOf } from '../checker/fixtures.js';
import { trainWalkingForward } from '../../src/network/walkForward.js';
import type { Progress, Trained } from '../../src/network/walkForward.js';

/** Ten batches, then five after each of two blocks, saved after every second. */
export async function trainSmall(folder?: string, progress?: Progress): Promise<Trained> {
  const histories = new Map([['AAA', await marketOf(['AAA']).bars('AAA', 0, close(FIRST + 200))]]);
  const size = { sessions: 20, blocks: 2, first: 160, later: 80, forecasts: 20 };
  return trainWalkingForward(histories, { ...size, full: false, seed: 3, barMinutes: 1440, keep: folder === undefined ? undefined : { folder, everyBatches: 2 } }, await wasm({ threads: 1 }), progress);
}

if (realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const { hash } = await trainSmall(process.argv[2] ?? '', (_, what) => { process.stdout.write(`${what}\n`); });
  process.stdout.write(`hash ${hash}\n`);
}
