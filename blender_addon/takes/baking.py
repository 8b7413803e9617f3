# SPDX-License-Identifier: GPL-3.0-or-later
"""The bake that is on its way: at most one, a little of it at every tick of a timer."""

from __future__ import annotations

import bpy

from ..long_job import LongJob
from .bake import Bake, BakeError, BakeOptions

_BUDGET_S = 0.03
"""How long a tick may work: Blender answers the user thirty times a second meanwhile."""

_PAUSE_S = 0.003


def _words(done: Bake) -> str:
    bpy.ops.ed.undo_push(message="Bake Take")
    return f"Baked {done.take}: {', '.join(done.baked)}"


_job: LongJob[Bake] = LongJob("bake", BakeError, _BUDGET_S, _PAUSE_S, _words)
current, note, refuse, tick = _job.current, _job.note, _job.refuse, _job.tick


def start(options: BakeOptions) -> None:
    """Begin a bake that the timer goes on with.

    Raises:
        BakeError: one is running already.
    """
    if current() is not None:
        raise BakeError("a take is being baked already")
    _job.start(Bake(options))


def finish() -> str:
    """Go on until it is done, and say what was baked.

    Raises:
        BakeError: it cannot be done; nothing is left of it.
    """
    while (running := current()) is not None:
        tick(1.0)
        if current() is running and running.waits_for_object_mode:  # nobody could leave it now
            cancel("New armatures can be made in Object Mode and Pose Mode only")
    return _job.outcome()


def cancel(why: str = "") -> None:
    """Stop it and leave the file as it was."""
    if (running := current()) is not None:
        _job.cancel(why or f"Cancelled baking {running.take}", bool(why))


def interrupt() -> None:
    """The file is not the one any more that the bake was begun in; the next tick ends it."""
    if (running := current()) is not None:
        _job.interrupt(f"Undo ended the baking of {running.take}: bake again")
