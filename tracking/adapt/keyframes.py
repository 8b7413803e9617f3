"""Keyframes: looks at one person, of which a few are kept that show them in different poses."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

KEPT, LEAST = 12, 6
"""Keyframes to solve on, at most and at least."""
HELD_OUT, LEAST_HELD_OUT = 8, 5
"""Keyframes that are never solved on, the latest ones, by which a solution is judged."""
EVERY_HELD_OUT = 4
"""One of so many looks is held out."""
BACK_S = 1 / 6
"""How far back the image is against which motion is compared: five at 30 a second."""

_BONES = SMPLX.indices(
    *(f"{side}_{end}" for end in ("knee", "ankle", "elbow", "wrist") for side in ("left", "right")),
    "neck", "left_hip",
)  # fmt: skip
_FROM = [SMPLX.parents[end] for end in _BONES]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One person at one instant, as the engine saw them and as the evidence shows them."""

    t_s: float
    rotations: Array
    """(22, 3, 3) global, in the camera's frame."""
    pelvis: Array
    """(3,) m."""
    points: Array
    """(12, 2) x/z and y/z of evidence.POINTS."""
    sure: Array
    """(12,) 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """A look and the one `BACK_S` before it."""

    now: Look
    back: Look
    pose: Array
    """(D,) by which poses are told apart."""

    @classmethod
    def of(cls, now: Look, back: Look, bones: Array) -> Keyframe:
        """`bones` (21, 3) m at rest."""
        chosen = bones[np.array(_BONES) - 1]
        turned = (now.rotations[_FROM] @ chosen[..., None])[..., 0]
        return cls(now, back, normalize(turned).ravel())


class Ring:
    """The keyframes of one person, bounded."""

    def __init__(self) -> None:
        self.kept: list[Keyframe] = []
        self.held_out: deque[Keyframe] = deque(maxlen=HELD_OUT)
        self._looks = 0

    def add(self, frame: Keyframe) -> bool:
        """Take in a look; whether it is held out."""
        self._looks += 1
        if self._looks % EVERY_HELD_OUT == 0:
            self.held_out.append(frame)
            return True
        self.kept.append(frame)
        if len(self.kept) > KEPT:
            del self.kept[self._dispensable()]
        return False

    @property
    def ready(self) -> bool:
        """Whether there is enough to solve on and to judge by."""
        return len(self.kept) >= LEAST and len(self.held_out) >= LEAST_HELD_OUT

    def _dispensable(self) -> int:
        """The older one of the two that are most alike."""
        poses = np.stack([frame.pose for frame in self.kept])
        squares = (poses * poses).sum(1)
        apart = squares[:, None] + squares - 2 * poses @ poses.T
        np.fill_diagonal(apart, np.inf)
        return min(divmod(int(apart.argmin()), len(poses)))
