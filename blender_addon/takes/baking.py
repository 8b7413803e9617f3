# SPDX-License-Identifier: GPL-3.0-or-later
"""The bake that is on its way: at most one, a little of it at every tick of a timer."""

from __future__ import annotations

import logging

import bpy

from ..windows import redraw_views, some_window
from .bake import Bake, BakeError, BakeOptions

_BUDGET_S = 0.03
"""How long a tick may work: Blender answers the user thirty times a second meanwhile."""

_PAUSE_S = 0.003

_LOG = logging.getLogger(__name__)

_current: Bake | None = None
_interrupted = False
_note, _failed = "", False


def current() -> Bake | None:
    """The bake that runs."""
    return _current


def note() -> tuple[str, bool]:
    """What became of the last bake, in words, and whether that is bad; empty if there was none."""
    return _note, _failed


def start(options: BakeOptions) -> None:
    """Begin a bake that the timer goes on with.

    Raises:
        BakeError: one is running already.
    """
    global _current, _interrupted
    if _current is not None:
        raise BakeError("a take is being baked already")
    _current, _interrupted = Bake(options), False
    _say("", False)
    if not bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.register(_on_timer)


def finish() -> str:
    """Go on until it is done, and say what was baked.

    Raises:
        BakeError: it cannot be done; nothing is left of it.
    """
    while _current is not None:
        tick(1.0)
        if _current is not None and _current.waits_for_object_mode:  # nobody could leave it now
            cancel("New armatures can be made in Object Mode and Pose Mode only")
    if _failed:
        raise BakeError(_note)
    return _note


def cancel(why: str = "") -> None:
    """Stop it and leave the file as it was."""
    global _current
    if _current is None:
        return
    stopped, _current = _current, None
    stopped.cancel()
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)
    _say(why or f"Cancelled baking {stopped.take}", bool(why))


def refuse(sentence: str) -> None:
    """Show why a bake could not be begun."""
    _say(sentence, True)


def interrupt() -> None:
    """The file is not the one any more that the bake was begun in; the next tick ends it."""
    global _interrupted
    _interrupted = _current is not None


def tick(budget_s: float) -> None:
    """Work for about so long."""
    global _current
    if _current is None:
        return
    if _interrupted:
        cancel(f"Undo ended the baking of {_current.take}: bake again")
        return
    try:
        if not _current.step(budget_s):
            return
        done, _current = _current, None
        bpy.ops.ed.undo_push(message="Bake Take")
        _say(f"Baked {done.take}: {', '.join(done.baked)}", False)
    except BakeError as error:
        _current = None
        _say(str(error), True)
    except Exception as error:
        _current = None
        _LOG.exception("could not bake")
        _say(f"Could not bake: {error}", True)


def _say(sentence: str, failed: bool) -> None:
    global _note, _failed
    _note, _failed = sentence, failed


def _on_timer() -> float | None:
    with some_window():
        tick(_BUDGET_S)
    redraw_views()
    return None if _current is None else _PAUSE_S
