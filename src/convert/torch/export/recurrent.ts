/** Recurrent layers as modules of PyTorch, one layer each. */
import type { JsonObject, JsonValue } from '../../../layers/layer.js';
import type { Shape } from '../../../tensor.js';
import { innerOf, isOfOwn } from '../mapping/recurrent.js';
import { shown } from '../mapping/slot.js';
import { cellsMade } from './cells.js';
import type { Emitter, PythonLayer, Site } from './site.js';
import { py } from './site.js';

const classes: Readonly<Record<string, string>> = { LSTM: 'nn.LSTM', GRU: 'nn.GRU', SimpleRNN: 'nn.RNN' };

interface Direction { readonly className: string; readonly config: JsonObject }

function made({ className, config }: Direction, width: number, bidirectional: boolean): string {
  if (isOfOwn({ className, config })) return cellsMade(className, config, width, bidirectional);
  const options = [
    `batch_first=True`, ...(config.useBias === false ? ['bias=False'] : []), ...(bidirectional ? ['bidirectional=True'] : []),
    ...(config.projection === undefined ? [] : [`proj_size=${py(config.projection)}`]), ...(config.activation === 'relu' ? ["nonlinearity='relu'"] : []),
  ];
  return `${classes[className] ?? ''}(${width}, ${py(config.units)}, ${options.join(', ')})`;
}

/** `name(x, (h, c))`, or without states; where steps are padding, step by step. */
function call(attribute: string, x: string, states: readonly string[], perDirection: number, mask?: string): string {
  const run = mask === undefined ? `self.${attribute}(${x}` : `masked(self.${attribute}, ${x}, ${mask}`;
  if (states.length === 0) return `${run})`;
  const stacked = Array.from({ length: perDirection }, (_, i) => `torch.stack([${states.filter((__, s) => s % perDirection === i).join(', ')}])`);
  return `${run}, ${perDirection === 1 ? String(stacked[0]) : `(${stacked.join(', ')})`})`;
}

const single: Emitter = (site) => {
  const { attribute, className, config, inputShapes: [[, width = 1] = []] } = site;
  const names = className === 'LSTM' ? ['h', 'c'] : ['h'];
  const turned = (what: string): string => (config.goBackwards === true ? `${what}.flip(1)` : what);
  const mask = site.mask === undefined ? undefined : turned(site.mask);
  return {
    modules: [[attribute, made({ className, config }, width, false)]],
    lines([x = 'x', ...states], [y = 'y', ...last]) {
      const final = names.length === 2 ? '(h, c)' : 'h';
      return [
        `${y}, ${final} = ${call(attribute, turned(x), states, names.length, mask)}`,
        ...(config.returnSequences !== true ? [`${y} = h[0]`] : mask !== undefined && config.zeroOutputForMask === true ? [`${y} = ${y} * ${mask}.unsqueeze(-1)`] : []), ...last.map((name, i) => `${name} = ${String(names[i])}[0]`),
      ];
    },
  };
};

const joins: Readonly<Record<string, (a: string, b: string) => string>> = {
  sum: (a, b) => `${a} + ${b}`, average: (a, b) => `(${a} + ${b}) / 2`, multiply: (a, b) => `${a} * ${b}`, concat: (a, b) => `torch.cat([${a}, ${b}], -1)`,
};

const bidirectional: Emitter = ({ attribute, config, inputShapes: [[, width = 1] = []] }) => {
  const [ahead, back] = [innerOf(config.layer), innerOf(config.backwardLayer)];
  if (made(ahead, width, true) !== made(back, width, true)) return 'its two directions have different options, where PyTorch gives both the same';
  const names = ahead.className === 'LSTM' ? ['h', 'c'] : ['h'];
  const out = ahead.config.projection ?? ahead.config.units;
  return {
    modules: [[attribute, made(ahead, width, true)]],
    lines([x = 'x', ...states], outputs) {
      const results = config.mergeMode === 'none' ? outputs.slice(0, 2) : outputs.slice(0, 1);
      const last = outputs.slice(results.length);
      const [y = 'y', second = y] = results;
      const both = ahead.config.returnSequences === true ? [`s[..., :${py(out)}]`, `s[..., ${py(out)}:]`] as const : ['h[0]', 'h[1]'] as const;
      const join = joins[shown(config.mergeMode)];
      return [
        `s, ${names.length === 2 ? '(h, c)' : 'h'} = ${call(attribute, x, states, names.length)}`,
        ...(join ? [`${y} = ${join(both[0], both[1])}`] : [`${y} = ${both[0]}`, `${second} = ${both[1]}`]),
        ...last.map((name, i) => `${name} = ${String(names[i % names.length])}[${Math.floor(i / names.length)}]`),
      ];
    },
  };
};

/** A cell in the time loop is a layer; a stack of cells is one on top of the other. */
const loop: Emitter = (site) => {
  const cell = innerOf(site.config.cell);
  if (cell.className !== 'StackedCells') return single({ ...site, className: cell.className, config: { ...site.config, ...cell.config } });
  const cells = (Array.isArray(cell.config.cells) ? cell.config.cells as readonly JsonValue[] : []).map(innerOf);
  const parts: PythonLayer[] = [];
  let [input = []] = site.inputShapes;
  for (const [i, { className, config }] of cells.entries()) {
    const own: Site = {
      ...site, className, attribute: `${site.attribute}_cell${i}`, inputShapes: [input],
      config: { ...config, returnSequences: i < cells.length - 1 || site.config.returnSequences === true, goBackwards: i === 0 && site.config.goBackwards === true },
    };
    const part = single(own);
    if (typeof part === 'string') return part;
    parts.push(part);
    input = [input[0] ?? 1, Number(config.projection ?? config.units)] satisfies Shape;
  }
  const counts = cells.map(({ className }) => (className === 'LSTM' ? 2 : 1));
  const from = counts.map((_, i) => counts.slice(0, i).reduce((sum, n) => sum + n, 0));
  return {
    modules: parts.flatMap(({ modules }) => modules),
    lines: ([x = 'x', ...states], [y = 'y', ...last]) => parts.flatMap(({ lines }, i) => {
      const cut = <T>(list: readonly T[]): readonly T[] => list.slice(from[i], (from[i] ?? 0) + (counts[i] ?? 1));
      return lines([i === 0 ? x : y, ...cut(states)], [y, ...cut(last)]);
    }),
  };
};

export const recurrentEmitters: Readonly<Record<string, Emitter>> = { LSTM: single, GRU: single, SimpleRNN: single, RNN: loop, Bidirectional: bidirectional };
