import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gruGateOrder } from '../../src/cells/gru.js';
import { testSteps } from '../support/cellSteps.js';

for (const kind of ['gru', 'gru-reset-before'] as const) testSteps(kind);

test("the gates stand in PyTorch's order", () => assert.equal(gruGateOrder, ['r', 'z', 'n']));

test.run();
