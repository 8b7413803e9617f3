"""What adaptation changed while a take was made, read from it to be done again."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from livemocap.bus import TRACK
from livemocap.messages import TrackFrame
from livemocap.take import TakeReader

SwapLog = Mapping[int, Mapping[str, Sequence[float]]]
"""Of one camera: sequence number of an image to TrackFrame.swaps."""


def swaps_of(take: Path, settings: str) -> Mapping[str, SwapLog] | None:
    """By camera; None if people were not adapted when the take was made.

    Args:
        settings: the studio.toml that the take was made with.

    Raises:
        TakeError: the take is damaged.
    """
    if not was_adapted(settings):
        return None
    log: dict[str, dict[int, Mapping[str, Sequence[float]]]] = defaultdict(dict)
    for _, frame in TakeReader(take).messages([TRACK]):
        if isinstance(frame, TrackFrame) and frame.swaps:
            log[frame.camera_id][frame.sequence] = frame.swaps
    return log


def was_adapted(settings: str) -> bool:
    """Whether a studio.toml says so; what cannot be read does not."""
    try:
        tracking = tomllib.loads(settings).get("tracking", {})
    except tomllib.TOMLDecodeError:
        return False
    return isinstance(tracking, dict) and tracking.get("adapt") == "on"
