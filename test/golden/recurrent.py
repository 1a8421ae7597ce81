"""RNN, LSTM and GRU: PyTorch's modules converted to this library's layout, and two cells PyTorch does not have."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import draw, emit, generator, gradients, leaf, project

B, T, D, H = 3, 6, 4, 5


def recurrent(name, kind, layers=1, bidirectional=False, lengths=None, bias=True, projection=0):
    g = generator(name)
    options = dict(num_layers=layers, bidirectional=bidirectional, batch_first=True, bias=bias)
    if projection:
        options["proj_size"] = projection
    if kind.startswith("rnn"):
        module = nn.RNN(D, H, nonlinearity=kind.split("-")[1], **options)
    else:
        module = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](D, H, **options)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(draw(g, *parameter.shape, scale=0.5))
            if kind == "rnn-relu" and parameter.dim() == 1:
                parameter.abs_()  # positive biases: few units stay at zero, where their gradients would be
    directions = ["/forward", "/backward"] if bidirectional else [""]
    places = [f"layer{l}{d}" for l in range(layers) for d in directions]  # PyTorch's order of states

    x = leaf(draw(g, B, T, D, scale=1.5))
    states = ["h", "c"] if kind == "lstm" else ["h"]
    initial = [leaf(draw(g, len(places), B, projection if projection and s == "h" else H)) for s in states]
    fed = x if lengths is None else pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    out, final = module(fed, tuple(initial) if kind == "lstm" else initial[0])
    final = list(final) if kind == "lstm" else [final]
    if lengths is not None:
        out = pad_packed_sequence(out, batch_first=True, total_length=T)[0]

    outputs = {"out": out}
    outputs.update({f"{p}/{s}n": final[j][i] for i, p in enumerate(places) for j, s in enumerate(states)})
    weights = {f"R/{key}": draw(g, *value.shape) for key, value in outputs.items()}
    if lengths is not None:  # no weight on the padding: what a layer writes there is its own convention
        weights["R/out"] *= (torch.arange(T)[None, :] < torch.tensor(lengths)[:, None])[:, :, None]
    loss = sum((weights[f"R/{key}"] * value).sum() for key, value in outputs.items())
    loss.backward()

    tensors, grads = {"x": x}, {"grad/x": x.grad}
    for i, place in enumerate(places):
        suffix = f"_l{i // len(directions)}" + ("_reverse" if place.endswith("backward") else "")
        w_ih, w_hh, w_hr, b_ih, b_hh = (getattr(module, part + suffix, None)
                                        for part in ("weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh"))
        ours = {"kernel": (w_ih.t(), w_ih.grad.t()), "recurrentKernel": (w_hh.t(), w_hh.grad.t())}
        if projection:
            ours.update(projection=(w_hr.t(), w_hr.grad.t()))
        if not bias:
            pass
        elif kind == "gru":
            ours.update(bias=(b_ih, b_ih.grad), recurrentBias=(b_hh, b_hh.grad))
        else:
            ours.update(bias=(b_ih + b_hh, b_ih.grad))
        ours.update({f"{s}0": (initial[j][i], initial[j].grad[i]) for j, s in enumerate(states)})
        tensors.update({f"{place}/{key}": value for key, (value, _) in ours.items()})
        grads.update({f"grad/{place}/{key}": grad for key, (_, grad) in ours.items()})
    if lengths is not None:
        tensors["lengths"] = torch.tensor(lengths)
    emit(name, {**tensors, **weights, **outputs, "loss": loss, **grads}, cell=kind, layers=layers,
         directions=len(directions), **({} if bias else {"bias": "none"}), **({} if lengths is None else {"padding": "out is 0 at padded steps; R/out too"}))


def by_hand(name, gates, states, extra, step, **metadata):
    """One layer from a step function, for cells that PyTorch does not have; gradients by autograd."""
    g = generator(name)
    leaves = {"x": draw(g, B, T, D, scale=1.5), "layer0/kernel": draw(g, D, gates * H, scale=0.5),
              "layer0/recurrentKernel": draw(g, H, gates * H, scale=0.5), "layer0/bias": draw(g, gates * H, scale=0.5)}
    leaves.update({f"layer0/{key}": draw(g, *shape, scale=0.75) for key, shape in extra.items()})
    leaves.update({f"layer0/{s}0": draw(g, B, H) for s in states})
    leaves = {key: leaf(value) for key, value in leaves.items()}
    p = {key.replace("layer0/", ""): value for key, value in leaves.items()}
    state, hs = [p[f"{s}0"] for s in states], []
    for t in range(T):
        state = step(p, leaves["x"][:, t], *state)
        hs.append(state[0])
    outputs = {"out": torch.stack(hs, 1), **{f"layer0/{s}n": state[j] for j, s in enumerate(states)}}
    weights, loss = project(g, outputs)
    loss.backward()
    emit(name, {**leaves, **weights, **outputs, "loss": loss, **gradients(leaves)},
         layers=1, directions=1, **metadata)


def gru_reset_before(p, x, h):
    xr, xz, xn = (x @ p["kernel"] + p["bias"]).chunk(3, 1)
    ur, uz, un = p["recurrentKernel"].chunk(3, 1)
    r = torch.sigmoid(xr + h @ ur)
    z = torch.sigmoid(xz + h @ uz)
    n = torch.tanh(xn + (r * h) @ un)
    return [(1 - z) * n + z * h]


def lstm_peephole(p, x, h, c):
    ai, af, ag, ao = (x @ p["kernel"] + h @ p["recurrentKernel"] + p["bias"]).chunk(4, 1)
    pi, pf, po = p["peephole"]
    i = torch.sigmoid(ai + pi * c)
    f = torch.sigmoid(af + pf * c)
    c = f * c + i * torch.tanh(ag)
    return [torch.sigmoid(ao + po * c) * torch.tanh(c), c]


def lstm_hard_sigmoid(p, x, h, c):
    """The gates of Keras up to 2, TensorFlow.js and ONNX."""
    ai, af, ag, ao = (x @ p["kernel"] + h @ p["recurrentKernel"] + p["bias"]).chunk(4, 1)
    i, f, o = (torch.clamp(a / 5 + 0.5, 0, 1) for a in (ai, af, ao))
    c = f * c + i * torch.tanh(ag)
    return [o * torch.tanh(c), c]


def gru_hard_sigmoid(p, x, h):
    """The gates of Keras 3 and PyTorch's Hardsigmoid; reset after, with a relu for the candidate."""
    ar, az, an = (x @ p["kernel"] + p["bias"]).chunk(3, 1)
    qr, qz, qn = (h @ p["recurrentKernel"] + p["recurrentBias"]).chunk(3, 1)
    r, z = (torch.clamp(a / 6 + 0.5, 0, 1) for a in (ar + qr, az + qz))
    return [(1 - z) * torch.relu(an + r * qn) + z * h]
