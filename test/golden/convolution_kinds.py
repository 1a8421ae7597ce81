"""Transposed, depthwise and separable convolution, images [B, H, W, C] and sequences [B, T, C]."""
import json

import torch
import torch.nn.functional as F

from convolution import both, convolve, finish, first, last, padded, same_sides, sides_of
from golden import draw, emit, generator, leaf

PHI = {"linear": lambda y: y, "relu": F.relu, "tanh": torch.tanh}


def weight_of(kernel):
    """[k…, out, in] with the window in front as PyTorch has it behind."""
    return kernel.movedim((-1, -2), (0, 1))


def keras_length(n, taps, stride, padding, output_padding):
    """Keras's deconv_output_length; taps with their dilation."""
    if output_padding is not None:
        cut = 2 * (taps // 2) if padding == "same" else 0
        return (n - 1) * stride + taps - cut + output_padding
    return n * stride + (max(taps - stride, 0) if padding == "valid" else 0)


def transpose(x, kernel, bias, options):
    axes = kernel.dim() - 2
    stride, dilation = both(options.get("stride", 1), axes), both(options.get("dilation", 1), axes)
    groups, padding = options.get("groups", 1), options.get("padding", "valid")
    added = both(options.get("outputPadding", 0), axes)
    if not isinstance(padding, str):
        function = F.conv_transpose2d if axes == 2 else F.conv_transpose1d
        if isinstance(padding, int):
            y = function(first(x), weight_of(kernel), None, stride, padding, added, groups, dilation)
        else:  # sides that differ: cut by hand
            y = function(first(x), weight_of(kernel), None, stride, 0, added, groups, dilation)
            for axis, (before, after) in enumerate(sides_of(padding, x.shape[1:-1], None, None, None)):
                y = y.narrow(2 + axis, before, y.shape[2 + axis] - before - after)
    else:  # TensorFlow's definition: the gradient of the convolution with these options, at an image of the length that Keras gives
        taps = [d * (k - 1) + 1 for k, d in zip(kernel.shape, dilation)]
        given = both(options["outputPadding"], axes) if "outputPadding" in options else [None] * axes
        sizes = [keras_length(n, *axis) for n, axis in zip(x.shape[1:], zip(taps, stride, [padding] * axes, given))]
        image = torch.zeros(x.shape[0], *sizes, kernel.shape[-2] * groups, requires_grad=True)
        there = convolve(image, kernel, None, {"stride": stride, "dilation": dilation, "groups": groups, "padding": padding})
        assert there.shape == x.shape, (there.shape, x.shape)
        y = first(torch.autograd.grad((there * x).sum(), image, create_graph=True)[0])
    y = last(y)
    return PHI[options.get("activation", "linear")](y if bias is None else y + bias)


def depthwise(x, kernel, options):
    channels, multiplier = kernel.shape[-2:]
    grouped = kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier)
    return convolve(x, grouped, None, {**options, "groups": channels, "activation": "linear"})


def write(name, cases, of, **metadata):
    g, tensors = generator(name), {}
    for case, (image, shapes, options) in cases.items():
        leaves = {"x": leaf(draw(g, *image)), **{key: leaf(draw(g, *shape)) for key, shape in shapes.items()}}
        tensors.update(finish(case, of(leaves, options), leaves, g))
    emit(name, tensors, **metadata, **{f"case {case}": json.dumps(options) for case, (_, _, options) in cases.items()})


def transposed():
    def shapes(kernel, bias=True, groups=1):
        return {"kernel": kernel, **({"bias": [kernel[-2] * groups]} if bias else {})}

    write("transposed", {
        "plain": ([2, 3, 4, 3], shapes([3, 2, 4, 3]), {"stride": [2, 1], "activation": "tanh"}),
        "gaps": ([2, 3, 4, 2], shapes([1, 2, 3, 2]), {"stride": [2, 3]}),
        "same": ([2, 4, 3, 2], shapes([3, 4, 3, 2]), {"stride": 2, "padding": "same", "activation": "relu"}),
        "sameGaps": ([2, 3, 2, 2], shapes([2, 1, 3, 2]), {"stride": [3, 2], "padding": "same"}),
        "sameShorter": ([2, 4, 3, 2], shapes([3, 5, 2, 2]), {"stride": 2, "padding": "same", "outputPadding": 0}),
        "sameLonger": ([2, 4, 3, 2], shapes([3, 4, 2, 2]), {"stride": 2, "padding": "same", "outputPadding": 1}),
        "validLonger": ([2, 3, 2, 2], shapes([3, 2, 2, 2]), {"stride": [2, 3], "padding": "valid", "outputPadding": [1, 2]}),
        "torch": ([2, 4, 3, 2], shapes([3, 4, 3, 2], bias=False), {"stride": [2, 3], "padding": 1, "outputPadding": [1, 0], "useBias": False}),
        "uneven": ([2, 4, 3, 2], shapes([3, 4, 3, 2]), {"stride": 2, "padding": [[2, 0], [1, 3]], "outputPadding": [1, 0], "dilation": [1, 2]}),
        "groups": ([2, 3, 4, 4], shapes([2, 3, 3, 4], groups=2), {"groups": 2, "dilation": 2, "stride": 2}),
        "time": ([2, 5, 3], shapes([4, 2, 3]), {"stride": 3, "activation": "tanh"}),
        "timeSame": ([2, 5, 3], shapes([3, 2, 3]), {"stride": 2, "padding": "same"}),
        "timeTorch": ([2, 5, 4], shapes([3, 2, 4], groups=2), {"stride": 2, "padding": 1, "outputPadding": 1, "groups": 2, "dilation": 2}),
    }, lambda t, options: transpose(t["x"], t["kernel"], t.get("bias"), options), kernel="[kh, kw, F/groups, C], over time [k, F/groups, C]")


def separable():
    def of(t, options):
        y = depthwise(t["x"], t["kernel"] if "kernel" in t else t["depthwiseKernel"], options)
        y = y @ t["pointwiseKernel"].flatten(0, -3) if "pointwiseKernel" in t else y
        return PHI[options.get("activation", "linear")](y + t["bias"] if "bias" in t else y)

    def both_kernels(window, channels, multiplier, filters):
        ones = [1] * len(window)
        return {"depthwiseKernel": [*window, channels, multiplier], "pointwiseKernel": [*ones, channels * multiplier, filters], "bias": [filters]}

    write("separable", {
        "depthwise": ([2, 5, 4, 3], {"kernel": [3, 2, 3, 1], "bias": [3]}, {"stride": [1, 2], "activation": "tanh"}),
        "depthwiseTwo": ([2, 6, 5, 3], {"kernel": [2, 3, 3, 2], "bias": [6]}, {"depthMultiplier": 2, "padding": "same", "dilation": [1, 2]}),
        "depthwiseTime": ([2, 7, 3], {"kernel": [3, 3, 2]}, {"depthMultiplier": 2, "padding": "causal", "useBias": False}),
        "separable": ([2, 5, 6, 3], both_kernels([3, 2], 3, 1, 5), {"padding": "same", "stride": 2, "activation": "relu"}),
        "separableTwo": ([2, 5, 4, 2], both_kernels([2, 3], 2, 3, 4), {"depthMultiplier": 3, "padding": [[1, 0], [2, 1]]}),
        "separableTime": ([2, 7, 3], both_kernels([3], 3, 2, 4), {"depthMultiplier": 2, "dilation": 2, "activation": "tanh"}),
    }, of, depthwise="kernel or depthwiseKernel [kh, kw, C, M]; channel c, multiple m is channel c·M + m of its output")
