"""Pairs to learn from: what a detector says of a made-up person, and how their limbs point."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array

from ..box import box_view
from .cameras import followed, made_shots
from .detector import bias_m, detected
from .figures import Figures
from .motion import Motions
from .poses import Variety, varied_motions

RATE_HZ = 30.0
_NEW = 0.15
"""Share of people who come into sight while we look: before, they were as they are then."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """B people over T frames."""

    frames: Array
    """(B, T, 17, 3) float32, as from box_view."""
    joints: Array
    """(B, T, 17, 3) float32 m, H36M17 about the hip, of people as they are, in the view's axes."""
    known: Array
    """(B, T) bool, whether anything was seen."""

    @property
    def limbs(self) -> Array:
        """(B, T, 16, 3) unit, from each joint's parent to it."""
        return limbs_of(self.joints)


def limbs_of(joints: Array) -> Array:
    """(..., 17, 3) to (..., 16, 3) unit."""
    bones = joints[..., 1:, :] - joints[..., H36M17.bone_parents, :]
    return bones / np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-9)


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes as many as wanted; the same seed makes the same."""

    motions: Motions
    people: int
    frames: int
    variety: Variety = field(default_factory=Variety)

    def made(self, *seed: int) -> Pairs:
        rng = np.random.default_rng(seed)
        times_s = np.arange(self.frames) / RATE_HZ
        local, pelvis = varied_motions(self.motions, rng, self.people, times_s, self.variety)
        figures = Figures(rng, self.people)
        body, turns = figures.posed(local, followed(rng, pelvis))
        shots = made_shots(rng, body[0])
        coco = figures.keypoints(body, turns, bias_m(rng, self.people))
        keypoints = detected(rng, shots.seen(coco), shots, times_s)
        view = box_view(keypoints, shots.K_assumed, shots.size_px)
        truth = shots.seen(figures.h36m(body, turns))
        truth = np.ascontiguousarray((truth - truth[:1]).transpose(2, 3, 0, 1))
        joints = truth @ view.R_cam_view.astype(np.float32)
        frame, person = self._first_seen(rng), np.arange(self.people)[:, None]
        return Pairs(
            frames=view.keypoints[person, frame],
            joints=joints[person, frame],
            known=view.known[person, frame],
        )

    def _first_seen(self, rng: np.random.Generator) -> Array:
        """(B, T) which frame to take for each; until somebody comes into sight, the one then."""
        first = rng.integers(0, self.frames // 2, (self.people, 1))
        first = np.where(rng.random((self.people, 1)) < _NEW, first, 0)
        return np.maximum(np.arange(self.frames), first)
