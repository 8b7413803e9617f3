"""An actor's motion on a rig: one path for a live crowd and for a whole take.

In the world, a bone that follows joint j is turned out of its rest pose by `G_j C_j`, G the
joint's global rotation and C the rig's calibration. In the pose that Blender and others keep, bone
by bone against the one that moves it, all but the rotation from one joint to the other is constant:

    basis = (R_b^-1 C_p^-1) (G_p^-1 G_j) (C_j R_b)        R_b: the bone's own axes at rest

and where nothing lies between the joints the middle is the joint's local rotation as it came. Both
sides together are one (4, 4) matrix on a quaternion, so a pose is one product for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, continuous, inverse, multiply, normalize, quat_from_matrix
from livemocap.skeleton import SMPLX

from .calibrate import calibrate, residuals_deg
from .paths import Paths, join_paths
from .rig import Rig
from .root import Moves, RootPlan, join_plans, place, root_plan
from .twist import take_shares

_J = len(SMPLX.names)


@dataclass(frozen=True)
class RigPose:
    """A rig's pose, or one for each of T instants (... is T or nothing).

    What it takes to set it: rotations of the driven bones, the rest of the bones left at rest, and
    the translations. A pose in Blender is in the object's own measure: divide by its scale.
    """

    rotations_wxyz: Array
    """(..., D, 4) against rest, in each bone's own axes, by `Rig.bones`."""
    hips_m: Array
    """(..., 3) translation of the bone `Rig.carrier_row`, mostly the hips', in its own axes."""
    root_m: Array
    """(..., 3) of the bone `Rig.root_row` in its own axes; zero unless it carries the character."""
    object_m: Array
    """(..., 3) of the object in the world; zero unless it carries the character."""


@dataclass(frozen=True)
class Actor:
    """A rig calibrated to one person's body."""

    rig: Rig
    rest_joints: Array
    """(55, 3) m."""
    calibration: Array
    """(55, 3, 3) C by joint."""
    table: Table

    @property
    def residuals_deg(self) -> dict[str, float]:
        """How far limbs of the rig point from the actor's, mean by limb, and palms."""
        return residuals_deg(self.rig.calibration_plan, self.calibration, self.rest_joints)

    def fits(self, rest_joints: ArrayLike, tolerance_m: float = 0.001) -> bool:
        """Whether the person's body is still the one that this was calibrated to."""
        return bool(np.abs(np.asarray(rest_joints) - self.rest_joints).max() <= tolerance_m)


@dataclass(frozen=True)
class Table:
    """The constants of P people's rigs, side by side."""

    paths: Paths
    sandwich: Array
    """(D, 4, 4) takes the rotation between two joints, a row, to the bone's basis."""
    before: Array
    """(K, 4) what the calibrations put behind a rotation that is shared."""
    axes: Array
    """(K, 3) that twist is taken about."""
    share: Array
    """(K,)."""
    twists: Array
    """(K,) whether only the twist is shared."""
    root: RootPlan
    bones: tuple[int, ...]
    """Driven bones of each person."""


def fit(rig: Rig, rest_joints: ArrayLike, anchor: ArrayLike = (0.0, 0.0, 0.0)) -> Actor:
    """Calibrate a rig to a person.

    Args:
        rest_joints: (55, 3) m, as in messages and takes.
        anchor: (3,) m, a place on the floor where both stand on the same spot; elsewhere they
            are apart if the rig's legs are longer or shorter. A person's first place keeps
            people of a scene where they were.
    """
    rest = np.array(rest_joints, float)
    C = calibrate(rig.calibration_plan, rest)
    for joint, by_hand in rig.calibration.items():
        C[SMPLX.index(joint)] = by_hand
    return Actor(rig, rest, C, _table(rig, rest, C, np.asarray(anchor, float)))


def solve(
    actor: Actor, local_wxyz: ArrayLike, pelvis: ArrayLike, previous: RigPose | None = None
) -> RigPose:
    """Pose a rig at T instants, quaternions without jumps of sign.

    Args:
        local_wxyz: (T, 55, 4) parent-relative joint rotations, identity at rest.
        pelvis: (T, 3) m.
        previous: the pose before these, if quaternions are to go on from it.
    """
    local, moved = np.asarray(local_wxyz), np.asarray(pelvis)
    quats, moves = _solved(actor.table, local, moved[:, None])
    if previous is not None:
        quats = signed_as(previous.rotations_wxyz.reshape(-1, quats.shape[1], 4)[-1:], quats)
    quats = continuous(quats)
    return RigPose(quats, moves.hips[:, 0], moves.root[:, 0], moves.object[:, 0])


