"""Takes as the recorder leaves them, tracked live, for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from seen_people import Actor, seen

from livemocap import wire
from livemocap.messages import EndOfStream, PoseFrame
from livemocap.take import TakeReader, TakeWriter
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

FPS = 30.0


def poses(count: int = 40) -> list[PoseFrame]:
    return [seen([Actor(0.01 * k, -3), Actor(1, -4)], k / FPS, k) for k in range(count)]


def take_of(folder: Path, frames: list[PoseFrame], ended: bool = True) -> Path:
    """A take as the recorder leaves it, tracked live."""
    tracker = Tracker(TrackingConfig())
    writer = TakeWriter(folder / "old.mcap", "[tracking]\npredict_s = 0.1\n")
    writer.add_metadata("skeleton", {"joints": "some"})
    for frame in frames:
        writer.write("pose/cam0", frame)
        for tracked in tracker.push(frame):
            writer.write("track", tracked)
    if ended:
        end = EndOfStream(camera_id="cam0", frames=len(frames))
        writer.write("pose/cam0", end)
        writer.write("track", end)
    return writer.close()


def plain(take: Path) -> list[list[bytes]]:
    """Every track of a take but for when it was made."""
    return [
        [bytes(part) for part in wire.encode(replace(frame, t_track_ns=0))]
        for frame in TakeReader(take).tracks()
    ]
