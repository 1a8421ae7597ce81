/** The fold module of the tests: a forecaster that learns, so that the order of fits and its start matter. */
import { StandardScaler } from '../../src/forecast/scalers/affine.js';
import { drift } from '../../src/forecast/baselines/naive.js';
import type { WindowModel } from '../../src/forecast/windows/model.js';
import type { FoldSetup } from '../../src/forecast/search/backtest.js';
import { foldProgram } from '../../src/forecast/search/backtest.js';
import type { Fold } from '../../src/forecast/windows/splits.js';
import { uniform, randomStream } from '../../src/random.js';
import { walk } from '../forecast/support.js';

export const rows = walk(90, 2, 4);

/** y ≈ w · last value, w by gradient descent from where it stands. */
function learner(fold: Fold): WindowModel {
  let w = uniform(randomStream(fold.index, 'start'));
  return {
    fit: (x, y) => {
      for (let i = 0; i < y.data.length; i++) {
        const last = x.get(Math.floor(i / 2), 5, 0);
        w += 0.05 * ((y.data[i] ?? 0) - w * last) * last;
      }
      return { w, said: '-0', of: [null, true] };
    },
    predict: (x) => Array.from({ length: x.shape[0] ?? 0 }, (_, i) => [w * x.get(i, 5, 0), w * w * x.get(i, 5, 0)]),
  };
}

export function setup(failing: number): FoldSetup {
  return {
    series: rows, window: 6, horizon: 2, inSample: true, scaler: () => new StandardScaler(), baselines: { drift: drift() },
    forecaster: (fold) => {
      if (fold.index === failing) throw new RangeError(`fold ${fold.index} fails`);
      return learner(fold);
    },
  };
}

export default foldProgram(({ failing = -1 }) => setup(Number(failing)));
