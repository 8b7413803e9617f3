# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded take to curves, in steps short enough that Blender stays awake."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from livemocap.rotation import Array
from livemocap.take_glance import left_out
from livemocap.take_writer import TakeError, take_name
from livemocap.track_rows import read_track_rows
from retarget.motion import PersonMotion, SeenPeople, sample
from retarget.rates import measured_rate
from retarget.rigs.rig import RootMotion
from retarget.smoothing import smoothed

from ..armatures.curves import write_curves
from ..rigs.face import FaceMesh
from ..stream.proxies import can_build
from ..stream.world import AS_IT_COMES, World
from .action import ActionGoneError, TakeAction, all_or_none
from .aside import Aside
from .bake_characters import Character
from .bake_curves import Curves, Poses
from .bake_targets import NewPerson, Target, TargetError
from .key_times import WHOLE, KeyRate, KeyTimes, Window, exact_rate
from .sparse_curves import sparse

_SLICE = 256
"""Frames that are solved between two looks at the clock."""

_READ_SHARE, _PREPARE_SHARE, _SOLVE_SHARE = 0.2, 0.1, 0.5
"""Parts of the whole work, and the last of one person's, for the progress bar."""


Actor = tuple[int, Target]
"""Its number in the action, and who it is."""


class BakeError(RuntimeError):
    """Why nothing was baked, in words for the user."""


@dataclass(frozen=True, kw_only=True)
class BakeOptions:
    """What to bake, and to whom."""

    take: Path
    people: tuple[int, ...] = ()
    """Track ids; empty: everybody, or as many as there are characters."""
    characters: tuple[str, ...] = ()
    """Names of armatures, one for each person in turn; empty: an armature is made for each."""
    rate: KeyRate = KeyRate.SCENE
    custom_rate: Fraction = Fraction(30)
    every: int = 1
    """Keys on every n-th of these instants only."""
    within_deg: float = 0.0
    """Leave out keys as long as bones stay that near to what they were; 0 keeps all."""
    smooth_s: float = 0.0
    """Shakes faster than that go."""
    fingers: bool = True
    """Off: no curves are made for them."""
    window: Window = WHOLE
    """What is left of the take after trimming."""
    root: RootMotion | None = None
    """Of characters, None: as was noted of each; new armatures are always moved by their hips."""
    world: World = AS_IT_COMES
    """Where people are put."""


