"""What every step of tracking looks like from outside, and how steps are put in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item", contravariant=True)
Result = TypeVar("Result", covariant=True)


class Stage(Protocol[Item, Result]):
    """Takes images in order and gives back one result for each, perhaps later.

    The same items give the same results bit for bit. A stage that looks ahead holds results back
    until an image `look_ahead_s` later has come; it never needs a fixed rate. How many images that
    is depends on their times alone.
    """

    look_ahead_s: float
    """How much later than an image its result may come; infinite if only `flush` gives it."""

    def push(self, item: Item, /) -> Sequence[Result]:
        """Results that are ready with this image, oldest first."""
        ...

    def flush(self) -> Sequence[Result]:
        """Everything held back, as if nothing came any more; the stage is as new afterwards."""
        ...

    def reset(self) -> None:
        """Forget everything, results held back as well."""
        ...


class Chain:
    """Stages one after the other, themselves a stage."""

    def __init__(self, *stages: Stage[Any, Any]) -> None:
        self._stages = stages
        self.look_ahead_s = sum(stage.look_ahead_s for stage in stages)

    def push(self, item: Any) -> list[Any]:
        """See Stage."""
        items = [item]
        for stage in self._stages:
            items = [result for one in items for result in stage.push(one)]
        return items

    def flush(self) -> list[Any]:
        """See Stage."""
        items: list[Any] = []
        for stage in self._stages:
            items = [result for one in items for result in stage.push(one)]
            items += stage.flush()
        return items

    def reset(self) -> None:
        """See Stage."""
        for stage in self._stages:
            stage.reset()
