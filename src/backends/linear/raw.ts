/**
 * The kernels below the contract, as cpu and wasm both implement them: functions of numbers over one linear memory.
 *
 * Every tensor argument is an address (cpu: element index, wasm: byte offset); 0 stands for "none". Matrices are
 * row-major; `ld*` is the distance between rows in elements. The shape rules and the allocation of results are
 * written once, in this folder; a backend supplies this table and nothing else.
 *
 * Argument order: results first, then inputs, then sizes, then constants.
 */

/** A place in linear memory; 0 is "none". */
export type Address = number;

/** Codes shared with AssemblyScript, in this order. */
export const activationCodes = {
  linear: 0, sigmoid: 1, tanh: 2, relu: 3, leakyRelu: 4, elu: 5, gelu: 6, softplus: 7, hardSigmoidFifth: 8, hardSigmoidSixth: 9,
} as const;
export const lossCodes = {
  mse: 0, mae: 1, huber: 2, logCosh: 3, binaryCrossentropy: 4, categoricalCrossentropy: 5, quantile: 6,
} as const;
export const unaryCodes = { exp: 0, log: 1, sqrt: 2, abs: 3, sign: 4, reciprocal: 5 } as const;
export const binaryCodes = { div: 0, maximum: 1, minimum: 2, greater: 3 } as const;
/** `packed`: a·B with B as {@link RawMatmulKernels.packing} lays it out. */
export const matmulCodes = { nn: 0, nt: 1, tn: 2, packed: 3 } as const;

export interface RawArrayKernels {
  fill(out: Address, n: number, value: number): void;
  copy(out: Address, a: Address, n: number): void;
  /** rows × n elements between buffers of different row distance. */
  copyRows(out: Address, ldOut: number, a: Address, lda: number, rows: number, n: number): void;
  /** [count, p, q, n] → [count, q, p, n]. */
  swapLeading(out: Address, a: Address, count: number, p: number, q: number, n: number): void;
  /** out may be a or b in all pointwise kernels. */
  add(out: Address, a: Address, b: Address, n: number): void;
  sub(out: Address, a: Address, b: Address, n: number): void;
  mul(out: Address, a: Address, b: Address, n: number): void;
  scale(out: Address, a: Address, n: number, factor: number): void;
  addRow(x: Address, row: Address, rows: number, n: number): void;
  mulTiled(out: Address, a: Address, tile: Address, tiles: number, n: number): void;
  /** out[r, :] = a[r, :] · (complement ? 1 − m[r] : m[r]). */
  mulRows(out: Address, a: Address, m: Address, rows: number, n: number, complement: number): void;
  /** out[r, :] = a[r, :] / m[r]; 0 where m[r] is 0. */
  divRows(out: Address, a: Address, m: Address, rows: number, n: number): void;
  blendRows(out: Address, m: Address, a: Address, b: Address, rows: number, n: number): void;
  /** out[j] += Σ_r a[r, j]. */
  sumRows(out: Address, a: Address, rows: number, n: number): void;
  /** out[0] += Σ a². */
  sumSquares(out: Address, a: Address, n: number): void;
}

export interface RawBroadcastKernels {
  /** [outer, inner] → [outer, n, inner]. */
  repeat(out: Address, a: Address, outer: number, n: number, inner: number): void;
  /** [outer, n, inner] → [outer, inner], summed. */
  sumAxis(out: Address, a: Address, outer: number, n: number, inner: number): void;
}

export interface RawMatmulKernels {
  /** C [m, n] = (accumulate ? C : 0) + A·B with `mode` from {@link matmulCodes}. */
  gemm(
    mode: number, m: number, n: number, k: number,
    a: Address, lda: number, b: Address, ldb: number, c: Address, ldc: number, accumulate: number,
  ): void;
  /** Copies a right operand (modes nn, nt) into the order products read it in; only where that pays. */
  readonly packing?: {
    /** Elements of the packed form. */
    size(n: number, k: number): number;
    pack(out: Address, mode: number, n: number, k: number, b: Address, ldb: number): void;
  };
}

export interface RawActivationKernels {
  activate(out: Address, x: Address, n: number, kind: number, alpha: number): void;
  activateBackward(dx: Address, x: Address, y: Address, dy: Address, n: number, kind: number, alpha: number): void;
  softmax(out: Address, x: Address, rows: number, n: number): void;
  softmaxBackward(dx: Address, y: Address, dy: Address, rows: number, n: number): void;
}

