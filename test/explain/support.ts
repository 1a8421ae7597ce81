/** Networks and tensors for the tests of explanations. */
import { Activation, Conv2D, Dense, Flatten, GlobalAveragePool2D, Sequential, cpu } from '../../src/index.js';
import type { AnyLayer } from '../../src/index.js';

export const float64 = cpu({ dtype: 'float64' });

/**
 * The network of the closed forms. x [3, 3, 1], two filters 2 × 2, all by hand:
 *
 *   x = 1 2 0    W₁ =  1  2   b₁ = 0    z₁ =  4 −1   A₁ = relu z₁ = 4 0   ΣA₁ = 12
 *       0 1 3          0 −1                   2  6                  2 6
 *       2 0 1    W₂ =  0  1   b₂ = 2    z₂ =  5  4   A₂ = z₂      = 5 4   ΣA₂ = 16
 *                     −1  1                   1  6                  1 6
 *
 * z₁ at (0, 0): 1·1 + 2·2 − 1·1 = 4; at (0, 1): 1·2 + 2·0 − 3 = −1; at (1, 0): 2·1 − 0 = 2; at (1, 1): 1·1 + 2·3 − 1 = 6.
 * z₂ at (0, 0): 2 − 0 + 1 + 2 = 5; at (0, 1): 0 − 1 + 3 + 2 = 4; at (1, 0): 1 − 2 + 0 + 2 = 1; at (1, 1): 3 − 0 + 1 + 2 = 6.
 */
export const handImage = [[[[1], [2], [0]], [[0], [1], [3]], [[2], [0], [1]]]];

function handNetwork(head: AnyLayer[], weights: Record<string, number[] | number[][]>): Sequential {
  const model = new Sequential([new Conv2D({ filters: 2, kernelSize: 2, name: 'conv' }), new Activation({ kind: 'relu', name: 'relu' }), ...head], { inputShape: [3, 3, 1] });
  model.compile({ loss: 'mse', backend: float64 });
  model.setWeights({ // kernel [kh, kw, C, F]
    'conv/kernel': [[[[1, 0]], [[2, 1]]], [[[0, -1]], [[-1, 1]]]], 'conv/bias': [0, 2], ...weights,
  });
  return model;
}

/** Mean of each channel, then s = 2·m₁ − m₂ + ½ = 2·3 − 4 + ½ = 2½: ∂s/∂A₁ = 2/4, ∂s/∂A₂ = −1/4 everywhere. */
export function averagedNetwork(): Sequential {
  return handNetwork([new GlobalAveragePool2D(), new Dense({ units: 1 })], { 'dense/kernel': [[2], [-1]], 'dense/bias': [0.5] });
}

/** s = Σ g ⊙ A with g₁ = (1, 2; −1, ½), g₂ = (−2, ½; 1, −1). */
export function placedNetwork(): Sequential {
  return handNetwork([new Flatten(), new Dense({ units: 1, useBias: false })], { 'dense/kernel': [[1], [-2], [2], [0.5], [-1], [1], [0.5], [-1]] });
}
