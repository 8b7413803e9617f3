"""Holding images back until enough of what follows them is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Generic, Protocol, TypeVar

HORIZON_S = 1.0
"""What follows later than this says nothing about an image: every fault is over by then."""


class Timed(Protocol):
    """Anything with a time."""

    @property
    def t_s(self) -> float: ...


Item = TypeVar("Item", bound=Timed)


class Window(Generic[Item]):
    """Images in order; each is ready once one `look_ahead_s` later has come."""

    def __init__(self, look_ahead_s: float) -> None:
        self._look_ahead_s = look_ahead_s
        self._held: deque[Item] = deque()

    def add(self, item: Item) -> None:
        self._held.append(item)

    def ready(self) -> Iterator[tuple[Item, Sequence[Item]]]:
        """What is ready, oldest first, each with what is known to follow it within `HORIZON_S`."""
        while self._held and self._held[-1].t_s - self._held[0].t_s >= self._look_ahead_s:
            yield self._first()

    def rest(self) -> Iterator[tuple[Item, Sequence[Item]]]:
        """Everything left, as if nothing came any more."""
        while self._held:
            yield self._first()

    def _first(self) -> tuple[Item, Sequence[Item]]:
        first = self._held.popleft()
        near = takewhile(lambda later: later.t_s - first.t_s <= HORIZON_S, self._held)
        return first, list(near)

    def clear(self) -> None:
        self._held.clear()
