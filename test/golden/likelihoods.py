"""Likelihoods, class numbers, label smoothing, class weights and several quantiles, with their gradients in the prediction."""
import torch
import torch.nn.functional as F

from golden import draw, emit, generator, leaf

MIN_SCALE = 1e-3


def gaussian(p, y):
    scale = F.softplus(p[:, 1], threshold=100) + MIN_SCALE
    return F.gaussian_nll_loss(p[:, 0], y[:, 0], scale ** 2, full=True, eps=1e-12, reduction="none")


def student_t(p, y):
    scale, degrees = F.softplus(p[:, 1], threshold=100) + MIN_SCALE, F.softplus(p[:, 2], threshold=100) + 2
    return -torch.distributions.StudentT(degrees, p[:, 0], scale).log_prob(y[:, 0])


def likelihoods():
    g, n, c = generator("likelihoods"), 7, 3
    logits = draw(g, n, c, scale=3)
    classes = torch.tensor([1, 0, 2, 2, 0, 1, 1])
    gaussians, students = draw(g, n, 2, scale=3), draw(g, n, 3, scale=3)
    students[0, 2], students[1, 2], students[2, 2] = -30.0, 200.0, 20000.0  # degrees of 2, 202 and 20002
    students[3, 1], gaussians[3, 1] = -9.0, -9.0
    classWeight = torch.tensor([0.5, 2.0, 1.25])
    levels = torch.tensor([0.1, 0.5, 0.9])
    inputs = {"logits": logits, "oneHot": F.one_hot(classes, c).double(), "classes": classes.double(), "gaussian": gaussians, "studentT": students,
              "counts": torch.tensor([0, 3, 1, 0, 7, 2, 40]).double()[:, None].expand(n, c).contiguous(), "target": draw(g, n, 1, scale=2),
              "sampleWeight": draw(g, n, scale=2).abs(), "classWeight": classWeight, "binary": (draw(g, n, c) > 0).double(), "levels": levels}
    inputs["target"][4] = 50.0  # far outside

    def cross_entropy(p, y, smoothing=0.0, weight=None):
        return F.cross_entropy(p, classes, reduction="none", label_smoothing=smoothing, weight=weight)

    cases = {
        "sparse": (cross_entropy, "logits", "classes"),
        "sparseSmoothed": (lambda p, y: cross_entropy(p, y, 0.2), "logits", "classes"),
        "sparseClassWeight": (lambda p, y: cross_entropy(p, y, 0.0, classWeight), "logits", "classes"),
        "categoricalSmoothed": (lambda p, y: F.cross_entropy(p, y, reduction="none", label_smoothing=0.2), "logits", "oneHot"),
        "binarySmoothed": (lambda p, y: F.binary_cross_entropy_with_logits(p, y * 0.8 + 0.1, reduction="none").mean(1), "logits", "binary"),
        "poisson": (lambda p, y: F.poisson_nll_loss(p, y, log_input=True, full=False, reduction="none").mean(1), "logits", "counts"),
        "gaussian": (gaussian, "gaussian", "target"),
        "studentT": (student_t, "studentT", "target"),
        "quantiles": (lambda p, y: torch.maximum(levels * (y - p), (levels - 1) * (y - p)).mean(1), "logits", "target"),
    }
    tensors = dict(inputs)
    for case, (rows, prediction, target) in cases.items():
        for path, weight in {case: 1, f"{case}/weighted": inputs["sampleWeight"]}.items():
            p = leaf(inputs[prediction])
            value = (weight * rows(p, inputs[target])).mean()
            value.backward()
            tensors.update({f"{path}/value": value, f"{path}/grad": p.grad})
    emit("likelihoods", tensors, weighted="Σ_i sampleWeight_i · loss_i / N", minScale=MIN_SCALE,
         **{f"case {case}": f"{prediction} against {target}" for case, (_, prediction, target) in cases.items()})
