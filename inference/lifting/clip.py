"""Whole clips through the lifters, as their scripts for own videos run them."""

from __future__ import annotations

import torch
from torch import Tensor

from .flip import averaged, with_flipped
from .pstmo import Pstmo
from .videopose3d import TemporalNet

WINDOWS = 32
"""As many windows at once."""


@torch.inference_mode()
def lift_clip(net: TemporalNet | Pstmo, keypoints: Tensor, *, flip: bool = True) -> Tensor:
    """A pose for every frame of a clip; its first and last pose are repeated around it.

    Args:
        keypoints: (T, 17, 2) normalised.

    Returns:
        (T, J, 3) m, camera axes, about the root.
    """
    both = with_flipped(keypoints[None]) if flip else keypoints[None]
    if isinstance(net, Pstmo):
        poses = _by_windows(net, padded(both, net.size.frames, causal=False))
    else:
        around = padded(both, net.receptive_field, causal=net.causal)
        poses = _by_windows(net, around) if net.strided else net(around)
    poses = averaged(poses) if flip else poses
    return _rooted(poses[0]) if isinstance(net, Pstmo) else poses[0]


def padded(clips: Tensor, window: int, *, causal: bool) -> Tensor:
    """(B, T, J, 2) to (B, T + window - 1, J, 2)."""
    before = window - 1 if causal else window // 2
    first = clips[:, :1].expand(-1, before, -1, -1)
    last = clips[:, -1:].expand(-1, window - 1 - before, -1, -1)
    return torch.cat([first, clips, last], 1)


def _by_windows(net: TemporalNet | Pstmo, clips: Tensor) -> Tensor:
    """(B, T + window - 1, 17, 2) to (B, T, J, 3)."""
    length = net.size.frames if isinstance(net, Pstmo) else net.receptive_field
    windows = clips.unfold(1, length, 1).permute(0, 1, 4, 2, 3)
    flat = [net(some) for some in windows.flatten(0, 1).split(WINDOWS)]
    poses = torch.cat(flat)
    poses = poses if poses.ndim == 3 else poses[:, 0]
    return poses.unflatten(0, windows.shape[:2])


def _rooted(poses: Tensor) -> Tensor:
    poses = poses.clone()
    poses[:, 0] = 0
    return poses
