/**
 * The contract between mathematics and machine.
 *
 * Cells, layers, losses and optimisers are written once, against `Kernels`. A kernel takes and returns opaque
 * tensors: nobody above this line reads a value, so the same code runs at once (cpu, wasm) or is recorded into a
 * plan and replayed (gpu).
 *
 * What a backend is: a table of kernels, and a device that keeps variables and runs steps.
 * What it is not: it knows nothing of layers, of ndarray, of training.
 *
 * Rules for callers
 * - No value decides control flow. What changes from step to step (learning rate, masks) comes in as an input.
 * - Always use the tensor a kernel returns. `…To(target, …)` kernels add into their target and return it: on cpu and
 *   wasm that is the same memory, on a recording backend it is a new handle. "May overwrite x" means x is dead after.
 * - `out` is a hint where to put a result (a slot of `series`); the returned tensor is what counts.
 * - Tensors made inside a step die with it. Only variables and outputs survive.
 *
 * Matrices are row-major. Shapes in the comments: B batch, T time, D input width, H units, R rows, N columns; images are
 * NHWC: [B, H, W, C], batch, height, width, channels.
 */
import type { DType, FloatArray, HostTensor, Shape } from './tensor.js';

/** A tensor on some device. Its values cannot be read. */
export interface Tensor {
  readonly shape: Shape;
  readonly size: number;
}

/** `nn`: a·b, `nt`: a·bᵀ, `tn`: aᵀ·b. */
export type MatmulMode = 'nn' | 'nt' | 'tn';

/**
 * hardSigmoidFifth: clip(x/5 + ½) to [0, 1], the hard sigmoid of ONNX, TensorFlow.js and Keras up to 2; hardSigmoidSixth: clip(x/6 + ½),
 * that of PyTorch and Keras 3.
 */
export type ActivationKind =
  | 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'elu' | 'gelu' | 'softplus' | 'hardSigmoidFifth' | 'hardSigmoidSixth';

export type LossKind = 'mse' | 'mae' | 'huber' | 'logCosh' | 'binaryCrossentropy' | 'categoricalCrossentropy' | 'quantile';

/** Moving, viewing, adding. */
export interface ArrayKernels {
  zeros(shape: Shape, out?: Tensor): Tensor;
  /** Every element is `value`. */
  full(shape: Shape, value: number): Tensor;
  /** Free where x lies in `out` already. */
  copy(x: Tensor, out?: Tensor): Tensor;
  /** The same elements under another shape. A view where the backend has views. */
  reshape(x: Tensor, shape: Shape): Tensor;
  /** x[i]: one entry of the leading axis. A view. */
  row(x: Tensor, i: number): Tensor;
  /** x[from : from + count] along the leading axis. A view. */
  rows(x: Tensor, from: number, count: number): Tensor;
  /** x[:, from : from + count] of a matrix: a strided view that only matrix products accept. */
  columns(x: Tensor, from: number, count: number): Tensor;
  /** Slots for `steps` tensors of one shape; used as `out` and then joined by `stack` without a copy. */
  series(steps: number, shape: Shape): Tensor[];
  /** [parts.length, ...shape]. Free where the parts lie side by side. */
  stack(parts: readonly Tensor[]): Tensor;
  /** [P, Q, ...] to [Q, P, ...]: batch-major to time-major and back. `kept` axes, by default none, stay in front of them. */
  swapLeading(x: Tensor, kept?: number): Tensor;
  /** Joins along the last axis. */
  concat(parts: readonly Tensor[]): Tensor;
  /** Cuts the last axis into the given widths. */
  split(x: Tensor, widths: readonly number[]): Tensor[];

