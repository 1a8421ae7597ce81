"""Attention by hand (dot, scaled, additive) and nn.MultiheadAttention, with padding and causal masks."""
import torch

from golden import draw, emit, generator, gradients, leaf, project

B, TQ, TK = 2, 3, 4
REAL = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]).bool()


def attend(scores, values, visible):
    weights = scores.masked_fill(~visible, float("-inf")).softmax(-1)
    return weights @ values, weights


def attention():
    g, tensors = generator("attention"), {"mask": REAL.double()}
    for case in ("dot", "scaledDot", "additive", "causal"):
        width = 6 if case == "additive" else 5
        leaves = {"query": leaf(draw(g, B, TQ, 5)), "value": leaf(draw(g, B, TK, 2)), "key": leaf(draw(g, B, TK, width))}
        if case == "additive":
            leaves |= {"queryKernel": leaf(draw(g, 5, 3)), "keyKernel": leaf(draw(g, 6, 3)), "scoreKernel": leaf(draw(g, 3, 1))}
            hidden = (leaves["query"] @ leaves["queryKernel"])[:, :, None] + (leaves["key"] @ leaves["keyKernel"])[:, None]
            scores = (hidden.tanh() @ leaves["scoreKernel"])[..., 0]
        else:
            scores = leaves["query"] @ leaves["key"].mT / (5 ** 0.5 if case == "scaledDot" else 1)
        visible = torch.ones(TQ, TK).tril().bool().expand(B, TQ, TK) if case == "causal" else REAL[:, None].expand(B, TQ, TK)
        out, weights = attend(scores, leaves["value"], visible)
        projections, loss = project(g, {"out": out, "weights": weights})
        loss.backward()
        tensors |= {f"{case}/{k}": v for k, v in {**leaves, **projections, "out": out, "weights": weights, **gradients(leaves)}.items()}
    emit("attention", tensors, mask="of value and key; not in the case causal, where query i sees keys 0 to i")


def multi_head():
    g, tensors = generator("multihead"), {"mask": REAL.double()}
    heads, width = 2, 6
    for case in ("self", "cross", "causal"):
        wk, wv = (width, width) if case != "cross" else (5, 7)
        layer = torch.nn.MultiheadAttention(width, heads, batch_first=True, kdim=wk, vdim=wv)
        layer._qkv_same_embed_dim = False
        names = {"queryKernel": (width, width), "keyKernel": (wk, width), "valueKernel": (wv, width), "outputKernel": (width, width),
                 "queryBias": (width,), "keyBias": (width,), "valueBias": (width,), "outputBias": (width,)}
        p = {k: leaf(draw(g, *shape)) for k, shape in names.items()}
        x = {"query": leaf(draw(g, B, TK, width))} if case != "cross" else {
            "query": leaf(draw(g, B, TQ, width)), "value": leaf(draw(g, B, TK, wv)), "key": leaf(draw(g, B, TK, wk))}
        query = x["query"]
        out, weights = torch.nn.functional.multi_head_attention_forward(
            query.transpose(0, 1), x.get("key", query).transpose(0, 1), x.get("value", query).transpose(0, 1), width, heads,
            None, torch.cat([p["queryBias"], p["keyBias"], p["valueBias"]]), None, None, False, 0.0, p["outputKernel"].T, p["outputBias"],
            training=True, key_padding_mask=None if case == "causal" else ~REAL, need_weights=True, average_attn_weights=False,
            attn_mask=torch.ones(TK, TK).triu(1).bool() if case == "causal" else None, use_separate_proj_weight=True,
            q_proj_weight=p["queryKernel"].T, k_proj_weight=p["keyKernel"].T, v_proj_weight=p["valueKernel"].T)
        out = out.transpose(0, 1)
        real = REAL[:, :, None].double() if case == "self" else torch.ones(())
        projections, _ = project(g, {"out": out, "weights": weights})
        projections["R/out"] = projections["R/out"] * real  # padded queries: our weights are 0 there
        projections["R/weights"] = projections["R/weights"] * real[:, None] if case == "self" else projections["R/weights"]
        ((projections["R/out"] * out).sum() + (projections["R/weights"] * weights).sum()).backward()
        tensors |= {f"{case}/{k}": v for k, v in {**x, **p, **projections, "out": out, "weights": weights, **gradients({**x, **p})}.items()}
    emit("multihead", tensors, heads=heads, kernels="in_proj and out_proj transposed, head after head in the columns (outputKernel: rows)",
         mask="of queries and keys (self), of keys (cross), none (causal)")
