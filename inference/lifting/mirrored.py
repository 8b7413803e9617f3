"""A net that also looks at the mirror image and answers with the mean, as published results do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array

from .net import CausalNet, Net, Normalization, Ring
from .skeletons import COCO_MIRROR, H36M_MIRROR

_OTHER_SIDE = np.array([-1, 1, 1], np.float32)


class MirroredNet:
    """Twice the cost of the net that it stands for."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self.name, self.rate_hz = net.name, net.rate_hz
        self.past, self.ahead = net.past, net.ahead
        self.normalization: Normalization = net.normalization
        self.takes_unknown = net.takes_unknown

    def poses(self, frames: Array, /) -> Array:
        return _mean(self._net.poses(_both(frames)))


class MirroredCausalNet(MirroredNet):
    def __init__(self, net: CausalNet) -> None:
        super().__init__(net)
        self._causal = net

    def ring(self) -> Ring:
        return _MirroredRing(self._causal.ring())


class _MirroredRing:
    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self.reset = ring.reset

    def push(self, keys: Sequence[int], frames: Array, /, *, keep: bool = True) -> Array:
        """Mirror images have keys of their own."""
        both = [2 * key for key in keys] + [2 * key + 1 for key in keys]
        return _mean(self._ring.push(both, _both(frames), keep=keep))


def mirrored(net: Net) -> Net:
    return MirroredCausalNet(net) if isinstance(net, CausalNet) else MirroredNet(net)


def _both(frames: Array) -> Array:
    """(B, ..., 17, 3) and its mirror image: (2B, ..., 17, 3)."""
    return np.concatenate([frames, frames[..., COCO_MIRROR, :] * _OTHER_SIDE])


def _mean(poses: Array) -> Array:
    """(2B, ..., 17, 3) of both to (B, ..., 17, 3)."""
    pose, other = np.split(poses, 2)
    return (pose + other[..., H36M_MIRROR, :] * _OTHER_SIDE) / 2
