# SPDX-License-Identifier: GPL-3.0-or-later
"""The export that is on its way: at most one, a little of it at every tick of a timer."""

from __future__ import annotations

from collections.abc import Sequence

from ..long_job import LongJob
from .job import Export, FilePlan, Written
from .plan import ExportError

_BUDGET_S = 0.05
_PAUSE_S = 0.01


def _words(done: Export) -> str:
    return "\n".join(_line(each) for each in done.written)


def _line(written: Written) -> str:
    told = f"{written.path.name} re-read: {written.checked}."
    if not written.left_out:
        return told
    bones = "1 bone" if written.left_out == 1 else f"{written.left_out} bones"
    return f"{told} BVH has no place for {bones} of the armature."


_job: LongJob[Export] = LongJob("export", ExportError, _BUDGET_S, _PAUSE_S, _words)
current, note, refuse, tick = _job.current, _job.note, _job.refuse, _job.tick


def start(plans: Sequence[FilePlan]) -> None:
    """Begin an export that the timer goes on with.

    Raises:
        ExportError: one is running already.
    """
    if current() is not None:
        raise ExportError("an export is running already")
    _job.start(Export(plans))


def finish() -> str:
    """Go on until it is done, and say what was written.

    Raises:
        ExportError: it cannot be done.
    """
    while current() is not None:
        tick(1.0)
    return _job.outcome()


def cancel() -> None:
    """Stop it; files that were finished before stay."""
    _job.cancel("Cancelled the export", False)
