/** Training in the explorer: the worker's numbers are Node's, the address is the state, buttons and files do what they say. */
import { availableParallelism } from 'node:os';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FromWorker, Start, ToWorker } from '../../docs/explorer/training/protocol.js';
import { reach } from '../../docs/explorer/training/reach.js';
import { readSeries } from '../../docs/explorer/training/series.js';
import { STEPS, generated, taskNames, taskPair } from '../../docs/explorer/training/tasks.js';
import { randomStream } from 'bptt';
import { Trainer, cellNames } from '../../docs/explorer/training/trainer.js';
import type { Setup } from '../../docs/explorer/training/trainer.js';
import { openExplorer } from './explorerSite.js';
import type { ExplorerSite } from './explorerSite.js';

let site: ExplorerSite;
test.before(async () => {
  site = await openExplorer();
});
test.after(() => site.close());

const wave = Array.from({ length: 160 }, (_, t) => Math.sin(t / 3) + 0.01 * t);
const csv = `day,noise,level\n${wave.map((value, t) => `${new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10)},${t % 7},${value}`).join('\n')}\n`;

async function atEpoch(page: Page, epoch: number): Promise<void> {
  await page.locator('.status', { hasText: `Epoch ${epoch}: loss` }).waitFor();
}

/** What two epochs leave, in Node. */
async function inNode(setup: Setup, series?: Float64Array): Promise<number[][]> {
  const trainer = await Trainer.start(setup, series);
  const seen = [await trainer.look(), await trainer.train(), await trainer.train()];
  return [...seen.map(({ epoch, loss, norms, answers }) => [epoch, loss, ...norms, ...answers]), [...await trainer.connections()]];
}

/** The same from the worker of the page, which is asked for two epochs and must do no more. */
async function inWorker(page: Page, start: Omit<Start, 'kind' | 'connections'>): Promise<number[][]> {
  const messages = await page.evaluate(async (given) => {
    const worker = new Worker('training.worker.js', { type: 'module' });
    const heard: FromWorker[] = [];
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => heard.push(data);
    const say = (message: ToWorker): void => worker.postMessage(message);
    say({ kind: 'start', connections: true, ...given });
    say({ kind: 'more', epochs: 2 });
    while (heard.length < 4 && heard.every(({ kind }) => kind !== 'failed')) await new Promise((resolve) => { setTimeout(resolve, 20); });
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    worker.terminate();
    return heard.map((message) => (message.kind === 'epoch'
      ? { seen: [message.seen.epoch, message.seen.loss, ...message.seen.norms, ...message.seen.answers], connections: [...message.connections ?? []] }
      : message.kind === 'failed' ? { failed: message.message } : {}));
  }, start);
  const failed = messages.find((message) => message.failed !== undefined)?.failed;
  if (failed !== undefined) throw new Error(failed);
  return [...messages.flatMap(({ seen }) => (seen ? [seen] : [])), messages.at(-1)?.connections ?? []];
}

test('tasks ask what they say; how far back a gradient comes', () => {
  for (const [name, task] of Object.entries(generated)) {
    const { features: { length: features }, asked, outputs } = task;
    const { x, y } = task.draw(randomStream(3, 'test'), 20);
    assert.equal([x.shape, y.shape], [[20, STEPS, features], [20, asked, outputs]]);
    for (let n = 0; n < 20; n++) {
      const at = (t: number, feature: number): number => x.data[(n * STEPS + t) * features + feature] ?? NaN;
      const answers = Array.from(y.data.subarray(n * asked * outputs, (n + 1) * asked * outputs));
      const steps = Array.from({ length: STEPS }, (_, t) => t);
      if (name === 'copy') {
        assert.equal(steps.slice(0, asked).flatMap((t) => [0, 1, 2, 3].map((symbol) => at(t, symbol))), answers);
        assert.equal(steps.filter((t) => at(t, 4) === 1), [STEPS - asked - 1]);
        assert.ok(steps.slice(asked).every((t) => [0, 1, 2, 3].every((symbol) => at(t, symbol) === 0)), 'silence');
      } else if (name === 'adding') {
        const [first = NaN, second = NaN, ...more] = steps.filter((t) => at(t, 1) === 1);
        assert.ok(first < STEPS / 2 && second >= STEPS / 2 && more.length === 0);
        assert.ok(Math.abs((answers[0] ?? NaN) - at(first, 0) - at(second, 0)) < 1e-6);
      } else {
        const wave = [...steps.slice(0, STEPS - asked).map((t) => at(t, 0)), ...answers];
        // sin(a + 2w) = 2 cos(w) sin(a + w) − sin(a): one number makes the whole wave.
        const twice = ((wave[5] ?? NaN) + (wave[3] ?? NaN)) / (wave[4] ?? NaN);
        assert.ok(wave.every((value, t) => t < 2 || Math.abs(value - (twice * (wave[t - 1] ?? NaN) - (wave[t - 2] ?? NaN))) < 0.02), wave.join(' '));
        assert.ok(steps.slice(STEPS - asked).every((t) => at(t, 0) === 0 && at(t, 1) === 1), 'silence and the mark');
      }
    }
  }
  const { train, probe } = taskPair('csv', Float64Array.from({ length: 200 }, (_, t) => t));
  const seen = (task: typeof train): number[] => [...task.draw(randomStream(1, 'test'), 200).y.data];
  assert.ok(Math.max(...seen(train)) < 150 && Math.min(...seen(probe)) >= 150 + 40, 'what is looked at was never trained on');
  for (const [norms, step] of [[[1, 1, 1], 1], [[0.001, 1, 1], 2], [[1, 0.001, 1], 3], [[0.01, 0.5, 1], 1], [[0, 0, 0], 1]] as const) assert.is(reach(norms), step, norms.join(' '));
});

