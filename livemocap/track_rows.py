"""The people of a take's frames, quickly: what motion is made of, and nothing else.

Pure Python decodes a whole message in a sixth of a millisecond, most of it names of fields.
A take says the same names in every frame: they are read once, and from then on compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livemocap import wire
from livemocap.mcap_reader_pure import (
    McapDamageError,
    McapMessage,
    McapMetadata,
    NotMcapError,
    read_mcap,
)
from livemocap.messages import TrackFrame
from livemocap.rotation import Array
from livemocap.take_writer import TakeError

_TOPIC = "track"
_ARRAYS = ("track_ids", "states", "joint_rotvecs", "pelvis", "rest_joints", "expression")
_KNOWN = 16
"""How many kinds of frames (cameras, numbers of people) are remembered at once."""

_SEQUENCE, _TIME = b"\xa8sequence", b"\xact_capture_ns"
"""These two fields as msgpack has them, one after the other."""


@dataclass(frozen=True, slots=True)
class TrackRows:
    """Fields of a TrackFrame, as it has them."""

    t_capture_ns: int
    track_ids: Array
    states: Array
    joint_rotvecs: Array
    pelvis: Array
    rest_joints: Array
    expression: Array


def read_track_rows(path: Path) -> Iterator[tuple[float, TrackRows | None]]:
    """How much of the file is read, 0..1, and the people of each of its tracked frames in turn;
    None where something else lies. A .part is read like any take.

    Raises:
        TakeError: it is missing, no take, or damaged here: what came before was good.
    """
    decoder = RowsDecoder()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            for record in read_mcap(file, size):
                yield file.tell() / size, _rows(record, decoder)
    except OSError as error:
        raise TakeError(f"{path}: {error.strerror}") from None
    except NotMcapError as error:
        raise TakeError(f"{path}: not a take ({error})") from None
    except McapDamageError as error:
        raise TakeError(
            f"{path}: damaged ({error}). Try `livemocap take recover {path}`."
        ) from None
    except wire.WireError as error:
        raise TakeError(f"{path}: {error}") from None


def _rows(record: McapMessage | McapMetadata, decoder: RowsDecoder) -> TrackRows | None:
    if not isinstance(record, McapMessage) or not record.topic.startswith(_TOPIC):
        return None
    return decoder.decode(record.data)


class RowsDecoder:
    """Decodes messages as `wire.decode` does, those like earlier ones much faster."""

    def __init__(self) -> None:
        self._known: deque[_Kind] = deque(maxlen=_KNOWN)

    def decode(self, data: wire.Buffer) -> TrackRows | None:
        """The rows of a packed message; None: it is no TrackFrame.

        Raises:
            WireError: it is no message.
        """
        parts = wire.unpack(data)
        header = bytes(parts[0]) if parts else b""
        for kind in self._known:
            if (rows := kind.read(header, parts[1:])) is not None:
                return rows
        message = wire.decode(parts)
        if not isinstance(message, TrackFrame):
            return None
        if (learned := _learn(message, header, parts[1:])) is not None:
            self._known.appendleft(learned)
        return TrackRows(message.t_capture_ns, *(getattr(message, name) for name in _ARRAYS))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Frames of one camera with one number of people."""

    begins: bytes
    """The header before the value of `sequence`."""
    ends: bytes
    """What the header says of the arrays, which comes last."""
    sizes: tuple[int, ...]
    """Bytes of each array."""
    arrays: tuple[tuple[int, str, tuple[int, ...]], ...]
    """Place, dtype and shape of those wanted."""

    def read(self, header: bytes, parts: list[memoryview]) -> TrackRows | None:
        """The rows, if the message is of this kind."""
        if not (header.startswith(self.begins) and header.endswith(self.ends)):
            return None
        time_at = _after_int(header, len(self.begins))
        if not header.startswith(_TIME, time_at) or tuple(map(len, parts)) != self.sizes:
            return None
        time_at += len(_TIME)
        time_end = _after_int(header, time_at)
        if time_end < 0:
            return None
        t_ns: Any = wire.msgpack.unpackb(header[time_at:time_end])
        arrays = (np.frombuffer(parts[n], kind).reshape(shape) for n, kind, shape in self.arrays)
        return TrackRows(t_ns, *arrays)


def _learn(message: TrackFrame, header: bytes, parts: list[memoryview]) -> _Kind | None:
    """What all messages have in common that are like this one; None if it cannot be told."""
    sequence_at = header.find(_SEQUENCE) + len(_SEQUENCE)
    table: Any = wire.msgpack.unpackb(header)[3]
    ends: Any = wire.msgpack.packb(table)
    time_at = _after_int(header, sequence_at)
    if not (header.startswith(_TIME, time_at) and header.endswith(ends)):
        return None
    names = [name for name, _, _ in table]
    arrays = tuple(
        (names.index(name), getattr(message, name).dtype.str, getattr(message, name).shape)
        for name in _ARRAYS
    )
    return _Kind(header[:sequence_at], ends, tuple(map(len, parts)), arrays)


def _after_int(header: bytes, at: int) -> int:
    """Where the integer ends that begins at `at`; -1: none does."""
    first = header[at] if at < len(header) else 0xC0
    if first < 0x80 or first >= 0xE0:
        return at + 1
    width = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}.get(first)
    return -1 if width is None else at + 1 + width
