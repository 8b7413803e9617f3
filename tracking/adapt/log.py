"""What adaptation changed while a take was made, read from it to be done again."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livemocap.bus import TRACK
from livemocap.messages import TrackFrame
from livemocap.take import TakeReader

from ..errors import TrackingError
from .parameters import Parameters

_LOG = logging.getLogger(__name__)

BEGUN = "begun"
"""Stands in TrackFrame.swaps of the first image of a stream: whoever reads a log that does not
begin with it has missed what was changed before, and whom its keys mean."""

SwapLog = Mapping[tuple[int, int], Mapping[int, Parameters]]
"""Of one camera: an image's sequence number and capture time in ns to who is swapped to what."""


def swaps_of(take: Path, settings: str) -> Mapping[str, SwapLog] | None:
    """By camera; None if people were not adapted when the take was made, or before it began.

    Args:
        settings: the studio.toml that the take was made with.

    Raises:
        TakeError: the take is damaged.
        TrackingError: what it says of swaps is not what this version understands.
    """
    if not was_adapted(settings):
        return None
    log: dict[str, dict[tuple[int, int], Mapping[int, Parameters]]] = {}
    for _, frame in TakeReader(take).messages([TRACK]):
        if not isinstance(frame, TrackFrame):
            continue
        if frame.camera_id not in log and BEGUN not in frame.swaps:
            _LOG.warning("%s begins amid a stream: people are adapted anew", take)
            return None
        swaps = log.setdefault(frame.camera_id, {})
        if frame.swaps.keys() - {BEGUN}:
            swaps[frame.sequence, frame.t_capture_ns] = _read(frame, take)
    return log


def _read(frame: TrackFrame, take: Path) -> dict[int, Parameters]:
    swaps: dict[str, Any] = {key: told for key, told in frame.swaps.items() if key != BEGUN}
    try:
        return {int(key): Parameters.from_numbers(numbers) for key, numbers in swaps.items()}
    except (TypeError, ValueError, IndexError) as error:
        raise TrackingError(
            f"{take}: image {frame.sequence} swaps what cannot be read ({error}). "
            "`livemocap track --replay TAKE --adapt again` looks for changes anew"
        ) from None


def was_adapted(settings: str) -> bool:
    """Whether a studio.toml says so; what cannot be read does not."""
    try:
        tracking = tomllib.loads(settings).get("tracking", {})
    except tomllib.TOMLDecodeError:
        return False
    return isinstance(tracking, dict) and tracking.get("adapt") == "on"