export interface RawPointwiseKernels {
  unary(out: Address, x: Address, n: number, kind: number): void;
  binary(out: Address, a: Address, b: Address, n: number, kind: number): void;
  select(out: Address, condition: Address, a: Address, b: Address, n: number): void;
  affine(out: Address, x: Address, n: number, factor: number, shift: number): void;
  /** out[r] = Σ_j x[r, j]. */
  sumLast(out: Address, x: Address, rows: number, n: number): void;
  oneHot(out: Address, x: Address, rows: number, n: number): void;
}

export interface RawLstmKernels {
  /** gates [b, 4h] come in as z and are replaced. */
  lstmForward(gates: Address, c: Address, tanhC: Address, hOut: Address, cPrevious: Address, peephole: Address, b: number, h: number): void;
  lstmBackward(
    dz: Address, dcPrevious: Address, gates: Address, tanhC: Address, c: Address, cPrevious: Address,
    dh: Address, dc: Address, peephole: Address, b: number, h: number,
  ): void;
  lstmPeephole(target: Address, dz: Address, cPrevious: Address, c: Address, rows: number, h: number): void;
}

export interface RawGruKernels {
  gruForward(gates: Address, hOut: Address, xz: Address, hz: Address, hPrevious: Address, b: number, h: number): void;
  gruBackward(
    dxz: Address, dhz: Address, dhPrevious: Address, gates: Address, hz: Address, hPrevious: Address, dh: Address, b: number, h: number,
  ): void;
  gruReset(gates: Address, rh: Address, xz: Address, hz: Address, hRecurrent: Address, b: number, h: number): void;
  gruBlend(gates: Address, hOut: Address, xz: Address, rhU: Address, hPrevious: Address, b: number, h: number): void;
  gruBlendBackward(dxz: Address, dhPrevious: Address, gates: Address, hPrevious: Address, dh: Address, b: number, h: number): void;
  gruResetBackward(dxz: Address, dhRecurrent: Address, gates: Address, hRecurrent: Address, drh: Address, b: number, h: number): void;
}

export interface RawNormKernels {
  layerNorm(
    y: Address, mean: Address, inverseStd: Address, x: Address, gamma: Address, beta: Address, rows: number, n: number, epsilon: number,
    centred: number,
  ): void;
  /** dGamma and dBeta are added to. */
  layerNormBackward(
    dx: Address, dGamma: Address, dBeta: Address, x: Address, mean: Address, inverseStd: Address, gamma: Address, dy: Address,
    rows: number, n: number, centred: number,
  ): void;
  /** Mean and biased variance of n columns, whose rows lie `ld` elements apart. */
  columnStatistics(mean: Address, variance: Address, x: Address, rows: number, n: number, ld: number): void;
  /** y = (x − mean)·inverseStd·gamma + beta; writes inverseStd = 1/√(variance + epsilon). */
  batchNorm(
    y: Address, inverseStd: Address, x: Address, gamma: Address, beta: Address, mean: Address, variance: Address,
    rows: number, n: number, epsilon: number,
  ): void;
  /** Of n columns, whose rows lie `ld` elements apart. constantStatistics: 1 at inference. dGamma and dBeta are added to. */
  batchNormBackward(
    dx: Address, dGamma: Address, dBeta: Address, x: Address, mean: Address, inverseStd: Address, gamma: Address, dy: Address,
    rows: number, n: number, ld: number, constantStatistics: number,
  ): void;
  movingAverage(out: Address, running: Address, observed: Address, n: number, momentum: number): void;
}

/**
 * Sizes of a sliding window: images [batch, height, width, channels] → [batch, outHeight, outWidth, filters]. Pooling has as
 * many filters as channels, and one group. What lies right of and below the image follows from the sizes.
 */
export type Sliding = [
  batch: number, height: number, width: number, channels: number, outHeight: number, outWidth: number, filters: number,
  kernelHeight: number, kernelWidth: number, strideY: number, strideX: number, dilationY: number, dilationX: number,
  top: number, left: number, groups: number,
];

