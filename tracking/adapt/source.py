"""Where parameters come from: solved for beside the stream, or read from a take's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..people import People
from .log import SwapLog
from .parameters import Parameters

Swaps = dict[int, Parameters]
"""Whose parameters change with an image: key of People to what is used from it on."""


class Source(Protocol):
    """Says which parameters to use from an image on, and learns from how they do."""

    def due(self, people: People) -> Swaps:
        """Swaps to make before `people` are corrected."""
        ...

    def learn(self, people: People, shown: People, used: Mapping[int, Parameters]) -> None:
        """The image is through: `people` as they came and as they are `shown`."""
        ...

    def forget(self, keys: Sequence[int]) -> None:
        """These people are gone, or nothing said of them is true any more."""
        ...

    def relock(self, key: int) -> None:
        """A user wants somebody measured anew."""
        ...

    def state(self) -> dict[str, Any]:
        """For metrics."""
        ...

    def close(self) -> None:
        """Stop working."""
        ...


class Logged:
    """Swaps that were made when a take was recorded.

    Args:
        swaps: see log.SwapLog.
    """

    def __init__(self, swaps: SwapLog) -> None:
        self._swaps = swaps
        self._made = 0

    def due(self, people: People) -> Swaps:
        """See Source."""
        frame = people.frame
        logged = self._swaps.get((frame.sequence, frame.t_capture_ns), {})
        self._made += len(logged)
        return dict(logged)

    def learn(self, people: People, shown: People, used: Mapping[int, Parameters]) -> None:
        """Nothing is learnt."""

    def forget(self, keys: Sequence[int]) -> None:
        """Nothing is remembered."""

    def relock(self, key: int) -> None:
        """Nothing is measured."""

    def state(self) -> dict[str, Any]:
        """See Source."""
        return {"adapt": "from the take's log", "adapt_swaps": self._made}

    def close(self) -> None:
        """See Source."""
