"""Layers that move or repeat numbers: [B, T, C] and images [B, H, W, C]."""
import json

import torch.nn.functional as F

from convolution import finish, first, last
from golden import draw, emit, generator, leaf


def up_sampled(x, size, mode="nearest"):
    return last(F.interpolate(first(x), scale_factor=tuple(size), mode=mode))


def rearranged():
    g, tensors = generator("rearranged"), {}
    cases = {
        "RepeatVector": ([3, 4], {"n": 5}, lambda x: x.unsqueeze(1).repeat(1, 5, 1)),
        "UpSampling1D": ([2, 3, 4], {"size": 3}, lambda x: up_sampled(x, [3])),
        "UpSampling2D": ([2, 3, 4, 5], {"size": [2, 3]}, lambda x: up_sampled(x, [2, 3])),
        "UpSampling2D bilinear": ([2, 3, 4, 2], {"size": [2, 3], "interpolation": "bilinear"}, lambda x: up_sampled(x, [2, 3], "bilinear")),
        "UpSampling2D bilinear4": ([2, 1, 2, 3], {"size": 4, "interpolation": "bilinear"}, lambda x: up_sampled(x, [4, 4], "bilinear")),
        "Permute": ([2, 3, 4], {"dims": [2, 1]}, lambda x: x.permute(0, 2, 1)),
        "Permute 312": ([2, 3, 4, 5], {"dims": [3, 1, 2]}, lambda x: x.permute(0, 3, 1, 2)),
        "Permute 321": ([2, 3, 4, 5], {"dims": [3, 2, 1]}, lambda x: x.permute(0, 3, 2, 1)),
        "Permute 2413": ([2, 3, 4, 5, 6], {"dims": [2, 4, 1, 3]}, lambda x: x.permute(0, 2, 4, 1, 3)),
        "GlobalMaxPool1D": ([3, 5, 2], {}, lambda x: x.max(dim=1).values),
        "GlobalMaxPool2D": ([3, 4, 5, 2], {}, lambda x: x.flatten(1, 2).max(dim=1).values),
    }
    for case, (shape, _, of) in cases.items():
        leaves = {"x": leaf(draw(g, *shape))}
        tensors.update(finish(case, of(leaves["x"]), leaves, g))
    emit("rearranged", tensors, **{f"case {case}": json.dumps(options) for case, (_, options, _) in cases.items()})
