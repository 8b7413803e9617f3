# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampled poses as bones in our world, those that a file is to have, and as files have them.

Pure NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.coords import R_BLENDER_WORLD
from livemocap.rotation import Array, continuous, quat_from_matrix
from retarget.bvh_writing import BvhMotion, BvhTree, speakable
from retarget.rigs.skeleton import RigSkeleton

_MOVES_M = 5e-5
"""A bone that leaves its place against its parent by more than this is not only turned."""

_SQUARE = 3e-6
"""How far from square axes may be and still be called so: single precision is not exact."""

_END_M = 0.03
"""How long last bones of no length are drawn."""


@dataclass(frozen=True)
class MovingBones:
    """A skeleton at rest and what it does, +Y up, metres."""

    rest: RigSkeleton
    axes: Array
    """(T, B, 3, 3) each bone's own axes in the world as columns."""
    heads: Array
    """(T, B, 3) m."""


def moving_bones(
    rest: RigSkeleton,
    names: Sequence[str],
    poses: Array,
    placed: Array,
    go_on: Callable[[], None] = lambda: None,
) -> MovingBones:
    """What was sampled, in our world and in the order of `rest`.

    Args:
        names: of the pose bones, as they were sampled.
        poses: (T, B, 3, 4) in the armature's space.
        placed: (T, 4, 4) the armature in Blender's world.
        go_on: is asked now and then; what it raises ends the work.
    """
    order = [list(names).index(name) for name in rest.names]
    poses = poses[:, order]
    turned, at = poses[..., :3], poses[..., 3]
    to_world = R_BLENDER_WORLD.T @ placed[:, :3, :3]
    heads = np.einsum("tij,tbj->tbi", to_world, at) + (placed[:, :3, 3] @ R_BLENDER_WORLD)[:, None]
    axes = np.empty(turned.shape)
    for bone in range(len(order)):  # one by one: in double precision all would be large
        go_on()
        axes[:, bone] = _rotations(to_world @ turned[:, bone])
    return MovingBones(rest, axes, heads)


def only(moving: MovingBones, keep: Sequence[bool]) -> MovingBones:
    """Some of the bones, each below the nearest one above it that is left."""
    rest, rows = moving.rest, [row for row, kept in enumerate(keep) if kept]
    places = {row: place for place, row in enumerate(rows)}

    def above(row: int) -> int:
        row = rest.parents[row]
        while row >= 0 and row not in places:
            row = rest.parents[row]
        return places.get(row, -1)

    fewer = RigSkeleton(
        names=tuple(rest.names[row] for row in rows),
        parents=tuple(above(row) for row in rows),
        heads=rest.heads[rows],
        axes=rest.axes[rows],
        tails=rest.tails[rows],
    )
    return MovingBones(fewer, moving.axes[:, rows], moving.heads[:, rows])


def below_object(moving: MovingBones, name: str, placed: Array) -> MovingBones:
    """With the object as the bone above all others.

    Args:
        placed: (T, 4, 4) the armature in Blender's world.
    """
    axes = R_BLENDER_WORLD.T @ _rotations(placed[:, :3, :3])
    heads = placed[:, :3, 3] @ R_BLENDER_WORLD
    return MovingBones(
        moving.rest.below_bone(name, heads[0], axes[0]),
        np.concatenate([axes[:, None], moving.axes], 1),
        np.concatenate([heads[:, None], moving.heads], 1),
    )


def one_tree(moving: MovingBones) -> MovingBones:
    """What a BVH can hold: the bones below the highest one that everything else hangs on by
    turning alone. What carries that one is in its own place."""
    rest = moving.rest
    sizes = [_size(rest, row) for row in range(len(rest.names))]
    roots = [row for row, parent in enumerate(rest.parents) if parent < 0]
    top = max(roots, key=lambda row: sizes[row])
    while (moved := _carried(moving, top, sizes)) is not None:
        top = moved
    keep = [False] * len(sizes)
    for row, parent in enumerate(rest.parents):
        keep[row] = row == top or (parent >= 0 and keep[parent])
    return only(moving, keep)


def as_bvh(
    moving: MovingBones, go_on: Callable[[], None] = lambda: None
) -> tuple[BvhTree, BvhMotion]:
    """A tree of `one_tree` as BVH has it: turned against the world's axes at rest.

    Args:
        go_on: is asked now and then; what it raises ends the work.
    """
    rest = moving.rest
    tree = BvhTree(
        names=speakable(rest.names),
        parents=rest.parents,
        offsets=np.stack([_offset(rest, row) for row in range(len(rest.names))]),
        ends={row: _end(rest, row) for row, below in enumerate(rest.children) if not below},
    )
    turns = np.empty((len(moving.heads), len(rest.names), 4))
    for row, parent in enumerate(rest.parents):
        go_on()
        delta = moving.axes[:, row] @ rest.axes[row].T
        if parent >= 0:
            delta = np.swapaxes(moving.axes[:, parent] @ rest.axes[parent].T, -1, -2) @ delta
        turns[:, row] = quat_from_matrix(delta)
    every = range(len(rest.names))
    motion = BvhMotion(root_m=moving.heads[:, 0], turned=every, rotations=continuous(turns))
    return tree, motion


def _carried(moving: MovingBones, top: int, sizes: Sequence[int]) -> int | None:
    """Of the bones below `top` that move against their parents, the one that carries the most;
    those that carry little stay where they are: half a character is worth more than a socket."""
    rest, found = moving.rest, None
    below = {top}
    for row, parent in enumerate(rest.parents):
        if parent not in below:
            continue
        below.add(row)
        if sizes[row] * 2 > sizes[top] and _moves(moving, row, parent):
            found = row if found is None or sizes[row] > sizes[found] else found
    return found


def _moves(moving: MovingBones, row: int, parent: int) -> bool:
    arm = moving.heads[:, row] - moving.heads[:, parent]
    local = np.einsum("tji,tj->ti", moving.axes[:, parent], arm)
    still = moving.rest.axes[parent].T @ _offset(moving.rest, row)
    return bool(np.linalg.norm(local - still, axis=-1).max() > _MOVES_M)


def _size(rest: RigSkeleton, row: int) -> int:
    return 1 + sum(_size(rest, child) for child in rest.children[row])


def _offset(rest: RigSkeleton, row: int) -> Array:
    parent = rest.parents[row]
    return rest.heads[row] - rest.heads[parent] if parent >= 0 else np.zeros(3)


def _end(rest: RigSkeleton, row: int) -> Array:
    way = rest.tails[row] - rest.heads[row]
    return way if np.linalg.norm(way) > 1e-4 else np.array([0.0, _END_M, 0.0])


def _rotations(matrices: Array) -> Array:
    """(T, 3, 3) without the scale and shear that objects and stretching bones have."""
    unscaled = matrices / np.linalg.norm(matrices, axis=-2, keepdims=True)
    if np.abs(np.swapaxes(unscaled, -1, -2) @ unscaled - np.eye(3)).max() < _SQUARE:
        return unscaled
    left, _, right = np.linalg.svd(matrices)
    left[..., 2] *= np.linalg.det(left @ right)[..., None]
    return left @ right
