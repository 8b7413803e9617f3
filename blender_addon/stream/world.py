# SPDX-License-Identifier: GPL-3.0-or-later
"""How the stream's world stands in Blender's: what the panel World says. Pure NumPy.

It is applied where people come in, to frames for all that is live and to motion for all that is
baked. Takes are recorded as they come.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from livemocap.coords import transform
from livemocap.messages import TrackFrame
from livemocap.rotation import (
    Array,
    multiply,
    quat_from_rotvec,
    rotvec_from_quat,
)
from retarget.motion import PersonMotion
from retarget.rigs.rig import Rig


@dataclass(frozen=True, slots=True)
class World:
    """From the stream's world to the one that is shown; both +Y up."""

    scale: float = 1.0
    """People and their ways are so many times as large."""
    floor_m: float = 0.0
    """How high the floor is."""
    facing: float = 0.0
    """rad to the left, seen from above, about the origin."""

    def points(self, points: Array) -> Array:
        """(..., 3) m."""
        return points @ (self.scale * self._turned.T) + [0.0, self.floor_m, 0.0]

    def to(self, other: World) -> Callable[[Array], Array]:
        """What takes (..., 3) m of this one to the same places of another one."""

        def carried(points: Array) -> Array:
            back = (points - [0.0, self.floor_m, 0.0]) @ self._turned
            return other.points(back / self.scale)

        return carried

    def frame(self, frame: TrackFrame) -> TrackFrame:
        """A frame with everybody in their place."""
        if self == AS_IT_COMES:
            return frame
        rotvecs = np.array(frame.joint_rotvecs)
        root = multiply(self._turn, quat_from_rotvec(rotvecs[:, 0]))
        rotvecs[:, 0] = rotvec_from_quat(root)
        camera = frame.T_world_cam.astype(float)
        turned = transform(self._turned @ camera[:3, :3], self.points(camera[:3, 3]))
        return replace(
            frame,
            T_world_cam=turned.astype(np.float32),
            joint_rotvecs=rotvecs,
            pelvis=self.points(frame.pelvis).astype(np.float32),
            joints=self.points(frame.joints).astype(np.float32),
            rest_joints=(self.scale * frame.rest_joints).astype(np.float32),
        )

    def motion(self, motion: PersonMotion) -> PersonMotion:
        """A person's motion in its place."""
        if self == AS_IT_COMES:
            return motion
        local = np.array(motion.local_wxyz)
        local[:, 0] = multiply(self._turn, local[:, 0])
        return replace(
            motion,
            local_wxyz=local,
            pelvis=self.points(motion.pelvis),
            rest_joints=self.scale * motion.rest_joints,
        )

    def rig(self, rig: Rig) -> Rig:
        """A character that stands on this floor."""
        floor_m = rig.options.floor_m + self.floor_m
        return replace(rig, options=replace(rig.options, floor_m=floor_m))

    @property
    def _turn(self) -> Array:
        return quat_from_rotvec([0.0, self.facing, 0.0])

    @property
    def _turned(self) -> Array:
        """(3, 3), the same as a matrix."""
        c, s = math.cos(self.facing), math.sin(self.facing)
        return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


AS_IT_COMES = World()
"""Nothing is changed."""
