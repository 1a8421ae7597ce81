/** `checkGradients` as an assertion. */
import * as assert from 'uvu/assert';
import { checkGradients } from '../../src/gradcheck.js';
import type { CheckOptions, CheckReport } from '../../src/gradcheck.js';
import type { Layer } from '../../src/layers/layer.js';

/** Fails with the worst entry of each wrong tensor; `count` is how many entries must have been compared. */
export async function assertGradients<P, S, C>(layer: Layer<P, S, C>, options: CheckOptions, what: string, count?: number): Promise<void> {
  const report = await checkGradients(layer, options);
  assertPassed(report, `${what} ${JSON.stringify(options)}`);
  if (count !== undefined) assert.is(report.compared, count, `${what}: entries compared`);
}

export function assertPassed(report: CheckReport, what: string): void {
  const wrong = report.worst.filter((entry) => !(entry.relativeError <= 1e-6));
  assert.equal(wrong, [], what);
  assert.ok(report.passed && report.maxRelativeError <= 1e-6, what);
  assert.ok(report.compared > 0, `${what}: nothing was compared`);
  assert.ok(report.worst.some((entry) => entry.analytic !== 0), `${what}: every gradient is zero`);
}
