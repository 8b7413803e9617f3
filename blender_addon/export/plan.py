# SPDX-License-Identifier: GPL-3.0-or-later
"""What is exported and how, in numbers and in words. No bpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

import numpy as np

from livemocap.rotation import Array

_EARLY = 1e-3
"""How much of a frame the last sample may come early and still be counted."""


class ExportError(RuntimeError):
    """Why nothing was exported, in words for the user."""


class RootBone(Enum):
    """What becomes of the object, which files of motion do not have."""

    NEVER = "bones only"
    """What moves the object moves the bones."""
    IF_NEEDED = "one root bone"
    """It is a bone above all others, unless there is a single one already."""
    ALWAYS = "object as root bone"


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """How a file is written."""

    kind: str = "fbx"
    """`fbx` or `bvh`."""
    units: str = "cm"
    """`cm` or `m`."""
    root: RootBone = RootBone.NEVER
    root_name: str = ""
    """Of the bone that the object becomes; empty: the object's."""
    deform_only: bool = False
    """Leave out bones that move no skin."""
    meshes: bool = False
    """FBX with the meshes that the armature moves: in metres, with the armature's object above
    all bones, which are all there."""

    def __str__(self) -> str:
        if self.meshes and self.kind == "fbx":
            return "FBX 7.4 binary, m, Y up, meshes, all bones below the object"
        bones = "deforming bones" if self.deform_only else "all bones"
        kind = "FBX 7.4 binary" if self.kind == "fbx" else "BVH"
        root = "" if self.kind == "bvh" else f", {self.root.value}"
        return f"{kind}, {self.units}, Y up, {bones}{root}"


PRESETS = {
    "UNREAL": FileFormat(root=RootBone.IF_NEEDED, root_name="root"),
    "UNITY": FileFormat(),
    "MAYA": FileFormat(),
    "BVH": FileFormat(kind="bvh"),
}
"""All are in centimetres: FBX's own unit, which none of these programs scales."""


@dataclass(frozen=True, kw_only=True)
class FrameRange:
    """Samples at an exact rate, from one frame of the scene to another."""

    first: float
    last: float
    """Frames of the scene; they may lie between whole ones."""
    scene_fps: Fraction
    fps: Fraction
    """Of the file, whose first key is at 0."""

    def frames(self) -> Array:
        """(T,) frames of the scene."""
        length_s = (self.last - self.first) / float(self.scene_fps)
        count = int(np.floor(length_s * float(self.fps) + _EARLY)) + 1
        step = float(self.scene_fps / self.fps)
        found = self.first + np.arange(max(1, count)) * step
        whole = np.round(found)
        return np.where(np.abs(found - whole) < 1e-6, whole, found)

    def __str__(self) -> str:
        return f"{float(self.fps):.6g} fps, frames {self.first:g} to {self.last:g}, first key at 0"


@dataclass(frozen=True)
class Checked:
    """What was found when a file was read again."""

    worst_mm: float
    """Largest distance of any joint in any frame from where Blender had it."""
    keys: int
    first_s: float

    def __str__(self) -> str:
        return f"worst joint {self.worst_mm:.3f} mm, {self.keys} keys, first at {self.first_s:g}"


def format_of(preset: str, custom: FileFormat) -> FileFormat:
    """What a preset writes, of the bones that were chosen; without a preset all is as chosen."""
    if preset not in PRESETS:
        return custom
    return replace(PRESETS[preset], deform_only=custom.deform_only, meshes=custom.meshes)
