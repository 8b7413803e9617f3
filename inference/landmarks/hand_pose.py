"""From hand landmarks to a wrist that points the right way, and to fifteen finger joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import (
    matrix_from_rotvec,
    normalize,
    quat_from_matrix,
    rotvec_from_matrix,
    shortest_arc,
)
from livemocap.skeleton import SMPLX

from .initial import best_rotation
from .observation import Array, HandLandmarks, Side

FINGERS = ("index", "middle", "pinky", "ring", "thumb")
"""In the order of SMPL-X's joints."""

_THUMB = FINGERS.index("thumb")
_CHAINS = np.array(
    [[5, 6, 7, 8], [9, 10, 11, 12], [17, 18, 19, 20], [13, 14, 15, 16], [1, 2, 3, 4]]
)
"""(5, 4) hand landmarks from knuckle to tip, in the order of FINGERS."""
_PALM = np.array([0, 1, 5, 9, 13, 17])
_PALM_JOINTS = ("wrist", "thumb1", "index1", "middle1", "ring1", "pinky1")
_PALM_WEIGHT = np.array([1.5, 0.4, 1, 1, 1, 1])
_FLIP = np.array([1.0, 1.0, -1.0])

_TWIST_MEAN, _TWIST_SD = 0.25, 0.9
"""Usual turn of the hand about the forearm, from palm down, rad."""
_SWING_SD = 0.5
_TURNED_SD = 1.0
"""How far the hand may have turned since the previous image, rad."""
_FIRST_LIMIT, _THUMB_LIMIT = 1.7, 1.0
_CURL_LOW, _CURL_HIGH = -0.15, 1.9
_RELAXED, _RELAXED_THUMB = 0.25, 0.08


@dataclass(slots=True)
class Palm:
    """One hand, read the way that fits the forearm."""

    points: Array
    """(21, 3) m, camera axes; the depth-mirrored twin where that is the likelier one."""
    relative: Array
    """(3, 3) rotation of the hand as the forearm sees it."""


class HandFitter:
    """Both hands of a body at rest; knows nobody in particular."""

    def __init__(self, rest_joints: Array) -> None:
        self._palm = {s: _palm_at_rest(rest_joints, s) for s in ("left", "right")}
        self._bones = {s: _finger_bones(rest_joints, s) for s in ("left", "right")}

    def read(
        self,
        hand: HandLandmarks,
        side: Side,
        forearm: Array,
        view: Array,
        previous: Array | None,
    ) -> Palm:
        """Choose between the net's hand and its twin mirrored in depth.

        A small hand is often lifted with palm and back exchanged. The twin that needs less
        forearm twist and wrist swing, agrees with the net's handedness and with the previous
        image is taken.

        Args:
            forearm: (3, 3) rotation of the forearm in the camera frame, its own twist left out.
            view: (3, 3) from the axes of the image to those of the camera, at this person.
            previous: `Palm.relative` of the previous image.
        """
        twins = np.stack([hand.world, hand.world * _FLIP]) @ view.T
        found = best_rotation(self._palm[side], twins[:, _PALM], _PALM_WEIGHT)
        relative = forearm.T @ found
        probability = hand.right_probability if side == "right" else 1 - hand.right_probability
        p = np.clip(probability, 0.02, 0.98)
        cost = _unlikely(relative) - 0.6 * np.log([p, 1 - p])
        if previous is not None:
            turned = rotvec_from_matrix(previous.T @ relative)
            cost += np.minimum((turned**2).sum(-1), 4.0) / _TURNED_SD**2
        best = int(cost.argmin())
        return Palm(twins[best], relative[best])

    def fingers(self, palm: Palm | None, side: Side, wrist: Array) -> Array:
        """(15, 3) rad, local rotations of SMPL-X's finger joints; relaxed where none was seen.

        Args:
            wrist: (3, 3) rotation of the wrist joint in the camera frame.
        """
        curl_axis = np.array([0.0, 0.0, -1.0 if side == "left" else 1.0])
        if palm is None:
            return _relaxed(curl_axis)
        targets = np.diff(palm.points[_CHAINS], axis=1)
        bones = self._bones[side]
        G = np.repeat(wrist[None], len(FINGERS), 0)
        local = np.empty((len(FINGERS), 3, 3))
        for k in range(3):
            seen = normalize((targets[:, k, None] @ G)[:, 0])
            local[:, k] = _curl(bones[:, k], seen, curl_axis)
            free = slice(None) if k == 0 else slice(_THUMB, None)
            arc = rotvec_from_matrix(shortest_arc(bones[free, k], seen[free]))
            local[free, k] = _limited(arc, _FIRST_LIMIT)
            local[_THUMB, k] = _limited(local[_THUMB, k], _THUMB_LIMIT)
            G = G @ matrix_from_rotvec(local[:, k])
        return local.reshape(15, 3)


def _unlikely(relative: Array) -> Array:
    """(N,) cost of hands (N, 3, 3) as the forearm sees them: twist and swing from the usual."""
    q = quat_from_matrix(relative)
    twist = 2 * np.arctan2(q[:, 1], q[:, 0])
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    swing = 2 * np.arccos(np.clip(np.hypot(q[:, 0], q[:, 1]), 0, 1))
    return ((twist - _TWIST_MEAN) / _TWIST_SD) ** 2 + (swing / _SWING_SD) ** 2


def _curl(bones: Array, seen: Array, axis: Array) -> Array:
    """(N, 3) rotation vectors about the hinge that bring bones nearest to what was seen."""
    flat = bones - axis * (bones @ axis)[:, None]
    target = seen - axis * (seen @ axis)[:, None]
    angle = np.arctan2(np.cross(flat, target) @ axis, (flat * target).sum(-1))
    return np.clip(angle, _CURL_LOW, _CURL_HIGH)[:, None] * axis


def _limited(rotvec: Array, limit: float) -> Array:
    """Rotation vectors no longer than `limit`."""
    length = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    return rotvec * np.minimum(1, limit / np.maximum(length, 1e-9))


def _relaxed(curl_axis: Array) -> Array:
    angles = np.full((len(FINGERS), 3, 1), _RELAXED)
    angles[_THUMB] = _RELAXED_THUMB
    return (angles * curl_axis).reshape(15, 3)


def _palm_at_rest(rest_joints: Array, side: str) -> Array:
    return rest_joints[SMPLX.indices(*(f"{side}_{name}" for name in _PALM_JOINTS))]


def _finger_bones(rest_joints: Array, side: str) -> Array:
    """(5, 3, 3) unit directions of the finger bones; the last goes on like the one before."""
    names = [[f"{side}_{finger}{k}" for k in (1, 2, 3)] for finger in FINGERS]
    joints = np.stack([rest_joints[SMPLX.indices(*row)] for row in names])
    steps = np.diff(joints, axis=1)
    return normalize(np.concatenate([steps, steps[:, -1:]], 1))
