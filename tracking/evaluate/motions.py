"""Motion of people: the true one, and the one that tracks show. Both in the camera's frame."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

FEET = SMPLX.indices("left_ankle", "right_ankle", "left_foot", "right_foot")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueMotion:
    """F camera frames of P people; where somebody is not present, the arrays mean nothing."""

    times_s: Array
    """(F,), rising."""
    K: Array
    """(3, 3) px."""
    T_world_cam: Array
    """(F, 4, 4)."""
    person_ids: Array
    """(P,) what the truth calls them."""
    joints: Array
    """(F, P, 22, 3) m."""
    local_rotvecs: Array
    """(F, P, 22, 3) rad, parent-relative; joint 0 in the camera frame."""
    areas_px: Array
    """(F, P) of the boxes around them."""
    present: Array
    """(F, P) bool."""
    counted: Array
    """(F, P) bool: who has to be found. Finding the others is no error."""
    planted: Array
    """(F, P, 4) bool: which of `FEET` stand on the floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMotion:
    """M rows, one for each track in each of T frames that a tracker was given."""

    true_frames: Array
    """(T,) which frame of the truth each was."""
    frames: Array
    """(M,) 0..T-1."""
    ids: Array
    """(M,) any integers."""
    joints: Array
    """(M, 22, 3) m."""
    local_rotvecs: Array
    """(M, 22, 3) rad."""
    delays_s: Array
    """(M,) how long after its frame a row was sent; NaN where nobody knows."""
    seen: Array | None = None
    """(T, P) whether the tracker was given anything of each person, where that is known."""

    def rows_of_frames(self) -> list[Array]:
        """For each of the T frames its rows."""
        order = np.argsort(self.frames, kind="stable")
        cuts = np.searchsorted(self.frames[order], np.arange(len(self.true_frames) + 1))
        return [order[a:b] for a, b in pairwise(cuts)]


def body(joints: Array) -> Array:
    """(..., 55 or 22, 3) to the 22 of the body, as float64."""
    return joints[..., :BODY_JOINTS, :].astype(float)