test('loss, norms, answers and connections are those of Node to the last bit: every cell, every task, with and without clipping', async () => {
  const { page, problems } = await site.open('training');
  for (const [i, task] of taskNames.entries()) {
    const setup: Setup = { task, cell: cellNames[i % cellNames.length] ?? 'rnn', lr: 0.003, clip: i % 2, seed: 7 + i };
    const text = task === 'csv' ? { text: csv, column: 'level' } : undefined;
    const expected = await inNode(setup, text && readSeries(text.text, text.column).values);
    assert.equal(await inWorker(page, { setup, csv: text }), expected, `${task}, ${setup.cell}`);
    assert.ok(expected.flat().every(Number.isFinite));
  }
  assert.equal(problems, []);
  await page.close();
});

test('a panel shows the state of its address: the epoch it stands at, its numbers, and the epoch and step looked at', async () => {
  const setup: Setup = { task: 'adding', cell: 'gru', lr: 0.01, clip: 0, seed: 5 };
  const trainer = await Trainer.start(setup);
  const seen = [await trainer.look(), await trainer.train(), await trainer.train(), await trainer.train()];
  const address = 'training?task=adding&cell=gru&lr=0.01&clip=none&seed=5&epoch=3';
  const { page, problems } = await site.open(`${address}&at=2&t=40`);
  await atEpoch(page, 3);
  const numbers = async (): Promise<string[]> => page.locator('.readout .number').evaluateAll((all) => all.map((each) => each.getAttribute('data-value') ?? ''));
  assert.equal(await numbers(), [seen[2]?.loss, seen[2]?.norms[39], (seen[2]?.norms[39] ?? NaN) / (seen[2]?.norms[STEPS - 1] ?? NaN)].map(String));
  assert.match(await page.locator('.status').innerText(), new RegExp(`comes back to step ${reach(seen[3]?.norms ?? [])}\\.`));
  assert.is(await page.locator('tbody td .number').last().getAttribute('data-value'), String(seen[2]?.answers[0]));

  await page.getByRole('slider', { name: 'Epoch looked at' }).press('ArrowLeft');
  await page.getByRole('slider', { name: 'Step looked at' }).press('ArrowRight');
  assert.ok(page.url().endsWith('&at=1&t=41'), page.url());
  assert.equal((await numbers()).slice(0, 2), [seen[1]?.loss, seen[1]?.norms[40]].map(String));
  await page.getByRole('slider', { name: 'Epoch looked at' }).press('End');
  assert.ok(!page.url().includes('at='), 'the newest is the default');

  await page.getByRole('button', { name: 'One epoch', exact: true }).press('Enter');
  await atEpoch(page, 4);
  assert.ok(page.url().includes('&epoch=4'));
  await page.getByRole('slider', { name: 'Seed' }).press('ArrowRight');
  await atEpoch(page, 4);
  assert.ok(page.url().includes('&seed=6'));
  await page.getByRole('button', { name: 'Back to epoch 0' }).press('Enter');
  await atEpoch(page, 0);
  assert.ok(!page.url().includes('epoch='));
  assert.equal(problems, []);
  await page.close();
});

