/** Recurrent layers that PyTorch's modules are not: the text of one that runs them step by step. Its equations are those of cells/lstm.ts, cells/gru.ts and cells/rnn.ts. */
import type { JsonObject } from '../../../layers/layer.js';
import { activated, py } from './site.js';

/** `Cells('LSTM', 3, 4, …)`. */
export function cellsMade(className: string, config: JsonObject, width: number, bidirectional: boolean): string {
  const { units, activation = 'tanh', recurrentActivation, useBias, projection, peepholes, resetAfter } = config;
  const functionOf = (kind: typeof activation): string => `lambda x: ${activated(kind, undefined, 'x')}`;
  const options = [
    ...(recurrentActivation === undefined ? [] : [`sigma=${functionOf(recurrentActivation)}`]), ...(useBias === false ? ['bias=False'] : []), ...(projection === undefined ? [] : [`projection=${py(projection)}`]),
    ...(peepholes === true ? ['peepholes=True'] : []), ...(resetAfter === false ? ['reset_after=False'] : []), ...(bidirectional ? ['bidirectional=True'] : []),
  ];
  return `Cells('${className === 'SimpleRNN' ? 'RNN' : className}', ${width}, ${py(units)}, ${[`phi=${functionOf(activation)}`, ...options].join(', ')})`;
}

export const cellsHelper = `

class Cells(nn.Module):
    """Step by step what nn.LSTM, nn.GRU and nn.RNN do not have: peepholes, the reset before the product, other activations. Called as they are, batch first."""

    def __init__(self, kind, width, units, phi, sigma=None, bias=True, projection=None, peepholes=False, reset_after=True, bidirectional=False):
        super().__init__()
        self.kind, self.units, self.phi, self.sigma, self.reset_after = kind, units, phi, sigma, reset_after
        self.shown, self.ways = projection or units, ['', '_reverse'] if bidirectional else ['']
        gates = {'LSTM': 4, 'GRU': 3, 'RNN': 1}[kind]
        for way in self.ways:
            def make(name, *shape):
                self.register_parameter(name + way, nn.Parameter(torch.zeros(shape)))
            make('w_ih', gates * units, width)
            make('w_hh', gates * units, self.shown)
            if bias:
                make('b_ih', gates * units)
            if bias and kind == 'GRU' and reset_after:
                make('b_hh', gates * units)
            if projection:
                make('w_hr', projection, units)
            if peepholes:
                make('w_peephole', 3, units)

    def step(self, way, x, h, c=None):
        w_ih, w_hh, b_ih, b_hh, w_hr, peephole = (getattr(self, name + way, None) for name in ('w_ih', 'w_hh', 'b_ih', 'b_hh', 'w_hr', 'w_peephole'))
        a, phi, sigma = F.linear(x, w_ih, b_ih), self.phi, self.sigma
        if self.kind == 'RNN':
            return (phi(a + F.linear(h, w_hh)),)
        if self.kind == 'GRU':
            ar, az, an = a.chunk(3, 1)
            if self.reset_after:
                ur, uz, un = F.linear(h, w_hh, b_hh).chunk(3, 1)
                z, n = sigma(az + uz), phi(an + sigma(ar + ur) * un)
            else:
                wr, wz, wn = w_hh.chunk(3)
                z, n = sigma(az + F.linear(h, wz)), phi(an + F.linear(sigma(ar + F.linear(h, wr)) * h, wn))
            return ((1 - z) * n + z * h,)
        i, f, g, o = (a + F.linear(h, w_hh)).chunk(4, 1)
        pi, pf, po = (0, 0, 0) if peephole is None else peephole
        c_next = sigma(f + pf * c) * c + sigma(i + pi * c) * phi(g)
        m = sigma(o + po * c_next) * phi(c_next)
        return m if w_hr is None else F.linear(m, w_hr), c_next

    def forward(self, x, state=None):
        widths = [self.shown, self.units] if self.kind == 'LSTM' else [self.shown]
        if state is None:
            state = [x.new_zeros(len(self.ways), len(x), width) for width in widths]
        elif not isinstance(state, tuple):
            state = [state]
        ys, last = [], []
        for d, way in enumerate(self.ways):
            now, steps = [each[d] for each in state], range(x.shape[1])
            outputs = {}
            for t in reversed(steps) if way else steps:
                now = self.step(way, x[:, t], *now)
                outputs[t] = now[0]
            ys.append(torch.stack([outputs[t] for t in steps], 1))
            last.append(now)
        states = tuple(torch.stack(each) for each in zip(*last))
        return torch.cat(ys, -1), states if self.kind == 'LSTM' else states[0]
`;
