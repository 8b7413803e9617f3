"""A rig's legs for the foot lock, and the motion that brings them where it wants them.

What the lock changes goes back into the actor's joints, so that all that hangs off them (twist
bones, split limbs, control rigs) follows in the one way in which poses are solved:

    legs = RigLegs([actor])
    at = legs.at(local, pelvis)
    feet = lock_feet(times_s, at.legs, legs.at_rest)
    joints, pelvis = at.with_feet(feet)
    pose = solve(actor, with_legs(local, joints), pelvis)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from ..feet.legs import FeetAtRest, Legs
from ..feet.posed import FeetPose
from ..feet.quaternions import matrices, product
from ..feet.vectors import pair
from .rig import Rig
from .root import SOLE_M, join_plans
from .solve import Actor

_SIDES = ("left", "right")
_HIPS, _KNEES, _ANKLES, _TOES = (
    SMPLX.indices(*(f"{side}_{joint}" for side in _SIDES))
    for joint in ("hip", "knee", "ankle", "foot")
)
_TURNED = [*_HIPS, *_KNEES, *_ANKLES]
_TURNED_ROWS = np.array(_TURNED)
CHAIN = np.array([0, *_TURNED])
"""The joints that say where feet are: pelvis, hips, knees, ankles."""
_LEG_JOINTS = [*_TURNED, *_TOES]
_SHORTEST_M = 1e-6
_LEAST_SCALE = 1e-3
"""A pelvis that hardly follows its actor's cannot be moved by way of it."""
_BACK = np.array([1.0, -1.0, -1.0, -1.0])
"""A quaternion times this is the inverse."""


@dataclass(frozen=True)
class LegsAt:
    """Legs of N rigs, or of one at N instants, and of whoever moves them."""

    legs: Legs
    own_points: Array
    """(N, 2, 2, 3) m, the actors' own heels (their ankles) and toes: what stands, stands here."""
    chain_wxyz: Array
    """(N, 7, 4) rotations of the joints `CHAIN` as they came in."""
    pelvis: Array
    """(N, 3) m as it came in."""
    above: Array
    """(3, N, 2, 3, 3) rotations of the actors' pelvises, thighs and shins."""
    scale: Array
    """(N or 1, 3) of pelvises' ways."""

    def with_feet(self, feet: FeetPose) -> tuple[Array, Array]:
        """Joint rotations (N, 6, 4), all of `CHAIN` but the pelvis, and pelvises (N, 3) m that pose
        the rigs with these feet."""
        turns = np.empty((3, len(self.pelvis), 2, 4))
        turns[0], turns[1], turns[2] = feet.thigh, feet.shin, feet.foot
        turns[1:] = product(turns[:-1] * _BACK, turns[1:])
        turns[..., 1:] = (turns[..., None, 1:] @ self.above)[..., 0, :]
        opposite = turns[..., 0] < 0
        if opposite.any():  # signs stay as they came
            turns[opposite] *= -1
        joints = product(turns.swapaxes(0, 1).reshape(-1, 6, 4), self.chain_wxyz[:, 1:])
        return joints, self.pelvis + feet.pelvis / self.scale


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
        hips = np.stack([actor.rig.skeleton.heads[actor.rig.hips_row] for actor in actors])
        self._rest, self._arm = self._root.offset + hips, self._root.arm[..., None]
        self._scale = np.where(np.abs(self._root.scale) < _LEAST_SCALE, np.inf, self._root.scale)
        steps = [np.stack([_rig_steps(each), _own_steps(each)], 1) for each in actors]
        self._steps = np.stack(steps, 2)[..., None]

    @property
    def at_rest(self) -> FeetAtRest:
        """The rigs' feet while the actors stand in the T-pose, of P people, or of the one."""
        standing = self._in_t_pose()
        return self._resting(standing.legs)

    @property
    def own_at_rest(self) -> FeetAtRest:
        """The actors' own, of P people, or of the one."""
        hip, knee, ankle, toe = np.moveaxis(
            np.stack([a.rest_joints[_LEG_JOINTS].reshape(4, 2, 3) for a in self._actors]), 1, 0
        )
        up = self._in_t_pose().own_points[:, :1, 1] - toe[:, :1]
        return self._resting(Legs(hip=hip + up, knee=knee + up, ankle=ankle + up, toe=toe + up))

    def at(self, local_wxyz: Array, pelvis: Array) -> LegsAt:
        """Where they are, the character carried on its way whatever carries it.

        Args:
            local_wxyz: (N, 55, 4) the actors' joint rotations, or (N, 7, 4) those of `CHAIN`.
            pelvis: (N, 3) m.
        """
        chain = local_wxyz if local_wxyz.shape[1] == len(CHAIN) else local_wxyz.take(CHAIN, 1)
        turns = _turns(chain)
        joints = np.matmul(turns[:, None], self._steps)[..., 0]
        joints[0, 0] += self._carried(pelvis, turns[0, :, 0])[:, None]
        joints[0, 1] += pelvis[:, None]
        np.add.accumulate(joints, 0, out=joints)
        hip, knee, ankle, toe = joints[:, 0]
        return LegsAt(
            legs=Legs(hip=hip, knee=knee, ankle=ankle, toe=toe),
            own_points=pair(joints[2, 1], joints[3, 1]),
            chain_wxyz=chain,
            pelvis=pelvis,
            above=turns[:3],
            scale=self._scale,
        )

    def _carried(self, pelvis: Array, turn: Array) -> Array:
        """(N, 3) m, the hips' bones: `root.hips_moves` from where they rest."""
        return self._root.scale * pelvis + self._rest + (turn @ self._arm)[..., 0]

    def _in_t_pose(self) -> LegsAt:
        """Of the P actors, on the floor."""
        local = np.tile([1.0, 0, 0, 0], (len(self._actors), len(SMPLX.names), 1))
        return self.at(local, np.stack([_standing_pelvis(actor) for actor in self._actors]))

    def _resting(self, legs: Legs) -> FeetAtRest:
        rest = FeetAtRest.of(legs, np.array([a.rig.options.floor_m for a in self._actors]))
        if len(self._actors) > 1:
            return rest
        return FeetAtRest(heights=rest.heights[0], leg=rest.leg[0])


