/** Norms, losses and optimisers. */
import { test } from 'uvu';
import { lossCodes } from '../../src/backends/linear/raw.js';
import type { RawKernels } from '../../src/backends/linear/raw.js';
import { normal, randomStream } from '../../src/random.js';
import { compareTwins, sizes } from './wasmTwin.js';

const rounded = 4e-6;

/** Second moments are never negative. */
function positive(purpose: string, n: number): Float32Array {
  const random = randomStream(5, purpose);
  return Float32Array.from({ length: n }, () => 0.1 + Math.abs(normal(random)));
}

test('layer norm', () => {
  for (const [n, centred] of sizes.flatMap((size) => [[size, 1], [size, 0]] as const)) {
    const rows = 3;
    const e = rows * n;
    compareTwins(`layerNorm ${n}`, { y: e, mean: rows, inverseStd: rows, x: e, gamma: n, beta: n }, 2e-5, (k, at) => {
      k.layerNorm(at.y, at.mean, at.inverseStd, at.x, at.gamma, at.beta, rows, n, 1e-3, centred);
    });
    const buffers = { dx: e, dGamma: n, dBeta: n, x: e, mean: rows, inverseStd: rows, gamma: n, dy: e };
    compareTwins(`layerNormBackward ${n}`, buffers, 2e-5, (k, at) => {
      k.layerNormBackward(at.dx, at.dGamma, at.dBeta, at.x, at.mean, at.inverseStd, at.gamma, at.dy, rows, n, centred);
    });
  }
});

test('batch norm', () => {
  for (const n of sizes) {
    const rows = 11;
    const e = rows * n;
    compareTwins(`columnStatistics ${n}`, { mean: n, variance: n, x: e }, rounded, (k, at) => {
      k.columnStatistics(at.mean, at.variance, at.x, rows, n, n);
    });
    compareTwins(`columnStatistics of some columns ${n}`, { mean: n, variance: n, x: 40 * (n + 3) }, rounded, (k, at) => {
      k.columnStatistics(at.mean, at.variance, at.x, 40, n, n + 3);
    });
    const variance = positive('variance', n);
    compareTwins(`batchNorm ${n}`, { y: e, inverseStd: n, x: e, gamma: n, beta: n, mean: n, variance }, rounded, (k, at) => {
      k.batchNorm(at.y, at.inverseStd, at.x, at.gamma, at.beta, at.mean, at.variance, rows, n, 1e-3);
    });
    for (const constant of [0, 1]) {
      const buffers = { dx: e, dGamma: n, dBeta: n, x: e, mean: n, inverseStd: n, gamma: n, dy: e };
      compareTwins(`batchNormBackward ${n} ${constant}`, buffers, 2e-5, (k, at) => {
        k.batchNormBackward(at.dx, at.dGamma, at.dBeta, at.x, at.mean, at.inverseStd, at.gamma, at.dy, rows, n, n, constant);
      });
    }
    const ld = n + 5;
    const some = { dx: 35 * ld, dGamma: n, dBeta: n, x: 35 * ld, mean: n, inverseStd: n, gamma: n, dy: 35 * ld };
    compareTwins(`batchNormBackward of some columns ${n}`, some, 2e-5, (k, at) => {
      k.batchNormBackward(at.dx, at.dGamma, at.dBeta, at.x, at.mean, at.inverseStd, at.gamma, at.dy, 35, n, ld, 0);
    });
    compareTwins(`movingAverage ${n}`, { out: n, running: n, observed: n }, rounded, (k, at) => {
      k.movingAverage(at.out, at.running, at.observed, n, 0.9);
    });
  }
});

for (const [name, code] of Object.entries(lossCodes)) {
  test(`loss ${name}, with and without weights`, () => {
    for (const n of sizes) {
      const rows = 3;
      const e = rows * n;
      for (const weighted of [false, true]) {
        compareTwins(`${name} ${n} ${weighted}`, { loss: 1, dp: e, p: e, t: e, weights: rows }, rounded, (k, at) => {
          k.loss(at.loss, at.dp, at.p, at.t, weighted ? at.weights : 0, rows, n, code, 0.7);
        });
      }
      // Errors of exactly zero and far out on both sides.
      const p = Float32Array.from({ length: e }, (_, i) => [0.5, -40, 40, 1][i % 4] ?? 0);
      const t = Float32Array.from({ length: e }, (_, i) => [0.5, 3, 3, 1][i % 4] ?? 0);
      const broken = Float32Array.from(p, (value, i) => (i === n ? NaN : value));
      compareTwins(`${name} ${n} with a NaN`, { loss: 1, dp: e, p: broken, t }, rounded, (k, at) => {
        k.loss(at.loss, at.dp, at.p, at.t, 0, rows, n, code, 0.7);
      });
      compareTwins(`${name} ${n} at the corners`, { loss: 1, dp: e, p, t }, rounded, (k, at) => {
        k.loss(at.loss, at.dp, at.p, at.t, 0, rows, n, code, 0.7);
      });
    }
  });
}

