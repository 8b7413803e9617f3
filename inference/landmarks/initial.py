"""A first guess of the pose, joint by joint, straight from the net's 3D landmarks."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import normalize, rotvec_from_matrix, shortest_arc
from livemocap.skeleton import BLAZEPOSE33

from .markers import Markers
from .observation import Array
from .pose_space import PoseSpace

_POINT = {name: k for k, name in enumerate(BLAZEPOSE33)}
_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_FACE_WEIGHT = np.array([1.0, 0.7, 0.7, 1.2, 1.2])
_STRAIGHT, _BENT = 0.15, 0.5
"""Sine of a bend below and above which the plane of a limb says nothing, or everything."""


class FirstGuess:
    """Landmarks to a pelvis rotation and joint angles that roughly reproduce them."""

    def __init__(self, space: PoseSpace, markers: Markers) -> None:
        self._space = space
        self._face = markers.index(*_FACE)
        self._torso = markers.index("left_hip", "right_hip", "left_shoulder", "right_shoulder")

    def __call__(self, body: Array, at_rest: Array) -> tuple[Array, Array]:
        """Guess.

        Args:
            body: (P, 33, 3) m, camera axes.
            at_rest: (P, K, 3) m, the markers of the rest pose.

        Returns:
            (P, 3, 3) rotation of the pelvis and (P, D) angles.
        """
        pelvis, chest = self._torso_rotations(body, at_rest)
        angles = np.repeat(self._space.mean[None], len(body), 0)
        self._set(angles, "spine", rotvec_from_matrix(pelvis.swapaxes(1, 2) @ chest))
        face = body[:, [_POINT[name] for name in _FACE]]
        head = best_rotation(at_rest[:, self._face], face, _FACE_WEIGHT)
        self._set(angles, "neck", rotvec_from_matrix(chest.swapaxes(1, 2) @ head))
        for side, sign in (("left", 1.0), ("right", -1.0)):
            self._arm(angles, chest, body, side, sign)
            self._leg(angles, pelvis, body, side)
        return pelvis, np.clip(angles, self._space.low, self._space.high)

    def _torso_rotations(self, body: Array, at_rest: Array) -> tuple[Array, Array]:
        """Rotation from rest of the pelvis (from the hip line) and the chest (the shoulders')."""
        names = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
        found = _torso_frames(body[:, [_POINT[name] for name in names]])
        rest = _torso_frames(at_rest[:, self._torso])
        pelvis, chest = (f @ r.swapaxes(1, 2) for f, r in zip(found, rest, strict=True))
        return pelvis, chest

    def _arm(self, angles: Array, chest: Array, body: Array, side: str, sign: float) -> None:
        """Swing by the upper arm's direction, twist by where the forearm bends to."""
        shoulder, elbow, wrist = (
            body[:, _POINT[f"{side}_{name}"]] for name in ("shoulder", "elbow", "wrist")
        )
        axis = np.array([sign, 0.0, 0.0])
        upper = _turned_back(chest, elbow - shoulder)
        swing = shortest_arc(np.broadcast_to(axis, upper.shape), upper)
        fore = _turned_back(chest @ swing, wrist - elbow)
        bend = np.arctan2(np.hypot(fore[:, 1], fore[:, 2]), sign * fore[:, 0])
        twist = np.arctan2(-fore[:, 1], fore[:, 2])
        self._set_limb(angles, f"{side}_shoulder", swing, twist, bend)
        angles[:, self._space.index(f"{side}_elbow")[0]] = -bend

    def _leg(self, angles: Array, pelvis: Array, body: Array, side: str) -> None:
        """Swing by the thigh's direction, twist by where the shank bends to."""
        hip, knee, ankle = (body[:, _POINT[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))
        thigh = _turned_back(pelvis, knee - hip)
        down = np.array([0.0, -1.0, 0.0])
        swing = shortest_arc(np.broadcast_to(down, thigh.shape), thigh)
        shank = _turned_back(pelvis @ swing, ankle - knee)
        bend = np.arctan2(np.hypot(shank[:, 0], shank[:, 2]), -shank[:, 1])
        twist = np.arctan2(shank[:, 0], -shank[:, 2])
        if side == "right":
            twist = -twist
        self._set_limb(angles, f"{side}_hip", swing, twist, bend)
        angles[:, self._space.index(f"{side}_knee")[0]] = bend

    def _set(self, angles: Array, group: str, values: Array) -> None:
        angles[:, self._space.index(group)] = values

    def _set_limb(self, angles: Array, group: str, swing: Array, twist: Array, bend: Array) -> None:
        """The twist is trusted as far as the limb is bent; else it is what it usually is."""
        *swings, last = self._space.index(group)
        trust = np.clip((np.sin(bend) - _STRAIGHT) / (_BENT - _STRAIGHT), 0, 1)
        usual = self._space.mean[last]
        plausible = np.clip(twist, self._space.low[last], self._space.high[last])
        axes = np.array([self._space.angles[d].axis for d in swings])
        angles[:, swings] = rotvec_from_matrix(swing) @ axes.T
        angles[:, last] = usual + trust * (plausible - usual)


def best_rotation(a: Array, b: Array, weight: Array) -> Array:
    """(..., 3, 3) rotation that takes points a (..., N, 3) nearest to b, both about their mean."""
    w = (weight / weight.sum())[:, None]
    a = a - (w * a).sum(-2, keepdims=True)
    b = b - (w * b).sum(-2, keepdims=True)
    U, _, Vt = np.linalg.svd((b * w).swapaxes(-1, -2) @ a)
    flip = np.ones(U.shape[:-1])
    flip[..., 2] = np.linalg.det(U @ Vt)
    return (U * flip[..., None, :]) @ Vt


def _torso_frames(hips_shoulders: Array) -> tuple[Array, Array]:
    """(P, 4, 3) to frames of the pelvis and of the chest (columns: left, up, forward)."""
    hips, shoulders = hips_shoulders[:, :2], hips_shoulders[:, 2:]
    up = shoulders.mean(1) - hips.mean(1)
    return _frame(hips[:, 0] - hips[:, 1], up), _frame(shoulders[:, 0] - shoulders[:, 1], up)


def _frame(left: Array, up: Array) -> Array:
    """Orthonormal columns left, up, forward; left is kept, up is made square to it."""
    x = normalize(left)
    y = normalize(up - x * (x * up).sum(-1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], -1)


def _turned_back(R: Array, vector: Array) -> Array:
    """Unit vectors (P, 3) in the frames R (P, 3, 3)."""
    return normalize((vector[:, None] @ R)[:, 0])