  add(a: Tensor, b: Tensor, out?: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor, out?: Tensor): Tensor;
  scale(a: Tensor, factor: number): Tensor;
  /** target += x. */
  addTo(target: Tensor, x: Tensor): Tensor;
  /** Adds row [N] to every row of x [..., N]. May overwrite x. */
  addRow(x: Tensor, row: Tensor): Tensor;
  /** x [..., tile.shape] times tile, repeated over the leading axes: one dropout mask for all time steps. */
  mulTiled(x: Tensor, tile: Tensor): Tensor;
  /** Row r of x [R, ...] times m[r]; with `complement`, times 1 − m[r]. m is [R]. */
  mulRows(x: Tensor, m: Tensor, complement?: boolean): Tensor;
  /** Row r of x [R, ...] divided by m[r], which is [R]; 0 where m[r] is 0. */
  divRows(x: Tensor, m: Tensor): Tensor;
  /** Row-wise m·a + (1 − m)·b: a where the mask is 1, b where it is 0. */
  blendRows(m: Tensor, a: Tensor, b: Tensor, out?: Tensor): Tensor;
  /** target [N] += sum over the rows of x [..., N]. */
  sumRowsTo(target: Tensor, x: Tensor): Tensor;
  /** [1], the sum of squares over all parts. */
  sumSquares(parts: readonly Tensor[]): Tensor;
}

/** Between tensors whose axes do not all have one size. Family `broadcast`. */
export interface BroadcastKernels {
  /** The axes of x that have size 1 repeated to `shape`, which has as many axes; x itself where none is repeated. */
  broadcast(x: Tensor, shape: Shape): Tensor;
  /** x summed over the axes that have size 1 in `shape`, of as many axes: the transpose of `broadcast`. x itself where none is summed. */
  sumAxes(x: Tensor, shape: Shape): Tensor;
}

export interface MatmulKernels {
  /** Product of two matrices; see `MatmulMode`. */
  matmul(mode: MatmulMode, a: Tensor, b: Tensor, out?: Tensor): Tensor;
  /** target += product. */
  matmulTo(mode: MatmulMode, target: Tensor, a: Tensor, b: Tensor): Tensor;
  /** Prepares a right operand that many products of this mode will share; use it in place of b. */
  pack(mode: 'nn' | 'nt', b: Tensor): Tensor;
}

export interface ActivationKernels {
  /** y = φ(x). `alpha`: slope of leakyRelu, scale of elu. */
  activate(kind: ActivationKind, x: Tensor, alpha: number, out?: Tensor): Tensor;
  /** dx = dy · φ′(x), from x or from y = φ(x), whichever the kind needs. */
  activateBackward(kind: ActivationKind, x: Tensor, y: Tensor, dy: Tensor, alpha: number, out?: Tensor): Tensor;
  /** Over the last axis. */
  softmax(x: Tensor): Tensor;
  softmaxBackward(y: Tensor, dy: Tensor): Tensor;
}

