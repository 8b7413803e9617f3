# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's settings make of its person's motion, before it is put on its bones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array
from retarget.motion import PersonMotion
from retarget.one_euro import Filtered, OneEuro, filter_motion, filter_poses
from retarget.rigs.gains import bent_fingers, opened_jaw

from .settings import RigSettings

Followers = Sequence[tuple[tuple[int, int], RigSettings]]
"""Of each character whom it is and whom it follows, and its settings."""


class LiveMotion:
    """Smooths and bends for all characters at once, frame by frame."""

    def __init__(self) -> None:
        self._past: dict[tuple[int, int], Filtered] = {}

    def apply(
        self, followers: Followers, t_s: Array, local_wxyz: Array, pelvis: Array
    ) -> tuple[Array, Array]:
        """(P, 55, 4) and (P, 3) m as the P characters are to have them.

        Args:
            t_s: (P,) when each person was captured.
        """
        smooth = [row for row, (_, chosen) in enumerate(followers) if chosen.smooth]
        if smooth:
            local_wxyz, pelvis = np.array(local_wxyz, float), np.array(pelvis, float)
            keys = [followers[row][0] for row in smooth]
            now = filter_poses(
                [self._past.get(key) for key in keys],
                [_filter(followers[row][1]) for row in smooth],
                t_s[smooth],
                local_wxyz[smooth],
                pelvis[smooth],
            )
            local_wxyz[smooth] = [person.local_wxyz for person in now]
            pelvis[smooth] = [person.pelvis for person in now]
            self._past = dict(zip(keys, now, strict=True))
        else:
            self._past = {}
        for name, turned in (("finger_gain", bent_fingers), ("jaw_gain", opened_jaw)):
            gains = np.array([getattr(chosen, name) for _, chosen in followers])
            if (gains != 1).any():
                local_wxyz = turned(local_wxyz, gains)
        return local_wxyz, pelvis


def whole_motion(
    motion: PersonMotion, settings: RigSettings
) -> Iterator[tuple[float, PersonMotion | None]]:
    """The same of a whole take; how much is done, 0..1, and at last the motion."""
    if settings.smooth:
        for part, filtered in filter_motion(motion, _filter(settings)):
            yield part, None
            motion = filtered or motion
    local = motion.local_wxyz
    if settings.finger_gain != 1:
        local = bent_fingers(local, settings.finger_gain)
    if settings.jaw_gain != 1:
        local = opened_jaw(local, settings.jaw_gain)
    yield 1.0, replace(motion, local_wxyz=local)


def _filter(settings: RigSettings) -> OneEuro:
    return OneEuro(cutoff_hz=settings.cutoff_hz, speed_coefficient=settings.speed_coefficient)
