"""Ten steps of every optimiser, in PyTorch's and in Keras's placement of epsilon, and gradient clipping."""
import torch
from torch import nn

from golden import draw, emit, generator, leaf

STEPS, SIZES = 10, {"a": (3, 4), "b": (5,), "c": (1,)}


def keras_rmsprop(p, g, s, t, lr=0.01, rho=0.9, eps=1e-7, momentum=0.0, centered=False):
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
    s["m"] = rho * s.get("m", 0) + (1 - rho) * g if centered else torch.zeros_like(g)
    s["u"] = momentum * s.get("u", 0) + lr * g / torch.sqrt(s["v"] - s["m"]**2 + eps)
    return p - s["u"]


def keras_adagrad(p, g, s, t, lr=0.1, start=0.1, eps=1e-7):
    s["v"] = s.get("v", start) + g**2
    return p - lr * g / torch.sqrt(s["v"] + eps)


def keras_nadam(p, g, s, t, lr=0.01, b1=0.9, b2=0.999, eps=1e-7):
    now, ahead = (b1 * (1 - 0.5 * 0.96**i) for i in (t, t + 1))
    s["product"] = s.get("product", 1) * now
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    m = ahead * s["m"] / (1 - s["product"] * ahead) + (1 - now) * g / (1 - s["product"])
    return p - lr * m / (torch.sqrt(s["v"] / (1 - b2**t)) + eps)


def keras_adam(p, g, s, t, lr=0.01, b1=0.9, b2=0.999, eps=1e-7, amsgrad=False, decay=0.0):
    p = p - lr * decay * p
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    s["top"] = torch.maximum(s["v"], s.get("top", torch.zeros_like(p))) if amsgrad else s["v"]
    return p - lr * (1 - b2**t) ** 0.5 / (1 - b1**t) * s["m"] / (torch.sqrt(s["top"]) + eps)


