"""Losses with their gradient in the prediction, and activations with theirs in the input."""
import torch
import torch.nn.functional as F

from golden import draw, emit, generator, leaf


def log_cosh(p, y):
    e = (p - y).abs()
    return e + F.softplus(-2 * e) - torch.log(torch.tensor(2.0))


def pinball(q):
    return lambda p, y: torch.maximum(q * (y - p), (q - 1) * (y - p))


def losses():
    g, n, c = generator("losses"), 5, 3
    logits = draw(g, n, c, scale=3)
    logits[2] *= 8  # saturated, but not beyond float32
    soft = draw(g, n, c).abs()
    inputs = {"prediction": draw(g, n, c, scale=2), "target": draw(g, n, c, scale=2), "logits": logits,
              "sampleWeight": draw(g, n, scale=2).abs(), "binaryTarget": (draw(g, n, c) > 0).double(),
              "softBinaryTarget": draw(g, n, c).abs(), "softTarget": soft / soft.sum(1, keepdim=True),
              "oneHotTarget": F.one_hot(torch.tensor([1, 0, 2, 2, 0]), c).double(),
              "largeError": torch.tensor([[0.001953125, -5.0, 60.0], [-800.0, 17.5, -0.5]])}
    inputs["largeErrorTarget"] = draw(g, 2, 3, scale=0.125)

    def elementwise(function):  # one value a row: the mean over its elements
        return lambda p, y: function(p, y).mean(1)

    def huber(delta):
        return elementwise(lambda p, y: F.huber_loss(p, y, reduction="none", delta=delta))

    binary = elementwise(lambda p, y: F.binary_cross_entropy_with_logits(p, y, reduction="none"))
    categorical = lambda p, y: F.cross_entropy(p, y, reduction="none")
    cases = {
        "mse": (elementwise(lambda p, y: (p - y) ** 2), "prediction", "target"),
        "mae": (elementwise(lambda p, y: (p - y).abs()), "prediction", "target"),
        "huber1": (huber(1.0), "prediction", "target"), "huber0.7": (huber(0.7), "prediction", "target"),
        "logCosh": (elementwise(log_cosh), "prediction", "target"),
        "logCoshLarge": (elementwise(log_cosh), "largeError", "largeErrorTarget"),
        "quantile0.1": (elementwise(pinball(0.1)), "prediction", "target"),
        "quantile0.9": (elementwise(pinball(0.9)), "prediction", "target"),
        "binaryCrossEntropy": (binary, "logits", "binaryTarget"),
        "binaryCrossEntropySoft": (binary, "logits", "softBinaryTarget"),
        "categoricalCrossEntropyOneHot": (categorical, "logits", "oneHotTarget"),
        "categoricalCrossEntropySoft": (categorical, "logits", "softTarget"),
    }
    tensors = dict(inputs)
    for case, (rows, prediction, target) in cases.items():
        for path, weight in {case: 1, f"{case}/weighted": inputs["sampleWeight"]}.items():
            if path == "logCoshLarge/weighted":
                continue
            p = leaf(inputs[prediction])
            value = (weight * rows(p, inputs[target])).mean()
            value.backward()
            tensors.update({f"{path}/value": value, f"{path}/grad": p.grad})
    emit("losses", tensors, weighted="Σ_i sampleWeight_i · loss_i / N, loss_i the row's mean (categorical: its sum)",
         **{f"case {case}": f"{prediction} against {target}" for case, (_, prediction, target) in cases.items()})


def activations():
    g = generator("activations")
    points = torch.tensor([0, 2**-10, -(2**-10), 20, -20, 90, -90])
    x, weight = torch.cat([points, draw(g, 12, scale=4)]), draw(g, 19)
    logits = draw(g, 4, 5, scale=3)
    logits[1] *= 30
    cases = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "leakyRelu": lambda v: F.leaky_relu(v, 0.2),
             "elu": F.elu, "gelu": F.gelu, "geluTanh": lambda v: F.gelu(v, approximate="tanh"),
             "softplus": lambda v: F.softplus(v, threshold=100),  # PyTorch's own threshold drops e^-x beyond 20
             "hardSigmoidFifth": lambda v: torch.clamp(v / 5 + 0.5, 0, 1), "hardSigmoidSixth": lambda v: F.relu6(v + 3) / 6}  # F.hardsigmoid's own slope is a float32 1/6, in float64 too
    tensors = {"x": x, "R": weight}
    for case, function in cases.items():
        v = leaf(x)
        out = function(v)
        (weight * out).sum().backward()
        tensors.update({f"{case}/out": out, f"{case}/grad": v.grad})
    v, weight = leaf(logits), draw(g, 4, 5)
    out = F.softmax(v, -1)
    (weight * out).sum().backward()
    tensors.update({"softmax/x": v, "softmax/R": weight, "softmax/out": out, "softmax/grad": v.grad})
    emit("activations", tensors, leakyRelu="slope 0.2", elu="alpha 1", gelu="exact, erf", geluTanh="tanh approximation",
         grad="R · f'(x); relu'(0) = 0, leakyRelu'(0) = 0.2, elu'(0) = 1", softmax="over the last axis")
