"""A take on a rig with its feet held: one door for Blender's bake and for export.

The lock looks both ways in time, and its contacts are those of the motion as it was captured, at
the actor's own feet: on a rig of other proportions the same feet slide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array

from ..feet.contacts import find_contacts
from ..feet.legs import FeetAtRest
from ..feet.plant import FootLimits
from ..feet.take import LONGEST_GAP, locking_feet
from ..motion import PersonMotion, sample
from .legs import CHAIN, RigLegs, has_legs, with_legs
from .rig import Rig, RootMotion
from .solve import Actor, RigPose, solve

_SAME_PLACE = 0.05
"""Share of the leg: feet that are no farther apart before and after a hole stood all the time."""


def solve_take(actor: Actor, motion: PersonMotion, foot_lock: float = 1.0) -> RigPose:
    """Pose a rig at all instants of a take.

    Args:
        foot_lock: as in `hold_feet`.
    """
    held = hold_feet(actor, motion, foot_lock)
    return solve(actor, held.local_wxyz, held.pelvis)


def hold_feet(actor: Actor, motion: PersonMotion, foot_lock: float = 1.0) -> PersonMotion:
    """The motion with which the rig's feet stand where they stand; pelvis and legs change.

    What comes out is for this actor's rig alone. It is the same motion where feet cannot be held,
    see `can_hold_feet`.

    Args:
        motion: at the instants that are wanted, for what lies between two of them is not held.
        foot_lock: 0 leaves the feet as they are posed, 1 holds them for good.
    """
    held = held_feet(actor, motion, motion.times_s, foot_lock)
    return motion if held is None else held.of(motion)


@dataclass(frozen=True)
class HeldFeet:
    """What holding its feet changes of a motion, at T instants."""

    joints_wxyz: Array
    """(T, 6, 4) rotations of hips, knees and ankles."""
    pelvis: Array
    """(T, 3) m."""

    def of(self, motion: PersonMotion, first: int = 0) -> PersonMotion:
        """The motion at some of the instants, from the `first` of them on, with its feet held."""
        rows = slice(first, first + motion.frames)
        return replace(
            motion,
            local_wxyz=with_legs(motion.local_wxyz, self.joints_wxyz[rows]),
            pelvis=self.pelvis[rows],
        )


def held_feet(
    actor: Actor, motion: PersonMotion, times_s: Array, foot_lock: float = 1.0
) -> HeldFeet | None:
    """Hold feet at (T,) instants of a motion; None where they stay as they are posed.

    Args:
        motion: as it was captured: what stands is found here, also where few instants are wanted.
    """
    *_, (_, held) = holding_feet(actor, motion, times_s, foot_lock)
    return held


def holding_feet(
    actor: Actor, motion: PersonMotion, times_s: Array, foot_lock: float = 1.0
) -> Iterator[tuple[float, HeldFeet | None]]:
    """`held_feet` in steps, for those who have something else to do meanwhile: how much is done,
    0..1, and at last what came of it."""
    if foot_lock <= 0 or motion.frames < 2 or len(times_s) < 2 or not can_hold_feet(actor.rig):
        yield 1.0, None
        return
    legs = RigLegs([actor])
    captured = replace(motion, local_wxyz=motion.local_wxyz[:, CHAIN])
    own = legs.at(captured.local_wxyz, captured.pelvis).own_points
    yield 0.2, None
    contacts = find_contacts(own, motion.times_s, legs.own_at_rest, floor_m=None)
    yield 0.3, None
    wanted = captured if times_s is motion.times_s else sample(captured, times_s)
    yield 0.5, None
    at = legs.at(wanted.local_wxyz, wanted.pelvis)
    yield 0.7, None
    stand = _contacts_at(times_s, contacts, motion.times_s, own, legs.own_at_rest)
    limits = FootLimits(strength=min(foot_lock, 1.0))
    floor_m, feet = actor.rig.options.floor_m, None
    steps = locking_feet(times_s, at.legs, legs.at_rest, stand, floor_m, limits)
    for feet in steps:  # noqa: B007 - the last one
        yield 0.9, None
    assert feet is not None, "it comes last"
    yield 1.0, HeldFeet(*at.with_feet(feet))


def _contacts_at(
    wanted_s: Array, contacts: Array, times_s: Array, points: Array, rest: FeetAtRest
) -> Array:
    """(N, 2, 2) bool at (N,) instants: as at the nearest one of (T,) `times_s`. In a hole nobody
    knows what stands, but what stands in the same place on both of its sides.

    Args:
        contacts: (T, 2, 2) bool of `points` (T, 2, 2, 3) m.
    """
    nearest = np.searchsorted((times_s[1:] + times_s[:-1]) / 2, wanted_s)
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, len(times_s) - 1)
    before = after - 1
    missing = (wanted_s > times_s[before]) & (wanted_s < times_s[after])
    missing &= times_s[after] - times_s[before] > LONGEST_GAP * rest.unit_s
    near = np.linalg.norm(points[after] - points[before], axis=-1) < _SAME_PLACE * rest.leg
    stays = contacts[before] & contacts[after] & near
    return np.where(missing[:, None, None], stays, contacts[nearest])


def can_hold_feet(rig: Rig) -> bool:
    """Whether feet have a place to stand on: not of rigs without legs, and not of characters that
    walk on the spot, under whom the floor moves."""
    return has_legs(rig) and rig.options.root is not RootMotion.IN_PLACE
