"""Named memory that other processes of this host can map, and that nobody has to clean up.

Linux: an anonymous memory file (memfd), reached by others through `/proc/<pid>/fd/<n>`. The
kernel frees it with its last user, however that one dies, so a kill leaves nothing behind. Windows:
a named mapping, freed by the kernel in the same way. Elsewhere (macOS): a file in the temporary
folder, removed by its writer, by a reader that finds the writer dead, or by the next writer.
`multiprocessing.shared_memory` is not used: on Python 3.11 its resource tracker destroys a
segment as soon as any reader leaves.
"""

from __future__ import annotations

import mmap
import os
import re
import secrets
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"(memfd|file|named):([\w./-]+):(\d{1,12}):([0-9a-f]{16})")
_FILE = re.compile(r"livemocap-\d+-(\d+)-[0-9a-f]{16}\.ring")
_MEMFD_PLACE = re.compile(r"\d{1,10}/\d{1,10}")


class SegmentError(ValueError):
    """Shared memory that cannot be made or mapped."""


class Segment:
    """Mapped memory. `name` tells another process where it is; `token` proves it is the one."""

    def __init__(self, name: str, memory: mmap.mmap, token: int, own_fd: int = -1) -> None:
        self.name, self.memory, self.token = name, memory, token
        self._own_fd = own_fd

    def close(self) -> None:
        """Unmap; where somebody still holds an array over `memory`, as soon as that is gone."""
        with suppress(BufferError):
            self.memory.close()
        if self._own_fd >= 0:
            os.close(self._own_fd)
            self._own_fd = -1
        kind, place, _, _ = parse_name(self.name)
        if kind == "file":
            _remove_unless_others_write(place)


def create_segment(size: int, kind: str | None = None) -> Segment:
    """New zeroed memory of `size` bytes; `kind` defaults to what the platform does best.

    Raises:
        SegmentError: the system refuses, usually for lack of memory.
    """
    kind = kind or _best_kind()
    hex_token = secrets.token_hex(8)
    try:
        place, memory, own_fd = _CREATE[kind](size, hex_token)
    except (OSError, ValueError) as error:
        raise SegmentError(f"no shared memory of {size} bytes: {error}") from None
    return Segment(f"{kind}:{place}:{size}:{hex_token}", memory, int(hex_token, 16), own_fd)


def attach_segment(name: str) -> Segment:
    """Map the memory called `name` read-only.

    Raises:
        SegmentError: a bad name, or memory that is gone or not ours to read.
    """
    kind, place, size, token = parse_name(name)
    try:
        if kind == "named":
            memory = _map_named(place, size)
        else:
            path = Path(f"/proc/{place.replace('/', '/fd/')}")
            memory = _map_path(path if kind == "memfd" else _folder() / place, size)
    except (OSError, ValueError) as error:
        raise SegmentError(
            f"cannot map {name}: {error}. Its writer is gone, or runs as another user or on "
            'another host; for another host set `transport = "jpeg"` for the camera.'
        ) from None
    return Segment(name, memory, token)


def parse_name(name: str) -> tuple[str, str, int, int]:
    """(kind, place, size, token) of a segment name that came from outside.

    Raises:
        SegmentError: it is none, or points anywhere but at segments.
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise SegmentError(f"{name!r} is no shared-memory name")
    kind, place, size, token = match.groups()
    wanted = _MEMFD_PLACE if kind == "memfd" else _FILE
    if not wanted.fullmatch(place):
        raise SegmentError(f"{name!r} points outside shared memory")
    return kind, place, int(size), int(token, 16)


def remove_stale_files() -> None:
    """Remove segment files whose writer died without closing them."""
    for path in _folder().glob(f"livemocap-{_user()}-*.ring"):
        _remove_unless_others_write(path.name)


def _best_kind() -> str:
    if sys.platform == "win32":
        return "named"
    return "memfd" if hasattr(os, "memfd_create") and Path("/proc/self/fd").exists() else "file"


def _create_memfd(size: int, token: str) -> tuple[str, mmap.mmap, int]:
    fd = os.memfd_create(f"livemocap-{token}")
    os.ftruncate(fd, size)
    return f"{os.getpid()}/{fd}", mmap.mmap(fd, size), fd


def _create_file(size: int, token: str) -> tuple[str, mmap.mmap, int]:
    remove_stale_files()
    path = _folder() / _file_name(token)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.ftruncate(fd, size)
        return path.name, mmap.mmap(fd, size), -1
    finally:
        os.close(fd)


def _create_named(size: int, token: str) -> tuple[str, mmap.mmap, int]:
    name = _file_name(token)
    return name, _map_named(name, size, writable=True), -1


_CREATE = {"memfd": _create_memfd, "file": _create_file, "named": _create_named}


def _map_path(path: Path, size: int) -> mmap.mmap:
    # not blocking: whatever lies there, a pipe perhaps, opening it returns at once
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size or found.st_uid != os.geteuid():
            raise ValueError("not the memory it names")
        return mmap.mmap(fd, size, access=mmap.ACCESS_READ)
    finally:
        os.close(fd)


def _map_named(name: str, size: int, *, writable: bool = False) -> mmap.mmap:
    if sys.platform != "win32":
        raise OSError("named mappings exist on Windows only")
    access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
    return mmap.mmap(-1, size, tagname=name, access=access)


def _file_name(token: str) -> str:
    return f"livemocap-{_user()}-{os.getpid()}-{token}.ring"


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _folder() -> Path:
    return Path(tempfile.gettempdir())


def _remove_unless_others_write(file_name: str) -> None:
    match = _FILE.fullmatch(file_name)
    if match and (int(match[1]) == os.getpid() or not _alive(int(match[1]))):
        with suppress(OSError):
            (_folder() / file_name).unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
