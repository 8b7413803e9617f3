"""What a take is, at a glance: its end and a few places in between, however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from livemocap import wire
from livemocap.mcap_reader_pure import (
    McapDamageError,
    McapMetadata,
    McapSummary,
    read_chunk,
    read_mcap,
    read_summary,
    read_table,
)
from livemocap.messages import TRACK_TENTATIVE
from livemocap.take_writer import BEFORE_S, LEFT_OUT, LEFT_OUT_PEOPLE, PRESSED, TakeError
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
    dropped: int = 0
    """Frames that the numbers of the first and the last one say were lost; of one camera."""
    before_s: float = 0.0
    """How much of it lies before the button was pressed."""


def glance(path: Path) -> TakeGlance:
    """Look into a take.

    Raises:
        TakeError: it is missing, unfinished or damaged.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            summary = read_summary(file, size)
            decoder, rows, numbers = RowsDecoder(), [], []
            for at in _spread(summary.chunks):
                for message in read_chunk(file, at, summary.topics, size):
                    decoded = decoder.decode(message.data) if message.topic == _TOPIC else None
                    if decoded is not None:
                        rows.append(decoded)
                        numbers.append(message.sequence)
            before_s = _before_s(file, size)
    except OSError as error:
        raise TakeError(f"{path}: {error.strerror}") from None
    except (McapDamageError, wire.WireError) as error:
        raise TakeError(f"{path}: {error}") from None
    return _short(summary, rows, numbers, before_s)


def left_out(path: Path) -> frozenset[int]:
    """Track ids of people who were taken out while a take was recorded. Nobody, where that cannot
    be read: in a take that is unfinished or damaged."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            at = read_summary(file, size).tables.get(LEFT_OUT)
            values = {} if at is None else read_table(file, at, size)
        return frozenset(map(int, values.get(LEFT_OUT_PEOPLE, "").split()))
    except (OSError, ValueError):
        return frozenset()


def _before_s(file: BinaryIO, size: int) -> float:
    """What stands before the first message says so, if anything does."""
    file.seek(0)
    for record in read_mcap(file, size):
        if not isinstance(record, McapMetadata):
            break
        if record.name == PRESSED:
            try:
                return max(0.0, float(record.values.get(BEFORE_S, 0.0)))
            except ValueError:
                break
    return 0.0


def _spread(chunks: Sequence[int]) -> list[int]:
    """The first, the last, and some between them."""
    last = len(chunks) - 1
    places = {round(k * last / (_LOOKS - 1)) for k in range(_LOOKS)}
    return [chunks[place] for place in sorted(places) if 0 <= place <= last]


def _short(
    summary: McapSummary, rows: Sequence[TrackRows], numbers: Sequence[int], before_s: float
) -> TakeGlance:
    people = {
        person
        for row in rows
        for person, state in zip(row.track_ids.tolist(), row.states.tolist(), strict=True)
        if state != TRACK_TENTATIVE
    }
    times = [row.t_capture_ns for row in rows]
    seconds = (max(times) - min(times)) * 1e-9 if times else 0.0
    frames = summary.counts.get(_TOPIC, 0)
    span = numbers[-1] - numbers[0] + 1 if numbers else 0
    return TakeGlance(seconds, frames, tuple(sorted(people)), max(0, span - frames), before_s)
