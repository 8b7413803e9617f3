"""From hand landmarks to palms that point the right way, and to fifteen finger joints each."""

from __future__ import annotations

from collections.abc import Sequence
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
from .observation import Array, PersonLandmarks, Side

SIDES: tuple[Side, Side] = ("left", "right")
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
_TWINS = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, -1.0]])
_CURL_AXES = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
"""Axis of a bending finger at rest, left and right."""

_TWIST_MEAN, _TWIST_SD = 0.25, 0.9
"""Usual turn of the hand about the forearm, from palm down, rad."""
_SWING_SD = 0.5
_HANDEDNESS_COST = 0.6
_TURNED_SD, _TURNED_LIMIT = 1.0, 2.0
"""How far the hand may have turned since the previous image, rad."""
_FIRST_LIMIT, _THUMB_LIMIT = 1.7, 1.0
_CURL_LOW, _CURL_HIGH = -0.15, 1.9
_RELAXED, _RELAXED_THUMB = 0.25, 0.08


@dataclass(slots=True)
class SeenHands:
    """The H hands seen in an image."""

    person: Array
    """(H,) row of the person."""
    side: Array
    """(H,) row of SIDES."""
    world: Array
    """(H, 21, 3) m, image-aligned axes."""
    points_px: Array
    """(H, 21, 2)."""
    right_probability: Array
    """(H,)."""


@dataclass(slots=True)
class Palms:
    """The same hands, each read the way that fits its forearm."""

    points: Array
    """(H, 21, 3) m, camera axes; the depth-mirrored twin where that is the likelier one."""
    relative: Array
    """(H, 3, 3) rotation of the hand as the forearm sees it."""


def seen_hands(people: Sequence[PersonLandmarks]) -> SeenHands | None:
    """All hands of an image, or None."""
    found = [
        (row, SIDES.index(side), hand)
        for row, person in enumerate(people)
        for side, hand in person.hands.items()
    ]
    if not found:
        return None
    rows, sides, hands = zip(*found, strict=True)
    return SeenHands(
        np.array(rows),
        np.array(sides),
        np.stack([h.world for h in hands]),
        np.stack([h.points_px for h in hands]),
        np.array([h.right_probability for h in hands]),
    )


class HandFitter:
    """Hands of an average body at rest; people's hands differ little in directions."""

    def __init__(self, rest_joints: Array) -> None:
        self._palm = np.stack([_palm_at_rest(rest_joints, side) for side in SIDES])
        self._bones = np.stack([_finger_bones(rest_joints, side) for side in SIDES])
        curl = np.full((len(FINGERS), 3, 1), _RELAXED)
        curl[_THUMB] = _RELAXED_THUMB
        self.relaxed = (curl * _CURL_AXES[:, None, None]).reshape(2, 15, 3)
        """(2, 15, 3) rad, the fingers of a hand that nobody saw."""

    def read(
        self, hands: SeenHands, forearms: Array, views: Array, previous: Sequence[Array | None]
    ) -> Palms:
        """Choose between the net's hands and their twins mirrored in depth.

        A small hand is often lifted with palm and back exchanged. The twin that needs less
        forearm twist and wrist swing, agrees with the net's handedness and with the previous
        image is taken.

        Args:
            forearms: (H, 3, 3) rotations in the camera frame, their own twist left out.
            views: (H, 3, 3) from the axes of the image to those of the camera.
            previous: for each hand `Palms.relative` of the previous image, if there was one.
        """
        twins = (hands.world[:, None] * _TWINS[:, None]) @ views[:, None].swapaxes(2, 3)
        palm = self._palm[hands.side][:, None]
        found = best_rotation(palm, twins[:, :, _PALM], _PALM_WEIGHT)
        relative = forearms[:, None].swapaxes(2, 3) @ found
        cost = _unlikely(relative) + _wrong_side(hands) + _turned(relative, previous)
        each, best = np.arange(len(cost)), cost.argmin(1)
        return Palms(twins[each, best], relative[each, best])

    def fingers(self, hands: SeenHands, palms: Palms, wrists: Array) -> Array:
        """(H, 15, 3) rad, local rotations of SMPL-X's finger joints.

        Args:
            wrists: (H, 3, 3) rotations of the wrist joints in the camera frame.
        """
        targets = np.diff(palms.points[:, _CHAINS], axis=2)
        bones, axes = self._bones[hands.side], _CURL_AXES[hands.side][:, None]
        G = np.repeat(wrists[:, None], len(FINGERS), 1)
        local = np.empty(bones.shape)
        for k in range(3):
            seen = normalize((targets[:, :, k, None] @ G)[:, :, 0])
            local[:, :, k] = _curl(bones[:, :, k], seen, axes)
            free = slice(None) if k == 0 else slice(_THUMB, None)
            arc = rotvec_from_matrix(shortest_arc(bones[:, free, k], seen[:, free]))
            local[:, free, k] = _limited(arc, _FIRST_LIMIT)
            local[:, _THUMB, k] = _limited(local[:, _THUMB, k], _THUMB_LIMIT)
            G = G @ matrix_from_rotvec(local[:, :, k])
        return local.reshape(-1, 15, 3)


