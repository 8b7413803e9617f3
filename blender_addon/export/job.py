# SPDX-License-Identifier: GPL-3.0-or-later
"""Some files on their way: poses are read a few at a time, a thread does what needs no bpy."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.rigs.skeleton import RigSkeleton

from ..rigs.reader import rest_skeleton
from .bones import MovingBones, below_object, moving_bones, one_tree, only
from .files import check_file, write_file
from .meshes import write_character
from .plan import Checked, ExportError, FileFormat, FrameRange, RootBone
from .sampling import Sampler
from .stage import armature_named, strike

_BUDGET_S = 0.05
_PAUSE_S = 0.01
_READ, _WRITTEN = 0.6, 0.9
"""How much of one file's work is done when all poses are read, and when it is written."""

MESHES_STOP = "Blender stands still while its own exporter writes the meshes"


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
        """The file that is being worked on, by name, and what stops Blender meanwhile."""
        self.written: list[Written] = []
        self._plans = list(plans)
        self._cancelled = threading.Event()
        self._show_first = False
        """Blender is to draw before the work goes on."""
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
                if self._show_first or time.monotonic() >= until_s:
                    self._show_first = False
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
        try:
            for number, plan in enumerate(self._plans):
                self.now = plan.path.name
                for part in self._file(plan):
                    yield (number + part) / len(self._plans)
        finally:
            strike()

    def _file(self, plan: FilePlan) -> Iterator[float]:
        sampler = Sampler(plan.armature, plan.frames.frames())
        done = 0.0
        while done < 1.0:
            done = sampler.step(_BUDGET_S)
            yield _READ * done
        if plan.form.meshes:  # Blender's exporter does all in one call
            self.now, self._show_first = f"{plan.path.name}: {MESHES_STOP}", True
            yield _READ
        rest = rest_skeleton(armature_named(plan.armature), sampler.placed[0])
        with tempfile.TemporaryDirectory(prefix="livemocap-export-") as folder:
            character = _character(plan, Path(folder))
            if plan is self._plans[-1]:
                strike()  # what Blender copied is large
            self.now = plan.path.name
            thread = _Writing(plan, rest, sampler, character, self._cancelled)
            del sampler
            yield from self._written(thread)
        if thread.error is not None:
            raise thread.error
        assert thread.written is not None
        self.written.append(thread.written)

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
    """Sorts bones, writes and checks one file; touches no bpy. Starts at once."""

    def __init__(
        self,
        plan: FilePlan,
        rest: RigSkeleton,
        sampled: Sampler,
        character: Path | None,
        cancelled: threading.Event,
    ) -> None:
        super().__init__(name="livemocap-export", daemon=True)
        self.part = 0.0
        self.written: Written | None = None
        self.error: Exception | None = None
        self._plan, self._rest, self._cancelled = plan, rest, cancelled
        self._sampled: Sampler | None = sampled
        self._character = character
        self.start()

    def run(self) -> None:
        try:
            self.written = self._write()
        except Exception as error:  # it is the main thread's to tell
            self.error = error

    def _write(self) -> Written:
        plan, form, fps = self._plan, self._plan.form, self._plan.frames.fps
        moving = self._moving()
        character = self._character
        write_file(plan.path, moving, form, fps, plan.take, self._progress, character)
        checked = check_file(plan.path, moving, form, fps, self._go_on)
        kept, there = len(moving.rest.names), len(self._rest.names)
        left_out = max(0, there - kept) if form.kind == "bvh" else 0
        return Written(plan.path, checked, left_out)

    def _moving(self) -> MovingBones:
        """The bones that the file is to have; what was sampled is let go."""
        sampled, self._sampled = self._sampled, None
        assert sampled is not None
        poses, placed = sampled.poses, sampled.placed
        moving = moving_bones(self._rest, sampled.names, poses, placed, self._go_on)
        return _chosen(self._plan, moving, placed)

    def _progress(self, done: int, of: int) -> None:
        self._go_on()
        self.part = done / max(of, 1)

    def _go_on(self) -> None:
        if self._cancelled.is_set():
            raise ExportError("cancelled")


def _character(plan: FilePlan, folder: Path) -> Path | None:
    """What the file is to be besides its bones."""
    if not plan.form.meshes:
        return None
    path = folder / "character.fbx"
    write_character(plan.armature, plan.frames.first, path)
    return path


def _chosen(plan: FilePlan, moving: MovingBones, placed: Array) -> MovingBones:
    """Of the bones of an armature those that the file is to have, and perhaps one for its object.

    Args:
        placed: (T, 4, 4) the armature in Blender's world.
    """
    form, deforms = plan.form, moving.rest.deforms
    if form.meshes:
        return moving
    if form.deform_only and any(deforms):
        moving = only(moving, deforms)
    if form.kind == "bvh":
        return one_tree(moving)
    roots = sum(parent < 0 for parent in moving.rest.parents)
    if form.root is RootBone.ALWAYS or (form.root is RootBone.IF_NEEDED and roots > 1):
        return below_object(moving, form.root_name or plan.armature, placed)
    return moving
