"""VideoPose3D and P-STMO as nets for lifters. Both learnt from image-normalised keypoints without
confidence; VideoPose3D at Human3.6M's rate, P-STMO from every second frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from livemocap.rotation import Array

from .clip import WINDOWS
from .h36m_keypoints import H36M_FROM_COCO
from .net import Normalization, Ring
from .pstmo import Pstmo
from .ring import Ring as TorchRing
from .videopose3d import TemporalNet

H36M_HZ = 50.0

Points = Literal["coco", "h36m"]
"""Which 17 points a net learnt from."""


class TorchNet:
    """What both have in common."""

    rate_hz = H36M_HZ
    normalization: Normalization = "image"
    takes_unknown = False

    def __init__(self, name: str, past: int, ahead: int, points: Points) -> None:
        self.name, self.past, self.ahead = name, past, ahead
        self._points: Points = points

    def poses(self, frames: Array, /) -> Array:
        with torch.inference_mode():
            return self._poses(_xy(frames, self._points)).numpy()

    def _poses(self, keypoints: Tensor) -> Tensor:
        raise NotImplementedError


class TemporalPoses(TorchNet):
    """VideoPose3D. Single windows go through the strided form, whole clips through the dilated."""

    def __init__(self, name: str, net: TemporalNet, points: Points = "coco") -> None:
        past, ahead = window_sides(net)
        super().__init__(name, past, ahead, points)
        self._net, self._strided = net.eval(), _strided_twin(net)

    def _poses(self, keypoints: Tensor) -> Tensor:
        single = keypoints.shape[1] == self._net.receptive_field
        return self._strided(keypoints) if single else self._net(keypoints)


class CausalTemporalPoses(TemporalPoses):
    """VideoPose3D that looks at no future frame."""

    def ring(self) -> Ring:
        return _TorchRing(TorchRing(self._net), self._points)


class WindowPoses(TorchNet):
    """P-STMO: every pose costs a window. What it says of the hip itself means nothing."""

    rate_hz = H36M_HZ / 2

    def __init__(self, name: str, net: Pstmo, points: Points = "coco") -> None:
        half = net.size.frames // 2
        super().__init__(name, half, net.size.frames - 1 - half, points)
        self._net = net.eval()

    def _poses(self, keypoints: Tensor) -> Tensor:
        windows = keypoints.unfold(1, self._net.size.frames, 1).permute(0, 1, 4, 2, 3)
        flat = windows.flatten(0, 1).split(WINDOWS)
        poses = torch.cat([self._net(some) for some in flat])
        poses[:, 0] = 0
        return poses.unflatten(0, windows.shape[:2])


class _TorchRing:
    def __init__(self, ring: TorchRing, points: Points) -> None:
        self._ring = ring
        self._points: Points = points

    def push(self, keys: Sequence[int], frames: Array, /, *, keep: bool = True) -> Array:
        return self._ring.push(keys, _xy(frames, self._points), keep=keep).numpy()

    def reset(self) -> None:
        self._ring.reset()


def window_sides(net: TemporalNet) -> tuple[int, int]:
    """Frames of the past and of the future of one pose."""
    around = net.receptive_field - 1
    return (around, 0) if net.causal else (around // 2, around // 2)


def _strided_twin(net: TemporalNet) -> TemporalNet:
    """The strided form with the very same tensors."""
    channels = net.expand_conv.out_channels
    twin = TemporalNet(net.widths, channels=channels, causal=net.causal, strided=True)
    twin.load_state_dict(net.state_dict(), assign=True)
    return twin.eval()


def _xy(frames: Array, points: Points) -> Tensor:
    xy = frames[..., :2] if points == "coco" else H36M_FROM_COCO @ frames[..., :2]
    return torch.from_numpy(np.ascontiguousarray(xy, np.float32))
