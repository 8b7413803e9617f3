"""A recording tracked again: what the engine saw then, with the settings of now."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from livemocap.bus import POSE, TRACK
from livemocap.messages import EndOfStream, Message, PoseFrame
from livemocap.take import PART_SUFFIX, TakeReader, TakeWriter, free_name, partial

from .adapt.build import in_steps
from .adapt.log import SwapLog, swaps_of
from .config import TrackingConfig
from .errors import TrackingError
from .tracker import MakeLifter, Tracker

Progress = Callable[[int, int], None]
"""Is told images done and their number."""


def retrack(
    source: Path,
    target: Path | None,
    config: TrackingConfig,
    settings: str = "",
    progress: Progress = lambda done, total: None,
    make_lifter: MakeLifter | None = None,
    *,
    adapt_again: bool = False,
) -> Path:
    """Track a take's poses again and write both as a new take.

    Clocks, cameras and everything else that the take holds are copied; the same take and settings
    give the same tracks bit for bit. Where people are adapted, and were when the take was made,
    the same changes are made at the same images as then; otherwise they are looked for in steps.

    Args:
        target: the new take; beside the old one if None.
        settings: the effective studio.toml, kept inside instead of the old one.
        progress: is told images done and their number.
        make_lifter: of what steers bones, asked once for each camera; None for none.
        adapt_again: look for changes also where the take knows them.

    Raises:
        TrackingError: the take holds no poses.
        TakeError: it is damaged, or the target exists.
    """
    total = sum(isinstance(message, PoseFrame) for _, message in _poses(source))
    if not total:
        raise TrackingError(
            f"{source}: holds no poses to track again, only tracks. Takes hold both if recorded "
            'with [record] topics = ["pose", "track"], as they are by default'
        )
    stem = source.name.removesuffix(PART_SUFFIX).removesuffix(".mcap")
    path = target or free_name(source.parent, f"{stem}_retracked")
    metadata = TakeReader(source).metadata()
    kept = metadata.pop("config", {}).get("studio.toml", "")
    anew = adapt_again or config.adapt == "off"
    swaps = None if anew else swaps_of(source, kept)
    writer = TakeWriter(path, settings or kept, clocks=metadata.pop("take", None))
    try:
        for name, values in metadata.items():
            writer.add_metadata(name, values)
        trackers = _Trackers(in_steps(config), make_lifter, swaps)
        _track_all(source, writer, trackers, lambda done: progress(done, total))
        return writer.close()
    except BaseException:
        writer.abandon()
        partial(path).unlink(missing_ok=True)
        raise


class _Trackers(dict[str, Tracker]):
    """One for each camera, made when its first image comes; they share the ids.

    Args:
        swaps: what adaptation changed, by camera; None to look for changes anew.
    """

    def __init__(
        self,
        config: TrackingConfig,
        make_lifter: MakeLifter | None,
        swaps: Mapping[str, SwapLog] | None,
    ) -> None:
        super().__init__()
        self._config, self._make_lifter, self._swaps = config, make_lifter, swaps
        self._ids = itertools.count(1)

    def __missing__(self, camera_id: str) -> Tracker:
        lifter = self._make_lifter() if self._make_lifter else None
        swaps = None if self._swaps is None else self._swaps.get(camera_id, {})
        self[camera_id] = tracker = Tracker(self._config, self._ids, lifter, swaps)
        return tracker


def _track_all(
    source: Path, writer: TakeWriter, trackers: _Trackers, progress: Callable[[int], None]
) -> None:
    done = 0
    for topic, message in _poses(source):
        writer.write(topic, message)
        if isinstance(message, PoseFrame):
            _keep(writer, trackers[message.camera_id].push(message))
            done += 1
            progress(done)
        elif isinstance(message, EndOfStream):
            if message.camera_id in trackers:
                _keep(writer, trackers.pop(message.camera_id).flush())
            _keep(writer, [message])
    for tracker in trackers.values():  # a recording that was stopped has no end of stream
        _keep(writer, tracker.flush())


def _poses(source: Path) -> Iterator[tuple[str, Message]]:
    return TakeReader(source).messages([f"{POSE}/"])


def _keep(writer: TakeWriter, messages: Sequence[Message]) -> None:
    for message in messages:
        writer.write(TRACK, message)
