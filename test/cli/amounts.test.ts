/** Amounts as reports and terminals write them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountsOf, isPrice } from '../../src/cli/amounts.js';

test('dollars for prices only, with decimals to tell errors apart', () => {
  assert.equal(['Close', 'Close/Last', 'Adj Close', 'price', 'Volume', 'Overclosed', 'Price volume'].map(isPrice), [true, true, true, true, false, false, false]);
  assert.is(amountsOf('Close', 1.3)(-1234.567), '−$1,234.57');
  assert.is(amountsOf('Close', 0.00123)(0.0456789), '$0.04568');
  assert.is(amountsOf('Volume', 2e6)(43_210_000.4), '43,210,000');
  assert.is(amountsOf('Volume', 1)(-0.001), '0.00');
  assert.is(amountsOf('Close', NaN)(NaN), 'n/a');
});

test.run();
