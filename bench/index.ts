/**
 * `npm run bench`: kernels, predictions and training steps, each measured in a process of its own, in rounds that alternate between
 * the subjects. Prints a table, writes JSON, CSV, SVG charts and a page.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { runCli } from '../src/cli/runCli.js';
import { availableBackends } from './backends.js';
import { about } from './catalogue.js';
import { comparison, readRun } from './compare.js';
import { help, readArguments } from './options.js';
import type { Measure } from './options.js';
import { thisMachine } from './machine.js';
import { breakEven, charts, csvOf, page, rowLines, rowOf } from './report.js';
import type { Row, Run } from './report.js';
import { javascriptPeers, onnxruntimes, ours, pytorch } from './subjects.js';
import type { Measurement, Subject } from './subjects.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peersFolder = join(root, 'bench/peers');

/** Rounds over all subjects for one id. */
function measureAll(id: string, subjects: readonly Subject[], { rounds, seconds }: Measure, signal: AbortSignal): Row[] {
  const found = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      signal.throwIfAborted();
      const measurement = subject.run(id, seconds);
      if (measurement) found.set(subject.name, [...(found.get(subject.name) ?? []), measurement]);
    }
  }
  return [...found].map(([subject, list]) => rowOf(id, subject, list[0]?.backend ?? '', list.map((m) => m.train.median)));
}

async function measureRun(plan: Measure, signal: AbortSignal): Promise<void> {
  const say = (line: string): void => { (plan.json ? process.stderr : process.stdout).write(`${line}\n`); };
  const names = plan.backends ?? (await availableBackends());
  const subjects = [
    ...names.map((name) => ours(root, name)), ...(plan.peers ? javascriptPeers(peersFolder) : []), ...(plan.torch ? pytorch(peersFolder) : []),
    ...(plan.onnxruntime ? onnxruntimes(root, peersFolder) : []),
  ];
  const machine = thisMachine();
  const date = new Date().toISOString();
  say(styleText('bold', `${machine.cores} × ${machine.cpu}, ${machine.memoryGB} GB, Node ${machine.node}, ${date.slice(0, 10)}`));
  say('medians over rounds, lowest – highest; × is relative to the first row');
  say('M: matrix product, G: LSTM gates forward and backward, p: predict, s: one step of a stream, W and one\'s own: a training step with Adam\n');
  const rows: Row[] = [];
  for (const id of plan.ids) {
    const found = measureAll(id, subjects, plan, signal);
    for (const line of rowLines(found)) say(line);
    rows.push(...found);
  }
  say('');
  for (const [subject, backend] of new Map(rows.map((row) => [row.subject, row.backend]))) say(`${subject.padEnd(16)} ${backend}`);
  for (const name of names.filter((n) => n.startsWith('gpu') && rows.some(({ id, subject }) => id.startsWith('M') && subject === `bptt ${n}`) && names.includes('wasm'))) {
    const from = breakEven(rows, `bptt ${name}`);
    say(`${name} ${from === undefined ? 'is faster than wasm at no measured product' : `is faster than wasm from ${about(from)} on`}`);
  }
  const run: Run = { date, command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(), machine, rounds: plan.rounds, seconds: plan.seconds, rows };
  write(run, resolve(plan.out));
  say(`\n${plan.out}`);
  if (plan.json) process.stdout.write(`${JSON.stringify(run)}\n`);
}

function write(run: Run, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.json'), JSON.stringify(run, null, 2));
  writeFileSync(join(folder, 'bench.csv'), csvOf(run));
  for (const { name, plot } of charts(run.rows)) writeFileSync(join(folder, `${name}.svg`), plot.svg);
  writeFileSync(join(folder, 'index.html'), page(run));
}

await runCli('bench', async (signal) => {
  const plan = readArguments(process.argv.slice(2));
  if (plan === 'help') {
    console.log(help);
  } else if (plan.kind === 'compare') {
    const { lines, slower } = comparison(readRun(plan.before), readRun(plan.after));
    for (const line of lines) console.log(line);
    process.exitCode = slower ? 1 : 0;
  } else {
    await measureRun(plan, signal);
  }
});
