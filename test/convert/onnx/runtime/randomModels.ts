/**
 * Random models of every layer, from a list of choices that fast-check draws and shortens: at the end of the list every choice is 0, the
 * simplest. What does not fit where it is drawn is left out.
 */
import {
  Activation, Add, Attention, Average, AveragePool1D, AveragePool2D, BatchNorm, Bidirectional, BpttError, Concatenate, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Cropping1D, Dense, DepthwiseConv1D,
  DepthwiseConv2D, Dropout, Embedding, Flatten, GRU, GRUCell, GaussianNoise, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, GroupNorm, Input, LSTM, LSTMCell,
  LayerNorm, Masking, MaxPool1D, MaxPool2D, Maximum, Minimum, Model, MultiHeadAttention, Multiply, Permute, RMSNorm, RNN, RepeatVector, Reshape, ResidualBlock, SeparableConv1D, SeparableConv2D,
  SimpleRNN, SimpleRNNCell, SpatialDropout1D, StackedCells, Subtract, TimeDistributed, UpSampling1D, UpSampling2D, ZeroPad1D, ZeroPad2D, randomStream,
} from '../../../../src/index.js';
import type { AnyLayer, CellActivation, RandomGenerator, Shape, SymbolicTensor } from '../../../../src/index.js';
import { normal, uniform } from '../../../../src/random.js';
import { sizeOf } from '../../../../src/tensor.js';