/** Pointwise kernels for losses, cells and layers of one's own. What has two operands takes them of one size. Family `pointwise`. */
export interface PointwiseKernels {
  exp(x: Tensor): Tensor;
  /** −∞ at 0, NaN below. */
  log(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  abs(x: Tensor): Tensor;
  /** −1, 0 or 1. */
  sign(x: Tensor): Tensor;
  /** 1 / x. */
  reciprocal(x: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  /** The larger of each two; NaN where one is. */
  maximum(a: Tensor, b: Tensor): Tensor;
  minimum(a: Tensor, b: Tensor): Tensor;
  /** 1 where a > b, else 0. */
  greater(a: Tensor, b: Tensor): Tensor;
  /** a where the condition is not 0, else b: a choice, so that what is not taken may be anything. */
  select(condition: Tensor, a: Tensor, b: Tensor): Tensor;
  /** factor·x + shift. */
  affine(x: Tensor, factor: number, shift: number): Tensor;
  /** Sums over the last axis: [..., N] to [...]. */
  sumLast(x: Tensor): Tensor;
  /** Rows of zeros with a 1 at the class: whole numbers of shape [...] to [..., classes]. Zeros alone for a class there is not. */
  oneHot(x: Tensor, classes: number): Tensor;
}

export interface LstmState { readonly h: Tensor; readonly c: Tensor }
export interface LstmForward extends LstmState { readonly gates: Tensor; readonly tanhC: Tensor }
export interface LstmSlots { readonly c?: Tensor; readonly tanhC?: Tensor; readonly h?: Tensor }

/** The fused pointwise half of the LSTM; the equations stand in src/cells/lstm.ts. Family `lstm`. */
export interface LstmKernels {
  /** z [B, 4H] → gates i, f, g, o [B, 4H] and c, tanh c, h [B, H]. May overwrite z. peephole: [3, H] in order i, f, o. */
  lstmGates(z: Tensor, cPrevious: Tensor, peephole: Tensor | undefined, out?: LstmSlots): LstmForward;
  /** dh, dc [B, H] → dz [B, 4H] and dc of the step before. */
  lstmGatesBackward(
    forward: LstmForward, cPrevious: Tensor, dh: Tensor, dc: Tensor | undefined, peephole: Tensor | undefined, dzOut?: Tensor,
  ): { dz: Tensor; dcPrevious: Tensor };
  /** target [3, H] += what dz [R, 4H] and the cell states before and after [R, H] give for the peephole weights. */
  lstmPeepholeTo(target: Tensor, dz: Tensor, cPrevious: Tensor, c: Tensor): Tensor;
}

/** The fused pointwise halves of the GRU; the equations stand in src/cells/gru.ts. Family `gru`. */
export interface GruKernels {
  /** Reset after the product: x·W and h·U parts [B, 3H] → gates r, z, n [B, 3H] and h [B, H]. */
  gruGates(xz: Tensor, hz: Tensor, hPrevious: Tensor, gatesOut?: Tensor, hOut?: Tensor): { gates: Tensor; h: Tensor };
  gruGatesBackward(
    gates: Tensor, hz: Tensor, hPrevious: Tensor, dh: Tensor, dxzOut?: Tensor, dhzOut?: Tensor,
  ): { dxz: Tensor; dhz: Tensor; dhPrevious: Tensor };
  /** Reset before the product, first half: xz [B, 3H], hz [B, 2H] → gates with r, z filled [B, 3H] and r·h [B, H]. */
  gruReset(xz: Tensor, hz: Tensor, hRecurrent: Tensor, gatesOut?: Tensor, rhOut?: Tensor): { gates: Tensor; rh: Tensor };
  /** Second half: n = tanh(xz_n + rhU), h = (1 − z)·n + z·hPrevious. Fills n in gates. */
  gruBlend(gates: Tensor, xz: Tensor, rhU: Tensor, hPrevious: Tensor, hOut?: Tensor): { gates: Tensor; h: Tensor };
  /** dh → dxz with z and n filled [B, 3H] and the direct part of dhPrevious. */
  gruBlendBackward(gates: Tensor, hPrevious: Tensor, dh: Tensor, dxzOut?: Tensor): { dxz: Tensor; dhPrevious: Tensor };
  /** d(r·h) → fills r in dxz, returns r·d(r·h), the gradient of the state that went into the product. */
  gruResetBackward(dxz: Tensor, gates: Tensor, hRecurrent: Tensor, drh: Tensor): { dxz: Tensor; dhRecurrent: Tensor };
}

export interface NormForward { readonly y: Tensor; readonly mean: Tensor; readonly inverseStd: Tensor }

/** Family `norms`. */
export interface NormKernels {
  /** Over the last axis. gamma, beta [N]; mean, inverseStd [R]. Not `centred`: with mean 0, by the root of the mean square. */
  layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number, centred?: boolean): NormForward;
  layerNormBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor, centred?: boolean,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };
  /** Over all rows, per column. mean, inverseStd, variance (biased) [N]. */
  batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormForward & { readonly variance: Tensor };
  batchNormBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };
  /** With given statistics, as at inference. */
  batchNormInference(x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor, epsilon: number): NormForward;
  /** Gradients when the statistics are constants. */
  batchNormInferenceBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };
  /** momentum·running + (1 − momentum)·observed. */
  movingAverage(running: Tensor, observed: Tensor, momentum: number): Tensor;
}

