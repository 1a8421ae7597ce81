"""What every golden generator shares: the seed, random inputs, and the file format.

Inputs are multiples of 1/4096, distinct within a tensor, so float32 holds them exactly and a float32 test
measures arithmetic, not the rounding of its inputs.
"""
import json
import zlib

import torch

SEED = 20240726
FILES = {}  # name -> text, filled by emit

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def generator(name):
    """One stream per file, so that adding a file leaves the others as they are."""
    return torch.Generator().manual_seed(SEED ^ zlib.crc32(name.encode()))


def draw(g, *shape, scale=1.0):
    """Distinct nonzero multiples of 1/4096 in [-scale, scale]."""
    steps = round(scale * 4096)
    k = torch.randperm(2 * steps, generator=g)[: torch.Size(shape).numel()] - steps
    k = torch.where(k >= 0, k + 1, k)
    return (k.double() / 4096).reshape(shape)


def leaf(tensor):
    return tensor.detach().clone().requires_grad_()


def emit(name, tensors, **metadata):
    def line(key, value):
        value = torch.as_tensor(value).detach().double()
        body = {"shape": list(value.shape), "data": value.reshape(-1).tolist()}
        return f"    {json.dumps(key)}: {json.dumps(body, allow_nan=False, separators=(',', ':'))}"

    metadata = {"torch": torch.__version__, "seed": SEED, **metadata}
    head = json.dumps({k: str(v) for k, v in metadata.items()}, ensure_ascii=False, indent=4)
    lines = ",\n".join(line(k, v) for k, v in tensors.items())
    FILES[name] = f'{{"metadata": {head},\n"tensors": {{\n{lines}\n}}}}\n'


def project(g, outputs):
    """A random weight R/<name> for each output, and loss = Σ R·output."""
    weights = {f"R/{name}": draw(g, *out.shape) for name, out in outputs.items()}
    return weights, sum((weights[f"R/{name}"] * out).sum() for name, out in outputs.items())


def gradients(leaves):
    return {f"grad/{name}": tensor.grad for name, tensor in leaves.items()}
