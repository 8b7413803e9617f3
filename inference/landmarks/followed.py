"""What is remembered of one person from image to image."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .body_landmarks import BodyLandmarks
from .observation import Array, HandLandmarks, Side
from .similarity import TORSO

LONGEST_PREDICTION_S = 0.2
"""A velocity measured from two images says nothing about much later ones."""

VELOCITY_MEMORY = 0.6
"""Part of the old velocity that stays when a new one is measured."""

COLOUR_MEMORY = 0.9


@dataclass(slots=True, eq=False)
class Followed:
    """One person of one camera. Time in seconds of the camera's clock."""

    engine_id: int
    first_s: float
    keypoints: Array
    """(17, 3) as last seen."""
    body: BodyLandmarks
    seen_s: float = field(init=False)
    """When it was last seen at all."""
    detected_s: float = field(init=False)
    """When the detector last saw it."""
    score: float = 0.0
    """The detector's, 0..1."""
    box_px: Array = field(default_factory=lambda: np.zeros(4))
    """(4,) x0 y0 x1 y1."""
    colour: Array | None = None
    """(D,) what it looks like when nobody stands in the way."""
    velocity: Array = field(default_factory=lambda: np.zeros(2))
    """(2,) px/s of the torso."""
    hands: dict[Side, HandLandmarks] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen_s = self.detected_s = self.first_s

    def predicted(self, now_s: float) -> Array:
        """(17, 3) where its keypoints should be now."""
        keypoints = self.keypoints.copy()
        keypoints[:, :2] += self.velocity * self.ahead_s(now_s)
        return keypoints

    def ahead_s(self, now_s: float) -> float:
        """How far to trust the velocity."""
        return min(now_s - self.seen_s, LONGEST_PREDICTION_S)

    def see(self, now_s: float, keypoints: Array, body: BodyLandmarks) -> None:
        """Take in where it is now."""
        moved = keypoints[TORSO, :2].mean(0) - self.keypoints[TORSO, :2].mean(0)
        measured = moved / max(now_s - self.seen_s, 1e-3)
        self.velocity = VELOCITY_MEMORY * self.velocity + (1 - VELOCITY_MEMORY) * measured
        self.seen_s, self.keypoints, self.body = now_s, keypoints, body

    def learn_colour(self, colour: Array | None) -> None:
        """Blend in how it looks now; call only when nobody overlaps it."""
        if colour is None:
            return
        if self.colour is None:
            self.colour = colour
            return
        blend = COLOUR_MEMORY * self.colour + (1 - COLOUR_MEMORY) * colour
        self.colour = blend / np.linalg.norm(blend)
