# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bake writes: all poses of somebody, and the curves that are made of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import bpy
import numpy as np

from livemocap.rotation import Array
from retarget.rigs.solve import RigPose

from ..rigs.rotation_modes import rotation_curves


@dataclass(frozen=True, slots=True)
class Curves:
    """One animated property."""

    data_path: str
    values: Array
    """(T, N)."""
    group: str


class Poses:
    """All instants of a bake in single precision. Long takes are large: what was asked for once is
    forgotten."""

    def __init__(self) -> None:
        self._turns: list[Array] = []
        self._moves: list[Array] = []
        self._by_bone: deque[Array] = deque()

    @property
    def bones(self) -> int:
        """How many were not asked for yet."""
        return len(self._by_bone)

    def add(self, pose: RigPose) -> None:
        """The instants after those that were added before."""
        moves = np.stack([pose.hips_m, pose.root_m, pose.object_m], 1)
        self._turns.append(pose.rotations_wxyz.astype(np.float32))
        self._moves.append(moves.astype(np.float32))

    def moves(self) -> tuple[Array, Array, Array]:
        """(T, 3) m of the hips, of the root bone and of the object; after the last `add`."""
        bones = self._turns[0].shape[1]
        self._by_bone.extend(np.concatenate([t[:, b] for t in self._turns]) for b in range(bones))
        self._turns.clear()
        hips, root, carried = np.concatenate(self._moves).swapaxes(0, 1)
        return hips, root, carried

    def next_bone(self) -> Array:
        """(T, 4) of one bone after the other; after `moves`."""
        return self._by_bone.popleft()


def turning(bone: str, mode: str, quats: Array) -> Curves:
    """A bone's rotation, (T, 4) wxyz, as its rotation mode has it."""
    name, values = rotation_curves(mode, quats)
    return Curves(bone_path(bone, f".{name}"), values, bone)


def bone_path(bone: str, ending: str) -> str:
    """Of a bone's property."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"]{ending}'
