/**
 * Padding in the text of a module: masks that come from the numbers of an input, as Masking and maskZero make them. Lengths are no argument of the module, so
 * that all steps are real as far as those would say.
 */
import type { TimeMask } from '../../../layers/timeMask.js';
import type { Network, NetworkNode } from '../../../models/graph/network.js';

/** What Python cannot say of a mask. */
const unsaid = Symbol('unsaid');

/** [B, T] of bool; undefined where every step is real. */
function maskText(mask: TimeMask | undefined, inputs: Network['inputs']): string | typeof unsaid | undefined {
  switch (mask?.origin?.from) {
    case 'values': {
      const { input, padding } = mask.origin;
      const { id = 0, shape = [] } = inputs[input] ?? {};
      return shape.length > 1 ? `(v${id} != ${padding}).flatten(2).any(2)` : `(v${id} != ${padding})`;
    }
    case 'all': {
      const parts = mask.origin.masks.map((part) => maskText(part, inputs)).filter((part) => part !== undefined);
      const said = parts.filter((part) => part !== unsaid);
      return said.length < parts.length ? unsaid : parts.length > 1 ? `(${said.join(' & ')})` : said[0];
    }
    case 'reversed': {
      const inner = maskText(mask.origin.mask, inputs);
      return typeof inner === 'string' ? `${inner}.flip(1)` : inner;
    }
    case 'window': case 'stretched': case 'cropped': return maskText(mask.origin.mask, inputs) === undefined ? undefined : unsaid;
    case 'input': case undefined: return undefined;
  }
}

/** Layers that padding makes no difference to when they predict, or whose text takes a mask. */
const takesMasks = new Set(['LSTM', 'GRU', 'SimpleRNN']);
const readsMasks = new Set([
  'RNN', 'Bidirectional', 'GroupNorm', 'Conv1D', 'DepthwiseConv1D', 'SeparableConv1D', 'Conv1DTranspose', 'MaxPool1D', 'AveragePool1D', 'ZeroPad1D', 'GlobalAveragePool1D', 'GlobalMaxPool1D', 'Attention',
  'MultiHeadAttention',
]);

/** The mask that a layer gets, if its text takes one. @returns a problem where it needs what Python has not. */
export function maskOf(network: Network, { layer: { className }, inputs }: NetworkNode): { readonly mask?: string } | string {
  if (!takesMasks.has(className) && !readsMasks.has(className)) return {};
  const masks = inputs.map((id) => maskText(network.masks.get(id), network.inputs));
  const [first] = masks;
  if (masks.every((mask) => mask === undefined)) return {};
  if (readsMasks.has(className)) return 'padding comes here, which its module in PyTorch does not leave out';
  if (first === unsaid) return 'padding comes here through a window over time, which is not written in Python';
  return first === undefined ? {} : { mask: first };
}

export const maskedHelper = `

def masked(module, x, mask, state=None):
    """Padded steps carry the state on, and outputs repeat it."""
    outputs = []
    for t in range(x.shape[1]):
        _, new = module(x[:, t:t + 1], state)
        pair = isinstance(new, tuple)
        new = new if pair else (new,)
        old = tuple(torch.zeros_like(each) for each in new) if state is None else state if pair else (state,)
        real = mask[:, t].reshape(1, -1, 1)
        kept = tuple(torch.where(real, a, b) for a, b in zip(new, old))
        state = kept if pair else kept[0]
        outputs.append(kept[0][0])
    return torch.stack(outputs, 1), state
`;