def _unlikely(relative: Array) -> Array:
    """(H, 2) cost of hands as the forearm sees them: twist and swing from the usual."""
    q = quat_from_matrix(relative)
    twist = 2 * np.arctan2(q[..., 1], q[..., 0])
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    swing = 2 * np.arccos(np.clip(np.hypot(q[..., 0], q[..., 1]), 0, 1))
    return ((twist - _TWIST_MEAN) / _TWIST_SD) ** 2 + (swing / _SWING_SD) ** 2


def _wrong_side(hands: SeenHands) -> Array:
    """(H, 2) cost of what the net's handedness says: a mirrored hand looks like the other one."""
    right = hands.right_probability
    p = np.clip(np.where(hands.side == SIDES.index("right"), right, 1 - right), 0.02, 0.98)
    return -_HANDEDNESS_COST * np.log(np.stack([p, 1 - p], 1))


def _turned(relative: Array, previous: Sequence[Array | None]) -> Array:
    """(H, 2) cost of having turned since the previous image, where there was one."""
    known = np.array([p is not None for p in previous])
    cost = np.zeros(relative.shape[:2])
    if known.any():
        before = np.stack([p for p in previous if p is not None])[:, None]
        turn = rotvec_from_matrix(before.swapaxes(2, 3) @ relative[known])
        cost[known] = np.minimum((turn**2).sum(-1), _TURNED_LIMIT**2) / _TURNED_SD**2
    return cost


def _curl(bones: Array, seen: Array, axis: Array) -> Array:
    """(..., 3) rotation vectors about the hinge that bring bones nearest to what was seen."""
    flat = bones - axis * (bones * axis).sum(-1, keepdims=True)
    target = seen - axis * (seen * axis).sum(-1, keepdims=True)
    sine = (np.cross(flat, target) * axis).sum(-1)
    angle = np.arctan2(sine, (flat * target).sum(-1))
    return np.clip(angle, _CURL_LOW, _CURL_HIGH)[..., None] * axis


def _limited(rotvec: Array, limit: float) -> Array:
    """Rotation vectors no longer than `limit`."""
    length = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    return rotvec * np.minimum(1, limit / np.maximum(length, 1e-9))


def _palm_at_rest(rest_joints: Array, side: str) -> Array:
    return rest_joints[SMPLX.indices(*(f"{side}_{name}" for name in _PALM_JOINTS))]


def _finger_bones(rest_joints: Array, side: str) -> Array:
    """(5, 3, 3) unit directions of the finger bones; the last goes on like the one before."""
    names = [[f"{side}_{finger}{k}" for k in (1, 2, 3)] for finger in FINGERS]
    joints = np.stack([rest_joints[SMPLX.indices(*row)] for row in names])
    steps = np.diff(joints, axis=1)
    return normalize(np.concatenate([steps, steps[:, -1:]], 1))
