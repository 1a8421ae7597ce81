/** Layers without windows and without a time loop. */
import type { JsonValue } from '../../../layers/layer.js';
import { innerOf } from '../mapping/recurrent.js';
import { activated, channelsFirst, line, py } from './site.js';
import type { Emitter, Site } from './site.js';

function widthOf({ inputShapes: [x = []] }: Site): number {
  return x.at(-1) ?? 1;
}

const dense: Emitter = (site) => {
  const { attribute, config } = site;
  const made = `nn.Linear(${widthOf(site)}, ${py(config.units)}${config.useBias === false ? ', bias=False' : ''})`;
  return line((x) => activated(config.activation, undefined, `self.${attribute}(${x})`), [attribute, made]);
};

const embedding: Emitter = ({ attribute, config }) => line((x) => `self.${attribute}(${x}.long())`, [attribute, `nn.Embedding(${py(config.inputDim)}, ${py(config.outputDim)})`]);

/** 'affine', 'plain', or why neither. */
function affineOf({ config }: Site, flag: string): string {
  return config.scale === true ? '' : `, ${flag}=False`;
}

const oneSided = 'only one of scale and center, where PyTorch has both or neither';

const batchNorm: Emitter = (site) => {
  const { attribute, config } = site;
  if (config.scale !== config.center) return oneSided;
  const [n, made] = [widthOf(site), `nn.BatchNorm1d(${widthOf(site)}, eps=${py(config.epsilon)}, momentum=${py(Number((1 - Number(config.momentum)).toPrecision(12)))}${affineOf(site, 'affine')})`];
  return line((x) => `self.${attribute}(${x}.reshape(-1, ${n})).reshape(${x}.shape)`, [attribute, made]);
};

const layerNorm: Emitter = (site) => {
  const { attribute, config } = site;
  if (config.scale !== config.center) return oneSided;
  return line((x) => `self.${attribute}(${x})`, [attribute, `nn.LayerNorm(${widthOf(site)}, eps=${py(config.epsilon)}${affineOf(site, 'elementwise_affine')})`]);
};

const groupNorm: Emitter = (site) => {
  const { attribute, config } = site;
  if (config.scale !== config.center) return oneSided;
  return line(channelsFirst((x) => `self.${attribute}(${x})`), [attribute, `nn.GroupNorm(${py(config.groups)}, ${widthOf(site)}, eps=${py(config.epsilon)}${affineOf(site, 'affine')})`]);
};

/** nn.RMSNorm is new in PyTorch 2.4: the text brings its own. */
const rmsNorm: Emitter = (site) => {
  const { attribute, config } = site;
  if (config.scale === false) return line((x) => `${x} * torch.rsqrt(${x}.pow(2).mean(-1, keepdim=True) + ${py(config.epsilon)})`);
  return line((x) => `self.${attribute}(${x})`, [attribute, `RMSNorm(${widthOf(site)}, ${py(config.epsilon)})`]);
};

const attention: Emitter = ({ attribute, config, shapes, inputShapes }) => {
  const [width = 1] = shapes.get('queryKernel') ?? [];
  const [keyWidth = width] = shapes.get('keyKernel') ?? [];
  const [valueWidth = width] = shapes.get('valueKernel') ?? [];
  const sizes = keyWidth === width && valueWidth === width ? '' : `, kdim=${keyWidth}, vdim=${valueWidth}`;
  const rate = config.dropout === 0 ? '' : `, dropout=${py(config.dropout)}`;
  const made = `nn.MultiheadAttention(${width}, ${py(config.numHeads)}, batch_first=True${sizes}${rate}${config.useBias === false ? ', bias=False' : ''})`;
  const scores = config.returnAttentionScores === true;
  return {
    modules: [[attribute, made]],
    lines([query = 'x', value = query, key = value], [y = 'y', a = '_']) {
      const mask = config.causal === true ? `, attn_mask=torch.ones(${query}.shape[1], ${key}.shape[1], dtype=torch.bool, device=${query}.device).triu(1)` : '';
      const weights = scores ? 'average_attn_weights=False' : 'need_weights=False';
      return [`${y}, ${inputShapes.length > 0 && scores ? a : '_'} = self.${attribute}(${query}, ${key}, ${value}, ${weights}${mask})`];
    },
  };
};

/** Padded steps become zeros; what makes them so is written where it is read (masks.ts). */
const masking: Emitter = ({ config, inputShapes: [x = []] }) => line((name) => `${name} * (${name} != ${py(config.maskValue)}).flatten(2).any(2).reshape(*${name}.shape[:2], ${x.slice(1).map(() => '1').join(', ')})`);

