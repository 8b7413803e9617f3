"""How far the pelvis goes up or down with the feet that stand, so that legs keep their bend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .leg_ik import LONGEST_REACH
from .legs import FeetAtRest, Legs, flat_feet, standing_feet
from .plant import FootLimits
from .rows import Rows
from .spring import Spring

_FOLLOW, _LOWER = 0.28, 0.05
"""Time constants in units of `FeetAtRest.unit_s`, 0.28 s for a grown-up: the pelvis follows the
feet, and comes down for a leg that is too short."""
_KNEES_STAY_SOFT = 0.995
"""Share of thigh plus shin to which the pelvis is lowered; a leg straighter in the pose may stay
so."""

_SHARE = np.array([0.6, 1.0, 0.6])
"""Of the way to the feet, by axis: those of a stream are held from where they land on, so that a
pelvis that went all the way across the floor would never come back."""
_LEVEL = np.array([1.0, 0.0, 1.0])
_STAYS = np.array([0.0, 1.0, 0.0])

HALF_FOOT = 0.15
"""What a foot on its heel or its toe alone counts beside a flat one."""


def upright(hip: Array, ankle: Array, leg: Array) -> Array:
    """(...) 1 for somebody on their feet, 0 who sits or lies: their pelvis rests on something.

    Args:
        hip: (..., 2, 3) m; ankle as well.
        leg: (...) m.
    """
    high = hip[..., 1] - ankle[..., 1]
    share = np.maximum(high[..., 0], high[..., 1]) / (0.3 * leg) - 0.4 / 0.3
    share = np.minimum(np.maximum(share, 0), 1)
    return share * share * (3 - 2 * share)


def foot_weights(held: Array) -> Array:
    """(..., 2) what feet count of which (..., 2, 2) bool heels and toes stand."""
    return np.where(flat_feet(held), 1.0, HALF_FOOT * standing_feet(held))


def follow(weight: Array, legs: Legs, ankle: Array, reach: Array) -> tuple[Array, Array]:
    """How far the pelvis shall be moved for the feet that stand, and whether any stands.

    A flat foot counts most, and its leg must reach it; one that lands or pushes off bends and
    stretches as it needs.

    Args:
        weight: (..., 2) what each foot counts, as `foot_weights`.
        ankle: (..., 2, 3) m where standing feet have them.
        reach: (..., 2) m, `posed_reach`.

    Returns:
        (..., 3) m, 0 where nobody stands, and (...) bool.
    """
    total = weight[..., 0] + weight[..., 1]
    share = weight / np.maximum(total, HALF_FOOT)[..., None]
    goal = (share[..., None, :] @ (ankle - legs.ankle))[..., 0, :]
    short = shortfall(legs.hip + goal[..., None, :], ankle, reach) * (weight == 1)
    goal[..., 1] -= np.maximum(short[..., 0], short[..., 1])
    return goal, total > 0


def posed_reach(legs: Legs) -> Array:
    """(..., 2) m from hip to ankle that a leg may be stretched to: it stays as soft as posed."""
    upper, lower, now = legs.lengths
    longest = upper + lower
    return np.minimum(np.maximum(now, _KNEES_STAY_SOFT * longest), LONGEST_REACH * longest)


def shortfall(hip: Array, goal: Array, reach: Array) -> Array:
    """(..., 2) m by how much each hip must come down for its leg to reach its goal.

    Args:
        hip: (..., 2, 3) m where hips now are; goal, of the ankle, as well.
        reach: (..., 2) m, `posed_reach`.
    """
    gap = hip - goal
    square = reach * reach
    height = np.sqrt(np.maximum(square - (gap * gap).dot(_LEVEL), 0.09 * square))
    return np.maximum(gap[..., 1] - height, 0)


@dataclass(slots=True)
class Moved(Rows):
    """Of P pelvises: goals and what is left of the way to them."""

    goal: Array
    """(P, 3) m."""
    need: Array
    """(P,) m."""
    follow: Spring
    lower: Spring


class LivePelvis:
    """How far P pelvises are from their pose, without looking ahead."""

    def __init__(self, rest: FeetAtRest, limits: FootLimits) -> None:
        people = len(rest.leg)
        self._follow_s, self._lower_s = _FOLLOW * rest.unit_s, _LOWER * rest.unit_s
        self._follow_each_s = np.repeat(self._follow_s[:, None], 3, 1)
        self._most_m = limits.pelvis_most * rest.leg[:, None]
        self._least_m = -self._most_m
        self._lower_m = limits.lower * rest.leg
        self.state = Moved(
            np.zeros((people, 3)),
            np.zeros(people),
            Spring.at_rest((people, 3)),
            Spring.at_rest((people,)),
        )

    @property
    def moved(self) -> Array:
        """(P, 3) m."""
        state = self.state
        moved = state.goal + state.follow.value
        moved[:, 1] -= state.need + state.lower.value
        return moved

    def forget(self, fresh: Array) -> None:
        """(P,) people who start at their pose."""
        state, row = self.state, fresh[:, None]
        state.goal, state.need = np.where(row, 0, state.goal), np.where(fresh, 0, state.need)
        state.follow.let_go(row, np.zeros(1), np.zeros(1))
        state.lower.let_go(fresh, np.zeros(1), np.zeros(1))

    def follow(self, dt_s: Array, goal: Array, standing: Array) -> Array:
        """Go by `goal` (P, 3) m where anybody stands, stay as high where nobody does and come back
        from aside. (P, 3) m so far, not lowered."""
        state = self.state
        goal = np.minimum(np.maximum(goal, self._least_m), self._most_m) * _SHARE
        goal = np.where(standing[:, None], goal, state.goal * _STAYS)
        state.follow.value = state.follow.value + state.goal - goal
        state.goal = goal
        state.follow.step(dt_s[:, None], self._follow_each_s)
        return goal + state.follow.value

    def lower(self, dt_s: Array, need: Array) -> None:
        """Come down by `need` (P,) m: soon, and slowly up again."""
        state = self.state
        need = np.minimum(need, self._lower_m)
        now = state.need + state.lower.value
        state.lower.value, state.need = now - need, need
        state.lower.step(dt_s, np.where(need > now, self._lower_s, self._follow_s))