test('Train and Pause by keyboard; where it pauses stands in the address, and a reload goes there', async () => {
  const { page, problems } = await site.open('training?task=sine&cell=rnn');
  await atEpoch(page, 0);
  await page.getByRole('button', { name: 'Train', exact: true }).press(' ');
  await page.locator('.status', { hasText: /^Epoch ([5-9]|\d{2,}): loss/ }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).press(' ');
  const epoch = Number(/epoch=(\d+)/.exec(page.url())?.[1]);
  assert.ok(epoch >= 5, page.url());
  await atEpoch(page, epoch);
  const said = await page.locator('.status').innerText();
  await page.locator('#live').getByText(new RegExp(`^Epoch ${epoch}: loss`)).waitFor({ state: 'attached' });
  await page.reload();
  await atEpoch(page, epoch);
  assert.is((await page.locator('.status').innerText()).split('. ')[0], said.split('. ')[0]);
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  assert.equal(problems, []);
  await page.close();
});

test('it says how many threads train, and of one, why', async () => {
  for (const [isolated, said] of [[true, availableParallelism() > 1 ? /on 2 threads\.$/ : /on one thread\.$/], [false, /on one thread: for two, the host of this page would have to send the headers COOP and COEP\.$/]] as const) {
    const { page, problems } = await site.open('training?cell=rnn&task=sine', { isolated });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('.status', { hasText: said }).waitFor();
    assert.equal(problems, []);
    await page.close();
  }
});

test('on the way to the epoch of the address it can be paused', async () => {
  const { page, problems } = await site.open('training?cell=rnn&task=sine&epoch=5000');
  await page.locator('.status', { hasText: /Epoch [1-9]\d*: loss/ }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  const epoch = Number(/epoch=(\d+)/.exec(page.url())?.[1]);
  assert.ok(epoch > 0 && epoch < 5000, page.url());
  await atEpoch(page, epoch);
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  assert.equal(problems, []);
  await page.close();
});

test('a CSV file: its columns, its order, and what is wrong with one that will not do', async () => {
  const { page, problems } = await site.open('training?task=csv');
  assert.match(await page.locator('.status').innerText(), /^Choose a file/);
  const choose = async (text: string): Promise<void> => page.getByLabel('A CSV file').setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose(csv);
  await page.getByText(/own\.csv: level, rows in the order of their dates/).waitFor();
  await page.getByLabel('Column').selectOption('noise');
  await page.getByText(/own\.csv: noise/).waitFor();
  assert.ok(page.url().includes('column=noise'));
  await atEpoch(page, 0);
  await choose(`level\n${wave.join('\n')}\n`);
  await page.getByText(/own\.csv: level, rows in the order of the file/).waitFor();
  await choose('level\n1\n2\n3\n');
  await page.locator('.status').getByText(/It cannot go on: The file has 3 rows; 100 are the least\./).waitFor();
  await choose('a,b\nx,y\n');
  await page.locator('.status').getByText(/It cannot go on: readCsv/).waitFor();
  assert.equal(problems, []);
  await page.close();
});

test('connections: numbers of Node, map and sliders by keyboard, and the way to the training of the same network', async () => {
  const trainer = await Trainer.start({ task: 'copy', cell: 'rnn', lr: 0.003, clip: 1, seed: 2 });
  await trainer.look();
  await trainer.train();
  const expected = await trainer.connections();
  const { page, problems } = await site.open('connections?cell=rnn&seed=2&epoch=1&answer=2');
  await atEpoch(page, 1);
  const shown = async (): Promise<string | null> => page.locator('.readout .number').getAttribute('data-value');
  assert.is(await shown(), String(expected[STEPS]));
  await page.getByRole('slider', { name: 'Input step' }).press('End');
  await page.getByRole('slider', { name: 'Answer' }).press('ArrowRight');
  assert.is(await shown(), String(expected[3 * STEPS - 1]));
  assert.ok(page.url().endsWith('#connections?cell=rnn&seed=2&epoch=1&answer=3&step=50'), page.url());
  const row = [...expected.subarray(2 * STEPS)];
  await page.getByRole('button', { name: `step ${1 + row.indexOf(Math.max(...row))}`, exact: true }).press('Enter');
  assert.match(await page.locator('.verdict').innerText(), /^✓ Yes\./);
  await page.getByRole('link', { name: 'How this network learns' }).click();
  await atEpoch(page, 1);
  assert.ok(page.url().includes('#training?cell=rnn&seed=2&epoch=1'), page.url());
  assert.equal(problems, []);
  await page.close();
});

test.run();
