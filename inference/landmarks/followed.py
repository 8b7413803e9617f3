"""What is remembered of one person from image to image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..appearance import no_appearance
from .body_landmarks import BodyLandmarks
from .detect import Detection
from .hands import SIDES, without_twin
from .observation import Array, FaceLandmarks, HandLandmarks, PersonLandmarks, Side
from .similarity import TORSO, box_of

LONGEST_PREDICTION_S = 0.2
"""A velocity measured from two images says nothing about much later ones."""

VELOCITY_MEMORY = 0.6
"""Part of the old velocity that stays when a new one is measured."""

COLOUR_MEMORY = 0.9

UNDETECTED = 0.5
"""What the detector's last score is worth for somebody it does not see any more."""


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
    detection: Detection | None = None
    """The last one."""
    look: Array | None = None
    """(D,) colours as last seen, whoever stood in the way."""
    colour: Array | None = None
    """(D,) colours when nobody stands in the way."""
    velocity: Array = field(default_factory=lambda: np.zeros(2))
    """(2,) px/s of the torso."""
    hands: dict[Side, HandLandmarks] = field(default_factory=dict)
    hand_missed_s: dict[Side, float] = field(default_factory=dict)
    """When each hand was last looked for in vain, twice running."""

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

    def learn_colour(self) -> None:
        """Remember its look; call only when nobody covers it."""
        if self.look is None:
            return
        old = self.look if self.colour is None else self.colour
        blend = COLOUR_MEMORY * old + (1 - COLOUR_MEMORY) * self.look
        self.colour = blend / np.linalg.norm(blend)

    def hands_due(self, now_s: float, patience_s: float) -> list[Side]:
        """The hands to look for now."""
        return [s for s in SIDES if now_s - self.hand_missed_s.get(s, -math.inf) >= patience_s]

    def see_hands(
        self, now_s: float, looked_for: Sequence[tuple[Side, HandLandmarks | None]]
    ) -> None:
        """Take in the hands that were found, and which were not."""
        found: dict[Side, HandLandmarks] = {}
        for side, hand in looked_for:
            if hand is not None:
                found[side] = hand
            elif side not in self.hands:
                self.hand_missed_s[side] = now_s
        self.hands = without_twin(found, self.body)

    def described(self, now_s: float, face: FaceLandmarks | None) -> PersonLandmarks:
        """What the nets saw of it at `now_s`."""
        body, found = self.body, self.detection
        is_detected = found is not None and self.detected_s == now_s
        trust = 0.0 if found is None else found.score if is_detected else UNDETECTED * found.score
        return PersonLandmarks(
            engine_id=self.engine_id,
            is_new=self.first_s == now_s,
            t_s=now_s,
            score=math.sqrt(body.confidence * trust),
            box_px=found.box_px if found and is_detected else box_of(self.keypoints),
            detection_px=self.keypoints,
            points_px=body.points_px,
            visibility=body.visibility,
            presence=body.presence,
            world=body.world,
            hands=dict(self.hands),
            face=face,
            appearance=no_appearance() if self.look is None else self.look,
        )
