"""Our own lifter while it learns: a small causal VideoPose3D that tells how limbs point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..videopose3d import TemporalNet

LIMBS = 16
AHEAD = (0, 6, 12)
"""What it tells of: the newest frame, and frames that are so many frames old by then."""

_SLOWEST = 0.002
"""Of the difference, by which the average follows in a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a net is."""

    widths: tuple[int, ...] = (3, 3, 3)
    channels: int = 256


class LimbNet(nn.Module):
    """17 keypoints over time to 16 unit vectors, for each of AHEAD, and how far off they may be."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.body = TemporalNet(shape.widths, features_in=3, channels=shape.channels, causal=True)
        self.body.drop = nn.Dropout(0.0)
        self.body.shrink = nn.Conv1d(shape.channels, len(AHEAD) * LIMBS * 4, 1)
        self.past = math.prod(shape.widths) - 1

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """
        Args:
            frames: (B, T, 17, 3) x, y and confidence as from box_view.

        Returns:
            (B, T - past, AHEAD, 16, 3) unit, of the frame AHEAD before; and (..., 16) the logarithm
            of how far off each is, as a length.
        """
        out = self.raw(frames).unflatten(-1, (len(AHEAD), LIMBS, 4))
        return F.normalize(out[..., :3], dim=-1), out[..., 3]

    def raw(self, frames: Tensor) -> Tensor:
        """(B, T - past, AHEAD * 16 * 4)."""
        return self.body(frames).flatten(2)


def averaged(net: LimbNet) -> torch.optim.swa_utils.AveragedModel:
    """A copy that follows the net slowly, its normalisations too: it errs less than the net."""
    return torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=_follow, use_buffers=True)


@torch.no_grad()
def _follow(averages: Sequence[Tensor], now: Sequence[Tensor], steps: Tensor | int) -> None:
    """The longer it went, the slower."""
    share = max(_SLOWEST, 1 - (1 + float(steps)) / (10 + float(steps)))
    for average, value in zip(averages, now, strict=True):
        if average.is_floating_point():
            average.lerp_(value, share)
        else:
            average.copy_(value)