/** Which keys a query may see: those that are real and, where `causal`, no later than itself. */
export interface Visible {
  /** [B, Tq], 1 for queries that are real. All are, where it is missing. */
  readonly query: Tensor | undefined;
  /** [B, Tk], 1 for keys that are real. */
  readonly key: Tensor | undefined;
  readonly causal: boolean;
}

/** Attention, head by head: heads lie side by side in the last axis of queries, keys and values, [B, T, H·d]. Family `attention`. */
export interface AttentionKernels {
  /** q [B, Tq, H·d] · kᵀ [B, Tk, H·d] → [B, H, Tq, Tk]. */
  headScores(q: Tensor, k: Tensor, heads: number): Tensor;
  /** w [B, H, Tq, Tk] · v [B, Tk, H·e] → [B, Tq, H·e]; `transposed`: wᵀ · v [B, Tq, H·e] → [B, Tk, H·e]. */
  headMix(w: Tensor, v: Tensor, transposed?: boolean): Tensor;
  /** The softmax of s [B, H, Tq, Tk] over the keys that a query sees, 0 elsewhere; rows of 0 where it sees none. May overwrite s. */
  visibleSoftmax(s: Tensor, visible: Visible): Tensor;
  /** Σ_a v_a·tanh(q_ia + k_ja) of q [B, Tq, A], k [B, Tk, A] and v of A elements: [B, 1, Tq, Tk]. */
  additiveScores(q: Tensor, k: Tensor, v: Tensor): Tensor;
  /** dScores [B, 1, Tq, Tk] → dq, dk; dV is added to. */
  additiveScoresBackward(q: Tensor, k: Tensor, v: Tensor, dScores: Tensor, dV: Tensor): { dq: Tensor; dk: Tensor; dV: Tensor };
}

/** How a window slides over the rows and columns of an image; every pair is (vertical, horizontal), in pixels. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Distance between the window's taps. */
  readonly dilation: readonly [number, number];
  /** Pixels of zeros (for maxima: of nothing) around the image: top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
}

/** Convolution and pooling. Family `convolution`. */
export interface ConvolutionKernels {
  /** x [B, H, W, C] with kernel [kh, kw, C / groups, F] → y [B, H′, W′, F]. A cross-correlation: the kernel is not turned. */
  conv2d(x: Tensor, kernel: Tensor, window: Window, groups: number): Tensor;
  /** dy [B, H′, W′, F] → dx of shape `shape` [B, H, W, C]. */
  conv2dBackward(dy: Tensor, kernel: Tensor, shape: Shape, window: Window, groups: number): Tensor;
  /** target [kh, kw, C / groups, F] += what x and dy give for the kernel. */
  conv2dKernelTo(target: Tensor, x: Tensor, dy: Tensor, window: Window, groups: number): Tensor;
  /** The largest entry of each window, and which tap it came from (row by row; the first of equals). */
  maxPool2d(x: Tensor, window: Window): { y: Tensor; taps: Tensor };
  maxPool2dBackward(dy: Tensor, taps: Tensor, shape: Shape, window: Window): Tensor;
  /** The mean over those taps of each window that lie on the image; 0 where none does. */
  averagePool2d(x: Tensor, window: Window): Tensor;
  averagePool2dBackward(dy: Tensor, shape: Shape, window: Window): Tensor;
}

/** Rows of a table by their numbers, which come as numbers: whole, from 0 to the table's rows − 1. No other memory is touched whatever they are. Family `lookup`. */
export interface LookupKernels {
  /** table [V, N], indices [...] → [..., N]: row `index` of the table for each of them. */
  gatherRows(table: Tensor, indices: Tensor): Tensor;
  /** Row indices[r] of target [V, N] += row r of x [..., N], in the order of r. */
  scatterRowsTo(target: Tensor, indices: Tensor, x: Tensor): Tensor;
}

