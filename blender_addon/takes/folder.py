# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes in a folder, looked at again only when they have changed. No bpy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from livemocap.take_glance import glance
from livemocap.take_writer import PART_SUFFIX, TakeError

SHOWN = 24
"""The newest ones."""

_STALE_S = 2.0

_seen: tuple[Path, float, list[TakeLine]] | None = None


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
        return self.path.name.removesuffix(PART_SUFFIX).removesuffix(".mcap")


def takes_in(folder: Path) -> list[TakeLine]:
    """The newest takes of a folder; empty where there is none."""
    global _seen
    now_s = time.monotonic()
    if _seen is None or _seen[0] != folder or now_s - _seen[1] > _STALE_S:
        _seen = folder, now_s, _look(folder)
    return _seen[2]


def look_again() -> None:
    """Something was done to the folder."""
    global _seen
    _seen = None


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
