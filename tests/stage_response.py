"""How a stage answers to a steadily swinging and to a suddenly turned joint."""

from __future__ import annotations

import numpy as np
from posing_people import MakeStage, angles_rad, played, stream, turned

from livemocap.rotation import Array


def swing_response(
    make: MakeStage, hz: Array, amplitude_rad: float, fps: float
) -> tuple[Array, Array]:
    """How much of a swing is left, and how late it is: (F,) gains and (F,) seconds.

    One person for each of (F,) frequencies. The lag is that of the poses against the images they
    belong to; a stage's look-ahead comes on top.
    """
    seconds = 4 + 4 / float(np.min(hz))
    t_s = np.arange(round(seconds * fps)) / fps
    phase = 2 * np.pi * t_s[:, None] * hz
    answer = angles_rad(played(make, stream(turned(amplitude_rad * np.sin(phase)), t_s)))
    settled = (t_s > 1.5) & (t_s < seconds - 1.5)
    basis = np.exp(-1j * phase)
    swing = 2 * (answer * basis)[settled].mean(0) / (2 * (np.sin(phase) * basis)[settled].mean(0))
    return np.abs(swing) / amplitude_rad, -np.angle(swing) / (2 * np.pi * hz)


def step_response(make: MakeStage, turn_rad: float, fps: float) -> tuple[Array, Array]:
    """(T,) seconds since the turn, and (T,) how much of it has been taken in."""
    t_s = np.arange(-round(3 * fps), round(3 * fps)) / fps
    turn = np.where(t_s >= 0, turn_rad, 0.0)[:, None]
    return t_s, angles_rad(played(make, stream(turned(turn), t_s + 3)))[:, 0] / turn_rad
