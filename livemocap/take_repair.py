"""What lies in a take, whole or damaged, and a whole take out of a damaged one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcap.records import Metadata

from livemocap.messages import TRACK_PREDICTED, Message, PoseFrame, TrackFrame
from livemocap.take import PART_SUFFIX, TakeError, TakeReader, TakeWriter, free_name


@dataclass(slots=True)
class TakeSummary:
    """What lies in a take, and whether all of it can be read."""

    path: Path
    counts: Counter[str] = field(default_factory=Counter)
    """Messages by topic."""
    cameras: Counter[str] = field(default_factory=Counter)
    """Tracked frames by camera."""
    people: Counter[int] = field(default_factory=Counter)
    """Frames by track id."""
    predicted: int = 0
    """Of those, how many were shown without a sighting, all people together."""
    first_ns: int | None = None
    last_ns: int | None = None
    """Capture time of the first and last tracked frame (or pose, in a take without tracks)."""
    gaps: int = 0
    """Sequence numbers missing between tracked frames."""
    engine: str = ""
    body_model: str = ""
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    damage: str = ""
    """Empty when every byte could be read."""

    @property
    def frames(self) -> int:
        """Of the camera that has most."""
        return max(self.cameras.values(), default=0)

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        if self.first_ns is None or self.last_ns is None:
            return 0.0
        return (self.last_ns - self.first_ns) * 1e-9

    @property
    def fps(self) -> float:
        """Mean rate of the camera that has most frames, 0 when unknown."""
        return (self.frames - 1) / self.seconds if self.seconds > 0 and self.frames > 1 else 0.0

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            "path": str(self.path),
            "messages": dict(self.counts),
            "cameras": dict(self.cameras),
            "people": {str(person): frames for person, frames in sorted(self.people.items())},
            "frames": self.frames,
            "predicted": self.predicted,
            "seconds": round(self.seconds, 3),
            "fps": round(self.fps, 3),
            "gaps": self.gaps,
            "engine": self.engine,
            "body_model": self.body_model,
            "metadata": self.metadata,
            "damage": self.damage,
        }


def summarize(path: Path) -> TakeSummary:
    """Read all of a take, as far as it goes.

    Raises:
        TakeError: it is missing or no take at all.
    """
    summary, reader = TakeSummary(path), TakeReader(path)
    last: dict[str, int] = {}
    try:
        for topic, message in reader.messages():
            summary.counts[topic] += 1
            _count(summary, message, last)
    except TakeError as error:
        summary.damage = str(error)
    summary.metadata = readable_metadata(reader)
    return summary


def _count(summary: TakeSummary, message: Message, last: dict[str, int]) -> None:
    if isinstance(message, PoseFrame):
        summary.engine, summary.body_model = message.engine, message.body_model
    if not isinstance(message, TrackFrame):
        return
    if summary.first_ns is None:
        summary.first_ns = message.t_capture_ns
    summary.last_ns, summary.body_model = message.t_capture_ns, message.body_model
    summary.cameras[message.camera_id] += 1
    summary.people.update(message.track_ids.tolist())
    summary.predicted += int((message.states == TRACK_PREDICTED).sum())
    expected = last.get(message.camera_id, message.sequence - 1) + 1
    summary.gaps += max(0, message.sequence - expected)
    last[message.camera_id] = message.sequence


def recover(path: Path, target: Path | None = None) -> tuple[Path, int]:
    """Copy all that can be read of a damaged take into a whole one.

    Returns:
        The new take and the number of messages saved.

    Raises:
        TakeError: nothing could be read, or the target exists.
    """
    plain = path.with_name(path.name.removesuffix(PART_SUFFIX))
    if target is None:
        target = free_name(path.parent, f"{plain.stem}_recovered")
    reader = TakeReader(path)
    messages = _readable_messages(reader)
    first = next(messages, None)
    if first is None:
        raise TakeError(f"{path}: nothing in it can be read")
    metadata = readable_metadata(reader)
    writer = TakeWriter(target, clocks=metadata.pop("take", None))
    writer.write(*first)
    for topic, message in messages:
        writer.write(topic, message)
    for name, values in metadata.items():
        writer.add_metadata(name, values)
    return writer.close(), writer.messages


def readable_metadata(reader: TakeReader) -> dict[str, dict[str, str]]:
    """The take's named tables, as far as the file can be read."""
    found: dict[str, dict[str, str]] = {}
    try:
        for record in reader.records():
            if isinstance(record, Metadata):
                found[record.name] = dict(record.metadata)
    except TakeError:
        pass
    return found


def _readable_messages(reader: TakeReader) -> Iterator[tuple[str, Message]]:
    try:
        yield from reader.messages()
    except TakeError:
        return
