import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Flatten } from '../../../src/layers/reshape.js';
import { splitDataset } from '../../../src/models/training/data.js';
import { networkOf } from '../../support/network.js';

const network = networkOf(new Flatten(), [2]);

test('validationSplit in hundredths: as many samples as whole numbers give', () => {
  for (let share = 1; share < 100; share++) {
    for (const samples of [100, 101, 700, 12_345, 1_000_000, 123_456_700]) {
      const [kept, held] = splitDataset({ network, samples, x: [], y: [], masks: [] }, share / 100);
      assert.is(kept.samples, Math.floor((samples * (100 - share)) / 100), `${share} % of ${samples}`);
      assert.is(held.samples, samples - kept.samples);
    }
  }
});

test.run();
