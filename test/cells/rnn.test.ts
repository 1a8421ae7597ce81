import { test } from 'uvu';
import { testSteps } from '../support/cellSteps.js';

for (const kind of ['rnn-tanh', 'rnn-relu'] as const) testSteps(kind);

test.run();
