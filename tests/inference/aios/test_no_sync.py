"""The fast path never makes the host wait for the device, as far as can be seen without one."""

from __future__ import annotations

from typing import Any

import torch
from aios_reference import weights
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inference.aios import build_aios
from inference.aios.fast import FastAios
from inference.aios.fast.people import pack_people


class Crossings(TorchDispatchMode):
    """Notes every operation that touches host memory; on a GPU each would be a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = function(*args, **(kwargs or {}))
        tensors = [x for x in tree_leaves((args, kwargs, out)) if isinstance(x, Tensor)]
        if any(x.device.type == "cpu" and x.dim() for x in tensors):
            self.found.append(str(function))
        return out


def looked_at(padded: bool) -> list[str]:
    """What crosses while meta tensors, whose numbers nobody can read, go through the network."""
    model = build_aios(weights(0), device="meta", fast=True)
    assert isinstance(model, FastAios)
    images = torch.empty(2, 3, 256, 320, device="meta")
    padding = torch.empty(2 if padded else 1, 256, 320, dtype=torch.bool, device="meta")
    geometry = model.geometry(padding, padded=padded)
    with Crossings() as crossings, torch.inference_mode():
        if padded:
            geometry = model.geometry(padding)
        packed = pack_people(model.decode(images, geometry), model.heads, 50)
    assert packed.shape == (2, 50, 588)
    return crossings.found


def test_nothing_crosses_between_images_and_people() -> None:
    assert looked_at(padded=False) == []


def test_padding_masks_are_never_read_back() -> None:
    assert looked_at(padded=True) == []


def test_a_crossing_would_be_noticed() -> None:
    with Crossings() as crossings:
        torch.empty(3, device="meta") + torch.zeros(3).to("meta")
    assert crossings.found
