"""Skeletons as data: SMPL-X's 55 joints, COCO, BlazePose, the maps between them, and FK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array


@dataclass(frozen=True)
class Skeleton:
    """Joint names and parents; parents come before their children, the root's is -1."""

    names: tuple[str, ...]
    parents: tuple[int, ...]

    def index(self, name: str) -> int:
        return self.names.index(name)

    def indices(self, *names: str) -> list[int]:
        return [self.names.index(name) for name in names]

    @cached_property
    def levels(self) -> tuple[tuple[Array, Array], ...]:
        """(joints, their parents) by depth below the root: rotations are one product a level."""
        depth = [0] * len(self.names)
        for joint, parent in enumerate(self.parents):
            depth[joint] = depth[parent] + 1 if parent >= 0 else 0
        found = []
        for level in range(1, max(depth) + 1):
            joints = [j for j, d in enumerate(depth) if d == level]
            found.append((np.array(joints), np.array([self.parents[j] for j in joints])))
        return tuple(found)

    @cached_property
    def bone_parents(self) -> Array:
        """(J - 1,) the parent of each joint but the root."""
        return np.array(self.parents[1:], int)

    @cached_property
    def chains(self) -> Array:
        """(J, J - 1) 1 for each bone from the root to a joint: positions are one product."""
        chains = np.zeros((len(self.names), len(self.names)))
        for joint, parent in enumerate(self.parents[1:], 1):
            chains[joint] = chains[parent]
            chains[joint, joint] = 1
        return chains[:, 1:]

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(c for c, p in enumerate(self.parents) if p == j) for j in range(len(self.names))
        )

    @cached_property
    def mirror(self) -> Array:
        """(J,) the joint of the other side, or the joint itself."""
        return mirrored(self.names)


def mirrored(names: Sequence[str]) -> Array:
    """(J,) the joint of the other side by `left_` and `right_`, or the joint itself."""
    swap = {"left": "right", "right": "left"}
    sides = [name.partition("_") for name in names]
    return np.array(
        [
            names.index(f"{swap[head]}_{rest}") if head in swap and rest else j
            for j, (head, _, rest) in enumerate(sides)
        ]
    )


def global_rotations(local: ArrayLike, skeleton: Skeleton) -> Array:
    """Parent-relative (..., J, 3, 3) to global; what it returns is the delta from rest."""
    g = np.array(local)
    for joints, parents in skeleton.levels:
        g[..., joints, :, :] = g[..., parents, :, :] @ g[..., joints, :, :]
    return g


def local_rotations(world: ArrayLike, skeleton: Skeleton) -> Array:
    """The inverse of `global_rotations`."""
    g = np.asarray(world)
    local = g.copy()
    parents = g.take(skeleton.bone_parents, -3)
    local[..., 1:, :, :] = np.swapaxes(parents, -1, -2) @ g[..., 1:, :, :]
    return local


def joint_positions(
    world: ArrayLike, rest_joints: ArrayLike, pelvis: ArrayLike, skeleton: Skeleton
) -> Array:
    """Forward kinematics.

    Args:
        world: (..., J, 3, 3) global rotations.
        rest_joints: (..., J, 3) m; only differences to the parent matter.
        pelvis: (..., 3) m, where joint 0 goes.

    Returns:
        (..., J, 3) m in the frame of `world` and `pelvis`.
    """
    g, rest = np.asarray(world), np.asarray(rest_joints)
    parents = skeleton.bone_parents
    bones = rest[..., 1:, :] - rest.take(parents, -2)
    steps = (g.take(parents, -3) @ bones[..., None])[..., 0]
    joints = skeleton.chains.astype(steps.dtype, copy=False) @ steps
    return joints + np.asarray(pelvis, steps.dtype)[..., None, :]


def _fingers(side: str) -> tuple[str, ...]:
    digits = ("index", "middle", "pinky", "ring", "thumb")
    return tuple(f"{side}_{digit}{k}" for digit in digits for k in (1, 2, 3))


_BODY = (
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 "
    "left_foot right_foot neck left_collar right_collar head left_shoulder right_shoulder "
    "left_elbow right_elbow left_wrist right_wrist"
)
SMPLX = Skeleton(
    names=(*_BODY.split(), "jaw", "left_eye", "right_eye", *_fingers("left"), *_fingers("right")),
    parents=(
        *(-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15),
        *(20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38),
        *(21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53),
    ),
)
"""The joints of a pose, in the order of SMPL-X (Pavlakos et al. 2019, smplx package)."""

BODY_JOINTS = 22
"""The first 22 are the body; then jaw and eyes, 15 left and 15 right finger joints."""

_COCO = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow "
    "right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle "
    "right_ankle"
)
_BLAZEPOSE = (
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer "
    "left_ear right_ear mouth_left mouth_right left_shoulder right_shoulder left_elbow "
    "right_elbow left_wrist right_wrist left_pinky right_pinky left_index right_index left_thumb "
    "right_thumb left_hip right_hip left_knee right_knee left_ankle right_ankle left_heel "
    "right_heel left_foot_index right_foot_index"
)
COCO17 = tuple(_COCO.split())
BLAZEPOSE33 = tuple(_BLAZEPOSE.split())
KEYPOINT_LAYOUTS: dict[str, tuple[str, ...]] = {
    "coco17": COCO17,
    "blazepose33": BLAZEPOSE33,
    "smplx55": SMPLX.names,
}

COCO_FROM_BLAZEPOSE = np.array([BLAZEPOSE33.index(name) for name in COCO17])
"""(17,) the BlazePose landmark of each COCO keypoint."""


def common_points(layout: str, other: str) -> tuple[Array, Array]:
    """Rows of two layouts that name the same body point, for comparing them.

    SMPL-X's eyes are joints inside the head, not landmarks, and are left out.
    """
    a, b = KEYPOINT_LAYOUTS[layout], KEYPOINT_LAYOUTS[other]
    shared = [n for n in a if n in b and (layout == other or not n.endswith("_eye"))]
    return np.array([a.index(n) for n in shared]), np.array([b.index(n) for n in shared])
