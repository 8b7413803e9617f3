# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic that takes too long for one step, beside Blender: its thread touches no bpy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_Result = TypeVar("_Result")

_PATIENCE_S = 0.005


class Aside(Generic[_Result]):
    """Begins at once. Ask whether it `goes_on` until it does not, then for its result.

    Whoever loses interest forgets it: it ends by itself, and nobody hears of it.
    """

    def __init__(self, work: Callable[[], _Result]) -> None:
        self._results: list[_Result] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(
            target=self._run, args=(work,), name="livemocap-bake", daemon=True
        )
        self._thread.start()

    def goes_on(self) -> bool:
        """Waits a moment for it."""
        self._thread.join(_PATIENCE_S)
        return self._thread.is_alive()

    def result(self) -> _Result:
        """What came of it, once: it is large and kept nowhere else. Raises what the work did."""
        if self._errors:
            raise self._errors.pop()
        return self._results.pop()

    def _run(self, work: Callable[[], _Result]) -> None:
        try:
            self._results.append(work())
        except BaseException as error:
            self._errors.append(error)