class Cast:
    """Everybody on stage: many actors posed at one instant at the price of one."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        self.actors = list(actors)
        self._table = _join([actor.table for actor in actors])
        self._quats: Array | None = None
        ends = np.cumsum(self._table.bones).tolist()
        self._spans = list(zip([0, *ends[:-1]], ends, strict=True))

    def recalibrate(self, person: int, actor: Actor) -> None:
        """Go on with a person whose body is known better now, on the same rig."""
        self.actors[person] = actor
        self._table = _join([each.table for each in self.actors], self._table.paths)

    def solve(self, local_wxyz: ArrayLike, pelvis: ArrayLike) -> list[RigPose]:
        """Poses in the order of the actors; signs go on from the last call's.

        Args:
            local_wxyz: (P, 55, 4).
            pelvis: (P, 3) m.
        """
        local, moved = np.asarray(local_wxyz), np.asarray(pelvis)
        quats, moves = _solved(self._table, local.reshape(-1, 4), moved)
        if self._quats is not None:
            quats = signed_as(self._quats, quats)
        self._quats = quats
        moved = zip(moves.hips, moves.root, moves.object, strict=True)
        return [
            RigPose(quats[start:end], *move)
            for (start, end), move in zip(self._spans, moved, strict=True)
        ]


def signed_as(before: Array, quats: Array) -> Array:
    """(..., 4) the signs nearer to `before`."""
    opposite = np.einsum("...i,...i->...", before, quats) < 0
    return np.where(opposite[..., None], -quats, quats)


def _solved(table: Table, local: Array, pelvis: Array) -> tuple[Array, Moves]:
    """(..., D, 4) bases and moves, of (..., P * 55, 4) joints and (..., P, 3) m."""
    steps = table.paths.gathered(_nodes(table, local))
    if steps.ndim == 2:  # a crowd
        quats = np.einsum("di,dij->dj", steps, table.sandwich)
    else:  # a take: one product a bone, of all its instants
        quats = np.matmul(steps.swapaxes(0, 1), table.sandwich).swapaxes(0, 1)
    return quats, place(table.root, pelvis, local[..., ::_J, :])


def _nodes(table: Table, local: Array) -> Array:
    """(..., N, 4) rotations that paths are made of: joints, shares, then all of them undone."""
    if not len(table.share) and not table.paths.undo:
        return local
    whole = multiply(local[..., table.paths.shared, :], table.before)
    nodes = np.concatenate([local, take_shares(whole, table.share, table.axes, table.twists)], -2)
    return np.concatenate([nodes, inverse(nodes)], -2) if table.paths.undo else nodes


def _table(rig: Rig, rest: Array, C: Array, anchor: Array) -> Table:
    axes = rig.skeleton.axes[[bone.row for bone in rig.driven]]
    own = C[[bone.joint for bone in rig.driven]]
    parents = [bone.parent for bone in rig.driven]
    movers = np.concatenate([own, np.eye(3)[None]])[parents]
    left = quat_from_matrix(np.swapaxes(movers @ axes, -1, -2))
    right = quat_from_matrix(own @ axes)
    units = np.eye(4)
    sandwich = multiply(multiply(left[:, None], units), right[:, None])
    return Table(
        paths=rig.paths,
        sandwich=sandwich,
        **_shares(rig, C),
        root=root_plan(rig, C, rest, anchor),
        bones=(len(rig.driven),),
    )


def _shares(rig: Rig, C: Array) -> dict[str, Array]:
    """How the rig's extra bones share: twist is what the rig's own rest pose would see of it."""
    heads, count = rig.skeleton.heads, len(rig.shares)
    before, axes = np.tile([1.0, 0, 0, 0], (count, 1)), np.zeros((count, 3))
    for k, share in enumerate(rig.shares):
        if share.to_row is not None:
            axes[k] = normalize(C[share.joint] @ (heads[share.to_row] - heads[share.row]))
            above = _moves(rig, share.of)
            before[k] = quat_from_matrix(C[share.of] @ C[above].T)
    return {
        "before": before,
        "axes": axes,
        "share": np.array([share.share for share in rig.shares]),
        "twists": np.array([share.to_row is not None for share in rig.shares], bool),
    }


def _moves(rig: Rig, joint: int) -> int:
    """The nearest joint above one that has a bone."""
    above = SMPLX.parents[joint]
    while above not in rig.rows:
        above = SMPLX.parents[above]
    return above


def _join(tables: Sequence[Table], paths: Paths | None = None) -> Table:
    """Several people's as one."""
    arrays = ("sandwich", "before", "axes", "share", "twists")
    return Table(
        paths=join_paths([table.paths for table in tables]) if paths is None else paths,
        **{name: np.concatenate([getattr(table, name) for table in tables]) for name in arrays},
        root=join_plans([table.root for table in tables]),
        bones=tuple(bones for table in tables for bones in table.bones),
    )
