# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a person's motion is baked to: any target, and an armature that is made for the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import bpy
import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from retarget.motion import PersonMotion
from retarget.rigs.solve import RigPose
from retarget.rigs.take import HeldFeet

from ..armatures.bones import BoneLayout, bone_layout
from ..stream.proxies import create_person
from .bake_curves import Curves, Poses, bone_path, turning
from .bake_faces import FaceTake

_FINGERS = tuple(f"{digit}{k}" for digit in ("index", "middle", "ring", "pinky", "thumb")
                 for k in (1, 2, 3))  # fmt: skip
"""How names of their joints end."""


class TargetError(RuntimeError):
    """Somebody who cannot be baked to, in words for the user."""


class Target(Protocol):
    """Something that curves are made for."""

    @property
    def name(self) -> str: ...

    @property
    def faces(self) -> FaceTake: ...

    def prepared(self, motion: PersonMotion) -> Iterator[tuple[float, PersonMotion | None]]:
        """How much is done, 0..1, and at last the motion as the target is to have it."""
        ...

    def feet(self, motion: PersonMotion, times_s: Array) -> Iterator[tuple[float, HeldFeet | None]]:
        """How much is done, 0..1, and at last what holding them changes at the (T,) instants that
        are wanted of somebody's motion."""
        ...

    def pose(self, motion: PersonMotion) -> RigPose:
        """All frames of a piece of motion at once."""
        ...

    def curves(self, poses: Poses) -> Iterator[Curves]:
        """Everything to be written, property by property."""
        ...

    def object(self) -> bpy.types.Object:
        """What the curves move; made now if it does not exist."""
        ...


@dataclass(frozen=True)
class NewPerson:
    """An armature with the person's own bones."""

    name: str
    collection: str
    track_id: int
    rest_joints: Array
    layout: BoneLayout
    fingers: bool = True
    faces: FaceTake = field(default_factory=lambda: FaceTake((), 0.0))

    @classmethod
    def of(cls, take: str, motion: PersonMotion, fingers: bool = True) -> NewPerson:
        name = f"{take} person {motion.track_id}"
        layout = bone_layout(motion.rest_joints)
        return cls(name, take, motion.track_id, motion.rest_joints, layout, fingers)

    def prepared(self, motion: PersonMotion) -> Iterator[tuple[float, PersonMotion | None]]:
        """As it was captured."""
        yield 1.0, motion

    def feet(self, motion: PersonMotion, times_s: Array) -> Iterator[tuple[float, HeldFeet | None]]:
        """None: they are the person's own, and show what was captured."""
        yield 1.0, None

    def pose(self, motion: PersonMotion) -> RigPose:
        still = np.zeros_like(motion.pelvis)
        turned = self.layout.basis_rotations(motion.local_wxyz)
        return RigPose(turned, self.layout.root_location(motion.pelvis), still, still)

    def curves(self, poses: Poses) -> Iterator[Curves]:
        hips, _, _ = poses.moves()
        yield Curves(bone_path(SMPLX.names[0], ".location"), hips, SMPLX.names[0])
        for bone in SMPLX.names:
            curves = turning(bone, "QUATERNION", poses.next_bone())
            if self.fingers or not bone.endswith(_FINGERS):
                yield curves

    def object(self) -> bpy.types.Object:
        return create_person(self.name, self.track_id, self.rest_joints, self.collection)
