"""Convolution, pooling, residual blocks and a small ResNet, in this library's layout: images [B, H, W, C], sequences
[B, T, C], kernels [kh, kw, C/groups, F]."""
import json

import torch
import torch.nn.functional as F

from golden import draw, emit, generator, leaf


def first(x):
    """Channels second, as PyTorch has them."""
    return x.movedim(-1, 1).contiguous()


def last(x):
    return x.movedim(1, -1)


def same_sides(size, taps, stride, dilation):
    """Keras's 'same': ceil(size / stride) places, the odd zero after."""
    total = max(0, (-(-size // stride) - 1) * stride + dilation * (taps - 1) + 1 - size)
    return [total // 2, total - total // 2]


def sides_of(padding, sizes, taps, stride, dilation):
    if padding == "valid":
        return [[0, 0] for _ in sizes]
    if padding == "same":
        return [same_sides(*axis) for axis in zip(sizes, taps, stride, dilation)]
    if padding == "causal":
        return [[dilation[0] * (taps[0] - 1), 0]]
    if isinstance(padding, int):
        return [[padding, padding] for _ in sizes]
    return padding if len(sizes) == 2 else [padding]


def padded(x, sides, value=0.0):
    """x with channels second; F.pad counts from the last axis."""
    return F.pad(x, [n for pair in reversed(sides) for n in pair], value=value)


def both(value, axes):
    return [value] * axes if isinstance(value, int) else value


def convolve(x, kernel, bias, options):
    """x and the result channels last."""
    axes = kernel.dim() - 2
    stride, dilation = both(options.get("stride", 1), axes), both(options.get("dilation", 1), axes)
    sides = sides_of(options.get("padding", "valid"), x.shape[1:-1], kernel.shape[:axes], stride, dilation)
    function = F.conv2d if axes == 2 else F.conv1d
    weight = kernel.permute(3, 2, 0, 1) if axes == 2 else kernel.permute(2, 1, 0)
    y = last(function(padded(first(x), sides), weight, bias, stride, 0, dilation, options.get("groups", 1)))
    return {"linear": y, "relu": F.relu(y), "tanh": torch.tanh(y)}[options.get("activation", "linear")]


def finish(case, out, leaves, g):
    """R, the loss Σ R·out, and all gradients of one case."""
    weight = draw(g, *out.shape)
    (weight * out).sum().backward()
    result = {f"{case}/{k}": v.detach() for k, v in {**leaves, "R": weight, "out": out}.items()}
    result.update({f"{case}/grad/{k}": v.grad.clone() for k, v in leaves.items()})
    for value in leaves.values():
        value.grad = None
    return result


def convolutions(name, cases):
    g, tensors = generator(name), {}
    for case, (image, kernel, options) in cases.items():
        leaves = {"x": leaf(draw(g, *image)), "kernel": leaf(draw(g, *kernel))}
        if options.get("useBias", True):
            leaves["bias"] = leaf(draw(g, kernel[-1]))
        out = convolve(leaves["x"], leaves["kernel"], leaves.get("bias"), options)
        tensors.update(finish(case, out, leaves, g))
    emit(name, tensors, kernel="[kh, kw, C/groups, F], over time [k, C/groups, F]",
         **{f"case {case}": json.dumps(options) for case, (_, _, options) in cases.items()})


def conv2d():
    convolutions("conv2d", {
        "plain": ([2, 4, 5, 3], [3, 2, 3, 4], {"activation": "tanh"}),
        "uneven": ([2, 5, 4, 2], [3, 2, 2, 3], {"stride": [2, 1], "padding": [[2, 0], [1, 3]], "dilation": [1, 2]}),
        "sameStride2": ([2, 6, 5, 2], [3, 4, 2, 3], {"stride": 2, "padding": "same", "activation": "relu"}),
        "torchStride2": ([2, 6, 7, 2], [3, 3, 2, 3], {"stride": 2, "padding": 1, "useBias": False}),
        "groups": ([2, 4, 3, 6], [2, 3, 3, 4], {"groups": 2, "padding": "same"}),
        "depthwise": ([2, 5, 4, 3], [3, 2, 1, 6], {"groups": 3, "stride": [1, 2]}),
    })


def conv1d():
    convolutions("conv1d", {
        "plain": ([2, 7, 3], [3, 3, 4], {"stride": 2}),
        "causal": ([2, 7, 3], [3, 3, 4], {"padding": "causal", "dilation": 2, "activation": "tanh"}),
        "same": ([3, 8, 2], [4, 2, 3], {"padding": "same", "stride": 3}),
        "uneven": ([2, 5, 4], [2, 2, 6], {"padding": [0, 2], "groups": 2}),
    })


def pooling():
    g, tensors = generator("pooling"), {}
    cases = {
        "max": ([2, 7, 6, 3], {"poolSize": 3, "stride": 2, "padding": 1}),
        "maxUneven": ([2, 5, 7, 2], {"poolSize": [2, 3], "stride": [1, 2], "padding": [[0, 1], [2, 0]]}),
        "maxTies": ([2, 6, 5, 2], {"poolSize": 3, "stride": 1}),
        "maxTime": ([2, 9, 3], {"poolSize": 3, "stride": 2, "padding": "same"}),
        "average": ([2, 7, 6, 3], {"poolSize": [3, 2]}),
        "averageSame": ([2, 5, 6, 2], {"poolSize": 3, "stride": 2, "padding": "same"}),
        "averageTime": ([2, 7, 3], {"poolSize": 3, "stride": 1, "padding": [1, 2]}),
    }
    for case, (shape, options) in cases.items():
        axes = len(shape) - 2
        taps = both(options["poolSize"], axes)
        stride = both(options.get("stride", options["poolSize"]), axes)
        sides = sides_of(options.get("padding", "valid"), shape[1:-1], taps, stride, [1, 1])
        x = draw(g, *shape)
        if case == "maxTies":
            x = torch.ceil(x * 2)  # few levels: many equals, of which the first counts
        leaves = {"x": leaf(x)}
        inner = first(leaves["x"])
        if case.startswith("max"):
            pool = F.max_pool2d if axes == 2 else F.max_pool1d
            out = pool(padded(inner, sides, float("-inf")), taps, stride)
        else:  # the mean of what is there: the sum over the window divided by the count of real entries
            pool = F.avg_pool2d if axes == 2 else F.avg_pool1d
            out = pool(padded(inner, sides), taps, stride) / pool(padded(torch.ones_like(inner), sides), taps, stride)
        tensors.update(finish(case, last(out), leaves, g))
    for case, shape in {"global": [3, 4, 5, 2], "globalTime": [3, 5, 2]}.items():
        leaves = {"x": leaf(draw(g, *shape))}
        tensors.update(finish(case, leaves["x"].mean(dim=tuple(range(1, len(shape) - 1))), leaves, g))
    emit("pooling", tensors, average="padding does not count", ties="the first of equals, row by row",
         **{f"case {case}": json.dumps(options) for case, (_, options) in cases.items()})


class Net:
    """Weights by this library's keys, made as the wiring asks for them; one training step and one inference."""

    def __init__(self, g):
        self.g, self.leaves, self.stats, self.new = g, {}, {}, {}
        self.training = True

    def weight(self, key, shape, around=0.0, scale=1.0):
        if key not in self.leaves:
            self.leaves[key] = leaf(around + draw(self.g, *shape, scale=scale))
        return self.leaves[key]

    def conv(self, name, x, filters, size, **options):
        kernel = self.weight(f"{name}/kernel", (size, size, x.shape[-1], filters), scale=0.5)
        return convolve(x, kernel, None, options)

    def norm(self, name, x):
        n = x.shape[-1]
        gamma, beta = self.weight(f"{name}/gamma", (n,), 1.0, 0.5), self.weight(f"{name}/beta", (n,), 0.5, 0.5)
        mean_key, var_key = f"{name}/movingMean", f"{name}/movingVariance"
        if mean_key not in self.stats:
            self.stats[mean_key], self.stats[var_key] = draw(self.g, n, scale=0.5), draw(self.g, n).abs() + 0.5
        mean, var = self.stats[mean_key], self.stats[var_key]
        if self.training:
            rows = x.detach().reshape(-1, n)
            self.new[mean_key] = 0.9 * mean + 0.1 * rows.mean(0)
            self.new[var_key] = 0.9 * var + 0.1 * rows.var(0, unbiased=False)
        return last(F.batch_norm(first(x), mean.clone(), var.clone(), gamma, beta, self.training, 0.1, 1e-5))

    def block(self, name, x, filters, stride=1, projection=False):
        y = F.relu(self.norm(f"{name}.norm1", self.conv(f"{name}.conv1", x, filters, 3, stride=stride, padding=1)))
        y = self.norm(f"{name}.norm2", self.conv(f"{name}.conv2", y, filters, 3, padding=1))
        if projection or stride != 1 or x.shape[-1] != filters:
            x = self.norm(f"{name}.shortcutNorm", self.conv(f"{name}.shortcut", x, filters, 1, stride=stride))
        return F.relu(y + x)

    def results(self, wiring, case=""):
        """Training and inference from the same weights: outputs, gradients, running statistics."""
        out, weight = {}, None
        for mode in ("train", "inference"):
            self.training = mode == "train"
            y = wiring(self)
            weight = draw(self.g, *y.shape) if weight is None else weight
            (weight * y).sum().backward()
            out[f"{case}{mode}/out"] = y.detach()
            out.update({f"{case}{mode}/grad/{k}": v.grad.clone() for k, v in self.leaves.items()})
            for value in self.leaves.values():
                value.grad = None
        out.update({f"{case}train/{k}": v for k, v in self.new.items()})
        return {**{f"{case}{k}": v.detach() for k, v in {**self.leaves, **self.stats}.items()}, f"{case}R": weight, **out}


NORM = dict(epsilon="1e-5", momentum="0.9 of the old statistic is kept", movingVariance="train/… from the biased batch variance")


def residual():
    g, tensors = generator("residual"), {}
    cases = {"identity": (3, {}), "projection": (4, {"stride": 2}), "widened": (4, {}), "projected": (3, {"projection": True})}
    for case, (filters, options) in cases.items():
        net = Net(g)
        tensors.update(net.results(lambda n: n.block("block", n.weight("x", (2, 5, 4, 3)), filters, **options), f"{case}/"))
    emit("residual", tensors, **NORM, **{f"case {case}": json.dumps({"filters": f, **options}) for case, (f, options) in cases.items()})


def resnet():
    def wiring(n):
        x = F.relu(n.norm("stem.norm", n.conv("stem.conv", n.weight("x", (2, 19, 14, 2)), 3, 5, stride=2, padding=2)))
        x = last(F.max_pool2d(first(x), 3, 2, 1))
        x = n.block("stage1.block1", x, 3)
        x = n.block("stage2.block1", x, 4, stride=2)
        x = n.block("stage2.block2", x, 4)
        return x.mean(dim=(1, 2)) @ n.weight("dense/kernel", (4, 2)) + n.weight("dense/bias", (2,))

    emit("resnet", Net(generator("resnet")).results(wiring), **NORM, blocks="[1, 2]", widths="[3, 4]", stem="5x5, stride 2, pool; head: global average, dense 2")
