"""A person's own bone lengths, locked: they change in explicit updates only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

_PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])


def bone_lengths(rest_joints: Array) -> Array:
    """(..., 55, 3) m to (..., 21) m, of the body."""
    bones = rest_joints[..., 1:BODY_JOINTS, :] - rest_joints.take(_PARENTS, -2)
    return np.sqrt((bones**2).sum(-1))


class ShapeLock:
    """Runs a mean of what the engine says and publishes it rarely.

    The shape is sent as first seen, again once the person is confirmed, and from then on when a
    bone of the running mean differs from the one sent by `change_m`.
    """

    def __init__(self, rest_joints: Array, betas: Array, change_m: float, memory_s: float) -> None:
        self._change_m, self._memory_s = change_m, memory_s
        self._rest, self._betas = rest_joints.astype(float), betas.astype(float)
        self._seen_s, self._updates = 0.0, 0
        self._publish()

    def see(self, rest_joints: Array, betas: Array, weight: float, dt_s: float) -> None:
        """Take in a sighting that lasted `dt_s`, trusted by `weight` 0..1."""
        share = weight * dt_s
        if share <= 0 or betas.shape != self._betas.shape:
            return
        self._seen_s = min(self._seen_s + share, self._memory_s)
        gain = share / max(self._seen_s, share)
        self._rest += gain * (rest_joints - self._rest)
        self._betas += gain * (betas - self._betas)

    @staticmethod
    def settle_together(shapes: Sequence[ShapeLock], confirmed: Sequence[bool]) -> None:
        """Publish running means where the rule above says so."""
        if not shapes:
            return
        lengths_m = bone_lengths(np.array([shape._rest for shape in shapes]))
        sent_m = np.array([shape._sent_m for shape in shapes])
        off_m = np.abs(lengths_m - sent_m).max(1).tolist()
        for shape, sure, off in zip(shapes, confirmed, off_m, strict=True):
            if (sure and shape._updates == 1) or off > shape._change_m:
                shape._publish()

    def settle(self, confirmed: bool) -> None:
        """`settle_together` for one."""
        self.settle_together([self], [confirmed])

    def _publish(self) -> None:
        self.rest_joints = self._rest.astype(np.float32)
        self.betas = self._betas.astype(np.float32)
        self._sent_m = bone_lengths(self._rest)
        self._updates += 1