/** Attention of one head: PyTorch has no module for it. */
const singleHead: Emitter = ({ attribute, config, shapes }) => {
  const weights = ['query', 'key', 'score'].flatMap((name): (readonly [string, string])[] => {
    const shape = shapes.get(`${name}Kernel`);
    return shape ? [[`${attribute}_${name}`, `nn.Linear(${shape.join(', ')}, bias=False)`]] : [];
  });
  const scores = (query: string, key: string): string => {
    if (weights.length > 0) return `self.${attribute}_score(torch.tanh(self.${attribute}_query(${query}).unsqueeze(2) + self.${attribute}_key(${key}).unsqueeze(1))).squeeze(-1)`;
    return `${config.score === 'scaledDot' ? `(${query} * ${query}.shape[-1] ** -0.5)` : query} @ ${key}.transpose(1, 2)`;
  };
  return {
    modules: weights,
    lines: ([query = 'x', value = query, key = value], [y = 'y', a = 'a']) => [
      `s = ${scores(query, key)}`,
      ...(config.causal === true ? [`s = s.masked_fill(torch.ones(s.shape[1:], dtype=torch.bool, device=s.device).triu(1), float('-inf'))`] : []),
      `${a} = ${config.dropout === 0 ? 'torch.softmax(s, -1)' : `F.dropout(torch.softmax(s, -1), ${py(config.dropout)}, self.training)`}`,
      `${y} = ${a} @ ${value}`,
    ],
  };
};

/** Axes are aligned at the end, behind the batch. */
function aligned(names: readonly string[], { inputShapes }: Site): string[] {
  const rank = Math.max(...inputShapes.map((shape) => shape.length));
  return names.map((x, i) => {
    const missing = rank - (inputShapes[i]?.length ?? rank);
    return missing === 0 ? x : `${x}.reshape(${x}.shape[0], ${'1, '.repeat(missing)}*${x}.shape[1:])`;
  });
}

function merged(join: (names: readonly string[]) => string): Emitter {
  return (site) => line((...names) => join(aligned(names, site)));
}

/** torch.maximum takes two. */
function folded(name: string): Emitter {
  return merged((names) => names.reduce((a, b) => `torch.${name}(${a}, ${b})`));
}

const reshape: Emitter = ({ config }) => line((x) => `${x}.reshape(${x}.shape[0], ${(Array.isArray(config.targetShape) ? config.targetShape : []).map((n: JsonValue) => py(n)).join(', ')})`);

const permute: Emitter = ({ config }) => line((x) => `${x}.permute(0, ${(Array.isArray(config.dims) ? config.dims : []).map((n: JsonValue) => py(n)).join(', ')})`);

/** The layer within, on samples and steps as rows. */
function timeDistributed(emitterOf: (className: string) => Emitter | undefined): Emitter {
  return (site) => {
    const { className, config } = innerOf(site.config.layer);
    const [x = [], y = []] = [site.inputShapes[0], site.outputShapes[0]];
    const inner = emitterOf(className);
    if (!inner) return `${className}, which PyTorch does not have`;
    const layer = inner({ ...site, className, config, inputShapes: [x.slice(1)], outputShapes: [y.slice(1)] });
    if (typeof layer === 'string') return layer;
    return {
      modules: layer.modules,
      lines: ([input = 'x'], [output = 'y']) => [
        `t = ${input}.reshape(-1, *${input}.shape[2:])`, ...layer.lines(['t'], ['t']), `${output} = t.reshape(*${input}.shape[:2], *t.shape[1:])`,
      ],
    };
  };
}

export function plainEmitters(emitterOf: (className: string) => Emitter | undefined): Readonly<Record<string, Emitter>> {
  return {
    Dense: dense, Embedding: embedding, BatchNorm: batchNorm, LayerNorm: layerNorm, GroupNorm: groupNorm, RMSNorm: rmsNorm, MultiHeadAttention: attention, Attention: singleHead, Masking: masking,
    Activation: ({ config }) => line((x) => activated(config.kind, config.alpha, x)),
    Dropout: ({ config }) => line((x) => `F.dropout(${x}, ${py(config.rate)}, self.training)`),
    SpatialDropout1D: ({ config }) => line(channelsFirst((x) => `F.dropout1d(${x}, ${py(config.rate)}, self.training)`)),
    GaussianNoise: ({ config }) => line((x) => `${x} + ${py(config.stddev)} * torch.randn_like(${x}) if self.training else ${x}`),
    Add: merged((names) => names.join(' + ')), Subtract: merged((names) => names.join(' - ')), Multiply: merged((names) => names.join(' * ')),
    Average: merged((names) => `(${names.join(' + ')}) / ${names.length}`), Maximum: folded('maximum'), Minimum: folded('minimum'),
    Concatenate: () => line((...names) => `torch.cat([${names.join(', ')}], -1)`),
    Flatten: () => line((x) => `${x}.reshape(${x}.shape[0], -1)`), Reshape: reshape, Permute: permute,
    RepeatVector: ({ config }) => line((x) => `${x}.unsqueeze(1).repeat(1, ${py(config.n)}, 1)`),
    TimeDistributed: timeDistributed(emitterOf),
  };
}
