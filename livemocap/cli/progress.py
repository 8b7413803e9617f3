"""A progress bar on stderr: a bar with the remaining time at a terminal, else a line each 10 %."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

_BAR = 24


class Progress:
    """How far one piece of work is.

    Args:
        title: what is being done.
        total: how many steps make the whole; 0 when nobody knows.
    """

    def __init__(self, title: str, total: int, stream: TextIO | None = None) -> None:
        self._title, self._total = title, total
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._started_s = time.monotonic()
        self._drawn_s = 0.0
        self._next_tenth = 1
        self.done = 0

    def update(self, done: int, note: str = "") -> None:
        """`done` steps are behind us; `note` is shown beside the bar."""
        self.done = done
        if self._live:
            if time.monotonic() - self._drawn_s >= 0.1:
                self._draw(note)
        elif self._total and done * 10 >= self._next_tenth * self._total:
            self._next_tenth = done * 10 // self._total + 1
            print(self._line(note), file=self._stream, flush=True)

    def finish(self, note: str = "") -> None:
        """Leave one line that says how long it took."""
        took = f"{self._title}: {self.done} in {duration(time.monotonic() - self._started_s)}"
        self._clear()
        print(f"{took}{', ' + note if note else ''}", file=self._stream, flush=True)

    def abandon(self) -> None:
        """Take the bar away, as an error message follows."""
        self._clear()

    def _draw(self, note: str) -> None:
        self._drawn_s = time.monotonic()
        share = min(1.0, self.done / self._total) if self._total else 0.0
        full = int(share * _BAR)
        line = f"{self._title} [{'=' * full}{' ' * (_BAR - full)}] {self._line(note, titled=False)}"
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r{line[:width]:<{width}}")
        self._stream.flush()

    def _line(self, note: str, titled: bool = True) -> str:
        passed = time.monotonic() - self._started_s
        parts = [f"{self._title}: " if titled else "", f"{self.done}"]
        if self._total:
            parts.append(f"/{self._total}")
        if self._total and self.done:
            left = passed / self.done * max(0, self._total - self.done)
            parts.append(f", {duration(left)} left")
        if note:
            parts.append(f", {note}")
        return "".join(parts)

    def _clear(self) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r{' ' * width}\r")
            self._stream.flush()


def duration(seconds: float) -> str:
    """12 s, 3:05 min, 1:02 h."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
