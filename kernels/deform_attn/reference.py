"""Multi-scale deformable attention, the plain version.

Zhu et al., "Deformable DETR", ICLR 2021, after the projections of query and value.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

LevelShapes = Sequence[tuple[int, int]]
"""(H_l, W_l) of every feature level, in the order in which their tokens are concatenated."""


def deform_attn(
    value: Tensor, shapes: LevelShapes, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """Each query's weighted sum of a few bilinear samples per head and level.

    M heads of D channels, P points per level; L is the number of tokens of all levels.

    Args:
        value: (B, L, M, D), padded tokens already zero.
        shapes: the levels' (H_l, W_l); sum of H_l W_l = L.
        reference: (B, N, levels, 2) points or (B, N, levels, 4) boxes (cx, cy, w, h), in units
            of the padded level map.
        offsets: (B, N, M, levels, P, 2), (x, y): pixels of the level for points, relative to
            the box size for boxes.
        logits: (B, N, M, levels * P), softmax over the last axis weighs the samples.

    Returns:
        (B, N, M * D) in value's dtype; summed in float32 at least.
    """
    B, _, M, D = value.shape
    N, P = offsets.shape[1], offsets.shape[4]
    dtype = torch.promote_types(value.dtype, torch.float32)
    weights = logits.to(dtype).softmax(-1).unflatten(-1, (len(shapes), P))
    total = value.new_zeros((B * M, D, N), dtype=dtype)
    for level, ((H, W), tokens) in enumerate(zip(shapes, level_slices(shapes), strict=True)):
        maps = value[:, tokens].to(dtype).permute(0, 2, 3, 1).reshape(B * M, D, H, W)
        where = locations(reference[:, :, level], offsets[:, :, :, level], H, W).to(dtype)
        grid = (2 * where - 1).transpose(1, 2).flatten(0, 1)
        samples = grid_sample(maps, grid, padding_mode="zeros", align_corners=False)
        weight = weights[:, :, :, level].transpose(1, 2).reshape(B * M, 1, N, P)
        total = total + (samples * weight).sum(-1)
    return total.unflatten(0, (B, M)).permute(0, 3, 1, 2).flatten(2).to(value.dtype)


def locations(reference: Tensor, offsets: Tensor, H: int, W: int) -> Tensor:
    """Where to sample one level, (B, N, M, P, 2) as (x, y) in 0..1 over its padded map.

    Args:
        reference: (B, N, 2 or 4).
        offsets: (B, N, M, P, 2).
        H, W: the level's size.
    """
    offsets = offsets.to(torch.promote_types(offsets.dtype, torch.float32))
    centre = reference[:, :, None, None, :2]
    if reference.shape[-1] == 2:
        x, y = offsets.unbind(-1)
        return centre + torch.stack((x / W, y / H), dim=-1)
    return centre + offsets / offsets.shape[3] * reference[:, :, None, None, 2:] * 0.5


def level_slices(shapes: LevelShapes) -> list[slice]:
    """Each level's tokens among the L."""
    ends = [0]
    for H, W in shapes:
        ends.append(ends[-1] + H * W)
    return [slice(start, end) for start, end in pairwise(ends)]
