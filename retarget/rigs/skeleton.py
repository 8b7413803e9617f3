"""A character's bones at rest, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError

_DRAWN_M = 0.1
"""How long a bone that has no length is drawn."""


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

    def below_bone(self, name: str, head: Array, axes: Array) -> RigSkeleton:
        """These bones with one more above all of them, the first, drawn straight up.

        Args:
            name: `_root` is added as long as another bone is called so.
            head: (3,) m.
            axes: (3, 3) as columns.
        """
        while name in self.rows:
            name += "_root"
        return RigSkeleton(
            names=(name, *self.names),
            parents=(-1, *(parent + 1 for parent in self.parents)),
            heads=np.concatenate([head[None], self.heads]),
            axes=np.concatenate([axes[None], self.axes]),
            tails=np.concatenate([head[None] + [0.0, _DRAWN_M, 0.0], self.tails]),
            deforms=(False, *self.deforms) if self.deforms else (),
            connected=(False, *self.connected) if self.connected else (),
        )
