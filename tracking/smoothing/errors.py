"""How much an estimator errs, told from a joint's own course without knowing its motion.

Errors of poses wander: from image to image they are a random walk, that is drawn back within
`MEMORY_S`. How far they walk shows twice: in waves faster than people move for long, and in how
differently a joint turns from image to image. Of both the middle is taken, and then the smaller
one: a shake at one frequency all along does not change the one, nor a few strikes the other.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from livemocap.rotation import Array

from .stiff import passed, usual_step

MEMORY_S = 0.45
"""How soon errors are drawn back."""

BAND_HZ = (5.0, 14.0)
"""Where motion is rare. At low rates it is the upper half of what there is."""

LEAST_STEPS = 32
"""Of fewer nothing is told."""

SPELL = 10
"""Changes of which the mean is taken first, so that their middle hardly is below it."""

WAVES = 8192
"""Frequencies that stand for all."""


def wandered(t_s: Array, value: Array) -> float:
    """Variance of the errors in (T, K) samples, summed over K; 0 where it cannot be told."""
    step_s = usual_step(t_s)
    steps = round((t_s[-1] - t_s[0]) / step_s)
    if steps < LEAST_STEPS:
        return 0.0
    even_s = t_s[0] + step_s * np.arange(steps + 1)
    even = np.stack([np.interp(even_s, t_s, column) for column in value.T], 1)
    moves = np.diff(even, axis=0)
    walked = min(_in_waves(moves, step_s), _in_turns(moves)) / step_s
    return walked * MEMORY_S / 2


def _in_waves(moves: Array, step_s: float) -> float:
    """Mean square of a walk's steps, from how strong fast waves are in (T, K) moves."""
    window = np.hanning(len(moves) + 2)[1:-1]
    waves = np.fft.rfft(moves * window[:, None], axis=0)
    power = (waves.real**2 + waves.imag**2).sum(1) / (window @ window)
    hz = np.fft.rfftfreq(len(moves), step_s)
    highest = min(BAND_HZ[1], hz[-1])
    lowest = min(BAND_HZ[0], highest / 2)
    return float(np.median(power[(hz >= lowest) & (hz <= highest)]))


def _in_turns(moves: Array) -> float:
    """The same from how much (T, K) moves change from one to the next."""
    changes = np.diff(moves, axis=0)
    squares = (changes * changes).sum(1)
    spells = squares[: len(squares) // SPELL * SPELL].reshape(-1, SPELL)
    return float(np.median(spells.mean(1))) / 2


def between(step_s: float, holds_s: tuple[float, ...], bend_s: float) -> list[float]:
    """Shares of the errors' variance in what wires of neighbouring `holds_s` are apart."""
    turn_rad = (np.arange(WAVES) + 0.5) * (math.pi / WAVES)
    kept = math.exp(-step_s / MEMORY_S)
    share = (1 - kept**2) / (1 - 2 * kept * np.cos(turn_rad) + kept**2) / WAVES
    left = [passed(turn_rad, step_s, hold_s, bend_s) for hold_s in holds_s]
    return [float(share @ (soft - stiff) ** 2) for soft, stiff in pairwise(left)]
