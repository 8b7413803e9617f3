"""A take on a rig with its feet held: one door for Blender's bake and for export.

The lock looks both ways in time, and its contacts are those of the motion as it was captured, at
the actor's own feet: on a rig of other proportions the same feet slide.
"""

from __future__ import annotations

from dataclasses import replace

from ..feet.contacts import find_contacts
from ..feet.plant import FootLimits
from ..feet.take import lock_feet
from ..motion import PersonMotion
from .legs import RigLegs, has_legs
from .rig import Rig, RootMotion
from .solve import Actor, RigPose, solve


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
    if foot_lock <= 0 or motion.frames < 2 or not can_hold_feet(actor.rig):
        return motion
    legs = RigLegs([actor])
    at = legs.at(motion.local_wxyz, motion.pelvis)
    contacts = find_contacts(at.own_points, motion.times_s, legs.own_at_rest, floor_m=None)
    feet = lock_feet(
        motion.times_s,
        at.legs,
        legs.at_rest,
        contacts,
        actor.rig.options.floor_m,
        FootLimits(strength=min(foot_lock, 1.0)),
    )
    local, pelvis = at.with_feet(feet)
    return replace(motion, local_wxyz=local, pelvis=pelvis)


def can_hold_feet(rig: Rig) -> bool:
    """Whether feet have a place to stand on: not of rigs without legs, and not of characters that
    walk on the spot, under whom the floor moves."""
    return has_legs(rig) and rig.options.root is not RootMotion.IN_PLACE
