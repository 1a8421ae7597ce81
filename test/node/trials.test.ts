import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, FileFormatError, StateError } from '../../src/errors.js';
import type { TrialRecord } from '../../src/forecast/search/trial.js';
import { trialFile } from '../../src/node/trials.js';
import { thrown } from '../forecast/support.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-trials-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const fresh = (): string => join(folder, `${files++}.jsonl`);
const plan = { kind: 'test', space: { a: [1, 2] }, seed: 3 };
const record = (index: number): TrialRecord => ({
  index, rung: 0, seed: 10 + index, parameters: { name: `größer ${index}` }, status: 'done', value: 0.1 * index, result: { loss: 0.1 * index }, reports: [[1, 0.1 + 0.2]], seconds: 1.5,
});

async function written(count: number): Promise<string> {
  const path = fresh();
  const journal = trialFile(path);
  assert.equal((await journal.open(plan)).records, []);
  for (let i = 0; i < count; i++) await journal.append(record(i));
  await journal.close();
  return path;
}

test('what was appended is there when the file is opened again', async () => {
  const path = await written(3);
  const journal = trialFile(path);
  assert.equal((await journal.open({ seed: 3, space: { a: [1, 2] }, kind: 'test' })).records, [record(0), record(1), record(2)]);
  // At the same time, as lanes do: whole lines in the order of the calls.
  await Promise.all([3, 4, 5, 6].map((i) => journal.append(record(i))));
  await journal.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.is(lines.length, 8);
  assert.equal(lines[0]?.plan, plan);
  assert.equal(lines.slice(1).map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6]);
});

test('long lines appended at the same time do not mix', async () => {
  const path = await written(0);
  const long = (index: number): TrialRecord => ({ ...record(index), result: String(index).repeat(3_000_000) });
  const journal = trialFile(path);
  await journal.open(plan);
  await Promise.all([0, 1, 2].map((index) => journal.append(long(index))));
  await journal.close();
  const again = trialFile(path);
  assert.equal((await again.open(plan)).records.map((line) => line.result === long(line.index).result), [true, true, true]);
  await again.close();
});

test('cut at any byte, a file opens with its whole lines, and goes on', async () => {
  const path = await written(2);
  const bytes = readFileSync(path);
  const ends = [...bytes.keys()].filter((i) => bytes[i] === 10);
  for (let cut = 0; cut <= bytes.length; cut++) {
    writeFileSync(path, bytes.subarray(0, cut));
    const whole = Math.max(0, ends.filter((end) => end < cut).length - 1);
    const journal = trialFile(path);
    assert.equal((await journal.open(plan)).records, [record(0), record(1)].slice(0, whole), `cut at ${cut}`);
    await journal.append(record(9));
    await journal.close();
    const again = trialFile(path);
    assert.equal((await again.open(plan)).records.map(({ index }) => index), [...[0, 1].slice(0, whole), 9]);
    await again.close();
  }
});

test('a file of another search is refused, names the difference, and stays as it is', async () => {
  const path = await written(1);
  const before = readFileSync(path, 'utf8');
  for (const [other, message] of [
    [{ ...plan, seed: 4 }, /a search with seed 4, got one with seed 3\./],
    [{ ...plan, space: { a: [1, 3] } }, /space \{"a":\[1,3\]\}, got one with space \{"a":\[1,2\]\}/],
    [{ ...plan, prune: { rule: 'median' } }, /prune \{"rule":"median"\}, got one with prune none/],
  ] as const) {
    assert.match((await thrown(ArgumentError, () => trialFile(path).open(other))).message, message);
  }
  assert.is(readFileSync(path, 'utf8'), before);
});

test('a file that is no results file is refused and not touched', async () => {
  for (const text of ['{"format":"something else"}\n', 'my only copy, without a line end', 'a,b\n1,2\n', 'null\n']) {
    const path = fresh();
    writeFileSync(path, text);
    await thrown(FileFormatError, () => trialFile(path).open(plan));
    assert.is(readFileSync(path, 'utf8'), text);
  }
});

test('damage that no kill explains is an error that names the line', async () => {
  const path = await written(2);
  const size = readFileSync(path).length;
  truncateSync(path, size - 5);
  appendFileSync(path, '\n');
  assert.match((await thrown(FileFormatError, () => trialFile(path).open(plan))).message, /\.jsonl:3 must be a line of JSON/);
});

