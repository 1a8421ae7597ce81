"""Penalties on weights by autograd, and maximum norms by torch.renorm."""
import torch

from golden import draw, emit, generator, leaf

AXES = {"0": [0], "1": [1], "012": [0, 1, 2], "12": [1, 2], "3": [3]}


def renormed(w, axes, limit=None):
    """Norms over neighbouring axes: those before and after them become one axis that renorm counts along."""
    rest = [a for a in range(w.dim()) if a not in axes]
    flat = w.permute(*rest, *axes).reshape(-1, *[w.shape[a] for a in axes])
    out = flat / flat.flatten(1).norm(dim=1).reshape(-1, *[1] * len(axes)) if limit is None else torch.renorm(flat, 2, 0, limit)
    back = out.reshape(*[w.shape[a] for a in rest], *[w.shape[a] for a in axes])
    order = [*rest, *axes]
    return back.permute(*[order.index(a) for a in range(w.dim())])


def rules():
    g, tensors = generator("rules"), {}
    for name, shape in {"kernel": (3, 4), "bias": (5,), "images": (2, 3, 2, 4)}.items():
        w = tensors[f"w/{name}"] = draw(g, *shape)
        for case, (l1, l2) in {"l1": (0.3, 0), "l2": (0, 0.2), "both": (0.3, 0.2)}.items():
            p = leaf(w)
            penalty = l1 * p.abs().sum() + l2 * (p**2).sum()
            penalty.backward()
            tensors.update({f"{case}/{name}": penalty.reshape(1), f"{case}/slope/{name}": p.grad})
        for axes, numbers in AXES.items():
            if max(numbers) < len(shape):
                tensors[f"maxNorm/{axes}/{name}"] = renormed(w, numbers, 0.9)
                tensors[f"unitNorm/{axes}/{name}"] = renormed(w, numbers)
    emit("rules", tensors, penalties="l1 0.3, l2 0.2", maxNorm="limit 0.9, over the axes named; renorm's factor is limit/(norm + 1e-7)")
