"""A character's bones at rest, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from livemocap.rotation import Array

from ..errors import RetargetError


@dataclass(frozen=True, kw_only=True)
class RigSkeleton:
    """B bones in our world frame (metres, +Y up), the object's own place and scale included.

    Directions of limbs are from head to head: tails and axes lie as their exporter liked.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """-1 for a root; a parent stands before its children."""
    heads: Array
    """(B, 3) m."""
    axes: Array
    """(B, 3, 3) each bone's own axes as columns, orthonormal."""
    tails: Array
    """(B, 3) m, as drawn."""
    deforms: tuple[bool, ...] = ()
    """Whether skin follows the bone; empty where nobody knows."""
    connected: tuple[bool, ...] = ()
    """Whether the bone is stuck to its parent's tail and can only be turned; empty: none is."""

    def __post_init__(self) -> None:
        bones = len(self.names)
        shapes = [(self.heads, (bones, 3)), (self.axes, (bones, 3, 3)), (self.tails, (bones, 3))]
        if len(self.parents) != bones or any(array.shape != shape for array, shape in shapes):
            raise RetargetError("a rig's names, parents, heads, axes and tails must be as many")
        if any(parent >= bone for bone, parent in enumerate(self.parents)):
            raise RetargetError("a rig's parents must stand before their children")

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Where each bone is."""
        return {name: row for row, name in enumerate(self.names)}

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Of each bone."""
        found: list[list[int]] = [[] for _ in self.names]
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(bone)
        return tuple(tuple(bones) for bones in found)
