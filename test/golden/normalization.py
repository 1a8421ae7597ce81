"""LayerNorm, RMSNorm, GroupNorm and BatchNorm."""
import torch.nn.functional as F

from golden import draw, emit, generator, leaf


def normalised(case, out, leaves, weight):
    """Outputs and gradients of one case; the leaves' gradients are cleared for the next."""
    (weight * out).sum().backward()
    result = {f"{case}/out": out.detach(), **{f"{case}/grad/{k}": v.grad.clone() for k, v in leaves.items()}}
    for value in leaves.values():
        value.grad = None
    return result


def layer_norm():
    g = generator("layernorm")
    x = draw(g, 3, 4, 5, scale=1.5)
    x[1] /= 64  # rows of small variance, where epsilon matters
    leaves = {"x": leaf(x), "gamma": leaf(draw(g, 5)), "beta": leaf(draw(g, 5))}
    weight = draw(g, 3, 4, 5)
    tensors = {**leaves, "R": weight}
    for case, eps in {"epsilon1e-3": 1e-3, "epsilon1e-5": 1e-5}.items():
        tensors.update(normalised(case, F.layer_norm(leaves["x"], (5,), leaves["gamma"], leaves["beta"], eps),
                                  leaves, weight))
    emit("layernorm", tensors, axis="last", statistics="biased variance")


def batch_norm():
    g, tensors = generator("batchnorm"), {}
    for case, shape in {"2d": (7, 4), "3d": (3, 5, 4)}.items():
        x = draw(g, *shape, scale=1.5)
        x[..., 1] /= 64
        leaves = {"x": leaf(x), "gamma": leaf(draw(g, 4)), "beta": leaf(draw(g, 4))}
        weight, mean, var = draw(g, *shape), draw(g, 4), draw(g, 4).abs() + 0.25

        def run(training, mean, var):
            y = leaves["x"].movedim(-1, 1)
            y = F.batch_norm(y, mean, var, leaves["gamma"], leaves["beta"], training, 0.01, 1e-3)
            return y.movedim(1, -1)

        tensors.update({f"{case}/{k}": v for k, v in
                        {**leaves, "R": weight, "runningMean": mean, "runningVar": var}.items()})
        new_mean, new_var = mean.clone(), var.clone()
        tensors.update(normalised(f"{case}/train", run(True, new_mean, new_var), leaves, weight))
        biased = x.reshape(-1, 4).var(0, unbiased=False)
        tensors.update({f"{case}/train/runningMean": new_mean, f"{case}/train/runningVar": 0.99 * var + 0.01 * biased,
                        f"{case}/train/torchRunningVar": new_var})
        tensors.update(normalised(f"{case}/inference", run(False, mean, var), leaves, weight))
    emit("batchnorm", tensors, epsilon="1e-3", momentum="0.99 of the old statistic is kept (PyTorch's momentum 0.01)",
         runningVar="train/runningVar from the biased batch variance (Keras), torchRunningVar from the unbiased")


def rms_norm():
    """By hand: PyTorch has it from 2.4 on."""
    g = generator("rmsnorm")
    x = draw(g, 3, 4, 5, scale=1.5)
    x[1] /= 64
    leaves, weight = {"x": leaf(x), "gamma": leaf(draw(g, 5))}, draw(g, 3, 4, 5)
    tensors = {**leaves, "R": weight}
    for case, eps in {"epsilon1e-6": 1e-6, "epsilon1e-2": 1e-2}.items():
        y = leaves["x"] * (leaves["x"].pow(2).mean(-1, keepdim=True) + eps).rsqrt() * leaves["gamma"]
        tensors.update(normalised(case, y, leaves, weight))
    emit("rmsnorm", tensors, axis="last")


def group_norm():
    g, tensors = generator("groupnorm"), {}
    for case, shape in {"vector": (3, 6), "sequence": (2, 4, 6), "image": (2, 3, 5, 6)}.items():
        leaves = {"x": leaf(draw(g, *shape)), "gamma": leaf(draw(g, 6)), "beta": leaf(draw(g, 6))}
        weight = draw(g, *shape)
        tensors.update({f"{case}/{k}": v for k, v in {**leaves, "R": weight}.items()})
        for groups in (1, 2, 6):
            if case == "vector" and groups == 6:
                continue  # one number a group
            y = F.group_norm(leaves["x"].movedim(-1, 1), groups, leaves["gamma"], leaves["beta"], 1e-3).movedim(1, -1)
            tensors.update(normalised(f"{case}/groups{groups}", y, leaves, weight))
    emit("groupnorm", tensors, layout="channels last", epsilon="1e-3", cases="<case>/groups<G>/out and grad/...")
