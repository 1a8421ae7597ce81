/** A padded batch gives, sample by sample, what each sample gives alone and unpadded: outputs, loss, gradients. Random chains and branches, float64. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Activation, Add, Attention, Average, AveragePool1D, BatchNorm, Bidirectional, Concatenate, Conv1D, Conv1DTranspose, Dense, DepthwiseConv1D, GRU, GRUCell, GaussianNoise,
  GlobalAveragePool1D, GlobalMaxPool1D, GroupNorm, Input, LSTM, LayerNorm, MaxPool1D, Maximum, Model, MultiHeadAttention, Multiply, Permute, RMSNorm, RNN, StackedCells, SeparableConv1D,
  ShapeError, SimpleRNN, SpatialDropout1D, Subtract, TimeDistributed, UpSampling1D, ZeroPad1D, cpu,
} from '../../../src/index.js';
import type { AnyLayer, SymbolicTensor } from '../../../src/index.js';
import { assertClose } from '../../support/compare.js';
import { MinimalGatedUnit } from '../../support/ownCells.js';
import { anySeed, forAll } from '../../support/property.js';
import { randomTensor } from '../../support/values.js';

const backend = cpu({ dtype: 'float64' });
const of = (layer: () => AnyLayer) => (x: SymbolicTensor): SymbolicTensor => layer().apply(x);

/** What keeps the number of steps. */
const keeping: Readonly<Record<string, (x: SymbolicTensor) => SymbolicTensor>> = {
  dense: of(() => new Dense({ units: 3, activation: 'tanh' })),
  activation: of(() => new Activation({ kind: 'softmax' })),
  layerNorm: of(() => new LayerNorm()),
  attention: of(() => new Attention({ score: 'additive' })),
  multiHead: of(() => new MultiHeadAttention({ numHeads: 2, keyDim: 2 })),
  causalHead: of(() => new MultiHeadAttention({ numHeads: 1, keyDim: 2, causal: true })),
  rmsNorm: of(() => new RMSNorm({ epsilon: 0.1 })),
  groupNorm: of(() => new GroupNorm({ groups: 1, epsilon: 0.1 })),
  spatialDropout: of(() => new SpatialDropout1D({ rate: 0 })),
  gaussianNoise: of(() => new GaussianNoise({ stddev: 0 })),
  batchNorm: of(() => new BatchNorm()),
  lstm: of(() => new LSTM({ units: 2, returnSequences: true })),
  zeros: of(() => new LSTM({ units: 2, returnSequences: true, projection: 3, zeroOutputForMask: true })),
  ownCell: of(() => new RNN({ cell: new StackedCells({ cells: [new MinimalGatedUnit(3), new GRUCell({ units: 2 })] }), returnSequences: true })),
  bidirectional: of(() => new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) })),
  distributed: of(() => new TimeDistributed({ layer: new Dense({ units: 2 }) })),
  causal: of(() => new Conv1D({ filters: 2, kernelSize: 3, padding: 'causal', dilation: 2 })),
  same: of(() => new Conv1D({ filters: 3, kernelSize: 3, padding: 'same', activation: 'sigmoid' })),
  sameEven: of(() => new Conv1D({ filters: 2, kernelSize: 2, padding: 'same' })),
  depthwise: of(() => new DepthwiseConv1D({ kernelSize: 2, padding: 'same', depthMultiplier: 2 })),
  separable: of(() => new SeparableConv1D({ filters: 2, kernelSize: 3, padding: 'causal' })),
  transposedSame: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, padding: 'same' })),
  maxSame: of(() => new MaxPool1D({ poolSize: 3, stride: 1, padding: 'same' })),
  averageSame: of(() => new AveragePool1D({ poolSize: 3, stride: 1, padding: 'same' })),
  permuted: of(() => new Permute({ dims: [1, 2] })),
  backwards: of(() => new SimpleRNN({ units: 3, returnSequences: true, goBackwards: true })),
};
/** What makes more or fewer steps. */
const changing: typeof keeping = {
  valid: of(() => new Conv1D({ filters: 2, kernelSize: 2 })),
  longer: of(() => new Conv1D({ filters: 2, kernelSize: 2, padding: [2, 1] })),
  zeros: of(() => new ZeroPad1D({ padding: [1, 2] })),
  transposed: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, stride: 2, activation: 'sigmoid' })),
  transposedGaps: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 1, stride: 2, outputPadding: 0 })),
  transposedCut: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1 })),
  transposedShort: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 2, stride: 1, padding: [1, 1] })),
  upSampled: of(() => new UpSampling1D({ size: 2 })),
};
/** Where windows lie depends on where the sequence begins. */
const striding: typeof keeping = {
  strided: of(() => new Conv1D({ filters: 2, kernelSize: 2, stride: 2 })),
  stridedCausal: of(() => new Conv1D({ filters: 2, kernelSize: 3, stride: 2, padding: 'causal' })),
  max: of(() => new MaxPool1D()),
  average: of(() => new AveragePool1D({ poolSize: 2, padding: [0, 1] })),
};
const branching: typeof keeping = {
  add: (x) => new Add().apply([new Dense({ units: 2 }).apply(x), new LSTM({ units: 2, returnSequences: true }).apply(x)]),
  multiply: (x) => new Multiply().apply([new Dense({ units: 2 }).apply(x), new Conv1D({ filters: 2, kernelSize: 3, padding: 'same' }).apply(x)]),
  looksBack: (x) => new Attention().apply([new Dense({ units: 2 }).apply(x), new GRU({ units: 2, returnSequences: true }).apply(x)]),
  gate: (x) => new Multiply().apply([x, new Dense({ units: 1, activation: 'sigmoid' }).apply(x)]),
  subtract: (x) => new Subtract().apply([new Dense({ units: 2 }).apply(x), new Dense({ units: 1 }).apply(x)]),
  average: (x) => new Average().apply([new Dense({ units: 2 }).apply(x), new LSTM({ units: 2 }).apply(x)]),
  maximum: (x) => new Maximum().apply([new Dense({ units: 2 }).apply(x), new GRU({ units: 2, returnSequences: true }).apply(x)]),
  concatenate: (x) => new Concatenate().apply([x, new GRU({ units: 1, returnSequences: true }).apply(x)]),
  shared: (x) => {
    const layer = new GRU({ units: 2, returnSequences: true });
    return new Add().apply([layer.apply(x), layer.apply(x)]);
  },
};
const ending: typeof keeping = {
  sequence: of(() => new Dense({ units: 2 })),
  last: of(() => new LSTM({ units: 2 })),
  first: of(() => new GRU({ units: 2, goBackwards: true })),
  both: of(() => new Bidirectional({ layer: new LSTM({ units: 1 }) })),
  mean: of(() => new GlobalAveragePool1D()),
  largest: of(() => new GlobalMaxPool1D()),
};
const steps = { ...keeping, ...changing, ...striding, ...branching };