export interface LossKernels {
  /**
   * Mean loss over the R rows of prediction [..., N] (and over N, except categorical cross-entropy), and its gradient.
   * weights [R] multiply row losses. `parameter`: delta of huber, level of quantile.
   * Cross-entropies take logits.
   */
  loss(
    kind: LossKind, prediction: Tensor, target: Tensor, weights: Tensor | undefined, parameter: number,
  ): { loss: Tensor; dPrediction: Tensor };
}

/** What every update kernel needs besides its own state. */
export interface UpdateInputs {
  /** [1] learning rate of this step. */
  readonly learningRate: Tensor;
  /** [1] factor on gradients (global-norm clipping). */
  readonly gradientScale: Tensor;
  /** Gradients are cut to ±clipValue after scaling; 0 for no cut. */
  readonly clipValue: number;
  /** Decoupled weight decay λ: p·(1 − learningRate·λ) takes the place of p; 0 for none. */
  readonly decay: number;
  /** [1] if this is not finite, nothing is changed. */
  readonly guard: Tensor;
}

/** Parameter updates. All tensors of one call have one shape; the returned ones replace those passed in. */
export interface OptimizerKernels {
  /** [1], min(1, limit / √sumOfSquares). */
  clipScale(sumOfSquares: Tensor, limit: number): Tensor;
  /** kept := finite guard ? candidate : kept. */
  keepIfFinite(guard: Tensor, kept: Tensor, candidate: Tensor): Tensor;
  sgd(
    p: Tensor, g: Tensor, velocity: Tensor | undefined, inputs: UpdateInputs, momentum: number, nesterov: boolean,
  ): { p: Tensor; velocity?: Tensor };
  /** correction [2]: 1/(1 − β1ᵗ) and 1/(1 − β2ᵗ) of this step. vMax: amsgrad. */
  adam(
    p: Tensor, g: Tensor, m: Tensor, v: Tensor, vMax: Tensor | undefined, correction: Tensor, inputs: UpdateInputs,
    beta1: number, beta2: number, epsilon: number,
  ): { p: Tensor; m: Tensor; v: Tensor; vMax?: Tensor };
}

/** What RMSprop keeps of a parameter: v, with `mean` the variance about it; `velocity` where there is a momentum. */
export type RmspropState = { readonly v: Tensor; readonly mean?: Tensor | undefined; readonly velocity?: Tensor | undefined };

/** Updates of the less common optimisers, as those of {@link OptimizerKernels}. Family `updates`. */
export interface UpdateKernels {
  rmsprop(p: Tensor, g: Tensor, state: RmspropState, inputs: UpdateInputs, rho: number, momentum: number, epsilon: number): RmspropState & { p: Tensor };
  /** weights [3] of this step: of m, of g, and of v under the root. */
  nadam(
    p: Tensor, g: Tensor, m: Tensor, v: Tensor, weights: Tensor, inputs: UpdateInputs, beta1: number, beta2: number, epsilon: number,
  ): { p: Tensor; m: Tensor; v: Tensor };
  /** `epsilon`: what is added to the sum of squares under the root. */
  adagrad(p: Tensor, g: Tensor, sum: Tensor, inputs: UpdateInputs, epsilon: number): { p: Tensor; sum: Tensor };
}

