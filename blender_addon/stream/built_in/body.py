# SPDX-License-Identifier: GPL-3.0-or-later
"""A body that is posed joint by joint, its legs by where the feet are to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from .gait import Foot, FootPath
from .turns import about_x, about_y, about_z

SIDES = {"left": 1.0, "right": -1.0}
_DIGITS = ("index", "middle", "ring", "pinky")
_HEEL_M = 0.055
"""Behind the ankle."""


class Body:
    """Somebody through T instants.

    Args:
        rest_joints: (55, 3) m, a T-pose that faces +Z.
        pelvis: (T, 3) m.
    """

    def __init__(self, rest_joints: Array, pelvis: Array) -> None:
        self.rest_joints, self.pelvis = rest_joints, pelvis
        self.local = np.tile(np.eye(3), (len(pelvis), len(SMPLX.names), 1, 1))
        """(T, 55, 3, 3)."""

    def turn(self, joint: str, *turns: Array) -> None:
        """Turn a joint, by the last of these first."""
        row = SMPLX.index(joint)
        for turn in reversed(turns):
            self.local[:, row] = turn @ self.local[:, row]

    def bend_spine(self, forward: ArrayLike, left: ArrayLike, side: ArrayLike) -> None:
        """Spread over the spine: lean forward, turn to the left, raise the left side, rad."""
        for joint, share in (("spine1", 0.3), ("spine2", 0.35), ("spine3", 0.35)):
            turns = (about_y(share * np.asarray(left)), about_x(share * np.asarray(forward)))
            self.turn(joint, *turns, about_z(share * np.asarray(side)))

    def look(self, left: ArrayLike, down: ArrayLike) -> None:
        """Turn neck and head, rad."""
        for joint in ("neck", "head"):
            self.turn(joint, about_y(np.asarray(left) / 2), about_x(np.asarray(down) / 2))

    def curl_fingers(self, side: str, *amounts: ArrayLike) -> None:
        """How far index, middle, ring and little finger are closed: 0 flat .. 1 a fist."""
        inwards = -SIDES[side]
        for digit, amount in zip(_DIGITS, amounts, strict=True):
            for number, most in ((1, 1.25), (2, 1.5), (3, 0.9)):
                self.turn(f"{side}_{digit}{number}", about_z(inwards * most * np.asarray(amount)))
        thumb = np.mean([np.broadcast_to(each, len(self.pelvis)) for each in amounts], 0)
        for number, most in ((1, 0.25), (2, 0.5), (3, 0.7)):
            self.turn(f"{side}_thumb{number}", about_y(-inwards * most * thumb))

    def foot(self, side: str) -> Foot:
        """One of its feet at rest."""
        ankle, toe = self.rest_joints[SMPLX.indices(f"{side}_ankle", f"{side}_foot")]
        heel = np.array([0, toe[1] - ankle[1], -_HEEL_M])
        return Foot(toe=toe - ankle, heel=heel, left=SIDES[side])

    def stand_on(self, side: str, path: FootPath) -> None:
        """Bend a leg so that its foot is there; after all that is above it was turned."""
        rows = SMPLX.indices(*(f"{side}_{name}" for name in ("hip", "knee", "ankle", "foot")))
        rest = self.rest_joints[rows]
        root = self.local[:, 0]
        hip = self.pelvis + (root @ (rest[0] - self.rest_joints[0])[:, None])[..., 0]
        front = root[..., 2] + path.turn[..., 2] * [1, 0, 1]
        knee, out = _knee(
            hip, path.ankle, front, *np.linalg.norm(np.diff(rest[:3], axis=0), axis=1)
        )
        thigh = _limb(knee - hip, out) @ _limb(rest[1] - rest[0], np.array([0, 0, 1.0])).T
        shin = _limb(path.ankle - knee, out) @ _limb(rest[2] - rest[1], np.array([0, 0, 1.0])).T
        self.local[:, rows[0]] = root.swapaxes(1, 2) @ thigh
        self.local[:, rows[1]] = thigh.swapaxes(1, 2) @ shin
        self.local[:, rows[2]] = shin.swapaxes(1, 2) @ path.turn
        self.local[:, rows[3]] = about_x(-path.toes)

    def joints(self) -> Array:
        """(T, 55, 3) m."""
        world = global_rotations(self.local, SMPLX)
        return joint_positions(world, self.rest_joints, self.pelvis, SMPLX)


def _knee(
    hip: Array, ankle: Array, front: Array, thigh_m: float, shin_m: float
) -> tuple[Array, Array]:
    """Where it goes, (T, 3) m, and which way it points, (T, 3)."""
    way = ankle - hip
    far = np.minimum(np.linalg.norm(way, axis=1, keepdims=True), 0.9995 * (thigh_m + shin_m))
    along = normalize(way)
    out = normalize(front - (front * along).sum(1, keepdims=True) * along)
    near = (thigh_m**2 - shin_m**2 + far**2) / (2 * far)
    return hip + along * near + out * np.sqrt(np.maximum(thigh_m**2 - near**2, 0)), out


def _limb(along: Array, front: Array) -> Array:
    """(..., 3, 3) axes of a limb: across, along, front."""
    y = normalize(along)
    x = normalize(np.cross(y, front))
    return np.stack([x, y, np.cross(x, y)], -1)
