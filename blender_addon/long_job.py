# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes long: at most one of a kind, a little of it at every tick of a timer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import bpy

from .windows import redraw_views, some_window

_LOG = logging.getLogger(__name__)


class Work(Protocol):
    """What is done step by step."""

    def step(self, budget_s: float) -> bool:
        """Go on for about so long; returns whether it is done."""
        ...

    def cancel(self) -> None: ...


SomeWork = TypeVar("SomeWork", bound=Work)


class LongJob(Generic[SomeWork]):
    """The work that is on its way, and what became of the last.

    Args:
        doing: what is being done, as "bake".
        trouble: what the work raises where it cannot go on, with a sentence for users.
        budget_s: how long a tick may work.
        pause_s: between two ticks, for Blender.
        done: called with finished work; returns what to say of it.
    """

    def __init__(
        self,
        doing: str,
        trouble: type[Exception],
        budget_s: float,
        pause_s: float,
        done: Callable[[SomeWork], str],
    ) -> None:
        self._doing, self._trouble, self._done = doing, trouble, done
        self._budget_s, self._pause_s = budget_s, pause_s
        self._current: SomeWork | None = None
        self._note, self._failed = "", False
        self._interruption = ""
        self.on_timer = self._go_on
        """For Blender, which knows a timer by its identity: a method is another one each time."""

    def current(self) -> SomeWork | None:
        """The work that runs."""
        return self._current

    def note(self) -> tuple[str, bool]:
        """What became of the last work, in words, and whether that is bad; empty at first."""
        return self._note, self._failed

    def refuse(self, sentence: str) -> None:
        """Show why work could not be begun."""
        self._say(sentence, True)

    def start(self, work: SomeWork) -> None:
        """Let the timer go on with it; nothing else of the kind may run."""
        self._current, self._interruption = work, ""
        self._say("", False)
        if not bpy.app.timers.is_registered(self.on_timer):
            bpy.app.timers.register(self.on_timer)

    def cancel(self, why: str, failed: bool) -> None:
        """Stop the work, if there is any, and say so."""
        if self._current is None:
            return
        stopped, self._current = self._current, None
        stopped.cancel()
        if bpy.app.timers.is_registered(self.on_timer):
            bpy.app.timers.unregister(self.on_timer)
        self._say(why, failed)

    def interrupt(self, why: str) -> None:
        """Let the next tick cancel it: now is no moment to change the file."""
        self._interruption = why

    def tick(self, budget_s: float) -> None:
        """Work for about so long."""
        if self._current is None:
            return
        if self._interruption:
            self.cancel(self._interruption, True)
            return
        try:
            if not self._current.step(budget_s):
                return
            finished, self._current = self._current, None
            self._say(self._done(finished), False)
        except self._trouble as error:
            self._current = None
            self._say(str(error), True)
        except Exception as error:
            self._current = None
            _LOG.exception("could not %s", self._doing)
            self._say(f"Could not {self._doing}: {error}", True)

    def outcome(self) -> str:
        """What became of the last work; raises the trouble it ended in."""
        if self._failed:
            raise self._trouble(self._note)
        return self._note

    def _say(self, sentence: str, failed: bool) -> None:
        self._note, self._failed = sentence, failed

    def _go_on(self) -> float | None:
        with some_window():
            self.tick(self._budget_s)
        redraw_views()
        return None if self._current is None else self._pause_s
