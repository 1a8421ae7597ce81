"""Models of PyTorch as torch.onnx.export writes them, with an input and the output: test/golden/data/onnx/NAME.onnx, NAME.json.

/usr/bin/python3 test/golden/onnx_exports.py        (Debian: python3-torch 1.13)
"""
import json
import pathlib
import warnings

import torch
from torch import nn

warnings.filterwarnings('ignore')
torch.manual_seed(0)
torch.set_num_threads(1)
folder = pathlib.Path(__file__).parent / 'data' / 'onnx'


class With(nn.Module):
    """What f does with these modules and the input."""

    def __init__(self, f, *modules):
        super().__init__()
        self.f = f
        self.parts = nn.ModuleList(modules)

    def forward(self, x):
        return self.f(self.parts, x)


def last_states(parts, x):
    return parts[1](torch.cat(tuple(parts[0](x)[1]), -1))


class Begun(nn.Module):
    """Learned first states: expanded to the batch, and repeated."""

    def __init__(self):
        super().__init__()
        self.gru, self.lstm = nn.GRU(3, 4, num_layers=2), nn.LSTM(4, 2, bidirectional=True)
        self.h, self.k, self.c = nn.Parameter(torch.randn(2, 1, 4)), nn.Parameter(torch.randn(2, 2)), nn.Parameter(torch.randn(2, 1, 2))

    def forward(self, x):
        y = self.gru(x, self.h.expand(-1, x.size(1), -1).contiguous())[0]
        return self.lstm(y, (self.k.unsqueeze(1).repeat(1, x.size(1), 1), self.c.expand(2, x.size(1), 2).contiguous()))[0]


class Packed(nn.Module):
    """Sequences packed in any order, with the states that they end in."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, (h, _) = self.lstm(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.size(1))
        return y + h[0].unsqueeze(1)


cases = {
    'convolution': (nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 6, 3, stride=2, groups=2), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2)), torch.randn(2, 3, 12, 12)),
    'flattened': (nn.Sequential(nn.Conv2d(1, 4, 3), nn.LeakyReLU(0.1), nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(100, 3), nn.Softmax(-1)), torch.randn(2, 1, 11, 11)),
    'temporal': (nn.Sequential(nn.Conv1d(2, 4, 3, padding=2, dilation=2), nn.ReLU(), nn.ConvTranspose1d(4, 3, 4, stride=2, padding=1)), torch.randn(2, 2, 9)),
    'residual': (With(lambda m, x: torch.relu(m[1](torch.relu(m[0](x))) + m[2](x)), nn.Conv2d(2, 4, 3, padding=1, stride=2), nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(2, 4, 1, stride=2)), torch.randn(2, 2, 8, 8)),
    'time_first': (With(lambda m, x: m[1](m[0](x)[0][-1]), nn.LSTM(3, 5, 2), nn.Linear(5, 1)), torch.randn(7, 2, 3)),
    'last_states': (With(last_states, nn.GRU(3, 4, bidirectional=True, batch_first=True), nn.Linear(8, 1)), torch.randn(2, 6, 3)),
    'mean_over_time': (With(lambda m, x: m[0](x)[0].mean(1), nn.RNN(3, 4, 2, bidirectional=True, batch_first=True, nonlinearity='relu')), torch.randn(2, 6, 3)),
    'layer_norm': (nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.SiLU()), torch.randn(2, 5, 4)),
    'attention': (With(lambda m, x: m[0](x, x, x, need_weights=False)[0], nn.MultiheadAttention(8, 2, batch_first=True)), torch.randn(2, 5, 8)),
    'words': (With(lambda m, x: m[2](m[1](m[0](x))[1][0][-1]), nn.Embedding(11, 4), nn.LSTM(4, 3, batch_first=True), nn.Linear(3, 2)), torch.randint(0, 11, (2, 6))),
    'constants': (With(lambda m, x: (x * 2.0 - 1.0) / 3.0 + m[0](x) * 0.5, nn.Linear(3, 3)), torch.randn(2, 4, 3)),
    'causal': (With(lambda m, x: torch.relu(m[0](nn.functional.pad(x, (2, 0)))), nn.Conv1d(2, 4, 3)), torch.randn(2, 2, 9)),
    'attention_open': (With(lambda m, x: m[0](x, x, x, need_weights=False)[0], nn.MultiheadAttention(4, 2, batch_first=True)), torch.randn(2, 5, 4)),
    'attention_fixed': (With(lambda m, x: m[0](x, x, x, need_weights=False)[0], nn.MultiheadAttention(4, 2, batch_first=True)), torch.randn(2, 5, 4)),
}
open_axes = {'time_first': {0: 'time', 1: 'batch'}, 'last_states': {0: 'batch', 1: 'time'}, 'mean_over_time': {0: 'batch', 1: 'time'}, 'words': {0: 'batch', 1: 'time'}, 'temporal': {0: 'batch', 2: 'time'}, 'attention_open': {0: 'batch', 1: 'time'}, 'attention_fixed': {}}
open_axes['begun'] = {0: 'time', 1: 'batch'}
cases['begun'] = (Begun(), torch.randn(5, 2, 3))
folder.mkdir(exist_ok=True)
for name, (module, x) in cases.items():
    module.eval()
    y = module(x)
    torch.onnx.export(module, x, str(folder / f'{name}.onnx'), opset_version=16, input_names=['x'], output_names=['y'], dynamic_axes={'x': open_axes.get(name, {0: 'batch'})})
    (folder / f'{name}.json').write_text(json.dumps({'x': x.flatten().tolist(), 'xShape': list(x.shape), 'y': y.detach().flatten().tolist(), 'yShape': list(y.shape)}) + '\n')

# With an input of lengths.
module, x, lengths = Packed().eval(), torch.randn(3, 5, 3), torch.tensor([2, 5, 3])
y = module(x, lengths)
torch.onnx.export(module, (x, lengths), str(folder / 'packed.onnx'), opset_version=16, input_names=['x', 'lengths'], output_names=['y'], dynamic_axes={'x': {0: 'batch', 1: 'time'}, 'lengths': {0: 'batch'}})
(folder / 'packed.json').write_text(json.dumps({'x': x.flatten().tolist(), 'xShape': list(x.shape), 'lengths': lengths.tolist(), 'y': y.detach().flatten().tolist(), 'yShape': list(y.shape)}) + '\n')
