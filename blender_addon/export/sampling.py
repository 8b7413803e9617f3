# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an armature's bones are on any frame, as Blender evaluates it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from livemocap.rotation import Array

from .plan import ExportError
from .stage import armature_named, stage


class Sampler:
    """Reads one armature's pose frame by frame, a few at a time. Keeps its name only."""

    def __init__(self, name: str, frames: Array) -> None:
        self.name = name
        self._frames = frames
        self.names = [bone.name for bone in armature_named(name).pose.bones]
        self.poses = np.empty((len(frames), len(self.names), 3, 4), np.float32)
        """(T, B, 3, 4) each bone in the armature's space, in the order of pose bones."""
        self.placed = np.empty((len(frames), 4, 4))
        """(T, 4, 4) the armature in Blender's world."""
        self._done = 0

    def step(self, budget_s: float) -> float:
        """Work for about so long, the first time until Blender has copied all keys, too.

        Returns:
            How much is done, 0..1.

        Raises:
            ExportError: the armature is gone, or has other bones now.
        """
        until_s = time.monotonic() + budget_s
        with stage(self.name) as (scene, armature):
            if [bone.name for bone in armature.pose.bones] != self.names:
                raise ExportError(f"{self.name}: its bones changed while it was being exported")
            flat = np.empty(16 * len(self.names), np.float32)
            while self._done < len(self._frames):
                self._read(scene, armature, flat)
                if time.monotonic() >= until_s:
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
