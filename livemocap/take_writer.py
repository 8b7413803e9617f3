"""Takes as they are written: pure Python, so that Blender writes them too.

A recording grows as NAME.mcap.part, two chunks a second, and gets its own name when it is
complete: a file called .mcap is always whole.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from livemocap import wire
from livemocap.mcap_pure import McapWriter, data_end, ending
from livemocap.messages import SCHEMA_VERSION, Message
from livemocap.version import __version__

PART_SUFFIX = ".part"
ENCODING = "livemocap"
PROFILE = "livemocap"

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(\..*)?", re.IGNORECASE)
"""Names that are no files on Windows, whatever follows a dot."""

PRESSED, BEFORE_S = "recording", "before_s"
"""A recording's metadata that say when the button was pressed, and how much came before it."""

LEFT_OUT, LEFT_OUT_PEOPLE = "left_out", "people"
"""A recording's metadata that say who is not to be baked, unless they are asked for: track ids
with blanks between them. They are recorded like everybody else."""


class TakeError(ValueError):
    """A take that cannot be read, or written where it was asked to."""


def plain_stem(name: str) -> str:
    """A take's name without .mcap; an empty one becomes the date and time.

    Raises:
        TakeError: the name would lead out of the folder of takes, or is that of no file on Windows.
    """
    stem = name.strip().removesuffix(".mcap") or time.strftime("%Y-%m-%d_%H-%M-%S")
    if (
        stem.startswith(".")
        or _DEVICES.fullmatch(stem)
        or any(char in '/\\:*?"<>|' or ord(char) < 32 for char in stem)
    ):
        raise TakeError(f"'{name}' cannot be the name of a take: expected letters and digits")
    return stem


def take_name(path: Path) -> str:
    """What a take is called, whether its file is whole or was left unfinished."""
    return path.name.removesuffix(PART_SUFFIX).removesuffix(".mcap")


def free_name(directory: Path, stem: str) -> Path:
    """`stem.mcap`, or `stem_002.mcap` and on: a take never overwrites another."""
    for number in range(1, 100_000):
        path = directory / (f"{stem}.mcap" if number == 1 else f"{stem}_{number:03d}.mcap")
        if not path.exists() and not partial(path).exists():
            return path
    raise TakeError(f"{directory}: no free name like {stem}.mcap")


def partial(path: Path) -> Path:
    """Where the take lies while it is being written."""
    return path.with_name(path.name + PART_SUFFIX)