class Choices {
  private at = 0;
  constructor(private readonly list: readonly number[]) {}
  /** From 0 to below n. */
  below(n: number): number {
    return (this.list[this.at++] ?? 0) % n;
  }
  of<const T>(...values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
  get yes(): boolean {
    return this.below(2) === 1;
  }
}

type Part = (x: SymbolicTensor) => SymbolicTensor;
type Maker = (c: Choices) => Part;

/** The layer is made when it is applied, so that each building of a model has its own. */
const of = (make: (c: Choices) => () => AnyLayer): Maker => (c) => {
  const layer = make(c);
  return (x) => layer().apply(x);
};
const plain = (make: () => AnyLayer): Maker => of(() => make);

const cellActivation = (c: Choices): CellActivation => c.of('tanh', 'sigmoid', 'relu', 'linear', 'hardSigmoidFifth', 'hardSigmoidSixth', 'leakyRelu', 'elu');

/** Options that all cells take. */
function cellOf(c: Choices): { units: number; useBias: boolean; activation: CellActivation } {
  return { units: 1 + c.below(4), useBias: !c.yes, activation: c.yes ? 'tanh' : cellActivation(c) };
}

function cells(c: Choices): { kind: 'LSTM' | 'GRU' | 'SimpleRNN'; options: Record<string, unknown> & ReturnType<typeof cellOf> } {
  const kind = c.of('LSTM', 'GRU', 'SimpleRNN');
  const own = cellOf(c);
  const recurrentActivation = c.yes ? 'sigmoid' : cellActivation(c);
  if (kind === 'SimpleRNN') return { kind, options: own };
  if (kind === 'GRU') return { kind, options: { ...own, recurrentActivation, resetAfter: !c.yes } };
  return { kind, options: { ...own, recurrentActivation, peepholes: c.yes, projection: c.below(3) === 2 ? 1 + c.below(3) : undefined } };
}

/** A recurrent layer of any kind; states that grow without bound are no test of anything. */
function recurrentOf(c: Choices, fixed: { returnSequences: boolean; goBackwards?: boolean; stateful?: boolean }): () => LSTM | GRU | SimpleRNN | RNN {
  const goBackwards = fixed.goBackwards ?? c.below(3) === 2;
  const loop = {
    returnSequences: fixed.returnSequences, goBackwards, zeroOutputForMask: fixed.returnSequences && c.yes,
    stateful: (fixed.stateful ?? c.below(4) === 3) && !goBackwards,
  };
  if (c.below(5) === 4) {
    const several = Array.from({ length: 1 + c.below(3) }, () => cells(c));
    const make = { LSTM: LSTMCell, GRU: GRUCell, SimpleRNN: SimpleRNNCell };
    return () => {
      const list = several.map(({ kind, options }) => new make[kind](options));
      const [only] = list;
      return new RNN({ cell: only && list.length === 1 ? only : new StackedCells({ cells: list }), ...loop });
    };
  }
  const { kind, options } = cells(c);
  const make = { LSTM, GRU, SimpleRNN };
  return () => new make[kind]({ ...options, ...loop });
}

function bidirectionalOf(c: Choices, returnSequences: boolean): () => AnyLayer {
  const other = c.yes;
  const goBackwards = c.below(4) === 3;
  const layer = recurrentOf(c, { returnSequences, goBackwards, stateful: false });
  const backwardLayer = other ? recurrentOf(c, { returnSequences, goBackwards: !goBackwards, stateful: false }) : undefined;
  const mergeMode = c.of('concat', 'sum', 'average', 'multiply');
  return () => new Bidirectional({ layer: layer(), mergeMode, ...(backwardLayer ? { backwardLayer: backwardLayer() } : {}) });
}

const activations: Maker = of((c) => {
  const kind = c.of('relu', 'linear', 'sigmoid', 'tanh', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth', 'softmax');
  const alpha = (kind === 'leakyRelu' || kind === 'elu') && c.yes ? 0.7 : undefined;
  return () => new Activation({ kind, alpha });
});

/** Of any number of axes. */
const anywhere: Readonly<Record<string, Maker>> = {
  Dense: of((c) => {
    const [units, useBias, activation] = [1 + c.below(4), !c.yes, c.of('linear', 'tanh', 'gelu', 'elu')];
    return () => new Dense({ units, useBias, activation });
  }),
  Activation: activations,
  Dropout: plain(() => new Dropout({ rate: 0.5 })),
  GaussianNoise: plain(() => new GaussianNoise({ stddev: 1 })),
  LayerNorm: of((c) => {
    const [scale, center] = [!c.yes, !c.yes];
    return () => new LayerNorm({ scale, center, epsilon: 0.01 });
  }),
  RMSNorm: of((c) => {
    const scale = !c.yes;
    return () => new RMSNorm({ scale, epsilon: 0.01 });
  }),
  BatchNorm: of((c) => {
    const [scale, center] = [!c.yes, !c.yes];
    return () => new BatchNorm({ scale, center });
  }),
  GroupNorm: (c) => {
    const one = c.yes;
    return (x) => new GroupNorm({ groups: one ? 1 : x.shape.at(-1) ?? 1, epsilon: 0.01 }).apply(x);
  },
  shared: () => (x) => {
    const layer = new Dense({ units: x.shape.at(-1) ?? 1, activation: 'tanh' });
    return layer.apply(layer.apply(x));
  },
  merged: (c) => {
    const Kind = c.of<new () => AnyLayer>(Add, Multiply, Average, Maximum, Minimum, Subtract, Concatenate);
    const [narrow, third] = [c.yes, c.yes];
    return (x) => {
      const width = x.shape.at(-1) ?? 1;
      const branch = new Dense({ units: narrow ? 1 : width, activation: 'tanh' }).apply(x);
      const layer = new Kind();
      return layer.apply(third && layer.className !== 'Subtract' ? [x, branch, new Dense({ units: width }).apply(x)] : [x, branch]);
    };
  },
};

const padding1 = (c: Choices): 'same' | 'valid' | 'causal' | [number, number] => c.of<'same' | 'valid' | 'causal' | [number, number]>('same', 'valid', 'causal', [1, 0]);

/** Over time, from a sequence to a sequence. */
const overTime: Readonly<Record<string, Maker>> = {
  recurrent: of((c) => recurrentOf(c, { returnSequences: true })),
  bidirectional: of((c) => bidirectionalOf(c, true)),
  SpatialDropout1D: plain(() => new SpatialDropout1D({ rate: 0.5 })),
  TimeDistributed: of((c) => {
    const dense = c.yes;
    return () => new TimeDistributed({ layer: dense ? new Dense({ units: 3 }) : new BatchNorm() });
  }),
  Conv1D: of((c) => {
    const options = { filters: 1 + c.below(4), kernelSize: 1 + c.below(3), padding: padding1(c), stride: 1 + c.below(2), dilation: 1 + c.below(2), useBias: !c.yes, activation: c.of('linear', 'relu') };
    return () => new Conv1D(options);
  }),
  grouped: (c) => {
    const kernelSize = 1 + c.below(3);
    return (x) => new Conv1D({ filters: 2 * (x.shape.at(-1) ?? 1), groups: x.shape.at(-1) ?? 1, kernelSize, padding: 'same' }).apply(x);
  },
  DepthwiseConv1D: of((c) => {
    const options = { kernelSize: 1 + c.below(3), padding: padding1(c), depthMultiplier: 1 + c.below(2) };
    return () => new DepthwiseConv1D(options);
  }),
  SeparableConv1D: of((c) => {
    const options = { filters: 1 + c.below(3), kernelSize: 1 + c.below(3), padding: padding1(c), depthMultiplier: 1 + c.below(2) };
    return () => new SeparableConv1D(options);
  }),
  Conv1DTranspose: of((c) => {
    const stride = 1 + c.below(3);
    const options = { filters: 1 + c.below(3), kernelSize: 1 + c.below(4), stride, padding: c.of<'valid' | 'same' | number>('valid', 'same', 1), outputPadding: c.yes ? undefined : stride - 1 };
    return () => new Conv1DTranspose(options);
  }),
  MaxPool1D: of((c) => {
    const options = { poolSize: 2 + c.below(2), stride: 1 + c.below(2), padding: padding1(c) };
    return () => new MaxPool1D(options);
  }),
  AveragePool1D: of((c) => {
    const options = { poolSize: 2 + c.below(2), stride: 1 + c.below(2), padding: padding1(c) };
    return () => new AveragePool1D(options);
  }),
  ZeroPad1D: plain(() => new ZeroPad1D({ padding: [1, 2] })),
  Cropping1D: of((c) => {
    const cropping = [c.below(3), c.below(2)] as const;
    return () => new Cropping1D({ cropping });
  }),
  UpSampling1D: of((c) => {
    const size = 1 + c.below(3);
    return () => new UpSampling1D({ size });
  }),
  turned: () => (x) => new Permute({ dims: [2, 1] }).apply(new Activation({ kind: 'tanh' }).apply(new Permute({ dims: [2, 1] }).apply(x))),
  Attention: (c) => {
    const [score, causal, several] = [c.of('dot', 'scaledDot', 'additive'), c.yes, c.yes];
    return (x) => {
      const other = several ? new Dense({ units: x.shape.at(-1) ?? 1 }).apply(x) : x;
      return new Attention({ score, causal }).apply(several ? [x, other] : x);
    };
  },
  MultiHeadAttention: (c) => {
    const options = { numHeads: 1 + c.below(3), keyDim: 1 + c.below(3), valueDim: 1 + c.below(3), causal: c.yes, useBias: !c.yes };
    return (x) => new MultiHeadAttention(options).apply(x);
  },
  scores: (c) => {
    const causal = c.yes;
    return (x) => new Attention({ score: 'scaledDot', causal, returnAttentionScores: true }).applyAll([x, x])[0] ?? x;
  },
  broadcast: () => (x) => new Add().apply([x, new Dense({ units: x.shape.at(-1) ?? 1 }).apply(new GlobalAveragePool1D().apply(x))]),
  handedOn: (c) => {
    const kind = c.of<'LSTM' | 'GRU'>('LSTM', 'GRU');
    const units = 1 + c.below(3);
    return (x) => {
      const Layer = { LSTM, GRU }[kind];
      const [, ...states] = new Layer({ units, returnState: true }).applyAll(x);
      return new Layer({ units, returnSequences: true }).apply([x, ...states]);
    };
  },
  handedOnBothWays: () => (x) => {
    const [y = x, ...states] = new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true, returnState: true }) }).applyAll(x);
    return new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) }).apply([y, ...states]);
  },
  twice: () => (x) => {
    const layer = new LSTM({ units: x.shape.at(-1) ?? 1, returnSequences: true });
    return layer.apply(layer.apply(x));
  },
};

