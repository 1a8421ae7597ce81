"""Merging with broadcasting; maxima with ties."""
import torch

from golden import draw, emit, generator, leaf


def merging():
    g, tensors = generator("merging"), {}
    shapes = {"same": [(2, 3, 4), (2, 3, 4)], "column": [(2, 3, 4), (2, 3, 1)], "row": [(2, 1, 4), (2, 3, 4)], "cross": [(2, 3, 1), (2, 1, 4)]}
    for case, (a, b) in shapes.items():
        leaves = {"a": leaf((draw(g, *a) * 4).round() / 4), "b": leaf((draw(g, *b) * 4).round() / 4)}  # multiples of 1/4: ties
        weight = draw(g, 2, 3, 4)
        tensors.update({f"{case}/{k}": v for k, v in {**leaves, "R": weight}.items()})
        for name, join in {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "maximum": torch.maximum, "minimum": torch.minimum,
                           "average": lambda x, y: (x + y) / 2}.items():
            out = join(leaves["a"], leaves["b"])
            (weight * out).sum().backward()
            tensors[f"{case}/{name}/out"] = out.detach()
            for key, value in leaves.items():
                tensors[f"{case}/{name}/grad/{key}"] = value.grad.clone()
                value.grad = None
    emit("merging", tensors, maximum="ties share the gradient equally")
