"""The feature levels as one row of tokens, and what is valid of each (spec sections 3 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_STRIDES = (8, 16, 32, 64)


def level_shapes(height: int, width: int) -> tuple[tuple[int, int], ...]:
    """(H, W) of each level of a canvas: every halving rounds up."""
    return tuple((-(-height // stride), -(-width // stride)) for stride in _STRIDES)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Four feature levels of B images, L tokens in all, row-major, level after level."""

    shapes: tuple[tuple[int, int], ...]
    """(H, W) of each level."""
    tokens: Tensor
    """(B, L, 256)."""
    position: Tensor
    """(B, L, 256), level embedding included."""
    padding: Tensor
    """(B, L), True on padding."""
    valid: Tensor
    """(B, levels, 2): valid width and height of each level, in cells."""

    @property
    def sizes(self) -> Tensor:
        """(levels, 2): width and height of each level."""
        whole = [[self.valid.new_full((), n) for n in (w, h)] for h, w in self.shapes]
        return torch.stack([torch.stack(size) for size in whole])

    @property
    def valid_ratios(self) -> Tensor:
        """(B, levels, 2): the valid share of width and height."""
        return self.valid / self.sizes

    @property
    def scale(self) -> Tensor:
        """(B, levels, 4): takes boxes in the valid image to boxes in the padded level."""
        return self.valid_ratios.repeat(1, 1, 2)


def level_masks(padding: Tensor, shapes: Sequence[tuple[int, int]]) -> list[Tensor]:
    """(B, H, W) padding of the image to (B, H_l, W_l) of each level, by nearest neighbour."""
    whole = padding[:, None].to(torch.float32)
    return [F.interpolate(whole, size=shape)[:, 0] > 0.5 for shape in shapes]


def valid_cells(masks: Sequence[Tensor], dtype: torch.dtype) -> Tensor:
    """(B, H_l, W_l) masks to (B, levels, 2): valid width and height."""
    sizes = [torch.stack([(~m[:, 0]).sum(1), (~m[:, :, 0]).sum(1)], -1) for m in masks]
    return torch.stack(sizes, 1).to(dtype)


def flatten_levels(maps: Sequence[Tensor]) -> Tensor:
    """(B, C, H_l, W_l) maps to (B, L, C) tokens."""
    return torch.cat([m.flatten(2).transpose(1, 2) for m in maps], 1)


def cell_centres(shapes: Sequence[tuple[int, int]], valid: Tensor) -> Tensor:
    """(B, L, 2): the middle of each cell in the valid image of its own level, 0..1."""
    centres = []
    for level, (h, w) in enumerate(shapes):
        y = torch.arange(h, dtype=valid.dtype, device=valid.device) + 0.5
        x = torch.arange(w, dtype=valid.dtype, device=valid.device) + 0.5
        grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(1, h * w, 2)
        centres.append(grid / valid[:, level, None])
    return torch.cat(centres, 1)
