"""The lifter as an ONNX file that runs without torch, a frame at a time or a clip at once.

Frames (P, T, 51) go in together with what each filter remembers of those before, (P, its reach,
channels); limbs of all T come out, and what is to be remembered then. T = 1 is the live step. The
taps of a filter are laid side by side, so that a layer is one matrix product for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from torch import nn

from livemocap.rotation import Array

from ..layout import LAYOUT
from ..ring import folded
from .losses import mean_bones_m
from .net import AHEAD, LIMBS, LimbNet
from .onnx_file import Graph, model
from .pairs import RATE_HZ


def onnx_of(net: LimbNet, about: Mapping[str, str]) -> bytes:
    """The file's content, with normalisations folded into the filters.

    Args:
        about: where the weights come from, to be kept in the file.
    """
    drawn, body = _Drawn(), net.body
    x = drawn.filtered("frames", body.expand_conv, body.expand_bn, 1)
    for layer, dilation in enumerate(body.dilations[1:]):
        first, second = 2 * layer, 2 * layer + 1
        y = drawn.filtered(x, body.layers_conv[first], body.layers_bn[first], dilation)
        y = drawn.filtered(y, body.layers_conv[second], body.layers_bn[second], dilation)
        x = drawn.graph.node("Add", [x, y], f"x{layer}")
    assert body.shrink.bias is not None
    weight, bias = body.shrink.weight.detach(), body.shrink.bias.detach()
    drawn.product(x, weight[..., 0].T.numpy(), bias.numpy(), "limbs")
    sizes = ("people", "time")
    return model(
        drawn.graph,
        {"frames": (*sizes, body.expand_conv.in_channels), **drawn.memories},
        {"limbs": (*sizes, len(AHEAD) * LIMBS * 4), **drawn.memories_after},
        {**_facts(net), **about},
    )


def _facts(net: LimbNet) -> dict[str, str]:
    """What whoever runs the file has to know."""
    return {
        "layout": LAYOUT,
        "rate_hz": str(RATE_HZ),
        "past": str(net.past),
        "ahead": json.dumps(AHEAD),
        "bones_m": json.dumps(mean_bones_m().round(4).tolist()),
    }


class _Drawn:
    """A graph as it grows."""

    def __init__(self) -> None:
        self.graph = Graph("livemocap-lifter")
        self.memories: dict[str, tuple[str | int, ...]] = {}
        self.memories_after: dict[str, tuple[str | int, ...]] = {}
        self._layers = 0

    def filtered(self, x: str, conv: nn.Module, norm: nn.Module, dilation: int) -> str:
        """A filter over time, its normalisation and ReLU."""
        weight, bias = (tensor.numpy() for tensor in folded(conv, norm))
        taps, name = weight.shape[2], f"layer{self._layers}"
        self._layers += 1
        if taps > 1:
            x = self._side_by_side(x, name, weight.shape[1], taps, dilation)
        flat = weight.transpose(2, 1, 0).reshape(-1, len(weight))
        return self.graph.node("Relu", [self.product(x, flat, bias, name)], f"{name}_on")

    def product(self, x: str, weight: Array, bias: Array, name: str) -> str:
        w = self.graph.constant(f"{name}_weight", weight)
        b = self.graph.constant(f"{name}_bias", bias)
        return self.graph.node("Add", [self.graph.node("MatMul", [x, w], f"{name}_mm"), b], name)

    def _side_by_side(self, x: str, name: str, channels: int, taps: int, dilation: int) -> str:
        """(P, T, channels) to (P, T, taps * channels), oldest tap first."""
        reach = (taps - 1) * dilation
        before, after = f"memory{len(self.memories)}", f"memory{len(self.memories)}_after"
        self.memories[before] = self.memories_after[after] = ("people", reach, channels)
        longer = self.graph.node("Concat", [before, x], f"{name}_long", axis=1)
        end = np.iinfo(np.int64).max
        self._slice(longer, -reach, end, after)
        steps = range(0, reach + 1, dilation)
        parts = [
            self._slice(longer, step, step - reach or end, f"{name}_tap{step}") for step in steps
        ]
        return self.graph.node("Concat", parts, f"{name}_taps", axis=2)

    def _slice(self, x: str, first: int, last: int, name: str) -> str:
        bounds = [
            self.graph.constant(f"{name}_{what}", np.array([value], np.int64))
            for what, value in (("from", first), ("to", last), ("axis", 1))
        ]
        return self.graph.node("Slice", [x, *bounds], name)
