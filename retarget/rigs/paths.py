"""The rotation from the joint that moves a bone's parent to the bone's own, as a product.

Nodes are the joints and, below them, the shares that extra bones take. Mostly a path is one step,
a joint's local rotation; a joint without a bone lies on the path of the next one, which so passes
its rotation on; behind a share the way back up is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from livemocap.rotation import Array, multiply
from livemocap.skeleton import SMPLX

from .driven import Driven
from .twist import Share

_J = len(SMPLX.names)
Path = tuple[tuple[int, bool], ...]
"""Nodes to multiply, and whether each is undone."""


@dataclass(frozen=True)
class Paths:
    """Of all driven bones of one rig, or of several side by side."""

    of_bones: tuple[Path, ...]
    shared: Array
    """(K,) the joint of each share."""
    joints: int
    """Nodes before the shares: 55 a person."""

    @cached_property
    def undo(self) -> bool:
        """Whether anything is undone."""
        return any(undone for path in self.of_bones for _, undone in path)

    @cached_property
    def _steps(self) -> tuple[tuple[Array, Array], ...]:
        """(bones with as many steps, their nodes) of each step."""
        back = self.joints + len(self.shared)
        found = []
        for step in range(max(map(len, self.of_bones))):
            rows = [row for row, path in enumerate(self.of_bones) if len(path) > step]
            picked = [self.of_bones[row][step] for row in rows]
            nodes = [node + back * undone for node, undone in picked]
            found.append((np.array(rows), np.array(nodes)))
        return tuple(found)

    def gathered(self, nodes: Array) -> Array:
        """(..., D, 4) of (..., N, 4) node rotations: joints, shares, and both undone."""
        (_, first), *further = self._steps
        product = nodes.take(first, -2)
        for rows, picked in further:
            product[..., rows, :] = multiply(product.take(rows, -2), nodes.take(picked, -2))
        return product


def paths_of(driven: Sequence[Driven], shares: Sequence[Share]) -> Paths:
    """One rig's."""
    nodes = [bone.joint if bone.share < 0 else _J + bone.share for bone in driven]
    starts = [nodes[bone.parent] if bone.parent >= 0 else -1 for bone in driven]
    paths = [_path(shares, start, node) for start, node in zip(starts, nodes, strict=True)]
    return Paths(tuple(paths), np.array([share.of for share in shares], int), _J)


def join_paths(people: Sequence[Paths]) -> Paths:
    """Several people's: all joints first, then all shares."""
    joints = sum(paths.joints for paths in people)
    bones: list[Path] = []
    shared: list[Array] = []
    first, shares = 0, 0
    for paths in people:
        own = [*range(first, first + paths.joints)]
        own += range(joints + shares, joints + shares + len(paths.shared))
        bones += [tuple((own[node], undone) for node, undone in p) for p in paths.of_bones]
        shared.append(paths.shared + first)
        first += paths.joints
        shares += len(paths.shared)
    return Paths(tuple(bones), np.concatenate(shared), joints)


def _path(shares: Sequence[Share], start: int, end: int) -> Path:
    up, down = _ancestry(shares, start), _ancestry(shares, end)
    common = next((node for node in up if node in down), -1)
    back = up[: up.index(common)] if common in up else up
    forth = down[: down.index(common)] if common in down else down
    return (*((node, True) for node in back), *((node, False) for node in reversed(forth)))


def _ancestry(shares: Sequence[Share], node: int) -> list[int]:
    """A node and what is above it, upwards."""
    found = []
    while node >= 0:
        found.append(node)
        node = shares[node - _J].base if node >= _J else SMPLX.parents[node]
    return found