/** What every device has. */
export interface CoreKernels extends ArrayKernels, MatmulKernels, ActivationKernels, LossKernels, OptimizerKernels {
  readonly dtype: DType;
  /** Whether cells call the fused kernels of `LstmKernels` and `GruKernels` where they can; if not, they write them out. */
  readonly fused: boolean;
  /**
   * Says that within `work` nothing flows from one to another of the `rows` of a batch, on the leading axis of what is made there: a
   * device with threads may then run all of it for some rows beside others. Only where that can pay.
   */
  readonly apart?: (rows: number, work: () => void) => void;
  /**
   * Gives the room of all that `work` makes to what comes after it; what is to last, `work` copies into tensors from before. Not within
   * `apart`. Missing where nothing is gained.
   */
  readonly brief?: (work: () => void) => void;
}

/** Kernels that a backend may fetch family by family, where a layer, a loss or an optimiser declares it (docs/decisions/kernel-families.md). */
export interface KernelFamilies {
  lstm: LstmKernels;
  gru: GruKernels;
  norms: NormKernels;
  convolution: ConvolutionKernels;
  updates: UpdateKernels;
  pointwise: PointwiseKernels;
  lookup: LookupKernels;
  broadcast: BroadcastKernels;
  attention: AttentionKernels;
}

export type KernelFamily = keyof KernelFamilies;

export interface Kernels
  extends CoreKernels, LstmKernels, GruKernels, NormKernels, ConvolutionKernels, UpdateKernels, PointwiseKernels,
  LookupKernels, BroadcastKernels, AttentionKernels {}

/** A tensor that lives across steps: parameters, optimiser state, running statistics. */
export interface Variable {
  readonly shape: Shape;
  readonly size: number;
}

export interface StepResult {
  /** Copied back to the host. */
  readonly outputs: readonly Tensor[];
  /** New values of the variables, in the order the step received them. */
  readonly variables: readonly Tensor[];
}

/** A pure function of its inputs and variables, written with kernels alone. */
export type Step = (k: Kernels, inputs: readonly Tensor[], variables: readonly Tensor[]) => StepResult;

/** A step made ready for one set of input shapes. */
export interface Program {
  /** One array per input, row-major. Returns one fresh array per output. */
  run(inputs: readonly FloatArray[]): FloatArray[] | Promise<FloatArray[]>;
  /**
   * The same as `run` for one batch after the other; returns the outputs of each. Backends whose variables travel for a run
   * let them travel once for `batchesPerPlan` batches. If a batch fails with an error, the variables are those of a batch
   * before it.
   */
  runMany(batches: readonly (readonly FloatArray[])[]): FloatArray[][] | Promise<FloatArray[][]>;
  /**
   * As `run`, before it returns and without an allocation: reads the inputs, and overwrites the outputs given. Only where a step is not
   * sent away to run.
   */
  readonly runInto?: (inputs: readonly ArrayLike<number>[], outputs: readonly FloatArray[]) => void;
  /** How many batches at a time make the best use of `runMany`; 1 where it gains nothing. */
  readonly batchesPerPlan: number;
}

/** Memory and execution for one model. */
export interface Device {
  readonly dtype: DType;
  variable(value: HostTensor): Variable;
  /** A copy of the variable's values. */
  read(variable: Variable): FloatArray;
  write(variable: Variable, values: FloatArray): void;
  /** @param fixed those of the variables that the step leaves as they are; what is made of them alone may be kept from run to run. */
  compile(step: Step, inputShapes: readonly Shape[], variables: readonly Variable[], fixed?: readonly Variable[]): Program;
  /** Frees device memory; the device cannot be used afterwards. */
  dispose(): void;
}

/** A way to compute. Values of this type are passed to `compile({ backend })`. */
export interface Backend {
  readonly name: 'cpu' | 'wasm' | 'gpu';
  readonly dtype: DType;
  /** What really runs, for summaries and benchmark rows: `cpu float32`, `wasm simd, 2 threads`, `gpu.js webgpu on …`. */
  readonly description: string;
  /** @throws BackendError where there is something to fetch first, see `prepare`. */
  open(): Device;
  /** Fetches the core and these families, where they come apart; models await it before they open a device, whose kernels are those fetched by then. */
  prepare?(families: readonly KernelFamily[]): Promise<void>;
}
