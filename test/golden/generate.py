#!/usr/bin/python3
"""Writes the golden files of test/golden/data with PyTorch in float64; README.md states the layout.

    /usr/bin/python3 test/golden/generate.py           # write the files
    /usr/bin/python3 test/golden/generate.py --check   # compare with the files, then prove them with numpy
"""
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import check
from attention import attention, multi_head
from convolution_kinds import separable, transposed
from convolution import conv1d, conv2d, pooling, residual, resnet
from embedding import embedding
from explain import explain
from golden import FILES
from likelihoods import likelihoods
from normalization import batch_norm, group_norm, layer_norm, rms_norm
from merging import merging
from optimizers import clipping, optimizers
from pointwise import activations, losses
from rearranged import rearranged
from recurrent import H, by_hand, gru_hard_sigmoid, gru_reset_before, lstm_hard_sigmoid, lstm_peephole, recurrent
from rules import rules

DATA = Path(__file__).parent / "data"


def build():
    for kind in ("rnn-tanh", "rnn-relu", "lstm", "gru"):
        recurrent(f"{kind}-1layer", kind)
        recurrent(f"{kind}-3layer", kind, layers=3)
        recurrent(f"{kind}-bidirectional", kind, bidirectional=True)
        recurrent(f"{kind}-bidirectional-2layer", kind, layers=2, bidirectional=True)
    recurrent("lstm-lengths", "lstm", lengths=[4, 6, 1])
    recurrent("gru-lengths", "gru", lengths=[2, 5, 3])
    recurrent("lstm-bidirectional-lengths", "lstm", bidirectional=True, lengths=[3, 1, 6])
    by_hand("gru-reset-before", 3, ["h"], {}, gru_reset_before, cell="gru-reset-before")
    by_hand("lstm-peephole", 4, ["h", "c"], {"peephole": (3, H)}, lstm_peephole, cell="lstm-peephole",
            peephole="rows i, f (see c_{t-1}) and o (sees c_t)")
    recurrent("lstm-projection", "lstm", layers=2, bidirectional=True, projection=3)
    recurrent("lstm-without-bias", "lstm", bias=False)
    recurrent("gru-without-bias", "gru", bias=False)
    recurrent("rnn-relu-without-bias", "rnn-relu", bias=False)
    by_hand("lstm-hard-sigmoid", 4, ["h", "c"], {}, lstm_hard_sigmoid, cell="lstm-hard-sigmoid", sigmoid="clip(x/5 + 1/2)")
    by_hand("gru-hard-sigmoid", 3, ["h"], {"recurrentBias": (3 * H,)}, gru_hard_sigmoid, cell="gru-hard-sigmoid",
            sigmoid="clip(x/6 + 1/2)", candidate="relu")
    for group in (layer_norm, batch_norm, losses, likelihoods, activations, optimizers, clipping, rules, conv2d, conv1d, pooling, residual, resnet, explain, rearranged, transposed, separable, embedding, rms_norm, group_norm, merging, attention, multi_head):
        group()


if __name__ == "__main__":
    build()
    if "--check" in sys.argv:
        sys.exit(check.run(FILES, DATA))
    DATA.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (DATA / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{len(FILES)} files, {sum(len(t.encode()) for t in FILES.values())} bytes in {DATA.name}/")