def has_legs(rig: Rig) -> bool:
    """Whether feet can be held at all: by thighs and shins that are there and have a length."""
    if not all(joint in rig.rows for joint in _TURNED):
        return False
    hip, knee, ankle = (
        rig.skeleton.heads[[rig.rows[joint] for joint in pair]] for pair in (_HIPS, _KNEES, _ANKLES)
    )
    bones = np.concatenate([knee - hip, ankle - knee])
    return bool((np.linalg.norm(bones, axis=-1) > _SHORTEST_M).all())


def with_legs(local_wxyz: Array, joints_wxyz: Array) -> Array:
    """(N, 55, 4) with the legs' rotations (N, 6, 4), as `LegsAt.with_feet` has them."""
    local = local_wxyz.astype(np.result_type(local_wxyz, joints_wxyz))
    local[:, _TURNED_ROWS] = joints_wxyz
    return local


def _turns(chain_wxyz: Array) -> Array:
    """(4, N, 2, 3, 3) rotations of the actors' pelvises, thighs, shins and feet."""
    local = matrices(chain_wxyz)
    turns = np.empty((4, len(local), 2, 3, 3))
    turns[0] = local[:, :1]
    for k in (1, 2, 3):
        np.matmul(turns[k - 1], local[:, 2 * k - 1 : 2 * k + 1], out=turns[k])
    return turns


def _require_legs(rig: Rig) -> None:
    if not has_legs(rig):
        missing = [SMPLX.names[joint] for joint in _TURNED if joint not in rig.rows]
        lacks = f"bones for {', '.join(missing)}" if missing else "a length of thighs and shins"
        raise RetargetError(f"feet cannot be held without {lacks}")


def _rig_steps(actor: Actor) -> Array:
    """(4, 2, 3) m to hips, knees, ankles and toes, each from the one before, in the T-pose."""
    rig = actor.rig
    heads, rows = rig.skeleton.heads, rig.rows
    places = [heads[[rig.hips_row] * 2]]
    places += [heads[[rows[joint] for joint in pair]] for pair in (_HIPS, _KNEES, _ANKLES)]
    if all(joint in rows for joint in _TOES):
        places.append(heads[[rows[joint] for joint in _TOES]])
    else:
        places.append(rig.skeleton.tails[[rows[joint] for joint in _ANKLES]])
    C = actor.calibration[[0, 0, *_TURNED]].reshape(4, 2, 3, 3)
    return np.matmul(C, np.diff(places, axis=0)[..., None])[..., 0]


def _own_steps(actor: Actor) -> Array:
    """(4, 2, 3) m, the actor's own."""
    joints = actor.rest_joints[[0, 0, *_LEG_JOINTS]].reshape(5, 2, 3)
    return np.diff(joints, axis=0)


def _standing_pelvis(actor: Actor) -> Array:
    """(3,) m where the actor's pelvis is while they stand on the floor in the T-pose."""
    rest = actor.rest_joints
    height = rest[0, 1] - rest[_TOES, 1].mean() + SOLE_M
    return np.array([0.0, actor.rig.options.floor_m + height, 0.0])
