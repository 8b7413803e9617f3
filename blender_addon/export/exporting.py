# SPDX-License-Identifier: GPL-3.0-or-later
"""The export that is on its way: at most one. Poses are read a few at every tick of a timer, files
are written and read again by a thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from retarget.errors import RetargetError

from ..rigs.reader import rest_skeleton
from ..windows import redraw_views, some_window
from .bones import MovingBones, below_object, moving_bones, one_tree, only
from .files import check_file, write_file
from .plan import Checked, ExportError, FileFormat, FrameRange, RootBone
from .sampling import Sampler, armature_named

_BUDGET_S = 0.05
_PAUSE_S = 0.01
_READ, _WRITTEN = 0.6, 0.9
"""How much of one file's work is done when all poses are read, and when it is written."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """One file."""

    armature: str
    path: Path
    form: FileFormat
    frames: FrameRange
    take: str
    """What the animation is called."""


@dataclass(frozen=True)
class Written:
    """A file that is there."""

    path: Path
    checked: Checked
    left_out: int
    """Bones that the format has no place for."""


class Export:
    """Writes some files one after the other; `step` until it says that it is done."""

    def __init__(self, plans: Sequence[FilePlan]) -> None:
        self.progress = 0.0
        """0..1."""
        self.now = ""
        """The file that is being worked on, by name."""
        self.written: list[Written] = []
        self._plans = list(plans)
        self._cancelled = threading.Event()
        self._work = self._run()

    def step(self, budget_s: float) -> bool:
        """Work for about so long; True when all is done.

        Raises:
            ExportError: it cannot be done; files that were finished before stay.
        """
        until_s = time.monotonic() + budget_s
        try:
            for progress in self._work:
                self.progress = progress
                if time.monotonic() >= until_s:
                    return False
        except RetargetError as error:
            raise ExportError(str(error)) from None
        self.progress = 1.0
        return True

    def cancel(self) -> None:
        """Leave no half of a file."""
        self._cancelled.set()
        self._work.close()

    def _run(self) -> Generator[float, None, None]:
        for number, plan in enumerate(self._plans):
            self.now = plan.path.name
            for part in self._file(plan):
                yield (number + part) / len(self._plans)

    def _file(self, plan: FilePlan) -> Iterator[float]:
        sampler = Sampler(plan.armature, plan.frames.frames())
        done = 0.0
        while done < 1.0:
            done = sampler.step(_BUDGET_S)
            yield _READ * done
        moving = _moving(plan, sampler)
        bones = len(sampler.poses[0])
        del sampler
        thread = _Writing(plan, moving, self._cancelled)
        try:
            while thread.is_alive():
                thread.join(_PAUSE_S)
                yield _READ + (_WRITTEN - _READ) * thread.part
        finally:
            self._cancelled.set() if thread.is_alive() else None
            thread.join()
        if thread.error is not None:
            raise thread.error
        assert thread.checked is not None
        left_out = max(0, bones - len(moving.rest.names)) if plan.form.kind == "bvh" else 0
        self.written.append(Written(plan.path, thread.checked, left_out))


class _Writing(threading.Thread):
    """Writes and checks one file; touches no bpy. Starts at once."""

    def __init__(self, plan: FilePlan, moving: MovingBones, cancelled: threading.Event) -> None:
        super().__init__(name="livemocap-export", daemon=True)
        self.part = 0.0
        self.checked: Checked | None = None
        self.error: Exception | None = None
        self._plan, self._moving, self._cancelled = plan, moving, cancelled
        self.start()

    def run(self) -> None:
        plan, moving, fps = self._plan, self._moving, self._plan.frames.fps
        try:
            write_file(plan.path, moving, plan.form, fps, plan.take, self._progress)
            self.checked = check_file(plan.path, moving, plan.form, fps)
        except Exception as error:  # it is the main thread's to tell
            self.error = error

    def _progress(self, done: int, of: int) -> None:
        if self._cancelled.is_set():
            raise ExportError("cancelled")
        self.part = done / max(of, 1)


def _moving(plan: FilePlan, sampler: Sampler) -> MovingBones:
    """The bones that the file is to have."""
    armature, form = armature_named(plan.armature), plan.form
    rest = rest_skeleton(armature, sampler.placed[0])
    names = [bone.name for bone in armature.pose.bones]
    moving = moving_bones(rest, names, sampler.poses, sampler.placed)
    if form.deform_only and any(rest.deforms):
        moving = only(moving, rest.deforms)
    if form.kind == "bvh":
        return one_tree(moving)
    roots = sum(parent < 0 for parent in moving.rest.parents)
    if form.root is RootBone.ALWAYS or (form.root is RootBone.IF_NEEDED and roots > 1):
        return below_object(moving, form.root_name or plan.armature, sampler.placed)
    return moving


_current: Export | None = None
_note, _failed = "", False


def current() -> Export | None:
    """The export that runs."""
    return _current


def note() -> tuple[str, bool]:
    """What became of the last export, in words, and whether that is bad; empty: none yet."""
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
        _say(" ".join(_words(each) for each in done.written), False)
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
