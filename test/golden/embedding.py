"""nn.Embedding: rows of a table, and the sums that arrive at them."""
import json

import torch
import torch.nn.functional as F

from convolution import finish
from golden import draw, emit, generator, leaf


def embedding():
    g, tensors = generator("embedding"), {}
    cases = {"one": ([4], 5, 3), "steps": ([3, 5], 4, 2), "several": ([2, 3, 2], 6, 4)}
    for case, (shape, rows, width) in cases.items():
        x = torch.randint(rows, shape, generator=g)
        leaves = {"embeddings": leaf(draw(g, rows, width))}
        tensors.update(finish(case, F.embedding(x, leaves["embeddings"]), leaves, g))
        tensors[f"{case}/x"] = x
    emit("embedding", tensors, indices="from 0; they have no gradient", **{
        f"case {case}": json.dumps({"inputDim": rows, "outputDim": width}) for case, (_, rows, width) in cases.items()})