def optimizers():
    g, o = generator("optimizers"), torch.optim
    start = {k: draw(g, *size) for k, size in SIZES.items()}
    # Gradients that grow, fall (amsgrad's maximum), and, in c, are small enough for epsilon's place to show.
    scale = torch.tensor([1, 4, 2, 1, 0.5, 0.25, 0.125, 1, 0.0625, 2])
    gradient = {k: draw(g, STEPS, *size) * scale.reshape(-1, *[1] * len(size)) for k, size in SIZES.items()}
    gradient["c"] /= 2**18
    torch_cases = {
        "sgd": (o.SGD, dict(lr=0.1)), "momentum": (o.SGD, dict(lr=0.1, momentum=0.9)),
        "nesterov": (o.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
        "rmsprop": (o.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-7)), "adam": (o.Adam, dict(lr=0.01, eps=1e-8)),
        "amsgrad": (o.Adam, dict(lr=0.01, betas=(0.9, 0.9), eps=1e-8, amsgrad=True)),
        "adamw": (o.AdamW, dict(lr=0.01, eps=1e-8, weight_decay=0.004)),
        # Without epsilon, whose place differs.
        "rmsprop_momentum": (o.RMSprop, dict(lr=0.01, alpha=0.9, eps=0, momentum=0.8)),
        "rmsprop_centered": (o.RMSprop, dict(lr=0.01, alpha=0.9, eps=0, centered=True)),
        "rmsprop_both": (o.RMSprop, dict(lr=0.01, alpha=0.9, eps=0, centered=True, momentum=0.8)),
        "adagrad": (o.Adagrad, dict(lr=0.1, eps=0, initial_accumulator_value=0.1)),
        # foreach: the plain loop of PyTorch 1.13 has μ_t twice in the product for t + 1.
        "nadam": (o.NAdam, dict(lr=0.01, eps=1e-7, momentum_decay=0.004, foreach=True)),
    }
    # Decoupled decay, which PyTorch has in AdamW alone: p *= 1 - lr·0.05 before its step.
    decayed = {"nesterov", "rmsprop_both", "adagrad", "nadam"}
    torch_cases |= {f"{case}_decay": torch_cases[case] for case in sorted(decayed)}
    keras_cases = {"rmsprop_keras": (keras_rmsprop, {}), "adam_keras": (keras_adam, {}),
                   "rmsprop_both_keras": (keras_rmsprop, dict(momentum=0.8, centered=True)),
                   "adagrad_keras": (keras_adagrad, {}), "nadam_keras": (keras_nadam, {}),
                   "amsgrad_keras": (keras_adam, dict(b2=0.9, amsgrad=True)),
                   "adamw_keras": (keras_adam, dict(decay=0.004))}
    tensors = {**{f"start/{k}": v for k, v in start.items()}, **{f"gradient/{k}": v for k, v in gradient.items()}}
    for case, (make, options) in {**torch_cases, **keras_cases}.items():
        params = {k: leaf(v) for k, v in start.items()}
        trace = {k: [] for k in SIZES}
        optimizer = make(params.values(), **options) if case in torch_cases else None
        memory = {k: {} for k in SIZES}
        for t in range(STEPS):
            for k, p in params.items():
                p.grad = gradient[k][t].clone()
                if case.endswith("_decay"):
                    p.data *= 1 - options["lr"] * 0.05
                if optimizer is None:
                    p.data = make(p.data, p.grad, memory[k], t + 1, **options)
            if optimizer is not None:
                optimizer.step()
            for k, p in params.items():
                trace[k].append(p.detach().clone())
        tensors.update({f"{case}/{k}": torch.stack(v) for k, v in trace.items()})
    emit("optimizers", tensors, sgd="lr 0.1", momentum="lr 0.1, momentum 0.9", nesterov="lr 0.1, momentum 0.9",
         rmsprop="lr 0.01, rho 0.9, epsilon 1e-7 outside the root", adam="lr 0.01, betas .9 .999, epsilon 1e-8",
         amsgrad="as adam, but betas .9 .9, so that the maximum shows", adamw="as adam, decoupled weight decay 0.004",
         rmsprop_keras="lr 0.01, rho 0.9, epsilon 1e-7 inside the root",
         adam_keras="lr 0.01, alpha_t = lr·√(1−β2^t)/(1−β1^t), p −= alpha_t·m/(√v + 1e-7)",
         amsgrad_keras="as adam_keras, but betas .9 .9, maximum of v",
         adamw_keras="as adam_keras, p −= lr·0.004·p first",
         rmsprop_momentum="lr 0.01, rho 0.9, momentum 0.8, no epsilon", rmsprop_centered="lr 0.01, rho 0.9, no epsilon",
         rmsprop_both="both", adagrad="lr 0.1, initial accumulator 0.1, no epsilon",
         nadam="lr 0.01, betas .9 .999, epsilon 1e-7, momentum decay 0.004",
         decay="<case>_decay: as <case>, p −= lr·0.05·p before each step",
         rmsprop_both_keras="as rmsprop_both, epsilon 1e-7 inside the root", adagrad_keras="as adagrad, epsilon 1e-7 inside the root",
         nadam_keras="as nadam, momentum decay 1")


def clipping():
    g = generator("clipping")
    gradient = {k: draw(g, *size, scale=2) for k, size in SIZES.items()}
    tensors = {f"gradient/{k}": v for k, v in gradient.items()}
    norm = torch.sqrt(sum((v**2).sum() for v in gradient.values()))
    tensors["norm"] = norm

    def clipped(case, clip):
        params = {k: leaf(torch.zeros_like(v)) for k, v in gradient.items()}
        for k, p in params.items():
            p.grad = gradient[k].clone()
        clip(params.values())
        tensors.update({f"{case}/{k}": p.grad for k, p in params.items()})

    clipped("offset", lambda params: nn.utils.clip_grad_norm_(params, 1.5))
    tensors.update({f"exact/{k}": v * 1.5 / norm for k, v in gradient.items()})
    clipped("loose", lambda params: nn.utils.clip_grad_norm_(params, 100.0))
    clipped("value", lambda params: nn.utils.clip_grad_value_(params, 0.75))
    emit("clipping", tensors, offset="max norm 1.5, factor 1.5/(norm + 1e-6), PyTorch",
         exact="max norm 1.5, factor 1.5/norm (Keras)",
         loose="max norm 100: unchanged", value="every element into [-0.75, 0.75]")
