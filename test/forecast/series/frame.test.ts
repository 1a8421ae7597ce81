import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { toSeries } from '../../../src/forecast/series/frame.js';
import { identical, thrown } from '../support.js';

const frame = { rows: 2, dates: [], times: new Float64Array(0), columns: { open: Float64Array.of(1, 2), close: Float64Array.of(3, 4), volume: Float64Array.of(5, 6) } };

test('columns stand side by side in the order asked for', () => {
  const series = toSeries(frame, ['volume', 'open']);
  assert.equal(series.shape, [2, 2]);
  identical(series.data, [5, 1, 6, 2]);
  identical(toSeries(frame).data, [1, 3, 5, 2, 4, 6]);
});

test('an unknown column names those there are', async () => {
  assert.is((await thrown(ArgumentError, () => toSeries(frame, ['Close']))).message, "toSeries: columns must be among 'open', 'close', 'volume', got 'Close'. Did you mean 'close'?");
  await thrown(ArgumentError, () => toSeries(frame, 'close' as unknown as string[]));
});

test.run();
