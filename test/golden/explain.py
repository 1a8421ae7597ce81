"""Activation maps and integrated gradients of a small convolutional classifier, with PyTorch's hooks, SVD and resizing; the formulas
as the papers write them, sample by sample."""
import torch
import torch.nn.functional as F

from convolution import first, last
from golden import draw, emit, generator

CLASS = 1


def forward(p, x, tap=lambda a: a):
    """Logits [B, 3] of x [B, 7, 6, 2]; `tap` sees the maps [B, C, h, w] that are explained."""
    weight = lambda k: p[f"{k}/kernel"].permute(3, 2, 0, 1)
    a = torch.tanh(F.conv2d(first(x), weight("conv2d"), p["conv2d/bias"], padding=1))
    a = tap(F.relu(F.conv2d(a, weight("conv2d_1"), p["conv2d_1/bias"], stride=(2, 1))))
    return last(a).reshape(len(x), -1) @ p["dense/kernel"] + p["dense/bias"]


def captured(p, x):
    kept = []
    def tap(a):
        a.retain_grad()
        kept.append(a)
        return a
    forward(p, x.clone().requires_grad_(), tap)[:, CLASS].sum().backward()
    return kept[0].detach(), kept[0].grad


def plus_plus(a, g):
    """Eq. 19 and 10; 0 where the gradient is 0, as the fraction has no value there."""
    alpha = g ** 2 / (2 * g ** 2 + (a.sum((1, 2), keepdim=True) * g ** 3))
    return torch.where(g == 0, torch.zeros_like(g), alpha).mul(F.relu(g)).sum((1, 2))


def eigen(a):
    c, h, w = a.shape
    flat = a.reshape(c, h * w).T
    _, _, vh = torch.linalg.svd(flat, full_matrices=False)
    m = (flat @ vh[0]).reshape(h, w)
    return m if m.sum() > 0 else -m


def resized(maps, size):
    return F.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]


def score_cam(p, x, a):
    """Gains of the class over black, for every channel of one sample x [7, 6, 2], a [C, h, w]."""
    masks = resized(a, x.shape[:2])
    low, high = masks.amin((1, 2), keepdim=True), masks.amax((1, 2), keepdim=True)
    masks = torch.where(high > low, (masks - low) / (high - low), torch.zeros_like(masks))
    black = forward(p, torch.zeros_like(x)[None])[0, CLASS]
    return forward(p, x * masks[..., None])[:, CLASS] - black


def integrated(p, x, steps):
    total = torch.zeros_like(x)
    for k in range(steps):
        at = (x * ((k + 0.5) / steps)).requires_grad_()
        forward(p, at)[:, CLASS].sum().backward()
        total += at.grad
    return total / steps * x


def explain():
    g = generator("explain")
    p = {"conv2d/kernel": draw(g, 3, 3, 2, 4), "conv2d/bias": draw(g, 4), "conv2d_1/kernel": draw(g, 2, 3, 4, 5), "conv2d_1/bias": draw(g, 5),
         "dense/kernel": draw(g, 60, 3), "dense/bias": draw(g, 3)}
    x = draw(g, 2, 7, 6, 2)
    a, grad = captured(p, x)
    weigh = lambda weights: torch.einsum("bc,bchw->bhw", torch.stack(weights), a)
    maps = {
        "gradCam": weigh([each.mean((1, 2)) for each in grad]),
        "gradCamPlusPlus": weigh([plus_plus(*each) for each in zip(a, grad)]),
        "layerCam": (F.relu(grad) * a).sum(1),
        "eigenCam": torch.stack([eigen(each) for each in a]),
        "scoreCam": weigh([score_cam(p, *each) for each in zip(x, a)]),
    }
    tensors = {**p, "x": x, "activations": last(a), "gradients": last(grad), "integratedGradients": integrated(p, x, 20)}
    for name, each in maps.items():
        each = F.relu(each)
        tensors.update({f"{name}/maps": each, f"{name}/resized": resized(each, x.shape[1:3])})
    emit("explain", tensors, target=f"logit of class {CLASS}", network="conv2d 3x3 same tanh, conv2d_1 2x3 stride [2, 1] relu, dense", steps="20, midpoints")
