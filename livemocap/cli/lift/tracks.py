"""What was seen in a whole video to everybody's motion in the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from livemocap.lifter import Lifter
from livemocap.messages import PoseFrame, TrackFrame
from tracking.association.associator import Associator
from tracking.config import TrackingConfig
from tracking.ground.root_bake import BakeRoot
from tracking.identity.gaps import Gaps
from tracking.identity.stitch import Stitch
from tracking.scene.output import InKnownWorld
from tracking.scene.scale import Scale
from tracking.smoothing.bake import BakePose
from tracking.stage import Chain
from tracking.tracker import Tracker

from .posing import LiftedPoses

OF_AN_ENGINE = TrackingConfig(mode="bake")
OF_A_FILE = replace(
    OF_AN_ENGINE,
    detection_score=0.1,
    birth_score=0.6,
    return_score=0.3,
    least_score=0.4,
    steady_score=0.25,
    lateral_noise_m=0.04,
    depth_noise=0.05,
)
"""Other detectors are less sure of their keypoints, and depth comes from a box."""


class Tracks:
    """Takes every image in order and gives all of it at the end, as bake mode does.

    Args:
        lifter: poses are its; without one they are those that were seen.
    """

    def __init__(self, config: TrackingConfig, lifter: Lifter | None) -> None:
        self.lifted = LiftedPoses(lifter) if lifter else None
        self._chain: Any = Tracker(config)
        if self.lifted:
            who = Associator(config)
            self._chain = Chain(
                Scale(config.actor_height_m),
                who,
                Stitch(who.new_id),
                self.lifted,
                Gaps(),
                BakePose(),
                BakeRoot(),
                InKnownWorld(config, who.directions.names),
            )

    def of(self, frames: Iterable[PoseFrame]) -> list[TrackFrame]:
        """One for each."""
        found = [tracked for frame in frames for tracked in self._chain.push(frame)]
        return [*found, *self._chain.flush()]
