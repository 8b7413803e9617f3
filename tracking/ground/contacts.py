"""Which points of the feet stand on the ground: low, and still against it.

Two states, planted and swinging, with what speeds each of them shows and how long each of them
lasts: what that makes of a course of speeds is a probability that does not flicker.
"""

from __future__ import annotations

import math

import numpy as np

from livemocap.rotation import Array

from .settings import RootSmoothing

POINT_HEIGHTS_M = np.array([0.085, 0.085, 0.025, 0.025])
"""Of ankles and toe joints above the floor they stand on, in the order of `feet_of`."""
_SURE = 8.0
"""Nats beyond which one image says no more."""
_UNSEEN = 3.0
"""Nats against a point that is not seen."""


class Contacts:
    """The two states of four points: left and right ankle, left and right toes."""

    def __init__(self, settings: RootSmoothing) -> None:
        self._settings = s = settings
        calm = np.array([s.foot_calm_ms, s.foot_calm_ms, s.foot_calm_depth_ms])
        busy2 = calm * calm + s.foot_busy_ms**2
        self._by_square = 0.5 / busy2 - 0.5 / (calm * calm)
        self._at_rest = 0.5 * float(np.log(busy2 / (calm * calm)).sum())
        self.usual = s.stance_s / (s.stance_s + s.swing_s)
        """Probability of a point of which nothing is known."""
        self._changes_hz = 1 / s.stance_s + 1 / s.swing_s

    def clues(self, speeds: Array, heights: Array, visibility: Array) -> Array:
        """Log-likelihood ratio of standing against swinging.

        Args:
            speeds: (..., 4, 3) m/s against the ground: across the view, and along it.
            heights: (..., 4) m along whatever is up.
            visibility: (..., 4) 0..1; what nobody sees does not stand.

        Returns:
            (..., 4) nats, as one glance says it.
        """
        low_m = self._settings.foot_low_m
        above = (heights - POINT_HEIGHTS_M) * (1 / low_m)
        above = np.maximum(above - (above.min(-1, keepdims=True) + 1), 0)
        nats = (speeds * speeds) @ self._by_square + self._at_rest - above * above
        nats = np.minimum(np.maximum(nats, -_SURE), _SURE)
        return visibility * (nats + _UNSEEN) - _UNSEEN

    def step(self, before: Array, nats: Array, dt_s: float) -> Array:
        """One step of the two-state filter: (..., 4) probabilities to (..., 4)."""
        kept = math.exp(-self._changes_hz * dt_s)
        expected = kept * before + (1 - kept) * self.usual
        odds = expected / (1 - expected) * np.exp(self._share(dt_s) * nats)
        return odds / (1 + odds)

    def back(self, after: Array, nats: Array, contacts: Array, dt_s: float) -> tuple[Array, Array]:
        """One step back of the two-state smoother.

        Args:
            after: (..., 4, 2) how well what came after the later image goes with swinging and
                with standing in it; ones at the end of what is known.
            nats: (..., 4) what the later image itself said.
            contacts: (..., 4) probabilities at the earlier image, from its past alone.

        Returns:
            `after` for the earlier image, and its probabilities (..., 4) in the light of it.
        """
        kept = math.exp(-self._changes_hz * dt_s)
        stand = np.exp(self._share(dt_s) * nats) * after[..., 1]
        swing = after[..., 0]
        either = (1 - kept) * (self.usual * stand + (1 - self.usual) * swing)
        stand, swing = either + kept * stand, either + kept * swing
        stand = stand / (stand + swing)
        planted = contacts * stand
        planted = planted / (planted + (1 - contacts) * (1 - stand))
        return np.stack([1 - stand, stand], -1), planted

    def _share(self, dt_s: float) -> float:
        """Of what an image says, how much is new since the one before."""
        return min(dt_s / self._settings.clue_s, 1.0)