export interface RawConvolutionKernels {
  /** Elements of working memory that a convolution needs at `work`; where there is no such function, none. */
  workspace?(kernel: 'conv2d' | 'conv2dBackward' | 'conv2dKernel', sliding: Sliding): number;
  conv2d(y: Address, x: Address, kernel: Address, work: Address, ...sliding: Sliding): void;
  conv2dBackward(dx: Address, dy: Address, kernel: Address, work: Address, ...sliding: Sliding): void;
  /** dKernel is added to. */
  conv2dKernel(dKernel: Address, x: Address, dy: Address, work: Address, ...sliding: Sliding): void;
  maxPool2d(y: Address, taps: Address, x: Address, ...sliding: Sliding): void;
  maxPool2dBackward(dx: Address, dy: Address, taps: Address, ...sliding: Sliding): void;
  averagePool2d(y: Address, x: Address, ...sliding: Sliding): void;
  averagePool2dBackward(dx: Address, dy: Address, ...sliding: Sliding): void;
}

/** `count`: rows of the table. An index that is none of theirs gives NaN, and adds nothing. */
export interface RawLookupKernels {
  /** out[r, :] = table[indices[r], :]. */
  gatherRows(out: Address, table: Address, indices: Address, rows: number, count: number, n: number): void;
  /** target[indices[r], :] += x[r, :], r by r. */
  scatterRows(target: Address, indices: Address, x: Address, rows: number, count: number, n: number): void;
}

export interface RawLossKernels {
  /** loss[0] and dPrediction [rows, n] for the code `kind` of {@link lossCodes}. */
  loss(
    loss: Address, dPrediction: Address, prediction: Address, target: Address, weights: Address,
    rows: number, n: number, kind: number, parameter: number,
  ): void;
}

export interface RawOptimizerKernels {
  clipScale(out: Address, sumOfSquares: Address, limit: number): void;
  keepIfFinite(kept: Address, candidate: Address, guard: Address, n: number): void;
  sgd(
    p: Address, velocity: Address, g: Address, learningRate: Address, gradientScale: Address, guard: Address,
    n: number, clipValue: number, decay: number, momentum: number, nesterov: number,
  ): void;
  adam(
    p: Address, m: Address, v: Address, vMax: Address, g: Address, learningRate: Address, correction: Address, gradientScale: Address,
    guard: Address, n: number, clipValue: number, decay: number, beta1: number, beta2: number, epsilon: number,
  ): void;
}

export interface RawAttentionKernels {
  /**
   * C = A·B of gemm's modes for each of `batch` × `heads`. The last three distances of an operand are in elements: from one of the batch to the
   * next, from one head to the next, from row to row.
   */
  headProduct(
    mode: number, batch: number, heads: number, m: number, n: number, k: number, a: Address, aBatch: number, aHead: number, lda: number,
    b: Address, bBatch: number, bHead: number, ldb: number, c: Address, cBatch: number, cHead: number, ldc: number,
  ): void;
  /** query [batch, tq] and key [batch, tk]: 0 is not seen. `out` may be s. */
  visibleSoftmax(out: Address, s: Address, query: Address, key: Address, batch: number, heads: number, tq: number, tk: number, causal: number): void;
  additiveScores(out: Address, q: Address, k: Address, v: Address, batch: number, tq: number, tk: number, n: number): void;
  /** dv [batch, n], one row for each of the batch. */
  additiveScoresBackward(
    dq: Address, dk: Address, dv: Address, q: Address, k: Address, v: Address, dScores: Address, batch: number, tq: number, tk: number, n: number,
  ): void;
}

export interface RawUpdateKernels {
  rmsprop(
    p: Address, v: Address, mean: Address, velocity: Address, g: Address, learningRate: Address, gradientScale: Address, guard: Address,
    n: number, clipValue: number, decay: number, rho: number, momentum: number, epsilon: number,
  ): void;
  nadam(
    p: Address, m: Address, v: Address, g: Address, learningRate: Address, weights: Address, gradientScale: Address, guard: Address,
    n: number, clipValue: number, decay: number, beta1: number, beta2: number, epsilon: number,
  ): void;
  adagrad(
    p: Address, sum: Address, g: Address, learningRate: Address, gradientScale: Address, guard: Address,
    n: number, clipValue: number, decay: number, epsilon: number,
  ): void;
}

/** The whole table; wasm's holds the core and the families that were prepared. */
export interface RawKernels
  extends RawArrayKernels, RawMatmulKernels, RawActivationKernels, RawLstmKernels, RawGruKernels, RawNormKernels, RawConvolutionKernels,
  RawLossKernels, RawOptimizerKernels, RawUpdateKernels, RawPointwiseKernels, RawLookupKernels, RawBroadcastKernels, RawAttentionKernels {}
