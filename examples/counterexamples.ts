/**
 * Statements of the five source documents, put to the test by this library. docs/errata.md quotes these figures, and a test
 * compares the two. Run with `npm run example counterexamples`.
 */
import process from 'node:process';
import { boundedOutput, dropoutIsNoGate, labels, withoutBiases } from './counterexamples/cells.js';
import { cellState, enteringState, entries, throughTime } from './counterexamples/gradients.js';
import { adamScale, choosingOnTheTest, correction, scaling } from './counterexamples/statistics.js';
import { runCli } from '../src/cli/runCli.js';
import { flag, optionHelp, parseOptions } from '../src/cli/options.js';
import { print } from '../src/cli/terminal.js';

const sections: readonly (readonly [string, () => Generator<string>])[] = [
  ['The gradient through time is not a power of W', throughTime],
  ['The state that entered the product', enteringState],
  ['Entries of the matrix below or above one', entries],
  ['An LSTM does not solve the vanishing gradient by itself', cellState],
  ['An LSTM without biases', withoutBiases],
  ['Labels of the gates', labels],
  ['Dropout is not the forget gate', dropoutIsNoGate],
  ['What scaling does to mean, spread and shape', scaling],
  ["Adam's step does not depend on the gradient's scale", adamScale],
  ['Choosing on the test set', choosingOnTheTest],
  ['An LSTM cannot follow a trend for ever', boundedOutput],
  ['Correcting a forecast by its past errors', correction],
];

const OPTIONS = { quick: flag('the one size there is') };

await runCli('counterexamples', async () => {
  if (parseOptions(OPTIONS, process.argv.slice(2)) === 'help') {
    print('npm run example counterexamples [-- OPTIONS]', '', optionHelp(OPTIONS));
    return;
  }
  for (const [i, [title, lines]] of sections.entries()) {
    console.log(`${i + 1}. ${title}`);
    for (const line of lines()) console.log(`   ${line}`);
  }
});
