"""Everything that is trained, put together for one quality setting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .body_landmarks import BodyNet
from .detect import Detector
from .face import FaceNet
from .hands import HandNets
from .nets import WEIGHTS_FOLDER, load_nets
from .quality import Quality


@dataclass(frozen=True, slots=True)
class LandmarkNets:
    detector: Detector
    body: BodyNet
    hands: HandNets
    face: FaceNet
    hand_patience_s: float
    """As in Quality."""


def landmark_nets(quality: Quality, provider: str, folder: Path = WEIGHTS_FOLDER) -> LandmarkNets:
    """Load the nets of a setting.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    names = (
        "movenet_multipose",
        "pose_landmark_full",
        quality.hand_net,
        "hand_recrop",
        "face_landmark",
    )
    nets = load_nets(names, provider, folder)
    return LandmarkNets(
        detector=Detector(nets["movenet_multipose"], quality.detector_long_side_px),
        body=BodyNet(nets["pose_landmark_full"]),
        hands=HandNets(nets[quality.hand_net], nets["hand_recrop"]),
        face=FaceNet(nets["face_landmark"]),
        hand_patience_s=quality.hand_patience_s,
    )
