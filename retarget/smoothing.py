"""Smoothing of a whole motion, looking both ways: nothing comes later than it did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, normalize

from .motion import PersonMotion

_REACH = 3.0
"""Standard deviations of the bell on each side."""


def smoothed_motion(motion: PersonMotion, width_s: float) -> PersonMotion:
    """The motion with every joint and the pelvis averaged over time under a bell curve.

    Args:
        motion: at even steps of time.
        width_s: the bell's standard deviation; 0 leaves everything as it is. 0.03 takes away
            trembling, 0.1 rounds off quick moves.
    """
    if width_s <= 0 or motion.frames < 3:
        return motion
    step_s = float(motion.times_s[-1] - motion.times_s[0]) / (motion.frames - 1)
    bell = _bell(width_s / step_s, motion.frames)
    return replace(
        motion,
        local_wxyz=normalize(_averaged(motion.local_wxyz, bell)),
        pelvis=_averaged(motion.pelvis, bell),
    )


def _bell(width: float, frames: int) -> Array:
    """(2 n + 1,) weights."""
    reach = min(int(np.ceil(_REACH * width)), frames - 1)
    return np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)


def _averaged(values: Array, bell: Array) -> Array:
    """(T, ...) means over the first axis; at the ends, of the frames that there are."""
    reach, total = len(bell) // 2, np.zeros(values.shape)
    weight = np.zeros((len(values),) + (1,) * (values.ndim - 1))
    for shift, share in zip(range(-reach, reach + 1), bell.tolist(), strict=True):
        ours = slice(max(0, -shift), len(values) - max(0, shift))
        theirs = slice(max(0, shift), len(values) - max(0, -shift))
        total[ours] += share * values[theirs]
        weight[ours] += share
    return total / weight
