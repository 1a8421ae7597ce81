/**
 * A character model in the manner of min-char-rnn (Karpathy 2015): an LSTM reads text one character at a time, learns what comes next,
 * and then writes text of its own. The text is the prose of this project's docs, or a file of yours.
 *
 *   npm run example characters [-- --text FILE --quick]
 *
 * The state is carried from batch to batch (`stateful`), so that a gradient reaches 32 characters back and the memory further.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Adam, Dense, Embedding, LSTM, ProgressBar, Sequential, cosine, formatDuration, randomStream } from 'bptt';
import type { Model } from 'bptt';
import { alphabetOf, chunks, prose } from './characters/text.js';
import type { Alphabet } from './characters/text.js';
import { runCli } from '../src/cli/runCli.js';
import { UsageError, flag, optionHelp, parseOptions, text, wholeNumber } from '../src/cli/options.js';
import { makeFolder } from '../src/cli/output.js';
import { print, printBlock, printHeading } from '../src/cli/terminal.js';

const STREAMS = 16;
const STEPS = 32;

const OPTIONS = {
  text: text('FILE', 'text to learn, UTF-8; without it, the prose of docs/'),
  units: wholeNumber('width of the LSTM', { fallback: 128, least: 1, most: 4096 }),
  epochs: wholeNumber('passes over the text', { fallback: 12, least: 1 }),
  length: wholeNumber('characters to write', { fallback: 400, least: 1 }),
  seed: wholeNumber('of weights and of the sample', { fallback: 1, least: 0, most: Number.MAX_SAFE_INTEGER }),
  out: text('DIR', 'where characters.safetensors, the trained model, goes; without it, nothing is kept'),
  quick: flag('one pass with a small network, to see that it runs'),
};

/** One character after another: each is drawn from softmax(logits / temperature) and read next. */
async function write(model: Model, alphabet: Alphabet, start: string, length: number, temperature: number, seed: number): Promise<string> {
  const random = randomStream(seed, 'sample');
  const read = async (codes: Int32Array): Promise<Float64Array> => {
    const { data, shape } = await model.predict([codes]);
    const classes = shape.at(-1) ?? 1;
    return Float64Array.from(data.subarray(data.length - classes));
  };
  model.resetStates();
  let written = start;
  let logits = await read(alphabet.encode(start));
  while (written.length < start.length + length) {
    const greatest = Math.max(...logits);
    const weights = logits.map((logit) => Math.exp((logit - greatest) / temperature));
    let rest = weights.reduce((sum, weight) => sum + weight, 0) * ((random.next() >>> 0) / 2 ** 32);
    const drawn = weights.findIndex((weight) => (rest -= weight) < 0);
    const code = drawn < 0 ? weights.length - 1 : drawn;
    written += alphabet.characters[code] ?? '';
    logits = await read(Int32Array.of(code));
  }
  return written;
}

await runCli('characters', async (signal) => {
  const options = parseOptions(OPTIONS, process.argv.slice(2));
  if (options === 'help') {
    print('npm run example characters [-- OPTIONS]', '', optionHelp(OPTIONS));
    return;
  }
  const { quick, seed } = options;
  const [units, epochs] = quick ? [32, 1] : [options.units, options.epochs];
  const given = options.text === undefined ? prose('docs') : await readFile(options.text, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`cannot read '${options.text}'.`, { cause });
  });
  const alphabet = alphabetOf(given, 10);
  const codes = alphabet.encode(given);
  const classes = alphabet.characters.length;
  const held = Math.floor(codes.length * 0.9);
  const stepsPerEpoch = Math.floor(Math.floor((held - 1) / STREAMS) / STEPS);
  if (stepsPerEpoch < 1 || codes.length - held <= STREAMS * STEPS) throw new UsageError(`the text is too short: ${codes.length} characters, ${20 * STREAMS * STEPS} are needed.`);

  const model = new Sequential([
    new Embedding({ inputDim: classes, outputDim: 24 }),
    new LSTM({ units, returnSequences: true, stateful: true }),
    new Dense({ units: classes }),
  ], { inputShape: [null], seed });
  model.compile({ optimizer: new Adam({ learningRate: cosine({ rate: 5e-3, floor: 2e-4, epochs }), globalClipNorm: 5 }), loss: 'sparseCategoricalCrossentropy' });
  print(`${codes.length} characters, ${classes} of them different; ${model.countParams()} parameters; ${epochs} × ${stepsPerEpoch} steps of ${STREAMS} × ${STEPS} characters`);

  const started = performance.now();
  await model.fit(() => { model.resetStates(); return chunks(codes.subarray(0, held), STREAMS, STEPS); }, {
    epochs, stepsPerEpoch, signal, callbacks: process.stderr.isTTY ? [new ProgressBar({ stream: process.stderr })] : [],
  });
  const seconds = (performance.now() - started) / 1000;
  model.resetStates();
  const { loss = NaN } = await model.evaluate(chunks(codes.subarray(held), STREAMS, STEPS));
  print(`trained in ${formatDuration(seconds)}; on the last tenth of the text, which it has not seen, ${(loss / Math.LN2).toFixed(2)} bits a character (${Math.log2(classes).toFixed(2)} by guessing)`);
  if (options.out !== undefined) {
    await makeFolder(options.out);
    model.resetStates();
    await model.save(join(options.out, 'characters.safetensors'));
  }
  for (const temperature of [0.5, 0.8]) {
    printHeading(`What it writes at temperature ${temperature}`);
    printBlock(await write(model, alphabet, 'The ', options.length, temperature, seed));
  }
});