test('clipScale above and below the limit', () => {
  for (const squares of [0, 0.25, 9, 1e12]) {
    compareTwins(`clipScale ${squares}`, { out: 1, squares: [squares] }, rounded, (k, at) => k.clipScale(at.out, at.squares, 1.5));
  }
});

interface Common { readonly lr: number; readonly scale: number; readonly guard: number; readonly p: number; readonly g: number }

/** Runs an update with and without clipping, and with a guard that forbids it. */
function checkUpdate<K extends string>(
  what: string, n: number, state: Readonly<Record<K, number | ArrayLike<number>>>,
  update: (k: RawKernels, at: Readonly<Record<K, number>> & Common, clipValue: number, decay: number) => void,
): void {
  for (const clipValue of [0, 0.4]) {
    for (const guard of [1, NaN, Infinity]) {
      compareTwins<K | keyof Common>(
        `${what} ${n} clip ${clipValue} guard ${guard}`, { p: n, g: n, lr: [0.01], scale: [0.8], guard: [guard], ...state }, rounded,
        (k, at) => update(k, at, clipValue, clipValue / 2),
      );
    }
  }
}

test('sgd, momentum, nesterov', () => {
  for (const n of sizes) {
    checkUpdate('sgd', n, {}, (k, at, clip, decay) => k.sgd(at.p, 0, at.g, at.lr, at.scale, at.guard, n, clip, decay, 0, 0));
    for (const nesterov of [0, 1]) {
      checkUpdate(`momentum ${nesterov}`, n, { v: n }, (k, at, clip, decay) => k.sgd(at.p, at.v, at.g, at.lr, at.scale, at.guard, n, clip, decay, 0.9, nesterov));
    }
  }
});

test('rmsprop, with momentum and centred; nadam, adagrad', () => {
  for (const n of sizes) {
    const state = { m: n, v: positive('v', n), u: n, weights: [0.8, 0.3, 1.7] };
    for (const [mean, velocity] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
      checkUpdate(`rmsprop ${mean} ${velocity}`, n, state, (k, at, clip, decay) =>
        k.rmsprop(at.p, at.v, mean * at.m, velocity * at.u, at.g, at.lr, at.scale, at.guard, n, clip, decay, 0.9, 0.8, 1e-7));
    }
    checkUpdate('nadam', n, state, (k, at, clip, decay) =>
      k.nadam(at.p, at.m, at.v, at.g, at.lr, at.weights, at.scale, at.guard, n, clip, decay, 0.9, 0.999, 1e-7));
    checkUpdate('adagrad', n, state, (k, at, clip, decay) => k.adagrad(at.p, at.v, at.g, at.lr, at.scale, at.guard, n, clip, decay, 0.1));
  }
});

test('adam, amsgrad, decoupled decay', () => {
  for (const n of sizes) {
    const state = { m: n, v: positive('v', n), vMax: positive('vMax', n), correction: [10, 1000] };
    for (const amsgrad of [false, true]) {
      checkUpdate(`adam ${amsgrad}`, n, state, (k, at, clip, decay) => {
        k.adam(at.p, at.m, at.v, amsgrad ? at.vMax : 0, at.g, at.lr, at.correction, at.scale, at.guard, n, clip, decay, 0.9, 0.999, 1e-7);
      });
    }
  }
});

test('keepIfFinite', () => {
  for (const guard of [1, NaN, -Infinity]) {
    compareTwins(`keepIfFinite ${guard}`, { kept: 7, candidate: 7, guard: [guard] }, 0, (k, at) => k.keepIfFinite(at.kept, at.candidate, at.guard, 7));
  }
});

test.run();
