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
    hand_patience_s: float = 0.0
    """How long to leave a hand alone that was looked for in vain; in full-body images that is
    most of them, and looking costs as much as a body."""


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        "fast": Quality(
            detector_long_side_px=256, hand_net="hand_landmark_lite", hand_patience_s=0.1
        ),
        "balanced": Quality(detector_long_side_px=384, hand_net="hand_landmark_full"),
        "best": Quality(detector_long_side_px=512, hand_net="hand_landmark_full"),
    }
)
