/**
 * `npm run bench:bounds`: how far measured times are from what one core can do. The bound of a network is its products at the most that multiplications and
 * additions in registers reach here (peak.ts), and the gates of LSTMs as our kernels take them, without loads, packing, sums or JavaScript; beside a peer's time it is the best
 * ratio that better products could bring. Measurements in turn, each in a process of its own.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wasm } from 'bptt';
import { UsageError, list, optionHelp, parseOptions, wholeNumber } from '../src/cli/options.js';
import { runCli } from '../src/cli/runCli.js';
import { about, caseOf } from './catalogue.js';
import { gates, load } from './kernels.js';
import { measure, medianOf } from './measure.js';
import { peak } from './peak.js';
import { onnxruntimes, ours, pytorch } from './subjects.js';
import type { Subject } from './subjects.js';
import { productOperations, randomArray } from './workloads.js';
import type { Workload } from './workloads.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peersFolder = join(root, 'bench/peers');

const options = {
  only: list('p1,W5', 'predictions and training steps of recurrent networks (default p1 to p5, W1, W4, W5, W7, W9, W14 to W16)'),
  rounds: wholeNumber('rounds of each that count', { fallback: 3, least: 1, most: 100 }),
};
const usual = ['p1', 'p2', 'p3', 'p4', 'p5', 'W1', 'W4', 'W5', 'W7', 'W9', 'W14', 'W15', 'W16'];

/** Of each measurement: in less, programs of a millisecond are still being compiled by V8. */
const seconds = 1;

/** Milliseconds of the gates of all LSTM layers, as the kernels take them here. */
async function gatesOf({ cell, layers, batch, steps }: Workload, training: boolean): Promise<number> {
  if (cell !== 'lstm') return 0;
  const backend = await wasm();
  await backend.prepare?.(['lstm']);
  let sum = 0;
  for (const units of layers) {
    const repeats = Math.max(1, Math.round(2 ** 16 / (batch * units)));
    const operation = gates({ batch, units }, repeats, !training);
    const device = backend.open();
    const call = load(device, operation, operation.shapes.map((shape, i) => randomArray(shape.reduce((a, b) => a * b, 1), i)));
    sum += (steps * (await measure(call, 0.2)).median) / repeats;
    device.dispose();
  }
  return sum;
}

async function main(signal: AbortSignal): Promise<void> {
  const values = parseOptions(options, process.argv.slice(2));
  if (values === 'help') {
    console.log(`npm run bench:bounds -- [options]\n\n${optionHelp(options)}`);
    return;
  }
  const ids = values.only.length > 0 ? values.only : usual;
  const networks = ids.map((id) => {
    const found = caseOf(id);
    if (found?.kind !== 'prediction' && found?.kind !== 'training') throw new UsageError(`--only takes predictions and training steps of recurrent networks, got '${id}'.`);
    return { id, training: found.kind === 'training', network: found.network };
  });
  const most = await peak();
  console.log(`multiplications and additions in registers: ${(most / 1e9).toFixed(1)} GFLOP/s on one thread\n`);
  console.log(`${''.padEnd(5)}${'MFLOP'.padStart(9)}${'products'.padStart(11)}${'+ gates'.padStart(11)}${'ours'.padStart(11)}${'GFLOP/s'.padStart(9)}  beside${''.padEnd(12)}${'its time'.padStart(11)}${'bound / it'.padStart(12)}${'ours / it'.padStart(11)}`);
  const own = ours(root, 'wasm');
  for (const { id, training, network } of networks) {
    const peers = training ? pytorch(peersFolder).slice(0, 1) : onnxruntimes(root, peersFolder);
    const times = new Map<Subject, number[]>([own, ...peers].map((subject) => [subject, []]));
    for (let round = 0; round < values.rounds; round++) {
      for (const [subject, found] of times) {
        signal.throwIfAborted();
        found.push(subject.run(id, seconds)?.train.median ?? NaN);
      }
    }
    const operations = productOperations(network, training);
    const products = (1000 * operations) / most;
    const bound = products + (await gatesOf(network, training));
    const [mine = NaN] = [times.get(own)].map((found) => medianOf(found ?? []));
    const ms = (time: number): string => `${time.toFixed(3)} ms`.padStart(11);
    const row = `${id.padEnd(5)}${(operations / 1e6).toFixed(1).padStart(9)}${ms(products)}${ms(bound)}${ms(mine)}${(operations / mine / 1e6).toFixed(1).padStart(9)}`;
    for (const peer of peers) {
      const time = medianOf(times.get(peer) ?? []);
      console.log(`${peer === peers[0] ? row : ''.padEnd(row.length)}  ${peer.name.padEnd(18)}${ms(time)}${(bound / time).toFixed(2).padStart(12)}${(mine / time).toFixed(2).padStart(11)}${peer === peers[0] ? `  ${about(id)}` : ''}`);
    }
  }
}

await runCli('bench:bounds', main);
