# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded take to curves, in steps short enough that Blender stays awake."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import bpy
import numpy as np

from livemocap.rotation import Array
from livemocap.take_writer import PART_SUFFIX, TakeError
from livemocap.track_rows import read_track_rows
from retarget.motion import PersonMotion, SeenPeople, sample
from retarget.rates import measured_rate
from retarget.rigs.rig import RootMotion

from ..armatures.curves import write_curves
from ..stream.proxies import can_build
from .action import ActionGoneError, TakeAction
from .bake_targets import Character, NewPerson, Poses, Target, TargetError

_SLICE = 256
"""Frames that are solved between two looks at the clock."""

_READ_SHARE, _SOLVE_SHARE = 0.2, 0.5
"""Parts of the whole work, and of one person's, for the progress bar."""

_EARLY = 1e-3
"""How much of a frame somebody may come late or leave early and still be counted."""


class BakeError(RuntimeError):
    """Why nothing was baked, in words for the user."""


class KeyRate(Enum):
    """Where keys stand."""

    SCENE = "scene"
    """On every frame of the scene."""
    TAKE = "take"
    """At the instants of the take, mostly between frames."""


@dataclass(frozen=True, kw_only=True)
class BakeOptions:
    """What to bake, and to whom."""

    take: Path
    people: tuple[int, ...] = ()
    """Track ids; empty: everybody, or as many as there are characters."""
    characters: tuple[str, ...] = ()
    """Names of armatures, one for each person in turn; empty: an armature is made for each."""
    rate: KeyRate = KeyRate.SCENE
    root: RootMotion | None = None
    """Of characters, None: as was noted of each; new armatures are always moved by their hips."""


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
        self._work = self._run()

    @property
    def path(self) -> Path:
        """Of the take."""
        return self._options.take

    @property
    def take(self) -> str:
        """Its name."""
        return self._options.take.name.removesuffix(PART_SUFFIX).removesuffix(".mcap")

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
        people = _chosen(seen, self._options)
        clock = _Clock.of(bpy.context.scene, self._options.rate)
        targets: list[Target] = []
        for number, track_id in enumerate(people):
            for part in self._person(number, seen.take(track_id), clock, targets):
                done = (number + part) / len(people)
                yield _READ_SHARE + (1 - _READ_SHARE) * done
        while not self._options.characters and not can_build():
            self.waits_for_object_mode = True
            yield self.progress
        self._show(targets)

    def _person(
        self, number: int, motion: PersonMotion, clock: _Clock, targets: list[Target]
    ) -> Iterator[float]:
        """Bake one person and append who it was baked to; keys are large, so all else goes."""
        target = self._target(number, motion)
        frames, times_s = clock.keys(motion)
        poses = Poses()
        for start in range(0, len(frames), _SLICE):
            poses.add(target.pose(sample(motion, times_s[start : start + _SLICE])))
            yield _SOLVE_SHARE * start / len(frames)
        del motion
        actor = self._action.add_actor(target.name)
        for written, each in enumerate(target.curves(poses)):
            channels = self._action.channels(actor)
            write_curves(channels, each.data_path, frames, each.values, each.group)
            yield _SOLVE_SHARE + (1 - _SOLVE_SHARE) * written / (written + 1 + poses.bones)
        targets.append(target)

    def _target(self, number: int, motion: PersonMotion) -> Target:
        if self._options.characters:
            return Character.of(self._options.characters[number], motion, self._options.root)
        return NewPerson.of(self.take, motion)

    def _show(self, targets: Sequence[Target]) -> None:
        """Everything that the scene sees, at once."""
        shown = [target.object() for target in targets]
        for actor, animated in enumerate(shown):
            self._action.assign(actor, animated)
            self.baked.append(animated.name)


@dataclass(frozen=True)
class _Clock:
    """When is which frame. The scene's own rate is never touched."""

    frame_start: int
    fps: float
    rate: KeyRate

    @classmethod
    def of(cls, scene: bpy.types.Scene, rate: KeyRate) -> _Clock:
        fps = scene.render.fps / scene.render.fps_base
        return cls(scene.frame_start, fps, rate)

    def keys(self, motion: PersonMotion) -> tuple[Array, Array]:
        """(T,) frames of the scene that keys stand on, and (T,) s in the motion's own time."""
        hz = self.fps if self.rate is KeyRate.SCENE else float(measured_rate(motion.times_s))
        first = int(np.ceil(motion.start_s * hz - _EARLY))
        last = int(np.floor((motion.start_s + motion.times_s[-1]) * hz + _EARLY))
        ticks = np.arange(first, max(first, last) + 1)
        frames = ticks if self.rate is KeyRate.SCENE else ticks * (self.fps / hz)
        return self.frame_start + frames, ticks / hz - motion.start_s


def _chosen(seen: SeenPeople, options: BakeOptions) -> list[int]:
    """Track ids in the order in which they are given characters."""
    there = seen.track_ids
    if not there:
        raise TakeError(f"{options.take.name}: nobody was tracked in this take")
    if missing := [str(person) for person in options.people if person not in there]:
        known = ", ".join(map(str, there))
        raise TakeError(f"{options.take.name}: no person {', '.join(missing)}; there are {known}")
    people, characters = list(options.people or there), len(options.characters)
    if not characters:
        return people
    if options.people and len(people) != characters:
        raise TargetError(f"{len(people)} people for {characters} selected armatures")
    if len(people) < characters:
        raise TargetError(f"{characters} armatures are selected, the take has {len(people)} people")
    longest = sorted(people, key=seen.frames, reverse=True)[:characters]
    return [person for person in people if person in longest]
