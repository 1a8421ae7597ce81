/** `checkGradients` as an assertion. */
import * as assert from 'uvu/assert';
import { checkGradients } from '../../src/gradcheck.js';
import type { CheckOptions, CheckReport } from '../../src/gradcheck.js';
import type { Block } from '../../src/blocks/block.js';
import type { AnyLayer } from '../../src/layers/layer.js';

export interface Demands {
  /** How many entries must have been compared. */
  readonly count?: number;
  /** All gradients may be zero: relu units that happen to be off. Default false. */
  readonly mayBeZero?: boolean;
}

/** Fails with the worst entry of each wrong tensor. */
export async function assertGradients(layer: AnyLayer | Block, options: CheckOptions, what: string, demands: Demands = {}): Promise<void> {
  const report = await checkGradients(layer, options);
  assertPassed(report, `${what} ${JSON.stringify(options)}`, demands);
}

export function assertPassed(report: CheckReport, what: string, { count, mayBeZero = false }: Demands = {}): void {
  const wrong = report.worst.filter((entry) => !(entry.relativeError <= 1e-6));
  assert.ok(wrong.length === 0 && report.passed && report.maxRelativeError <= 1e-6, `${what}: ${JSON.stringify(wrong)}`);
  assert.ok(report.compared > 0, `${what}: nothing was compared`);
  assert.ok(mayBeZero || report.worst.some((entry) => entry.analytic !== 0), `${what}: every gradient is zero`);
  if (count !== undefined) assert.is(report.compared, count, `${what}: entries compared`);
}