function build(plan: readonly string[], end: string, T: number, seed: number): Model | undefined {
  try {
    const x = Input({ shape: [T, 2] });
    let y: SymbolicTensor = x;
    let turned = false;
    for (const name of plan) {
      turned ||= name === 'backwards';
      if (turned && name in striding) continue;
      y = steps[name]?.(y) ?? y;
    }
    const model = new Model({ inputs: x, outputs: ending[end]?.(y) ?? y, seed });
    model.compile({ loss: 'mse', backend });
    return model;
  } catch (error) {
    if (error instanceof ShapeError) return undefined; // too short for a window
    throw error;
  }
}

async function check(plan: readonly string[], end: string, seed: number, T = 7): Promise<number> {
  const padded = build(plan, end, T, seed);
  if (!padded) return 0;
  const lengths = [T, 1 + (seed % T), 1 + ((seed >> 3) % T)].filter((length) => build(plan, end, length, seed));
  const [B, what] = [lengths.length, `${plan.join(' ')} ${end}, lengths ${lengths.join()}, seed ${seed}`];
  const x = randomTensor(seed, 'x', [B, T, 2]);
  const [output] = padded.network.outputs;
  assert.ok(output);
  const y = randomTensor(seed, 'y', [B, ...output.shape]);
  const given = Float64Array.from({ length: B * T }, (_, i) => (i % T < (lengths[Math.floor(i / T)] ?? 0) ? 1 : 0));
  const mask = padded.network.masks.get(output.id)?.rows([{ mask: given, values: undefined }], B);
  const places = end === 'sequence' ? output.shape[0] ?? 1 : 1;
  const width = y.data.length / (B * places);
  const counted = (b: number): number[] => Array.from({ length: places }, (_, t) => b * places + t).filter((row) => end !== 'sequence' || mask?.[row] === 1);
  const rowsOf = (data: ArrayLike<number>, b: number): number[] => counted(b).flatMap((row) => Array.from({ length: width }, (_, j) => data[row * width + j] ?? NaN));
  const all = lengths.reduce((sum, _, b) => sum + counted(b).length, 0);

  const p = await padded.predict(x, { lengths });
  const whole = await padded.lossAndGradients(x, y, { lengths });
  const sums = new Map(Object.entries(whole.gradients).map(([key, { data }]) => [key, new Float64Array(data.length)]));
  let loss = 0;
  for (const [b, L] of lengths.entries()) {
    const alone = build(plan, end, L, seed);
    assert.ok(alone);
    alone.setWeights(padded.getWeights());
    const own = { data: x.data.slice(b * T * 2, (b * T + L) * 2), shape: [1, L, 2] };
    const expected = await alone.predict(own);
    assertClose(rowsOf(p.data, b), expected.data, 1e-11, `${what}: prediction of ${b}`);
    const target = { data: Float64Array.from(rowsOf(y.data, b)), shape: [1, ...(alone.network.outputs[0]?.shape ?? [])] };
    const single = await alone.lossAndGradients(own, target);
    const share = counted(b).length / all;
    loss += share * single.loss;
    for (const [key, { data }] of Object.entries(single.gradients)) data.forEach((d, i) => { sums.get(key)![i]! += share * d; });
    const dx = whole.inputGradients[0]?.data ?? [];
    const expectedDx = Array.from({ length: T * 2 }, (_, i) => (i < L * 2 ? share * (single.inputGradients[0]?.data[i] ?? NaN) : 0));
    assertClose(Array.from(dx).slice(b * T * 2, (b + 1) * T * 2), expectedDx, 1e-9, `${what}: input gradient of ${b}`);
  }
  assertClose([whole.loss], [loss], 1e-11, `${what}: loss`);
  const scale = Math.max(...[...sums.values()].flatMap((sum) => Array.from(sum, Math.abs)), 1e-3);
  for (const [key, sum] of sums) {
    const actual = whole.gradients[key]?.data ?? [];
    for (const [i, d] of sum.entries()) assert.ok(Math.abs((actual[i] ?? NaN) - d) <= 1e-9 * scale, `${what}: ${key}[${i}] ${actual[i]} instead of ${d}`);
  }
  return lengths.filter((length) => length < T).length;
}

test('every layer by itself, before every end', async () => {
  let compared = 0;
  for (const name of Object.keys(steps)) for (const end of Object.keys(ending)) compared += await check([name], end, 12 + name.length, 6);
  assert.ok(compared > 80, String(compared));
});

test("'same' with a stride has a place for every step that the stride meets, real where that step is", () => {
  const x = Input({ shape: [6, 1] });
  const { masks, outputs } = new Model({ inputs: x, outputs: new Conv1D({ filters: 1, kernelSize: 3, stride: 2, padding: 'same' }).apply(x) }).network;
  const mask = masks.get(outputs[0]?.id ?? -1);
  assert.equal(Array.from(mask?.rows([{ mask: Float64Array.of(1, 1, 1, 0, 0, 0), values: undefined }], 1) ?? []), [1, 1, 0]);
});

test('random chains and branches', async () => {
  const plans = fc.record({ plan: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 2, maxLength: 4 }), end: fc.constantFrom(...Object.keys(ending)), seed: anySeed });
  await forAll(plans, 25, async ({ plan, end, seed }) => { await check(plan, end, seed); });
});

test.run();
