# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an armature's bones are on any frame, asked of a scene of our own: the user's stays on its
frame, with its rate and range, and nobody sees anything move."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array

from .plan import ExportError

_STAGE = "LiveMocap export"

_WORTH = 2.0
"""How much longer frames are read than the first one took."""


class Sampler:
    """Reads one armature's pose frame by frame, a few at a time. Keeps its name only."""

    def __init__(self, name: str, frames: Array) -> None:
        self.name = name
        self._frames = frames
        count = len(armature_named(name).pose.bones)
        self.poses = np.empty((len(frames), count, 3, 4), np.float32)
        """(T, B, 3, 4) each bone in the armature's space, in the order of pose bones."""
        self.placed = np.empty((len(frames), 4, 4))
        """(T, 4, 4) the armature in Blender's world."""
        self._done = 0

    def step(self, budget_s: float) -> float:
        """Work for about so long; how much is done, 0..1.

        Blender copies all keys into the scene before the first frame: of long takes that takes
        longer than any budget, and so many frames are read that it is worth it.

        Raises:
            ExportError: the armature is gone, or has other bones now.
        """
        begun_s = time.monotonic()
        until_s = None
        with stage(self.name) as (scene, armature):
            count = self.poses.shape[1]
            if len(armature.pose.bones) != count:
                raise ExportError(f"{self.name}: its bones changed while it was being exported")
            flat = np.empty(16 * count, np.float32)
            while self._done < len(self._frames):
                self._read(scene, armature, flat)
                now_s = time.monotonic()
                until_s = until_s or now_s + max(budget_s, _WORTH * (now_s - begun_s))
                if now_s >= until_s:
                    break
        return self._done / len(self._frames)

    def _read(self, scene: Any, armature: Any, flat: Array) -> None:
        frame = float(self._frames[self._done])
        whole = int(np.floor(frame))
        scene.frame_set(whole, subframe=frame - whole)
        evaluated = armature.evaluated_get(scene.view_layers[0].depsgraph)
        evaluated.pose.bones.foreach_get("matrix", flat)
        # Blender keeps matrices column by column
        self.poses[self._done] = flat.reshape(-1, 4, 4).swapaxes(1, 2)[:, :3]
        self.placed[self._done] = np.array(evaluated.matrix_world)
        self._done += 1


def armature_named(name: str) -> Any:
    """An armature of this file.

    Raises:
        ExportError: there is none, or Blender does not evaluate it.
    """
    found: Any = bpy.data.objects.get((name, None))
    if found is None or found.type != "ARMATURE":
        raise ExportError(f"{name}: there is no such armature in this file")
    if found.hide_viewport:
        raise ExportError(f"{name} is disabled in viewports: enable it first")
    return found


@contextmanager
def stage(name: str) -> Iterator[tuple[Any, Any]]:
    """A scene with nothing but the armature, for a moment; what it depends on comes by itself."""
    armature = armature_named(name)
    scene = bpy.data.scenes.new(_STAGE)
    try:
        scene.collection.objects.link(armature)
        yield scene, armature
    finally:
        bpy.data.scenes.remove(scene)
