# SPDX-License-Identifier: GPL-3.0-or-later
"""Some files on their way: poses are read a few at a time, a thread writes and reads them again."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retarget.errors import RetargetError

from ..rigs.reader import rest_skeleton
from .bones import MovingBones, below_object, moving_bones, one_tree, only
from .files import check_file, write_file
from .meshes import write_character
from .plan import Checked, ExportError, FileFormat, FrameRange, RootBone
from .sampling import Sampler, armature_named

_BUDGET_S = 0.05
_PAUSE_S = 0.01
_READ, _WRITTEN = 0.6, 0.9
"""How much of one file's work is done when all poses are read, and when it is written."""


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
        with tempfile.TemporaryDirectory(prefix="livemocap-export-") as folder:
            character = _character(plan, Path(folder))
            thread = _Writing(plan, moving, character, self._cancelled)
            yield from self._written(thread)
        if thread.error is not None:
            raise thread.error
        assert thread.checked is not None
        left_out = max(0, bones - len(moving.rest.names)) if plan.form.kind == "bvh" else 0
        self.written.append(Written(plan.path, thread.checked, left_out))

    def _written(self, thread: _Writing) -> Iterator[float]:
        """Until the thread has come to its end; it is stopped if nobody wants to know."""
        try:
            while thread.is_alive():
                thread.join(_PAUSE_S)
                yield _READ + (_WRITTEN - _READ) * thread.part
        finally:
            if thread.is_alive():
                self._cancelled.set()
            thread.join()


class _Writing(threading.Thread):
    """Writes and checks one file; touches no bpy. Starts at once."""

    def __init__(
        self,
        plan: FilePlan,
        moving: MovingBones,
        character: Path | None,
        cancelled: threading.Event,
    ) -> None:
        super().__init__(name="livemocap-export", daemon=True)
        self.part = 0.0
        self.checked: Checked | None = None
        self.error: Exception | None = None
        self._plan, self._moving, self._cancelled = plan, moving, cancelled
        self._character = character
        self.start()

    def run(self) -> None:
        plan, moving, fps = self._plan, self._moving, self._plan.frames.fps
        try:
            form, character = plan.form, self._character
            write_file(plan.path, moving, form, fps, plan.take, self._progress, character)
            self.checked = check_file(plan.path, moving, plan.form, fps)
        except Exception as error:  # it is the main thread's to tell
            self.error = error

    def _progress(self, done: int, of: int) -> None:
        if self._cancelled.is_set():
            raise ExportError("cancelled")
        self.part = done / max(of, 1)


def _character(plan: FilePlan, folder: Path) -> Path | None:
    """What the file is to be besides its bones."""
    if not plan.form.meshes:
        return None
    path = folder / "character.fbx"
    write_character(plan.armature, plan.frames.first, path)
    return path


def _moving(plan: FilePlan, sampler: Sampler) -> MovingBones:
    """The bones that the file is to have."""
    armature, form = armature_named(plan.armature), plan.form
    rest = rest_skeleton(armature, sampler.placed[0])
    names = [bone.name for bone in armature.pose.bones]
    moving = moving_bones(rest, names, sampler.poses, sampler.placed)
    if form.meshes:
        return moving
    if form.deform_only and any(rest.deforms):
        moving = only(moving, rest.deforms)
    if form.kind == "bvh":
        return one_tree(moving)
    roots = sum(parent < 0 for parent in moving.rest.parents)
    if form.root is RootBone.ALWAYS or (form.root is RootBone.IF_NEEDED and roots > 1):
        return below_object(moving, form.root_name or plan.armature, sampler.placed)
    return moving