test('a place that cannot be written, and a journal that is not open', async () => {
  await thrown(DataError, () => trialFile(join(folder, 'missing', 'a.jsonl')).open(plan));
  const path = fresh();
  await thrown(StateError, () => trialFile(path).append(record(0)));
  assert.not.ok(existsSync(path));
});

test('a run has a name of its own, the same again when it goes on, another in another file', async () => {
  const names: string[] = [];
  const one = await written(1);
  for (const path of [one, one, await written(0)]) {
    const journal = trialFile(path);
    names.push((await journal.open(plan)).run);
    await journal.close();
  }
  assert.is(names[0], names[1]);
  assert.is.not(names[0], names[2]);
});

test('a file of trials with other code is refused; where the code is not known it is not asked for', async () => {
  const path = fresh();
  const open = async (code?: string): Promise<void> => {
    const journal = trialFile(path);
    await journal.open(plan, code);
    await journal.close();
  };
  await open('abc');
  await open('abc');
  await open();
  const before = readFileSync(path, 'utf8');
  assert.match((await thrown(ArgumentError, () => open('abd'))).message, /the code abd, got one with abc\..*Name another file/);
  assert.is(readFileSync(path, 'utf8'), before);
  // Begun in the process, where code has no hash.
  const other = await written(0);
  const journal = trialFile(other);
  await journal.open(plan, 'abc');
  await journal.close();
});

test('a first line that was tampered with is no first line', async () => {
  const path = await written(1);
  const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const header = JSON.parse(first) as Record<string, unknown>;
  for (const change of [{ plan: { ...plan, seed: 4 } }, { plan: 3 }, { run: undefined }, { run: '' }, { version: 1 }, { code: 7 }, { fingerprint: 9 }]) {
    writeFileSync(path, [JSON.stringify({ ...header, ...change }), ...rest].join('\n'));
    await thrown(FileFormatError, () => trialFile(path).open(plan));
  }
});

test('one at a time, and the next one when it is closed', async () => {
  const path = await written(0);
  const [first, second] = [trialFile(path), trialFile(path)];
  await first.open(plan);
  assert.match((await thrown(StateError, () => second.open(plan))).message, /must be written by one run at a time, got one that process \d+ on .* holds/);
  await thrown(StateError, () => first.open(plan));
  await first.append(record(0));
  await first.close();
  assert.equal((await second.open(plan)).records, [record(0)]);
  await second.close();
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.lock')), []);
});

test('a full disk: a DataError, no line behind the torn one, and the file goes on when there is room', async () => {
  const path = fresh();
  // The system lets this process write so many kilobytes into one file and no more.
  const script = `
    process.on('SIGXFSZ', () => undefined);
    const { trialFile } = await import('${new URL('../../src/node/trials.js', import.meta.url).href}');
    const journal = trialFile(${JSON.stringify(path)});
    await journal.open(${JSON.stringify(plan)});
    const record = ${JSON.stringify(record(0))};
    const names = await Promise.all([...Array(60).keys()].map((index) => journal.append({ ...record, index }).then(() => '', (error) => error.name + error.message)));
    // There is room again: but behind the torn line nothing may follow.
    (await import('node:child_process')).execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:']);
    names.push(await journal.append(record).then(() => '', (error) => error.name + error.message));
    await journal.close();
    console.log(JSON.stringify(names));`;
  const { stdout, stderr } = spawnSync('bash', ['-c', 'ulimit -S -f 4; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', script], { encoding: 'utf8' });
  const names = JSON.parse(stdout || stderr) as string[];
  const first = names.findIndex((name) => name !== '');
  assert.ok(first > 5, stdout);
  for (const name of names.slice(first)) assert.match(name, /^DataErrortrialFile: path must be writable, got '.*\.jsonl'\. Error: EFBIG/);
  const journal = trialFile(path);
  assert.equal((await journal.open(plan)).records.map(({ index }) => index), [...new Array(first).keys()]);
  await journal.append(record(99));
  await journal.close();
  const again = trialFile(path);
  assert.is((await again.open(plan)).records.length, first + 1);
  await again.close();
});

test('a name that is none', () => {
  for (const path of ['', undefined, 3]) assert.throws(() => trialFile(path as string), (error: unknown) => error instanceof ArgumentError);
});

test.run();
