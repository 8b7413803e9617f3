"""People's own bone lengths, locked: they change in explicit updates only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

from .arrays import Rows

JOINTS = len(SMPLX.parents)
_PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])


@dataclass(slots=True)
class Shapes(Rows):
    """Of T people: a running mean of what the engine says, published rarely.

    A shape is sent as first seen, again once the person is confirmed, and from then on when a
    bone of the running mean differs from the one sent by a set length.
    """

    mean: Array
    """(T, 165 + B): joints at rest in m, then betas."""
    seen_s: Array
    """(T,) how long, weighted by trust, the mean looks back."""
    settled: Array
    """(T,) whether it was sent since the person was confirmed."""
    sent: Array
    """(T, 165 + B) float32."""

    @classmethod
    def first(cls, shape: Array) -> Shapes:
        """As first seen, (N, 165 + B)."""
        people = len(shape)
        return cls(shape, np.zeros(people), np.zeros(people, bool), shape.astype(np.float32))

    def see(self, shape: Array, lasted_s: Array, memory_s: float) -> None:
        """Take in sightings (T, 165 + B) that lasted (T,) s times trust; 0 for none."""
        self.seen_s = np.minimum(self.seen_s + lasted_s, memory_s)
        gain = lasted_s / np.maximum(np.maximum(self.seen_s, lasted_s), 1e-9)
        self.mean = self.mean + gain[:, None] * (shape - self.mean)

    def settle(self, confirmed: Array, change_m: float) -> None:
        """Publish running means where the rule above says so."""
        bones_m = bone_lengths(np.stack([self.mean, self.sent]))
        due = (confirmed & ~self.settled) | (np.abs(bones_m[0] - bones_m[1]).max(1) > change_m)
        if due.any():
            self.sent = np.where(due[:, None], self.mean, self.sent).astype(np.float32)
            self.settled = self.settled | due

    @property
    def rest_joints(self) -> Array:
        """(T, 55, 3) m, as sent."""
        return self.sent[:, : 3 * JOINTS].reshape(-1, JOINTS, 3)

    @property
    def betas(self) -> Array:
        """(T, B), as sent."""
        return self.sent[:, 3 * JOINTS :]


def bone_lengths(shape: Array) -> Array:
    """(..., 66 and more) joints at rest in m to the (..., 21) lengths of the body's bones."""
    joints = shape[..., : 3 * BODY_JOINTS].reshape(*shape.shape[:-1], BODY_JOINTS, 3)
    bones = joints[..., 1:, :] - joints.take(_PARENTS, -2)
    return np.sqrt(np.einsum("...i,...i->...", bones, bones))
