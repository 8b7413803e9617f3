"""How much the engine spends on an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Quality:
    """Sizes and nets of one setting."""

    detector_long_side_px: int
    """256 finds people from about an eighth of the image's height, 512 from a fifteenth."""
    hand_net: str
    face: bool = True


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        "fast": Quality(detector_long_side_px=256, hand_net="hand_landmark_lite"),
        "balanced": Quality(detector_long_side_px=384, hand_net="hand_landmark_full"),
        "best": Quality(detector_long_side_px=512, hand_net="hand_landmark_full"),
    }
)
