#!/usr/bin/python3
"""Writes the files of test/golden/data/torch with PyTorch: what torch.save writes, to be read by bptt/convert.

    /usr/bin/python3 test/golden/torch_files.py           # write the files
    /usr/bin/python3 test/golden/torch_files.py --check   # compare the tensors of those that are there with what is made now

A file of a model holds {'state_dict': …, 'x': input, 'y': output in evaluation mode}, all in float64; images and sequences of x and y are
channels last (views with strides, as they come), for whose sake the modules permute around convolutions.
"""
import sys
from collections import OrderedDict
from pathlib import Path

sys.dont_write_bytecode = True

import torch
from torch import nn

from golden import draw, generator

FOLDER = Path(__file__).parent / "data" / "torch"
FILES = {}  # name -> (object, options of torch.save)


def add(name, thing, **options):
    FILES[name] = (thing, options)


class Recurrent(nn.Module):
    """The outputs of every step."""

    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(x)[0]


class Looped(nn.Module):
    """A cell over all steps."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        state, hs = None, []
        for t in range(x.shape[1]):
            state = self.cell(x[:, t], state)
            hs.append(state[0] if isinstance(state, tuple) else state)
        return torch.stack(hs, 1)


class ChannelsFirst(nn.Module):
    """Channels last in and out, around what wants them first."""

    def __init__(self, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self.order = list(layers)

    def forward(self, x):
        y = x.movedim(-1, 1)
        for name in self.order:
            y = getattr(self, name)(y)
        return y.movedim(1, -1) if y.dim() > 2 else y


class Heads(nn.Module):
    def __init__(self, attention, parts):
        super().__init__()
        self.attention, self.parts = attention, parts

    def forward(self, *inputs):
        query, value, key = inputs if len(inputs) == 3 else [inputs[0]] * 3
        return self.attention(query, key, value, need_weights=False)[0]


class RMSNorm(nn.Module):
    """As nn.RMSNorm of PyTorch 2.4, which this PyTorch does not have."""

    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Twice(nn.Module):
    """One module under two names, which state_dict lists twice."""

    def __init__(self):
        super().__init__()
        self.first = self.second = nn.Linear(3, 3)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


class Film(nn.Module):
    """Images over time [B, T, H, W, C]."""

    def __init__(self):
        super().__init__()
        self.conv, self.lstm, self.fc = nn.Conv2d(2, 3, 2), nn.LSTM(18, 4, batch_first=True, bidirectional=True), nn.Linear(8, 2)

    def forward(self, x):
        images = self.conv(x.flatten(0, 1).movedim(-1, 1)).relu().flatten(1)
        return self.fc(self.lstm(images.reshape(*x.shape[:2], -1))[0])


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.lstm, self.head = nn.Embedding(7, 3), nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.lstm(self.embed(x.long()))[0][:, -1])


class Last(nn.Module):
    """The net of many tutorials."""

    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(3, 5, num_layers=2, batch_first=True), nn.Linear(5, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def model(name, module, *shapes, inputs=None):
    g = generator(name)
    module = module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(draw(g, *parameter.shape, scale=0.5))
        for key, buffer in module.named_buffers():
            if key.endswith("running_mean"):
                buffer.copy_(draw(g, *buffer.shape, scale=0.5))
            if key.endswith("running_var"):
                buffer.copy_(draw(g, *buffer.shape, scale=0.5).abs() + 0.5)
    xs = inputs or [draw(g, *shape, scale=1.5) for shape in shapes]
    y = module(*xs).detach()  # with gradients: without them 1.13 takes a fast path for attention, which fails where there is no bias
    given = {"x": xs[0]} if len(xs) == 1 else {f"x{i}": x for i, x in enumerate(xs)}
    add(name, {"state_dict": module.state_dict(), **given, "y": y})


def recurrent():
    steps = (2, 5, 3)
    for kind in ("LSTM", "GRU", "RNN"):
        of = getattr(nn, kind)
        low = kind.lower()
        model(f"{low}-1", Recurrent(of(3, 4, batch_first=True)), steps)
        model(f"{low}-2-bidirectional", Recurrent(of(3, 4, 2, batch_first=True, bidirectional=True)), steps)
        model(f"{low}-3-no-bias", Recurrent(of(3, 4, 3, batch_first=True, bias=False)), steps)
        model(f"{low}-cell", Looped(getattr(nn, f"{kind}Cell")(3, 4)), steps)
    model("rnn-relu", Recurrent(nn.RNN(3, 4, batch_first=True, nonlinearity="relu")), steps)
    model("lstm-projection", Recurrent(nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True, proj_size=2)), steps)
    model("tutorial", Last(), steps)
    model("words", Words(), inputs=[torch.tensor([[0, 3, 6, 1], [2, 2, 5, 4]]).double()])


def convolutions():
    model("conv1d", ChannelsFirst(conv=nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2)), (2, 9, 4))
    model("conv2d", ChannelsFirst(conv=nn.Conv2d(4, 6, (3, 2), stride=(1, 2), padding=(1, 0), groups=2)), (2, 5, 6, 4))
    model("conv2d-flatten", ChannelsFirst(conv=nn.Conv2d(2, 3, 3, bias=False), norm=nn.BatchNorm2d(3), act=nn.ReLU(), flat=nn.Flatten(), fc=nn.Linear(18, 4)), (2, 5, 4, 2))
    model("conv2d-flatten-norm", ChannelsFirst(conv=nn.Conv2d(2, 3, 3), flat=nn.Flatten(), norm=nn.BatchNorm1d(18), fc=nn.Linear(18, 4)), (2, 5, 4, 2))
    model("conv1d-flatten", ChannelsFirst(conv=nn.Conv1d(2, 3, 3), pool=nn.MaxPool1d(2), flat=nn.Flatten(), fc=nn.Linear(9, 4)), (2, 8, 2))
    model("depthwise1d", ChannelsFirst(conv=nn.Conv1d(3, 6, 3, groups=3)), (2, 6, 3))
    model("depthwise2d", ChannelsFirst(conv=nn.Conv2d(3, 6, (2, 3), groups=3)), (2, 4, 5, 3))
    model("separable2d", ChannelsFirst(depth=nn.Conv2d(3, 6, 3, groups=3, bias=False), point=nn.Conv2d(6, 4, 1)), (2, 4, 5, 3))
    model("transpose1d", ChannelsFirst(conv=nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)), (2, 5, 4))
    model("transpose2d", ChannelsFirst(conv=nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 1), groups=2)), (2, 3, 4, 4))


def norms():
    model("batchnorm1d", ChannelsFirst(norm=nn.BatchNorm1d(4)), (2, 5, 4))
    model("batchnorm-plain", ChannelsFirst(norm=nn.BatchNorm1d(4, affine=False)), (2, 5, 4))
    model("layernorm", nn.Sequential(OrderedDict(norm=nn.LayerNorm(4))), (2, 5, 4))
    model("groupnorm", ChannelsFirst(norm=nn.GroupNorm(2, 6)), (2, 5, 6))
    model("rmsnorm", nn.Sequential(OrderedDict(norm=RMSNorm(4, 1e-6))), (2, 5, 4))


def others():
    model("linear", nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3, bias=False)), (5, 4))
    model("film", Film(), (2, 3, 3, 4, 2))
    model("shared-module", Twice(), (5, 3))
    model("attention", Heads(nn.MultiheadAttention(6, 2, batch_first=True), 1), (2, 5, 6))
    model("attention-sizes", Heads(nn.MultiheadAttention(6, 3, batch_first=True, kdim=4, vdim=5), 3), (2, 3, 6), (2, 5, 5), (2, 5, 4))
    model("attention-no-bias", Heads(nn.MultiheadAttention(6, 2, batch_first=True, bias=False), 1), (2, 5, 6))


def odd():
    """All that a reader has to know, none of it with meaning."""
    big = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    half = torch.tensor([0.0, -0.0, 1.0, -2.5, 6e-8, -5.97e-8, 6.1e-5, 65504.0, float("inf"), float("-inf"), 0.1])
    kinds = OrderedDict(
        t=big.t(), view=big[1:3, 2:5], column=big[:, 3], every=big.reshape(-1)[1::5], expanded=big[0, :1].expand(3, 2), empty=big[:, :0], scalar=torch.tensor(2.5, dtype=torch.float32),
        half=half.half(), half_view=half.half()[3:7], bf=half.bfloat16(), bf_t=big.bfloat16().t(), d=big.double(), i64=torch.tensor([-(2 ** 53), 7]), i32=torch.tensor([-(2 ** 31), 7], dtype=torch.int32),
        i16=torch.tensor([-32768, 7], dtype=torch.int16), i8=torch.tensor([-128, 7], dtype=torch.int8), u8=torch.tensor([255, 7], dtype=torch.uint8), b=torch.tensor([True, False]),
        same=big, shared=big, parameter=nn.Parameter(big[:2].clone()))
    nest = {"epoch": 3, "loss": 0.25, "name": "Ä", "done": True, "nothing": None, "rates": [0.1, 0.01], "pair": (1, -2), "large": 2 ** 40, "seed": 2 ** 63 + 1, "deep": {"state": {0: {"step": torch.tensor(4)}}}, "model": kinds}
    add("odd", nest)
    add("odd-legacy", nest, _use_new_zipfile_serialization=False)
    add("odd-protocol4", nest, pickle_protocol=4)
    add("one-tensor", torch.arange(3, dtype=torch.float32))
    add("list", [torch.arange(3, dtype=torch.float32), {"a": torch.ones(2, dtype=torch.float32)}])
    add("module", nn.Linear(2, 1))
    add("set", {"names": {1, 2}})


def flat(thing, name=""):
    if isinstance(thing, torch.Tensor):
        yield name, thing
    elif isinstance(thing, (dict, list, tuple)):
        for key, entry in thing.items() if isinstance(thing, dict) else enumerate(thing):
            yield from flat(entry, f"{name}.{key}")


def same(a, b):
    a, b = dict(flat(a)), dict(flat(b))
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


if __name__ == "__main__":
    for group in (recurrent, convolutions, norms, others, odd):
        group()
    torch.set_default_dtype(torch.float32)
    if "--check" in sys.argv:
        bad = [name for name, (thing, _) in FILES.items() if not same(torch.load(FOLDER / f"{name}.pt"), thing)]
        print(f"{len(FILES) - len(bad)} passed, {len(bad)} failed", *bad)
        sys.exit(1 if bad else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (thing, options) in FILES.items():
        torch.save(thing, FOLDER / f"{name}.pt", **options)
    traced = torch.jit.script(nn.Linear(2, 1))
    traced.save(str(FOLDER / "script.pt"))
    print(f"{len(FILES) + 1} files, {sum(f.stat().st_size for f in FOLDER.iterdir())} bytes in {FOLDER.name}/")
