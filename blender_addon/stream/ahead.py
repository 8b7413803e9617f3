# SPDX-License-Identifier: GPL-3.0-or-later
"""What showing a frame takes and needs no Blender for, done by the thread that heard it.

So Blender's own thread has little left to do. The two take turns: while a tick shows what there is,
the thread waits with the next frame; while the thread works on one, a tick waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from livemocap.messages import TrackFrame

_PATIENCE_S = 0.02
"""How long the thread waits for its turn. A tick that takes longer makes or measures something; it
gets the frame as it came."""

_UNSEEN = 30
"""Frames in a row that are worked on and that no tick asks for: Blender is busy with other things,
and more is left to it."""


class Ahead:
    """Works on frames as they come."""

    def __init__(self, work: Callable[[TrackFrame], None]) -> None:
        self._work = work
        self._turn = threading.RLock()
        self._unseen = 0

    @contextmanager
    def heard(self, frame: TrackFrame) -> Iterator[None]:
        """The receiver's turn: within, it hands over a frame that is worked on."""
        mine = self._turn.acquire(timeout=_PATIENCE_S)
        try:
            if mine and self._unseen < _UNSEEN:
                self._unseen += 1
                with suppress(Exception):  # the tick does it again, and tells what is wrong
                    self._work(frame)
            yield
        finally:
            if mine:
                self._turn.release()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The tick's turn: within, it takes the newest frames and shows them."""
        with self._turn:
            self._unseen = 0
            yield
