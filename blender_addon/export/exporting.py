# SPDX-License-Identifier: GPL-3.0-or-later
"""The export that is on its way: at most one, a little of it at every tick of a timer."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import bpy

from ..windows import redraw_views, some_window
from .job import Export, FilePlan, Written
from .plan import ExportError

_BUDGET_S = 0.05
_PAUSE_S = 0.01

_LOG = logging.getLogger(__name__)

_current: Export | None = None
_note, _failed = "", False


def current() -> Export | None:
    """The export that runs."""
    return _current


def note() -> tuple[str, bool]:
    """What became of the last export, a line for each file, and whether that is bad; empty: there
    was none."""
    return _note, _failed


def start(plans: Sequence[FilePlan]) -> None:
    """Begin an export that the timer goes on with.

    Raises:
        ExportError: one is running already.
    """
    global _current
    if _current is not None:
        raise ExportError("an export is running already")
    _current = Export(plans)
    _say("", False)
    if not bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.register(_on_timer)


def finish() -> str:
    """Go on until it is done, and say what was written.

    Raises:
        ExportError: it cannot be done.
    """
    while _current is not None:
        tick(1.0)
    if _failed:
        raise ExportError(_note)
    return _note


def cancel(why: str = "Cancelled the export") -> None:
    """Stop it; files that were finished before stay."""
    global _current
    if _current is None:
        return
    stopped, _current = _current, None
    stopped.cancel()
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)
    _say(why, False)


def refuse(sentence: str) -> None:
    """Show why an export could not be begun."""
    _say(sentence, True)


def tick(budget_s: float) -> None:
    """Work for about so long."""
    global _current
    if _current is None:
        return
    try:
        if not _current.step(budget_s):
            return
        done, _current = _current, None
        _say("\n".join(_words(each) for each in done.written), False)
    except ExportError as error:
        _current = None
        _say(str(error), True)
    except Exception as error:
        _current = None
        _LOG.exception("could not export")
        _say(f"Could not export: {error}", True)


def _words(written: Written) -> str:
    left = f" {written.left_out} bones that BVH has no place for were left out." * bool(
        written.left_out
    )
    return f"{written.path.name} re-read: {written.checked}.{left}"


def _say(sentence: str, failed: bool) -> None:
    global _note, _failed
    _note, _failed = sentence, failed


def _on_timer() -> float | None:
    with some_window():
        tick(_BUDGET_S)
    redraw_views()
    return None if _current is None else _PAUSE_S
