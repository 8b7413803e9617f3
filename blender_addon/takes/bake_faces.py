# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces of a bake: curves on the shape keys of a character's meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy
import numpy as np

from livemocap.rotation import Array, rotvec_from_quat
from retarget.motion import PersonMotion
from retarget.rigs.gains import JAW

from ..rigs.face import FaceMesh, face_meshes, limits
from ..rigs.note import RigNote


class FaceTake:
    """What a take says of a face, gathered piece by piece: little, and kept until the bones are
    through."""

    def __init__(self, meshes: Sequence[FaceMesh], expression_gain: float) -> None:
        self.meshes = tuple(meshes)
        self._gain = expression_gain
        self._jaws: list[Array] = []
        self._expressions: list[Array] = []

    @classmethod
    def of(cls, rig_object: bpy.types.Object, note: RigNote) -> FaceTake:
        """Of the meshes that can be given an action: those of this file."""
        meshes = [mesh for mesh in face_meshes(rig_object, note) if _is_ours(mesh)]
        return cls(meshes, note.settings.expression_gain)

    def add(self, motion: PersonMotion) -> None:
        """The instants after those that were added before."""
        if self.meshes:
            self._jaws.append(rotvec_from_quat(motion.local_wxyz[:, JAW]).astype(np.float32))
            self._expressions.append(motion.expression.astype(np.float32))

    def curves(self, mesh: FaceMesh) -> Iterator[tuple[str, Array]]:
        """Each shape's data path on the Key, and its values, (T, 1)."""
        jaws, expressions = np.concatenate(self._jaws), np.concatenate(self._expressions)
        if not expressions.size:
            expressions = np.zeros((len(jaws), 0))
        values = np.clip(mesh.values(jaws, self._gain * expressions), *limits(mesh))
        for name, column in zip(mesh.face.names, values.T, strict=True):
            path = f'key_blocks["{bpy.utils.escape_identifier(name)}"].value'
            yield path, column[:, None]


def _is_ours(mesh: FaceMesh) -> bool:
    shape_keys = mesh.shape_keys()
    return shape_keys is not None and mesh.library is None and shape_keys.library is None
