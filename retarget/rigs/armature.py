"""A skeleton as it was found in a file, with what the file itself says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from livemocap.rotation import Array

from .skeleton import RigSkeleton


@dataclass(frozen=True, kw_only=True)
class Armature:
    """One character of a file."""

    name: str
    """Of the object; Unreal's `root` bone becomes it."""
    skeleton: RigSkeleton
    humanoid: Mapping[str, str] = field(default_factory=dict)
    """SMPL-X joint to bone where the file states it itself, as VRM does."""
    placed: Array | None = None
    """(4, 4) of the object in Blender's world; None where there is no object."""
