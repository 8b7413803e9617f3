"""One-Euro filters for poses that are put on rigs: calm at rest, quick when somebody is quick.

A low pass whose band widens with speed (Casiez et al. 2012), on every joint's rotation by itself
and on the pelvis. Steps are told by time stamps: frames may come at any rate and be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import (
    Array,
    continuous,
    inverse,
    multiply,
    normalize,
    quat_from_rotvec,
    rotvec_from_quat,
    slerp,
)

from .motion import PersonMotion

_SPEED_CUTOFF_HZ = 1.0
"""The band of the speed that widens a filter's band."""

_LONGEST_GAP_S = 0.5
"""After a longer silence a person begins anew."""

_PART = 256
"""Steps of a whole motion between two looks at the clock."""


@dataclass(frozen=True, kw_only=True)
class OneEuro:
    """What a filter lets through."""

    cutoff_hz: float
    """At rest: lower is calmer, and comes later."""
    speed_coefficient: float
    """Hz more for each rad/s of a joint, and for each m/s of the pelvis."""


@dataclass(frozen=True)
class Filtered:
    """One person as filtered, and what the next step has to know."""

    t_s: float
    local_wxyz: Array
    """(55, 4)."""
    pelvis: Array
    """(3,) m."""
    turning: Array
    """(55, 3) rad/s."""
    moving: Array
    """(3,) m/s."""


def filter_poses(
    before: Sequence[Filtered | None],
    filters: Sequence[OneEuro],
    t_s: Array,
    local_wxyz: Array,
    pelvis: Array,
) -> list[Filtered]:
    """A step of P people at once.

    Args:
        before: of each, what the last call gave; None: they begin. Who comes again after a
            silence, or from a later time, begins anew; the same time again changes nothing.
        t_s: (P,) when each was captured.
        local_wxyz: (P, 55, 4).
        pelvis: (P, 3) m.
    """
    found = [
        _begun(t, local, place) if was is None or not 0 <= t - was.t_s <= _LONGEST_GAP_S else was
        for was, t, local, place in zip(before, t_s.tolist(), local_wxyz, pelvis, strict=True)
    ]
    steps = [row for row, now in enumerate(found) if t_s[row] > now.t_s]
    if steps:
        chosen = [filters[row] for row in steps]
        moved = _step(
            [found[row] for row in steps], chosen, t_s[steps], local_wxyz[steps], pelvis[steps]
        )
        for row, now in zip(steps, moved, strict=True):
            found[row] = now
    return found


def filter_motion(motion: PersonMotion, by: OneEuro) -> Iterator[tuple[float, PersonMotion | None]]:
    """A whole motion without the delay that a stream has: filtered forwards and backwards in
    time, and halfway between.

    Yields:
        How much is done, 0..1, and at last the motion.
    """
    local, pelvis = np.asarray(motion.local_wxyz, float), np.asarray(motion.pelvis, float)
    turned, moved = np.empty((2, *local.shape)), np.empty((2, *pelvis.shape))
    last = motion.frames - 1
    times_s = motion.times_s
    now: Sequence[Filtered | None] = (None, None)
    for step in range(motion.frames):
        both = [step, last - step]
        clock = np.array([times_s[step], times_s[last] - times_s[last - step]])
        now = filter_poses(now, (by, by), clock, local[both], pelvis[both])
        for way, (row, person) in enumerate(zip(both, now, strict=True)):
            turned[way, row], moved[way, row] = person.local_wxyz, person.pelvis
        if step % _PART == 0:
            yield step / motion.frames, None
    halfway = continuous(slerp(turned[0], turned[1], np.array(0.5)))
    yield 1.0, replace(motion, local_wxyz=halfway, pelvis=moved.mean(0))


def _begun(t_s: float, local: Array, pelvis: Array) -> Filtered:
    still = np.zeros((len(local), 3))
    return Filtered(t_s, np.array(local, float), np.array(pelvis, float), still, np.zeros(3))


def _step(
    before: Sequence[Filtered],
    filters: Sequence[OneEuro],
    t_s: Array,
    local: Array,
    pelvis: Array,
) -> list[Filtered]:
    """People who go on from an earlier time."""
    dt_s = (t_s - [was.t_s for was in before])[:, None]
    least = np.array([each.cutoff_hz for each in filters])[:, None]
    slope = np.array([each.speed_coefficient for each in filters])[:, None]
    held, turning = _stacked(before, "local_wxyz"), _stacked(before, "turning")
    ahead = rotvec_from_quat(multiply(inverse(held), local))
    turning, amount = _amounts(ahead, turning, dt_s[..., None], least, slope)
    turned = normalize(multiply(held, quat_from_rotvec(amount * ahead)))
    place, moving = _stacked(before, "pelvis"), _stacked(before, "moving")
    away = pelvis - place
    moving, share = _amounts(away, moving, dt_s, least[:, 0], slope[:, 0])
    place = place + share * away
    rows = zip(t_s.tolist(), turned, place, turning, moving, strict=True)
    return [Filtered(*row) for row in rows]


def _amounts(
    ahead: Array, speed: Array, dt_s: Array, least: Array, slope: Array
) -> tuple[Array, Array]:
    """The (..., 3) speeds of now, and how much of what is ahead (..., 3) is taken, (..., 1)."""
    speed = speed + _blend(_SPEED_CUTOFF_HZ, dt_s) * (ahead / dt_s - speed)
    cutoff = least + slope * np.sqrt((speed**2).sum(-1))
    return speed, _blend(cutoff[..., None], dt_s)


def _blend(cutoff_hz: Array | float, dt_s: Array) -> Array:
    """How much of a new value a first-order low pass takes in after `dt_s`."""
    turned = 2 * np.pi * cutoff_hz * dt_s
    return turned / (turned + 1)


def _stacked(people: Sequence[Filtered], name: str) -> Array:
    return np.array([getattr(person, name) for person in people])
