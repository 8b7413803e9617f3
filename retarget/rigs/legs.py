"""A rig's legs for the foot lock, and the motion that brings them where it wants them.

What the lock changes goes back into the actor's joints, so that all that hangs off them (twist
bones, split limbs, control rigs) follows in the one way in which poses are solved:

    legs = RigLegs([actor])
    feet = lock_feet(times_s, legs.of(local, pelvis), legs.at_rest)
    pose = solve(actor, *legs.with_feet(local, pelvis, feet))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array, matrix_from_quat, quat_from_matrix
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from ..feet.legs import FeetAtRest, Legs
from ..feet.posed import FeetPose
from .rig import Rig
from .root import SOLE_M, hips_moves, join_plans
from .solve import Actor, signed_as

_SIDES = ("left", "right")
_HIPS, _KNEES, _ANKLES, _TOES = (
    SMPLX.indices(*(f"{side}_{joint}" for side in _SIDES))
    for joint in ("hip", "knee", "ankle", "foot")
)
_TURNED = [*_HIPS, *_KNEES, *_ANKLES]


class RigLegs:
    """The legs of P actors' rigs at one instant, or of one actor's at T; N is either."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        """Raises:
        RetargetError: a rig has no bones for hips, knees and ankles.
        """
        for actor in actors:
            _require_legs(actor.rig)
        self._actors = list(actors)
        self._root = join_plans([actor.table.root for actor in actors])
        self._hips = np.stack([actor.rig.skeleton.heads[actor.rig.hips_row] for actor in actors])
        self._pelvis = np.stack([actor.calibration[0] for actor in actors])
        self._C = np.stack([actor.calibration[_TURNED].reshape(3, 2, 3, 3) for actor in actors])
        self._steps = np.stack([_steps(actor.rig) for actor in actors])

    @property
    def at_rest(self) -> FeetAtRest:
        """The rigs' feet while the actors stand in the T-pose, of P people, or of the one."""
        local = np.tile([1.0, 0, 0, 0], (len(self._actors), len(SMPLX.names), 1))
        standing = [_standing_pelvis(actor) for actor in self._actors]
        floors = [actor.rig.options.floor_m for actor in self._actors]
        rest = FeetAtRest.of(self.of(local, np.stack(standing)), np.array(floors))
        if len(self._actors) > 1:
            return rest
        return FeetAtRest(heights=rest.heights[0], leg=rest.leg[0])

    def of(self, local_wxyz: Array, pelvis: Array) -> Legs:
        """Where they are, the character carried on its way whatever carries it.

        Args:
            local_wxyz: (N, 55, 4) the actors' joint rotations.
            pelvis: (N, 3) m.
        """
        thigh, shin, foot = np.moveaxis(self._turned(local_wxyz), -4, 0)
        trunk = matrix_from_quat(local_wxyz[:, 0]) @ self._pelvis
        start = self._hips + hips_moves(self._root, pelvis, local_wxyz[:, 0])
        hip = start[:, None] + _moved(trunk[:, None], self._steps[:, 0])
        knee = hip + _moved(thigh, self._steps[:, 1])
        ankle = knee + _moved(shin, self._steps[:, 2])
        toe = ankle + _moved(foot, self._steps[:, 3])
        return Legs(hip=hip, knee=knee, ankle=ankle, toe=toe, thigh=thigh, shin=shin, foot=foot)

    def with_feet(self, local_wxyz: Array, pelvis: Array, feet: FeetPose) -> tuple[Array, Array]:
        """(N, 55, 4) and (N, 3) m that pose the rigs with these feet; `feet` is of our `of`."""
        deltas = np.stack([feet.thigh, feet.shin, feet.foot], -4)
        world = deltas @ np.swapaxes(self._C, -1, -2)
        trunk = np.broadcast_to(matrix_from_quat(local_wxyz[:, :1]), world[:, 0].shape)
        above = np.concatenate([trunk[:, None], world[:, :2]], 1)
        quats = quat_from_matrix(np.swapaxes(above, -1, -2) @ world).reshape(-1, 6, 4)
        local = np.array(local_wxyz)
        local[:, _TURNED] = signed_as(local[:, _TURNED], quats)
        return local, pelvis + feet.pelvis / self._root.scale

    def _turned(self, local_wxyz: Array) -> Array:
        """(N, 3, 2, 3, 3) turns from rest of thighs, shins and feet."""
        local = matrix_from_quat(local_wxyz[:, [0, *_TURNED]])
        world = local[:, 1:].reshape(-1, 3, 2, 3, 3)
        world[:, 0] = local[:, :1] @ world[:, 0]
        world[:, 1] = world[:, 0] @ world[:, 1]
        world[:, 2] = world[:, 1] @ world[:, 2]
        return world @ self._C


def _require_legs(rig: Rig) -> None:
    missing = [SMPLX.names[joint] for joint in _TURNED if joint not in rig.rows]
    if missing:
        raise RetargetError(f"feet cannot be held without bones for {', '.join(missing)}")


def _steps(rig: Rig) -> Array:
    """(4, 2, 3) m at rest, to hips, knees, ankles and toes, each from the one before."""
    heads, rows = rig.skeleton.heads, rig.rows
    places = [heads[[rig.hips_row] * 2]]
    places += [heads[[rows[joint] for joint in pair]] for pair in (_HIPS, _KNEES, _ANKLES)]
    if all(joint in rows for joint in _TOES):
        places.append(heads[[rows[joint] for joint in _TOES]])
    else:
        places.append(rig.skeleton.tails[[rows[joint] for joint in _ANKLES]])
    return np.diff(places, axis=0)


def _standing_pelvis(actor: Actor) -> Array:
    """(3,) m where the actor's pelvis is while they stand on the floor in the T-pose."""
    rest = actor.rest_joints
    height = rest[0, 1] - rest[_TOES, 1].mean() + SOLE_M
    return np.array([0.0, actor.rig.options.floor_m + height, 0.0])


def _moved(turns: Array, steps: Array) -> Array:
    return np.matmul(turns, steps[..., None])[..., 0]
