"""Multi-scale deformable attention as sums over bags of rows: the plain version for the CPU.

The bilinear taps of one query's head, 4 per sample, are rows of a table of all levels' pixels;
`embedding_bag` sums them by weight without storing them, which grid_sample has to do.
"""

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from .reference import LevelShapes, level_slices

QUERIES_AT_ONCE = 2048
"""Keeps the row numbers and weights of one piece, 8 MB at 8 heads and 16 samples, in the cache."""


def deform_attn(
    value: Tensor, shapes: LevelShapes, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """As reference.deform_attn; locations stay in pixels, so it rounds a little less."""
    dtype = torch.promote_types(value.dtype, torch.float32)
    grid = BorderedGrid(shapes, value.shape[2], dtype)
    pieces = []
    for b, table in enumerate(bordered_rows(value.to(dtype), shapes)):
        queries = (
            each[b].to(dtype).split(QUERIES_AT_ONCE) for each in (reference, offsets, logits)
        )
        pieces += [weighted_sums(table, grid, *piece) for piece in zip(*queries, strict=True)]
    return torch.cat(pieces).view(len(value), offsets.shape[1], -1).to(value.dtype)


def bordered_rows(value: Tensor, shapes: LevelShapes) -> Tensor:
    """(B, L, M, D) to (B, rows * M, D), with zeros around each level's map: 1 before, 2 behind.

    A tap outside the map then reads a zero, so that none needs a mask.
    """
    B, _, M, D = value.shape
    rows = [(H + 3) * (W + 3) for H, W in shapes]
    table = value.new_zeros((B, sum(rows), M, D))
    maps = table.split(rows, dim=1)
    for level, (H, W), tokens in zip(maps, shapes, level_slices(shapes), strict=True):
        inner = level.unflatten(1, (H + 3, W + 3))[:, 1 : H + 1, 1 : W + 1]
        inner.copy_(value[:, tokens].unflatten(1, (H, W)))
    return table.flatten(1, 2)


class BorderedGrid:
    """Where pixels are in the rows of `bordered_rows`, for all levels and heads at once."""

    def __init__(self, shapes: LevelShapes, heads: int, dtype: torch.dtype) -> None:
        widths = [W + 3 for _, W in shapes]
        firsts = [tokens.start for tokens in level_slices([(H + 3, W + 3) for H, W in shapes])]
        pitch = torch.tensor(widths, dtype=torch.int32).view(-1, 1) * heads
        head = torch.arange(heads, dtype=torch.int32).view(-1, 1, 1)
        steps = torch.tensor([0, 1], dtype=torch.int32) * heads
        self.heads = heads
        self.sizes = torch.tensor([(W, H) for H, W in shapes], dtype=dtype).view(-1, 1, 2)
        """(levels, 1, 2) px."""
        self.pitch = pitch
        """(levels, 1) rows from one line of pixels to the next."""
        self.first = torch.tensor(firsts, dtype=torch.int32).view(-1, 1) * heads + head
        """(M, levels, 1) row of the border's first pixel."""
        self.taps = torch.cat((steps.expand(len(widths), 2), pitch + steps), dim=1).unsqueeze(1)
        """(levels, 1, 4) rows from the upper left tap to y0 x0, y0 x1, y1 x0, y1 x1."""

    def upper_left(self, reference: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """Each sample's upper left tap and how far the sample is from it.

        Args:
            reference: (n, levels, 2 or 4).
            offsets: (n, M, levels, P, 2).

        Returns:
            rows (n, M, levels, P) int32, and fractions of a pixel (n, M, levels, P, 2).
        """
        centre = reference[:, None, :, None, :2] * self.sizes + 0.5  # -0.5, and the border's 1
        if reference.shape[-1] == 2:
            at = centre + offsets
        else:
            box = reference[:, None, :, None, 2:] * self.sizes
            at = torch.addcmul(centre, offsets, box * (0.5 / offsets.shape[3]))
        at = at.fmax(at.new_zeros(())).fmin(self.sizes + 1)  # fmax: not a number becomes 0
        corner = at.floor()
        x, y = corner.int().unbind(-1)
        return torch.addcmul(self.first + x * self.heads, y, self.pitch), at - corner


def weighted_sums(
    table: Tensor, grid: BorderedGrid, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """One image's queries, the arguments of `deform_attn` without B, to (n, M * D)."""
    n, M, _ = logits.shape
    corners, fractions = grid.upper_left(reference, offsets)
    attention = logits.softmax(-1).view(corners.shape)
    rows = (corners.unsqueeze(-1) + grid.taps).view(n * M, -1)
    weights = tap_weights(attention, fractions).view(n * M, -1)
    return embedding_bag(rows, table, per_sample_weights=weights, mode="sum").view(n, -1)


def tap_weights(attention: Tensor, fractions: Tensor) -> Tensor:
    """What the taps y0 x0, y0 x1, y1 x0, y1 x1 count for, (..., 4).

    Args:
        attention: (...), the sample's weight.
        fractions: (..., 2), x and y.
    """
    x, y = fractions.unbind(-1)
    lower = attention * y
    upper = attention - lower
    upper_right, lower_right = upper * x, lower * x
    taps = (upper - upper_right, upper_right, lower - lower_right, lower_right)
    return torch.stack(taps, dim=-1)
