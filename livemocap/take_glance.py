"""What a take is, at a glance: its end and a few places in between, however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livemocap import wire
from livemocap.mcap_reader_pure import McapDamageError, McapSummary, read_chunk, read_summary
from livemocap.messages import TRACK_TENTATIVE
from livemocap.take_writer import TakeError
from livemocap.track_rows import RowsDecoder, TrackRows

_TOPIC = "track"
_LOOKS = 24
"""In how many places people are looked for."""


@dataclass(frozen=True, slots=True)
class TakeGlance:
    """A whole take in short."""

    seconds: float
    """From the first tracked frame to the last."""
    frames: int
    """Tracked ones, of all cameras together."""
    people: tuple[int, ...]
    """Track ids; whoever was there for moments only may be missing."""


def glance(path: Path) -> TakeGlance:
    """Look into a take.

    Raises:
        TakeError: it is missing, unfinished or damaged.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            summary = read_summary(file, size)
            decoder, rows = RowsDecoder(), []
            for at in _spread(summary.chunks):
                for message in read_chunk(file, at, summary.topics, size):
                    decoded = decoder.decode(message.data) if message.topic == _TOPIC else None
                    rows += [decoded] if decoded is not None else []
    except OSError as error:
        raise TakeError(f"{path}: {error.strerror}") from None
    except (McapDamageError, wire.WireError) as error:
        raise TakeError(f"{path}: {error}") from None
    return _short(summary, rows)


def _spread(chunks: Sequence[int]) -> list[int]:
    """The first, the last, and some between them."""
    last = len(chunks) - 1
    places = {round(k * last / (_LOOKS - 1)) for k in range(_LOOKS)}
    return [chunks[place] for place in sorted(places) if 0 <= place <= last]


def _short(summary: McapSummary, rows: Sequence[TrackRows]) -> TakeGlance:
    people = {
        person
        for row in rows
        for person, state in zip(row.track_ids.tolist(), row.states.tolist(), strict=True)
        if state != TRACK_TENTATIVE
    }
    times = [row.t_capture_ns for row in rows]
    seconds = (max(times) - min(times)) * 1e-9 if times else 0.0
    return TakeGlance(seconds, summary.counts.get(_TOPIC, 0), tuple(sorted(people)))