const endings: Readonly<Record<string, Maker>> = {
  last: of((c) => recurrentOf(c, { returnSequences: false })),
  mean: plain(() => new GlobalAveragePool1D()),
  largest: plain(() => new GlobalMaxPool1D()),
  bothEnds: of((c) => bidirectionalOf(c, false)),
  Flatten: plain(() => new Flatten()),
};

const padding2 = (c: Choices): 'same' | 'valid' | number => c.of<'same' | 'valid' | number>('same', 'valid', 1);

const overImages: Readonly<Record<string, Maker>> = {
  Conv2D: of((c) => {
    const kernelSize = c.of<number | [number, number]>(2, 3, [1, 2]);
    const options = { filters: 1 + c.below(4), kernelSize, padding: padding2(c), stride: c.of<number | [number, number]>(1, 2, [1, 2]), dilation: 1 + c.below(2), activation: c.of('linear', 'relu') };
    return () => new Conv2D(options);
  }),
  DepthwiseConv2D: of((c) => {
    const options = { kernelSize: 1 + c.below(3), padding: padding2(c), depthMultiplier: 1 + c.below(2), stride: 1 + c.below(2) };
    return () => new DepthwiseConv2D(options);
  }),
  SeparableConv2D: of((c) => {
    const options = { filters: 1 + c.below(3), kernelSize: 1 + c.below(3), padding: padding2(c), depthMultiplier: 1 + c.below(2) };
    return () => new SeparableConv2D(options);
  }),
  Conv2DTranspose: of((c) => {
    const options = { filters: 1 + c.below(3), kernelSize: 1 + c.below(3), stride: 1 + c.below(2), padding: c.of<'valid' | 'same'>('valid', 'same') };
    return () => new Conv2DTranspose(options);
  }),
  MaxPool2D: of((c) => {
    const options = { poolSize: 2 + c.below(2), stride: 1 + c.below(2), padding: padding2(c) };
    return () => new MaxPool2D(options);
  }),
  AveragePool2D: of((c) => {
    const options = { poolSize: 2 + c.below(2), stride: 1 + c.below(2), padding: padding2(c) };
    return () => new AveragePool2D(options);
  }),
  ZeroPad2D: plain(() => new ZeroPad2D({ padding: [[1, 0], [0, 2]] })),
  UpSampling2D: of((c) => {
    const options = { size: c.of<number | [number, number]>(2, [1, 3]), interpolation: c.of<'nearest' | 'bilinear'>('nearest', 'bilinear') };
    return () => new UpSampling2D(options);
  }),
  ResidualBlock: (c) => {
    const options = { filters: 1 + c.below(3), stride: 1 + c.below(2) };
    return (x) => new ResidualBlock(options).apply(x);
  },
  rows: of((c) => {
    const filters = 1 + c.below(3);
    return () => new TimeDistributed({ layer: new Conv1D({ filters, kernelSize: 2, padding: 'same' }) });
  }),
  Permute: plain(() => new Permute({ dims: [2, 1, 3] })),
};

