"""Everybody's courses through a take: one camera that may be held by hand, one floor a shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, normalize

from ..people import Ints
from .camera_motion import Part, camera_shift, shifted
from .contacts import POINT_HEIGHTS_M
from .floor import SOLE_M, SOLE_S, Floor, fit_floor
from .legs import feet_of
from .odometry import pelvis_at
from .settings import RootSmoothing
from .standing_course import carrying
from .whole_course import Course, Smoothed, smooth_course

SHORTEST = 3
"""Images of a course that tells of the camera and of the floor."""
SURE = 0.5
"""How surely a foot must stand to tell where the floor is."""
SURELY_S = 3.0
"""Seconds with feet on the floor, all people's together, without which nobody is drawn to it."""
_ROUNDS = 8
"""Times that feet which are not on the floor are looked for anew."""


def smooth_take(
    parts: Sequence[Part], t_s: Array, shots: Ints, settings: RootSmoothing
) -> list[Smoothed]:
    """All courses of a take.

    They are solved as a camera that stands would have seen them, first each by itself, then on
    the floor that all of a shot tell of.

    Args:
        t_s: (T,) of all images.
        shots: (T,) which shot each belongs to.
    """
    long = [part for part in parts if len(part[0]) >= SHORTEST]
    shift = camera_shift(long, t_s, settings)
    steady = shifted(parts, -shift)
    alone = [smooth_course(course, settings) for _, course in steady]
    of_shot = np.array([shots[images[0]] for images, _ in steady], np.int64)
    floors = {
        shot: _floor([(steady[i][1], alone[i]) for i in np.flatnonzero(of_shot == shot)])
        for shot in set(of_shot.tolist())
    }
    together = [
        smooth_course(course, settings, floor) if floor and len(images) >= SHORTEST else done
        for (images, course), done, floor in zip(
            steady, alone, [floors[shot] for shot in of_shot.tolist()], strict=True
        )
    ]
    return [
        replace(done, places=done.places + np.pad(shift[images], ((0, 0), (0, 1))))
        for (images, _), done in zip(steady, together, strict=True)
    ]


def _floor(known: Sequence[tuple[Course, Smoothed]]) -> Floor | None:
    """Of one shot, None if too little of it is seen."""
    known = [(course, done) for course, done in known if len(course.t_s) >= SHORTEST]
    if not known:
        return None
    up = normalize(np.median(np.concatenate([course.up for course, _ in known]), 0))
    points, trust = zip(*(_soles(*one, up) for one in known), strict=True)
    points, trust = np.concatenate(points), np.concatenate(trust)
    stand = trust > SURE * trust.max(initial=0.0)
    if trust.sum() * SOLE_M**2 * SOLE_S < SURELY_S:
        return None
    guess = Floor(up, -float(np.median(points[stand] @ up)))
    return fit_floor(points, trust, guess, up, _ROUNDS)


def _soles(course: Course, done: Smoothed, up: Array) -> tuple[Array, Array]:
    """(N, 3) points under ankles and toes, and (N,) how far to trust them, as for `fit_floor`."""
    feet = feet_of(course.legs) + pelvis_at(done.places)[:, None]
    soles = feet - POINT_HEIGHTS_M[:, None] * up
    share = np.gradient(course.t_s) / (4 * SOLE_S * SOLE_M**2)
    carried = done.contacts * carrying(course.legs, up)
    trust = carried * carried * (share * course.seen)[:, None]
    return soles.reshape(-1, 3), trust.ravel()
