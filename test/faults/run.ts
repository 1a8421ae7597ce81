/**
 * `npm run faults`: plants wrong mathematics, one fault at a time, in a copy of the compiled library, and requires a
 * test to turn red for each. Filters are parts of names or files: `node dist/test/faults/run.js adam`.
 *
 * Caught means: a test of the listed files failed. A file that crashes before its tests, or that runs too long, is
 * not caught; tests that are red without a fault prove nothing, so they are run first. Ends with `N of N caught`.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellFaults } from './cells.js';
import { convertFaults } from './convert.js';
import { convolutionFaults } from './convolution.js';
import { explainFaults } from './explain.js';
import { planted } from './fault.js';
import type { Fault } from './fault.js';
import { forecastFaults } from './forecast.js';
import { forecasterFaults } from './forecaster.js';
import { kerasFaults } from './keras.js';
import { layerFaults } from './layers.js';
import { lossFaults } from './losses.js';
import { onnxFaults } from './onnx.js';
import { maskFaults } from './masks.js';
import { roundingFaults } from './rounding.js';
import { sharingFaults } from './sharing.js';
import { searchFaults } from './search.js';
import { timeFaults } from './time.js';
import { trainingFaults } from './training.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const WORKERS = 2;
const TIME_LIMIT_MS = 180_000;
/** What uvu prints the moment a test fails. */
const RED = '✘';

type Verdict = 'red' | 'green' | 'broken';

/** A folder that looks like the repository to the compiled tests. */
function copyRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-faults-'));
  mkdirSync(join(folder, 'test/golden'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(root, 'docs'), join(folder, 'docs'));
  symlinkSync(join(root, 'test/golden/data'), join(folder, 'test/golden/data'));
  symlinkSync(join(root, 'test/onnxruntime'), join(folder, 'test/onnxruntime'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  // What tests start as a process of its own.
  cpSync(join(root, 'scripts/worker.mjs'), join(folder, 'scripts/worker.mjs'));
  for (const part of ['src', 'test']) {
    cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) });
  }
  return folder;
}

/** Runs one test file, to its end or to its first red test. */
function judge(folder: string, test: string): Promise<Verdict> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, `dist/test/${test}.test.js`)], {
      cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes(RED)) child.kill('SIGKILL');
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (output.includes(RED)) resolve('red');
      else resolve(code === 0 && /Passed:\s+[1-9]/.test(output) ? 'green' : 'broken');
    });
  });
}

/** The test that caught a fault, or why none did. */
async function plant(folder: string, fault: Fault): Promise<{ caught: boolean; by: string }> {
  const path = join(folder, 'dist/src', `${fault.file}.js`);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, planted(source, fault));
  try {
    for (const test of fault.tests) {
      const verdict = await judge(folder, test);
      if (verdict === 'red') return { caught: true, by: test };
      if (verdict === 'broken') return { caught: false, by: `${test} broke before it could tell` };
    }
    return { caught: false, by: `${fault.tests.join(', ')} stayed green` };
  } finally {
    writeFileSync(path, source);
  }
}

/** Empties a queue with one worker per folder. */
async function inParallel<T>(items: readonly T[], folders: readonly string[], work: (folder: string, item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(folders.map(async (folder) => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(folder, item);
  }));
}

async function main(filters: readonly string[]): Promise<boolean> {
  const faults = [...cellFaults, ...layerFaults, ...convolutionFaults, ...trainingFaults, ...lossFaults, ...maskFaults, ...onnxFaults, ...convertFaults, ...kerasFaults, ...roundingFaults, ...sharingFaults, ...searchFaults, ...explainFaults, ...timeFaults, ...forecastFaults, ...forecasterFaults]
    .filter(({ name, file }) => filters.length === 0 || filters.some((part) => `${file} ${name}`.includes(part)));
  const names = new Set(faults.map(({ file, name }) => `${file} ${name}`));
  if (names.size !== faults.length) throw new Error('two faults have one name');
  for (const fault of faults) planted(readFileSync(join(root, 'dist/src', `${fault.file}.js`), 'utf8'), fault); // fail early

  const folders = Array.from({ length: WORKERS }, copyRepository);
  try {
    const tests = [...new Set(faults.flatMap((fault) => fault.tests))];
    const unfit: string[] = [];
    await inParallel(tests, folders, async (folder, test) => {
      // Of memory some tests can only judge what a collector leaves: red once is chance, twice is not.
      let verdict = await judge(folder, test);
      if (verdict === 'red') verdict = await judge(folder, test);
      if (verdict !== 'green') unfit.push(`${test} is ${verdict} without any fault`);
    });
    if (unfit.length > 0) {
      console.log(unfit.join('\n'));
      return false;
    }
    console.log(`${tests.length} test files green without a fault`);

    let caught = 0;
    await inParallel(faults, folders, async (folder, fault) => {
      const result = await plant(folder, fault);
      if (result.caught) caught++;
      console.log(`${result.caught ? 'caught' : 'MISSED'}  ${fault.file}: ${fault.name}  (${result.by})`);
    });
    console.log(`\n${caught} of ${faults.length} caught`);
    return caught === faults.length && caught > 0;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
