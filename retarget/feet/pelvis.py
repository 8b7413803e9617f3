"""How far the pelvis goes up or down with the feet that stand, so that legs keep their bend."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .leg_ik import LONGEST_REACH
from .legs import FeetAtRest, Legs, flat_feet, standing_feet
from .plant import FootLimits
from .spring import Spring
from .vectors import UP, length

_FOLLOW, _LOWER = 0.4, 0.05
"""Time constants in units of `FeetAtRest.unit_s`, 0.28 s for a grown-up: the pelvis follows the
feet, and comes down for a leg that is too short."""
_KNEES_STAY_SOFT = 0.995
"""Share of thigh plus shin to which the pelvis is lowered; a leg straighter in the pose may stay
so."""

_HALF_FOOT = 0.15
"""What a foot on its heel or its toe alone counts beside a flat one."""


def upright(hip: Array, ankle: Array, leg: Array) -> Array:
    """(...) 1 for somebody on their feet, 0 who sits or lies: their pelvis rests on something.

    Args:
        hip: (..., 2, 3) m; ankle as well.
        leg: (...) m.
    """
    share = ((hip - ankle)[..., 1].max(-1) / leg - 0.4) / 0.3
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def follow(held: Array, legs: Legs, ankle: Array, reach: Array) -> tuple[Array, Array]:
    """How much higher the pelvis shall be for the feet that stand, and whether any stands.

    A flat foot counts most, and its leg must reach it; one that lands or pushes off bends and
    stretches as it needs.

    Args:
        held: (..., 2, 2) bool, heel and toe of both feet.
        ankle: (..., 2, 3) m where standing feet have them.
        reach: (..., 2) m, `posed_reach`.

    Returns:
        (...) m, 0 where nobody stands, and (...) bool.
    """
    flat = flat_feet(held)
    weight = np.where(flat, 1.0, _HALF_FOOT * standing_feet(held))
    total = weight.sum(-1)
    missing = np.where(weight > 0, (ankle - legs.ankle)[..., 1], 0)
    goal = (weight * missing).sum(-1) / np.maximum(total, _HALF_FOOT)
    short = shortfall(legs.hip + goal[..., None, None] * UP, ankle, reach)
    return goal - np.where(flat, short, 0).max(-1), total > 0


def posed_reach(legs: Legs) -> Array:
    """(..., 2) m from hip to ankle that a leg may be stretched to: it stays as soft as posed."""
    longest = length(legs.knee - legs.hip) + length(legs.ankle - legs.knee)
    return np.clip(
        length(legs.ankle - legs.hip), _KNEES_STAY_SOFT * longest, LONGEST_REACH * longest
    )


def shortfall(hip: Array, goal: Array, reach: Array) -> Array:
    """(..., 2) m by how much each hip must come down for its leg to reach its goal.

    Args:
        hip: (..., 2, 3) m where hips now are; goal, of the ankle, as well.
        reach: (..., 2) m, `posed_reach`.
    """
    gap = hip - goal
    aside = gap[..., 0] ** 2 + gap[..., 2] ** 2
    height = np.sqrt(np.maximum(reach**2 - aside, (0.3 * reach) ** 2))
    return np.maximum(gap[..., 1] - height, 0)


class LivePelvis:
    """The height of P pelvises over their pose, without looking ahead."""

    def __init__(self, rest: FeetAtRest, limits: FootLimits) -> None:
        self._unit_s = rest.unit_s
        self._most_m, self._lower_m = limits.pelvis * rest.leg, limits.lower * rest.leg
        people = len(rest.leg)
        self._goal, self._need = np.zeros(people), np.zeros(people)
        self._follow, self._lower = Spring.at_rest((people,)), Spring.at_rest((people,))

    @property
    def rise(self) -> Array:
        """(P,) m."""
        return self._goal + self._follow.value - self._need - self._lower.value

    def forget(self, fresh: Array) -> None:
        """(P,) people who start at their pose."""
        self._goal, self._need = np.where(fresh, 0, self._goal), np.where(fresh, 0, self._need)
        for spring in (self._follow, self._lower):
            spring.let_go(fresh, np.zeros(1), np.zeros(1))

    def follow(self, dt_s: float, goal: Array, standing: Array) -> Array:
        """Rise by `goal` (P,) m where anybody stands; stay where nobody does. (P,) m so far."""
        goal = np.clip(goal, -self._most_m, self._most_m)
        goal = np.where(standing, goal, self._goal)
        self._follow.value = self._follow.value + self._goal - goal
        self._goal = goal
        self._follow.step(dt_s, _FOLLOW * self._unit_s)
        return self._goal + self._follow.value

    def lower(self, dt_s: float, need: Array) -> None:
        """Come down by `need` (P,) m: soon, and slowly up again."""
        need = np.minimum(need, self._lower_m)
        now = self._need + self._lower.value
        self._lower.value, self._need = now - need, need
        time = np.where(need > now, _LOWER, _FOLLOW) * self._unit_s
        self._lower.step(dt_s, time)
