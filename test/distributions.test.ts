import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logBeta, logGamma, normalCdf, normalDensity, normalQuantile, studentTCdf, studentTDensity } from '../src/distributions.js';

const near = (actual: number, expected: number, tolerance: number, what: string): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${what}: ${actual} instead of ${expected}`);
};

test('the normal distribution against R: pnorm, qnorm', () => {
  for (const [z, p] of [[-30, 4.906713927148187e-198], [-8, 6.220960574271785e-16], [-3.2, 6.871379379158481e-4], [-1.5, 0.06680720126885807], [0, 0.5], [0.7, 0.758036347776927], [6, 0.9999999990134123]] as const) {
    near(normalCdf(z), p, 2e-13, `Φ(${z})`);
  }
  for (const [p, z] of [[1e-200, -30.20559417957963], [1e-10, -6.361340902404056], [0.025, -1.959963984540054], [0.1, -1.281551565544601], [0.6, 0.2533471031357998], [0.999999, 4.753424308817089]] as const) {
    near(normalQuantile(p), z, 3e-14, `quantile ${p}`);
  }
  assert.equal([0, 0.5, 1].map(normalQuantile), [-Infinity, 0, Infinity]);
  assert.ok([-0.1, 1.1, NaN].map(normalQuantile).every(Number.isNaN));
  for (let p = 0.001; p < 1; p += 0.017) near(normalCdf(normalQuantile(p)), p, 1e-14, `there and back ${p}`);
});

test("Student's t distribution against R: pt, dt", () => {
  for (const [t, degrees, p, d] of [
    [-3, 1, 0.1024163823495667, 0.03183098861837906], [-50, 3, 8.808576020635976e-06, 5.280077606481891e-07], [2, 3, 0.9303370157205784, 0.06750966066389294],
    [0.5, 10.5, 0.6863063477055824, 0.3402710390126271], [-1, 200, 0.1592594239548736, 0.241367056087852],
  ] as const) {
    near(studentTCdf(t, degrees), p, 1e-12, `F(${t}, ${degrees})`);
    near(studentTDensity(t, degrees), d, 1e-12, `f(${t}, ${degrees})`);
  }
  near(studentTCdf(-1.3, 1e6), normalCdf(-1.3), 1e-5, 'many degrees');
  near(studentTDensity(0.4, 1e6), normalDensity(0.4), 1e-6, 'many degrees');
  assert.equal([studentTCdf(-1e200, 2), studentTCdf(1e200, 2), studentTCdf(0, 5)], [0, 1, 0.5]);
});

test('gamma and beta functions: factorials, halves, reflections', () => {
  let factorial = 1;
  for (let n = 1; n < 100; factorial *= n++) near(Math.exp(logGamma(n) - Math.log(factorial)), 1, 1e-12, `Γ(${n})`);
  near(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI), 1e-14, 'Γ(½)');
  for (const x of [0.01, 0.2, 0.77]) near(logGamma(x) + logGamma(1 - x), Math.log(Math.PI / Math.sin(Math.PI * x)), 1e-13, `Γ(${x})`);
  near(logBeta(2, 3), Math.log(1 / 12), 1e-14, 'B(2, 3)');
});

test.run();