class Bake:
    """One bake on its way. Until its last step the scene shows nothing of it.

    `step` until it says that it is done; `cancel` at any time before.
    """

    def __init__(self, options: BakeOptions) -> None:
        self.progress = 0.0
        """0..1."""
        self.waits_for_object_mode = False
        """All is computed, but new armatures cannot be made in the mode that the user is in."""
        self.baked: list[str] = []
        """Names of the armatures that move now."""
        self._options = options
        self._action = TakeAction(self.take)
        self._faces: list[tuple[int, FaceMesh]] = []
        self._work = self._run()

    @property
    def path(self) -> Path:
        """Of the take."""
        return self._options.take

    @property
    def take(self) -> str:
        """Its name."""
        return take_name(self._options.take)

    def step(self, budget_s: float) -> bool:
        """Work for about so long; True when all is done.

        Raises:
            BakeError: it cannot be done; nothing is left of it.
        """
        until_s = time.monotonic() + budget_s
        try:
            for progress in self._work:
                self.progress = progress
                if time.monotonic() >= until_s:
                    return False
        except (TakeError, TargetError, ActionGoneError) as error:
            self.cancel()
            raise BakeError(str(error)) from None
        except BaseException:
            self.cancel()
            raise
        self.progress = 1.0
        return True

    def cancel(self) -> None:
        """Leave the file as it was before."""
        self._work.close()
        self._action.remove()

    def _run(self) -> Generator[float, None, None]:
        seen = SeenPeople()
        for part, rows in read_track_rows(self._options.take):
            if rows is not None:
                seen.add(rows)
            yield _READ_SHARE * part
        people = _chosen(seen, self._options, left_out(self._options.take))
        clock = _key_times(bpy.context.scene, self._options)
        targets: list[Actor] = []
        for number, track_id in enumerate(people):
            for part in self._person(number, seen, track_id, clock, targets):
                done = (number + part) / len(people)
                yield _READ_SHARE + (1 - _READ_SHARE) * done
        while not self._options.characters and not can_build():
            self.waits_for_object_mode = True
            yield self.progress
        self._show(targets)

    def _person(
        self,
        number: int,
        seen: SeenPeople,
        track_id: int,
        clock: KeyTimes,
        targets: list[Actor],
    ) -> Iterator[float]:
        """Bake one person and append who it was baked to; keys are large, so all else goes."""
        captured: PersonMotion | None = None
        for _, captured in seen.taken(track_id):  # noqa: B007 - the last one
            yield 0.0
        assert captured is not None, "it comes last"
        placing = self._placing(captured)
        del captured
        while placing.goes_on():
            yield 0.0
        motion = placing.result()
        target = self._target(number, motion)
        ready = None
        for part, ready in target.prepared(motion):
            motion = ready or motion
            yield _PREPARE_SHARE * part
        frames, times_s = clock.keys(motion)
        feet, poses = None, Poses()
        for _, held in target.feet(motion, times_s):
            feet = held
            yield _PREPARE_SHARE
        for start in range(0, len(frames), _SLICE):
            piece = sample(motion, times_s[start : start + _SLICE])
            poses.add(target.pose(piece if feet is None else feet.of(piece, start)))
            target.faces.add(piece)
            yield _PREPARE_SHARE + (_SOLVE_SHARE - _PREPARE_SHARE) * start / len(frames)
        rate = measured_rate(motion.times_s)
        del motion, feet, ready
        actor = self._action.add_actor(target.name, rate)
        for written, each in enumerate(target.curves(poses)):
            self._write(actor, frames, each)
            yield _SOLVE_SHARE + (1 - _SOLVE_SHARE) * written / (written + 1 + poses.bones)
        targets.append((actor, target))
        for mesh in target.faces.meshes:
            face = self._action.add_actor(mesh.name, rate, "KEY")
            for path, values in target.faces.curves(mesh):
                self._write(face, frames, Curves(path, values, ""))
            self._faces.append((face, mesh))

    def _placing(self, captured: PersonMotion) -> Aside[PersonMotion]:
        """Smoothed and in the world as it is asked for."""
        options = self._options
        return Aside(lambda: options.world.motion(smoothed(captured, options.smooth_s)))

    def _write(self, actor: int, frames: Array, curves: Curves) -> None:
        channels, rows = self._action.channels(actor), self._rows(frames, curves)
        write_curves(channels, curves.data_path, frames[rows], curves.values[rows], curves.group)

    def _rows(self, frames: Array, curves: Curves) -> Array | slice:
        if not self._options.within_deg:
            return slice(None)
        return sparse(frames, curves.data_path, curves.values, self._options.within_deg)

    def _target(self, number: int, motion: PersonMotion) -> Target:
        chosen = self._options
        if chosen.characters:
            name = chosen.characters[number]
            return Character.of(name, motion, chosen.root, chosen.fingers, chosen.world)
        return NewPerson.of(self.take, motion, chosen.fingers)

    def _show(self, targets: Sequence[Actor]) -> None:
        """Everything that the scene sees, at once."""
        shown: list[tuple[int, Any]] = [(actor, target.object()) for actor, target in targets]
        faces = [(actor, mesh.shape_keys()) for actor, mesh in self._faces]
        animated = [*shown, *((actor, face) for actor, face in faces if face is not None)]
        with all_or_none([each for _, each in animated]):
            for actor, each in animated:
                self._action.assign(actor, each)
        self.baked += [each.name for _, each in shown]


def _key_times(scene: bpy.types.Scene, options: BakeOptions) -> KeyTimes:
    return KeyTimes(
        frame_start=scene.frame_start,
        fps=exact_rate(scene.render.fps, scene.render.fps_base),
        rate=options.rate,
        custom=options.custom_rate,
        every=options.every,
        window=options.window,
    )


def _chosen(seen: SeenPeople, options: BakeOptions, unwanted: frozenset[int]) -> list[int]:
    """Track ids in the order in which they are given characters.

    Args:
        unwanted: who is left out unless they are named.
    """
    if not seen.track_ids:
        raise TakeError(f"{options.take.name}: nobody was tracked in this take")
    there = [each for each in seen.track_ids if options.window.shows(*seen.span_s(each))]
    if not there:
        raise TakeError(f"{options.take.name}: nobody is in the part that is left after trimming")
    if missing := [str(person) for person in options.people if person not in there]:
        known = ", ".join(map(str, there))
        raise TakeError(f"{options.take.name}: no person {', '.join(missing)}; there are {known}")
    wanted = [each for each in there if each not in unwanted]
    if not wanted and not options.people:
        raise TakeError(f"{options.take.name}: everybody was left out while it was recorded")
    people, characters = list(options.people or wanted), len(options.characters)
    if not characters:
        return people
    if options.people and len(people) != characters:
        raise TargetError(f"{len(people)} people for {characters} selected armatures")
    if len(people) < characters:
        raise TargetError(f"{characters} armatures are selected, the take has {len(people)} people")
    longest = sorted(people, key=seen.frames, reverse=True)[:characters]
    return [person for person in people if person in longest]
