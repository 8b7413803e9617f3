"""A progress bar for work that may be over before it says anything."""

from __future__ import annotations

from ..progress import Progress


class LateBar:
    """A progress bar that is there once something has been said to it."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Progress | None = None

    def step(self, done: int, total: int) -> None:
        self._bar = self._bar or Progress(self._title, total)
        self._bar.update(done)

    def __enter__(self) -> LateBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bar and kind:
            self._bar.abandon()
        elif self._bar:
            self._bar.finish("poses")
