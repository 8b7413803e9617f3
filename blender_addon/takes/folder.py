# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes in a folder and the room beside them, looked at only every two seconds. No bpy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from livemocap.take_glance import glance
from livemocap.take_writer import PART_SUFFIX, TakeError, free_name, take_name

from .disk import free_bytes

SHOWN = 24
"""The newest ones."""

_STALE_S = 2.0

_T = TypeVar("_T")

_seen: dict[str, tuple[tuple[object, ...], float, Any]] = {}
"""By question: of what it was asked, when, and the answer. Panels ask at every redraw."""


@dataclass(frozen=True, slots=True)
class TakeLine:
    """A take, as the panel lists it."""

    path: Path
    about: str
    """Length, people, rate; or what is wrong with it."""
    whole: bool
    seconds: float = 0.0
    people: int = 0
    before_s: float = 0.0
    """How much of it lies before Record was pressed."""

    @property
    def title(self) -> str:
        """What it is called."""
        return take_name(self.path)


def takes_in(folder: Path) -> list[TakeLine]:
    """The newest takes of a folder; empty where there is none."""
    return _remembered("takes", (folder,), lambda: _look(folder))


def next_take(folder: Path, stem: str) -> Path:
    """Where the next take of this name would lie.

    Raises:
        TakeError: nowhere.
    """
    return _remembered("next", (folder, stem), lambda: free_name(folder, stem))


def room_in(folder: Path) -> int | None:
    """Bytes that are free there; None: nobody knows."""
    return _remembered("room", (folder,), lambda: free_bytes(folder))


def look_again() -> None:
    """Something was done to the folder."""
    _seen.clear()


def _remembered(question: str, of: tuple[object, ...], look: Callable[[], _T]) -> _T:
    now_s = time.monotonic()
    known = _seen.get(question)
    if known is None or known[0] != of or now_s - known[1] > _STALE_S:
        known = _seen[question] = of, now_s, look()
    return known[2]


def _look(folder: Path) -> list[TakeLine]:
    found = []
    try:
        for path in (*folder.glob("*.mcap"), *folder.glob(f"*.mcap{PART_SUFFIX}")):
            status = path.stat()
            found.append((status.st_mtime_ns, path, status.st_size))
    except OSError:
        return []  # the folder went away
    newest = sorted(found, reverse=True)[:SHOWN]
    return [_line(path, changed_ns, size) for changed_ns, path, size in newest]


@lru_cache(maxsize=64)
def _line(path: Path, changed_ns: int, size: int) -> TakeLine:
    if path.name.endswith(PART_SUFFIX):
        return TakeLine(path, f"unfinished, {size / 1e6:.1f} MB", False)
    try:
        seen = glance(path)
    except TakeError:
        return TakeLine(path, f"damaged, {size / 1e6:.1f} MB", False)
    people = "1 person" if len(seen.people) == 1 else f"{len(seen.people)} people"
    rate = f", {(seen.frames - 1) / seen.seconds:.0f} a second" if seen.seconds > 0 else ""
    about = f"{seen.seconds:.1f} s, {people}{rate}, {seen.dropped} dropped"
    return TakeLine(path, about, True, seen.seconds, len(seen.people), seen.before_s)