const imageEndings: Readonly<Record<string, Maker>> = {
  mean: plain(() => new GlobalAveragePool2D()), largest: plain(() => new GlobalMaxPool2D()), Flatten: plain(() => new Flatten()),
};

const fromVectors: Readonly<Record<string, Maker>> = {
  RepeatVector: of((c) => {
    const n = 1 + c.below(4);
    return () => new RepeatVector({ n });
  }),
  Reshape: () => (x) => new Reshape({ targetShape: [-1, x.shape[0] ?? 1] }).apply(x),
};

function pick(c: Choices, ...tables: readonly Readonly<Record<string, Maker>>[]): Part {
  const all = tables.flatMap((table) => Object.values(table));
  return all[c.below(all.length)]?.(c) ?? ((x) => x);
}

export interface RandomModel {
  readonly model: Model;
  /** Without the batch, as data bring it. */
  readonly shape: Shape;
  /** Whether inputs are indices below 5, and whether they may be padding. */
  readonly indices: boolean;
  /** Whether steps of zeros are padding. */
  readonly zerosArePadding: boolean;
  /** Whether the input has a time axis whose lengths may be given. */
  readonly sequence: boolean;
}

/** Every layer, in chains of up to six with branches; open sizes where the layers allow. */
export function randomModel(list: readonly number[], seed: number): RandomModel {
  const c = new Choices(list);
  const kind = c.of('sequence', 'indices', 'masked', 'image');
  const open = c.yes;
  const shape = kind === 'image' ? [5 + c.below(3), 4 + c.below(3), 1 + c.below(3)] : kind === 'indices' ? [6 + c.below(4)] : [6 + c.below(4), 1 + c.below(3)];
  const start = (sizes = open): [SymbolicTensor, SymbolicTensor] => {
    const openShape = kind === 'image' ? [null, null, shape[2] ?? 1] : [null, ...shape.slice(1)];
    const x = Input({ shape: sizes ? openShape : shape });
    if (kind === 'indices') return [x, new Embedding({ inputDim: 5, outputDim: 3, maskZero: true }).apply(x)];
    return [x, kind === 'masked' ? new Masking().apply(x) : x];
  };
  const parts: Part[] = [];
  const tryPart = (part: Part): void => {
    try {
      for (const sizes of new Set([open, false])) part(parts.reduce((y, each) => each(y), start(sizes)[1]));
      parts.push(part);
    } catch (error) {
      if (!(error instanceof BpttError)) throw error;
    }
  };
  const rank = (): number => {
    const [, x] = start();
    return parts.reduce((y, each) => each(y), x).shape.length;
  };
  const length = 1 + c.below(6);
  for (let i = 0; i < length; i++) {
    const axes = rank();
    const ends = c.below(5) === 4;
    if (axes === 2) tryPart(ends ? pick(c, endings) : pick(c, overTime, anywhere, overTime));
    else if (axes === 3) tryPart(ends ? pick(c, imageEndings) : pick(c, overImages, anywhere, overImages));
    else tryPart(ends ? pick(c, fromVectors) : pick(c, anywhere));
  }
  const [inputs, x] = start();
  const y = parts.reduce((tensor, part) => part(tensor), x);
  const model = new Model({ inputs, outputs: y, seed });
  randomise(model, randomStream(seed, 'weights'));
  return { model, shape, indices: kind === 'indices', zerosArePadding: kind !== 'sequence' && kind !== 'image', sequence: kind !== 'image' };
}

/** Weights that no test passes by: biases, peepholes and running statistics too. */
export function randomise(model: Model, random: RandomGenerator): void {
  const weights = model.getWeights();
  model.setWeights(Object.fromEntries(Object.entries(weights).map(([key, { shape }]) => {
    const spread = 0.6 / Math.sqrt(shape.length > 1 ? sizeOf(shape.slice(0, -1)) : 1);
    const data = Float32Array.from({ length: sizeOf(shape) }, () => (key.endsWith('movingVariance') ? 0.5 + uniform(random) : spread * normal(random)));
    return [key, { data, shape }];
  })));
}
