"""Where a rig's bones are in a pose: forward kinematics as Blender does it, in the world."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from .rig import Rig
from .solve import RigPose


@dataclass(frozen=True)
class Posed:
    """Bones in the world; the ... of the pose go before."""

    heads: Array
    """(..., B, 3) m; NaN for bones that were not asked for."""
    deltas: Array
    """(..., B, 3, 3) how far each is turned from rest: its axes are `deltas @ skeleton.axes`."""


def posed(
    rig: Rig,
    pose: RigPose,
    rows: Iterable[int] | None = None,
    root_wxyz: Array | None = None,
) -> Posed:
    """The bones of a posed rig.

    Args:
        rows: which are wanted; None: all.
        root_wxyz: (..., 4) of a root bone that turns too, see `heading.with_heading`.
    """
    skeleton, carriers, turns = rig.skeleton, carriers_of(rig), _turns(rig, pose)
    if root_wxyz is not None and rig.root_row is not None:
        axes = skeleton.axes[rig.root_row]
        turns[rig.root_row] = axes @ matrix_from_quat(root_wxyz) @ axes.T
    shape = (*pose.rotations_wxyz.shape[:-2], len(skeleton.names))
    heads, deltas = np.full((*shape, 3), np.nan), np.full((*shape, 3, 3), np.nan)
    moves = {} if rig.root_row is None else {rig.root_row: pose.root_m}
    moves[rig.carrier_row] = pose.hips_m + moves.get(rig.carrier_row, 0)
    for row in _chain(carriers, range(len(carriers)) if rows is None else rows):
        carrier = carriers[row]
        if carrier < 0:
            head, delta = skeleton.heads[row] + pose.object_m, np.eye(3)
        else:
            arm = skeleton.heads[row] - skeleton.heads[carrier]
            delta = deltas[..., carrier, :, :]
            head = heads[..., carrier, :] + delta @ arm
        if row in moves:
            head = head + np.matmul(delta @ skeleton.axes[row], moves[row][..., None])[..., 0]
        heads[..., row, :] = head
        deltas[..., row, :, :] = delta @ turns[row] if row in turns else delta
    return Posed(heads, deltas)


def posed_heads(rig: Rig, pose: RigPose) -> Array:
    """(..., B, 3) m."""
    return posed(rig, pose).heads


def _turns(rig: Rig, pose: RigPose) -> dict[int, Array]:
    """(..., 3, 3) by driven bone: the pose's rotations in the world's axes, against rest."""
    axes = rig.skeleton.axes[[bone.row for bone in rig.driven]]
    turns = axes @ matrix_from_quat(pose.rotations_wxyz) @ np.swapaxes(axes, -1, -2)
    return {bone.row: turns[..., place, :, :] for place, bone in enumerate(rig.driven)}


def carriers_of(rig: Rig) -> list[int]:
    """What each bone goes along with: its parent, or what really moves it."""
    carriers = list(rig.skeleton.parents)
    for bone, parent in rig.parents.items():
        carriers[rig.skeleton.rows[bone]] = -1 if parent is None else rig.skeleton.rows[parent]
    return carriers


def _chain(carriers: Sequence[int], rows: Iterable[int]) -> list[int]:
    """Those bones and all that carry them, carriers first."""
    order: dict[int, None] = {}
    for row in rows:
        way = []
        while row >= 0 and row not in order:
            way.append(row)
            row = carriers[row]
        order |= dict.fromkeys(reversed(way))
    return list(order)
