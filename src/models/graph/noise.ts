/** What layers ask of `noise()`, drawn. */
import type { NoiseSpec } from '../../layers/layer.js';
import { fillDropoutMask, normal } from '../../random.js';
import type { RandomGenerator } from '../../random.js';
import { allocate, sizeOf } from '../../tensor.js';
import type { DType, FloatArray } from '../../tensor.js';

export function noiseFrom(random: RandomGenerator, spec: NoiseSpec, dtype: DType): FloatArray {
  const numbers = allocate(dtype, sizeOf(spec.shape));
  if (spec.kind === 'dropout') fillDropoutMask(random, spec.rate, numbers);
  else for (let i = 0; i < numbers.length; i++) numbers[i] = spec.stddev * normal(random);
  return numbers;
}
