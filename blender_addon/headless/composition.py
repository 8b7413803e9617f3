# SPDX-License-Identifier: GPL-3.0-or-later
"""Which moments of which people make a good picture, and from which side. Pure NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.coords import blender_from_world
from livemocap.rotation import Array, rotate
from retarget.motion import PersonMotion

_APART_M = 0.6
"""Paler figures nearer than this to another one, pelvis to pelvis, are left out."""

_CLEAR_M = 0.8
"""People this far apart across the picture hardly cover each other."""

_TURN = np.radians(20)


@dataclass(frozen=True, slots=True)
class Figure:
    """One person in one pose."""

    person: int
    """Row of the motions."""
    frame: int
    """Of that motion."""
    is_ghost: bool


def front(motions: Sequence[PersonMotion]) -> Array:
    """(2,) the side of Blender's floor that people mostly face, a little from their left."""
    ahead = [rotate(m.local_wxyz[:, 0], np.array([0.0, 0, 1])).mean(0) for m in motions]
    x, y, _ = blender_from_world(np.mean(ahead, axis=0))
    if np.hypot(x, y) < 0.05:  # nobody faces anywhere in particular
        x, y = 0.0, -1.0
    c, s = np.cos(_TURN), np.sin(_TURN)
    return np.array([x * c - y * s, x * s + y * c]) / np.hypot(x, y)


def telling_frame(joints: Sequence[Array], starts: Sequence[int], seen_from: Array) -> int:
    """The frame of the take with most people in it, side by side, in wide poses.

    Args:
        joints: (T, 55, 3) m for each person.
        starts: the frame of the take in which each motion begins.
        seen_from: (2,) as of `front`.
    """
    last = max(start + len(places) for start, places in zip(starts, joints, strict=True))
    across = np.full((len(joints), last), np.nan)
    score = np.zeros(last)
    for row, (start, places) in enumerate(zip(starts, joints, strict=True)):
        span = slice(start, start + len(places))
        across[row, span] = places[:, 0, :2] @ [-seen_from[1], seen_from[0]]
        score[span] += 100 + places.std(1).sum(-1)  # a person more always wins
    gaps = np.diff(np.sort(across, axis=0), axis=0)  # who is away sorts last and leaves NaN
    return int((score + 3 * np.nansum(np.minimum(gaps, _CLEAR_M), axis=0)).argmax())


def figures(
    joints: Sequence[Array], starts: Sequence[int], frame: int, ghosts: int, seen_from: Array
) -> list[Figure]:
    """Everybody in `frame`, and up to `ghosts` paler ones each from the rest of the take.

    Paler figures keep clear of each other, and do not stand in front of somebody.
    """
    chosen = [
        Figure(person, frame - start, False)
        for person, (start, places) in enumerate(zip(starts, joints, strict=True))
        if 0 <= frame - start < len(places)
    ]
    axes = np.array([[-seen_from[1], seen_from[0]], seen_from])  # across, towards the camera
    present = [axes @ joints[f.person][f.frame, 0, :2] for f in chosen]
    taken: list[Array] = []
    for person, places in enumerate(joints):
        for k in np.linspace(0, len(places) - 1, ghosts).round().astype(int).tolist():
            at = axes @ places[k, 0, :2]
            if _is_clear(at, taken) and not any(_hides(at, other) for other in present):
                chosen.append(Figure(person, k, True))
                taken.append(at)
    return chosen


def _is_clear(at: Array, others: Sequence[Array]) -> bool:
    return all(np.linalg.norm(at - other) > _APART_M for other in others)


def _hides(at: Array, other: Array) -> bool:
    """Whether a figure at (across, towards the camera) stands in, or in front of, another."""
    across, nearer = at - other
    return abs(across) < _APART_M and nearer > -_APART_M
