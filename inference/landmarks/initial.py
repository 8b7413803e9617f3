"""A first guess of the pose, straight from the net's 3D landmarks."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import normalize, rotvec_from_matrix, shortest_arc
from livemocap.skeleton import BLAZEPOSE33

from .markers import Markers
from .observation import Array
from .pose_space import PoseSpace

_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_FACE_WEIGHT = np.array([1.0, 0.7, 0.7, 1.2, 1.2])
_TORSO = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
_LIMBS = (
    ("left_shoulder", "left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow", "right_wrist"),
    ("left_hip", "left_knee", "left_ankle"),
    ("right_hip", "right_knee", "right_ankle"),
)
_ALONG = np.array([[1.0, 0, 0], [-1.0, 0, 0], [0, -1.0, 0], [0, -1.0, 0]])
"""Where each limb points at rest."""
_FOLDS_TO = np.array([[0, 0, 1.0], [0, 0, 1.0], [0, 0, -1.0], [0, 0, -1.0]])
"""Where its lower half goes when it bends: elbows forward, knees back."""
_ASIDE = np.array([[0, -1.0, 0], [0, -1.0, 0], [1.0, 0, 0], [-1.0, 0, 0]])
"""Where that moves under a positive twist."""
_BEND_SIGN = np.array([-1.0, -1.0, 1.0, 1.0])
_STRAIGHT, _BENT = 0.15, 0.5
"""Sine of a bend below and above which the plane of a limb says nothing, or everything."""


class FirstGuess:
    """Landmarks to a pelvis rotation and joint angles that roughly reproduce them."""

    def __init__(self, space: PoseSpace, markers: Markers) -> None:
        self._space = space
        self._face = markers.index(*_FACE)
        self._torso = markers.index(*_TORSO)
        self._limbs = np.array([[BLAZEPOSE33.index(name) for name in limb] for limb in _LIMBS])
        self._face_points = [BLAZEPOSE33.index(name) for name in _FACE]
        self._torso_points = [BLAZEPOSE33.index(name) for name in _TORSO]
        self._spine, self._neck = space.index("spine"), space.index("neck")
        roots = np.array([space.index(limb[0]) for limb in _LIMBS])
        self._swings, self._twists = roots[:, :2], roots[:, 2]
        axes = np.array([[space.angles[d].axis for d in row] for row in self._swings])
        self._swing_axes = axes.swapaxes(1, 2)
        self._bends = np.array([space.index(limb[1])[0] for limb in _LIMBS])

    def __call__(self, body: Array, at_rest: Array) -> tuple[Array, Array]:
        """Guess.

        Args:
            body: (P, 33, 3) m, camera axes.
            at_rest: (P, K, 3) m, the markers of the rest pose.

        Returns:
            (P, 3, 3) rotation of the pelvis and (P, D) angles.
        """
        people = len(body)
        found, rest = (
            _torso_frames(body[:, self._torso_points]),
            _torso_frames(at_rest[:, self._torso]),
        )
        pelvis, chest = np.moveaxis(found @ rest.swapaxes(2, 3), 1, 0)
        head = best_rotation(at_rest[:, self._face], body[:, self._face_points], _FACE_WEIGHT)
        turns = np.concatenate([pelvis, chest]).swapaxes(1, 2) @ np.concatenate([chest, head])
        angles = np.repeat(self._space.mean[None], people, 0)
        bent = rotvec_from_matrix(turns)
        angles[:, self._spine] = bent[:people]
        angles[:, self._neck] = bent[people:]
        self._set_limbs(angles, np.stack([chest, chest, pelvis, pelvis], 1), body[:, self._limbs])
        return pelvis, np.clip(angles, self._space.low, self._space.high)

    def _set_limbs(self, angles: Array, parents: Array, joints: Array) -> None:
        """Swing by the upper half's direction, twist by where the lower half bends to.

        Args:
            parents: (P, 4, 3, 3) rotations of chest or pelvis.
            joints: (P, 4, 3, 3) m: root, middle and end of each limb.
        """
        halves = normalize(np.diff(joints, axis=2)) @ parents
        swing = shortest_arc(np.broadcast_to(_ALONG, halves[:, :, 0].shape), halves[:, :, 0])
        lower = (halves[:, :, 1:] @ swing)[:, :, 0]
        along, folded, aside = ((lower * axes).sum(-1) for axes in (_ALONG, _FOLDS_TO, _ASIDE))
        off = np.hypot(folded, aside)
        angles[:, self._swings] = (rotvec_from_matrix(swing)[:, :, None] @ self._swing_axes)[
            :, :, 0
        ]
        angles[:, self._bends] = _BEND_SIGN * np.arctan2(off, along)
        usual, low, high = (
            limits[self._twists] for limits in (self._space.mean, self._space.low, self._space.high)
        )
        # the twist is trusted as far as the limb is bent; else it is what it usually is
        trust = np.clip((off - _STRAIGHT) / (_BENT - _STRAIGHT), 0, 1)
        twist = np.clip(np.arctan2(aside, folded), low, high)
        angles[:, self._twists] = usual + trust * (twist - usual)


def best_rotation(a: Array, b: Array, weight: Array) -> Array:
    """(..., 3, 3) rotation that takes points a (..., N, 3) nearest to b, both about their mean."""
    w = (weight / weight.sum())[:, None]
    a = a - (w * a).sum(-2, keepdims=True)
    b = b - (w * b).sum(-2, keepdims=True)
    U, _, Vt = np.linalg.svd((b * w).swapaxes(-1, -2) @ a)
    flip = np.ones(U.shape[:-1])
    flip[..., 2] = np.linalg.det(U @ Vt)
    return (U * flip[..., None, :]) @ Vt


def _torso_frames(hips_shoulders: Array) -> Array:
    """(P, 4, 3) to (P, 2, 3, 3): pelvis and chest, columns left, up, forward.

    Left is kept, along the hips or the shoulders; up is made square to it.
    """
    left = normalize(hips_shoulders[:, 0::2] - hips_shoulders[:, 1::2])
    up = hips_shoulders[:, 2:].mean(1) - hips_shoulders[:, :2].mean(1)
    up = normalize(up[:, None] - left * (left * up[:, None]).sum(-1, keepdims=True))
    return np.stack([left, up, np.cross(left, up)], -1)