class _WholeWrites:
    """An unbuffered file whose writes are all or an error, so that a full disk shows at once."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._at = 0

    @property
    def closed(self) -> bool:
        return self._raw.closed

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        while len(view):
            written = self._raw.write(view)
            self._at += written
            view = view[written:]
        return self._at

    def tell(self) -> int:
        return self._at

    def truncate(self, length: int) -> None:
        self._raw.truncate(length)
        self._raw.seek(length)
        self._at = length

    def sync(self) -> None:
        os.fsync(self._raw.fileno())

    def copy_to(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw.seek(0)
        with path.open("xb") as copy:
            shutil.copyfileobj(self._raw, copy)

    def close(self) -> None:
        self._raw.close()


class TakeWriter:
    """Writes messages as they come.

    Args:
        path: the final name; nothing stands there before `close`.
        config: the effective studio.toml, kept inside.
        chunk_s: how much a power cut may cost.
        clocks: the `take` metadata of the recording that this one copies.
    """

    def __init__(
        self,
        path: Path,
        config: str = "",
        chunk_s: float = 0.5,
        clocks: Mapping[str, str] | None = None,
    ) -> None:
        if path.exists() or partial(path).exists():
            raise TakeError(f"{path}: exists already; choose another name")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _WholeWrites(partial(path).open("x+b", buffering=0))
        except OSError as error:
            raise TakeError(f"{path}: {error.strerror}") from None
        self.path, self._part = path, partial(path)
        self.messages = self._kept = 0
        self._chunk_s = chunk_s
        self._flushed_s = time.monotonic()
        self._channels: dict[str, int] = {}
        self._whole: list[tuple[int, int]] = []  # (length, messages) after each chunk
        # chunks are closed by time below, never by size: a chunk in memory is lost in a kill
        self._mcap = McapWriter(self._file)
        try:
            self._begin(config, clocks)
        except OSError as error:
            self.abandon().unlink()
            raise TakeError(f"{path}: {error.strerror}") from None

    def _begin(self, config: str, clocks: Mapping[str, str] | None) -> None:
        self._mcap.start(PROFILE, f"livemocap {__version__}")
        self._schema = self._mcap.register_schema(
            f"livemocap/{SCHEMA_VERSION}", ENCODING, b"docs/protocol.md"
        )
        now = {
            "started_unix_ns": str(time.time_ns()),
            "started_monotonic_ns": str(time.monotonic_ns()),
            "schema_version": str(SCHEMA_VERSION),
        }
        self.add_metadata("take", now if clocks is None else clocks)
        if config:
            self.add_metadata("config", {"studio.toml": config})

    @property
    def size(self) -> int:
        """Bytes that the operating system has."""
        return self._file.tell()

    def add_metadata(self, name: str, values: Mapping[str, str]) -> None:
        self._mcap.add_metadata(name, dict(values))
        self._mark()

    def write(
        self, topic: str, message: Message, parts: Sequence[wire.Buffer] | None = None
    ) -> None:
        """Append one message.

        Args:
            parts: the message as it came over the wire, when it did; kept byte for byte.

        Raises:
            OSError: the disk is full or gone; what was written before stays readable.
        """
        if topic not in self._channels:
            self._channels[topic] = self._mcap.register_channel(topic, ENCODING, self._schema)
        t_ns = getattr(message, "t_capture_ns", time.monotonic_ns())
        self._mcap.add_message(
            self._channels[topic],
            max(t_ns, 0),
            getattr(message, "sequence", 0) & 0xFFFFFFFF,
            wire.pack(wire.encode(message) if parts is None else parts),
        )
        self.messages += 1
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Flush if the current chunk is old enough; call it also while nothing comes."""
        if time.monotonic() - self._flushed_s >= self._chunk_s:
            self.flush()

    def flush(self) -> None:
        """Close the current chunk and hand it to the operating system."""
        self._flushed_s = time.monotonic()
        self._mcap.flush()
        self._kept = self.messages
        self._mark()
        if not os.path.exists(self._part):  # noqa: PTH110 - Path.exists may raise
            raise FileNotFoundError(errno.ENOENT, "the folder of the take is gone", str(self._part))

    def _mark(self) -> None:
        self._whole.append((self._file.tell(), self._kept))
        del self._whole[:-16]

    def close(self) -> Path:
        """Finish the file and give it its name.

        Raises:
            OSError: it could not be finished; `seal` saves what there is.
        """
        self.flush()
        self._mcap.finish()
        return self._publish()

    def seal(self) -> tuple[Path, int]:
        """Finish the file after a failed write: everything up to the last whole chunk, no index.

        Returns:
            The take and how many messages it holds.

        Raises:
            OSError: not even that was possible; the .part stays, for `recover`.
        """
        if self._file.closed:  # it was finished, and only its name was refused
            return self._publish(), self.messages
        while True:
            length, messages = self._whole.pop()
            self._file.truncate(length)
            try:
                self._file.write(data_end() + ending())
                break
            except OSError:
                if not self._whole:
                    raise
        return self._publish(), messages

    def _publish(self) -> Path:
        if not self._file.closed:
            self._file.sync()
            if not self._part.exists():  # the folder was removed or renamed under us
                self._file.copy_to(self._part)
            self._file.close()
        if self.path.exists():  # it came while we were writing
            self.path = free_name(self.path.parent, self.path.stem)
        self._part.rename(self.path)
        return self.path

    def abandon(self) -> Path:
        """Stop writing as things are; the .part stays, for `recover`."""
        self._file.close()
        return self._part
