"""Proves the recurrent goldens without PyTorch: numpy formulas, written in this library's layout, give the same
outputs, and central differences of their loss give the same gradients. Run it through `generate.py --check`."""
import json

import numpy as np

CELLS = {"rnn-tanh", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-reset-before", "lstm-hard-sigmoid", "gru-hard-sigmoid"}


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def step(cell, p, x, h, c):
    """One row, one time step: the papers' equations on kernel [D, G·H], recurrentKernel [H, G·H], bias [G·H]."""
    n = p["recurrentKernel"].shape[1] // {"r": 1, "l": 4, "g": 3}[cell[0]]
    squash = {"lstm-hard-sigmoid": lambda v: np.clip(v / 5 + 0.5, 0, 1), "gru-hard-sigmoid": lambda v: np.clip(v / 6 + 0.5, 0, 1)}.get(cell, sigmoid)
    gate = lambda v, k: v[k * n:(k + 1) * n]
    a, u = x @ p["kernel"] + p.get("bias", 0), h @ p["recurrentKernel"]
    if cell == "rnn-tanh":
        return np.tanh(a + u), c
    if cell == "rnn-relu":
        return np.maximum(a + u, 0), c
    if cell.startswith("lstm"):
        pi, pf, po = p.get("peephole", np.zeros((3, n)))
        i = squash(gate(a + u, 0) + pi * c)
        f = squash(gate(a + u, 1) + pf * c)
        c = f * c + i * np.tanh(gate(a + u, 2))
        m = squash(gate(a + u, 3) + po * c) * np.tanh(c)
        return (m @ p["projection"] if "projection" in p else m), c
    if cell != "gru-reset-before":
        u = u + p.get("recurrentBias", 0)
    r, z = squash(gate(a, 0) + gate(u, 0)), squash(gate(a, 1) + gate(u, 1))
    if cell == "gru-hard-sigmoid":
        candidate = np.maximum(gate(a, 2) + r * gate(u, 2), 0)
    elif cell == "gru":
        candidate = np.tanh(gate(a, 2) + r * gate(u, 2))
    else:
        candidate = np.tanh(gate(a, 2) + (r * h) @ p["recurrentKernel"][:, 2 * n:])
    return (1 - z) * candidate + z * h, c


def forward(meta, t):
    """Outputs {out, layerL[/direction]/hn, …/cn} of a whole file."""
    layer_input, result = t["x"], {}
    lengths = t.get("lengths", np.full(len(layer_input), layer_input.shape[1])).astype(int)
    directions = [""] if meta["directions"] == "1" else ["/forward", "/backward"]
    for layer in range(int(meta["layers"])):
        halves = []
        for direction in directions:
            place = f"layer{layer}{direction}/"
            p = {key[len(place):]: value for key, value in t.items() if key.startswith(place)}
            out = np.zeros((*layer_input.shape[:2], p["h0"].shape[1]))
            hn, cn = p["h0"].copy(), p.get("c0", p["h0"]).copy()
            for b, length in enumerate(lengths):
                for s in range(length) if direction != "/backward" else reversed(range(length)):
                    hn[b], cn[b] = step(meta["cell"], p, layer_input[b, s], hn[b], cn[b])
                    out[b, s] = hn[b]
            halves.append(out)
            result[f"{place}hn"] = hn
            if "c0" in p:
                result[f"{place}cn"] = cn
        layer_input = np.concatenate(halves, axis=2)
    return {"out": layer_input, **result}


def check_recurrent(name, meta, tensors):
    """The largest difference of outputs, and of one random directional derivative per tensor (relative)."""
    leaves = {k[5:] for k in tensors if k.startswith("grad/")}
    inputs = {k: v for k, v in tensors.items() if k in leaves or k == "lengths"}
    outputs = {k[2:] for k in tensors if k.startswith("R/")}

    def loss(t):
        return sum(np.sum(tensors[f"R/{k}"] * v) for k, v in forward(meta, t).items())

    computed = forward(meta, inputs)
    assert set(computed) == outputs, name
    worst = max(np.abs(v - tensors[k]).max() for k, v in computed.items())
    worst = max(worst, abs(loss(inputs) - tensors["loss"]))
    random, slope, eps = np.random.default_rng(1), 0.0, 1e-5
    for key in sorted(leaves):
        way = random.uniform(-1, 1, inputs[key].shape)
        up, down = (loss({**inputs, key: inputs[key] + sign * eps * way}) for sign in (1, -1))
        expected = np.sum(tensors[f"grad/{key}"] * way)
        scale = max(np.linalg.norm(tensors[f"grad/{key}"]) * np.linalg.norm(way), 1e-3)
        slope = max(slope, abs((up - down) / (2 * eps) - expected) / scale)
    return worst, slope


def load(text):
    golden = json.loads(text)
    return golden["metadata"], {k: np.array(v["data"]).reshape(v["shape"]) for k, v in golden["tensors"].items()}


def run(files, folder):
    """Regenerated text against the files, then the recurrent files against numpy. Returns the exit code."""
    failed = 0
    committed = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    same = sum(committed.get(name) == text for name, text in files.items())
    print(f"{same} of {len(files)} files byte-identical, {len(committed.keys() - files.keys())} unknown files")
    failed += same != len(files) or committed.keys() != files.keys()
    for name, text in sorted(committed.items()):
        meta, tensors = load(text)
        if meta.get("cell") not in CELLS:
            continue
        outputs, slopes = check_recurrent(name, meta, tensors)
        good = outputs < 1e-12 and slopes < 1e-8
        failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {name:28} outputs {outputs:.1e}  gradients {slopes:.1e}")
    return 1 if failed else 0
