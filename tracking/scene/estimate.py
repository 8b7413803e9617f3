"""Where the floor is and which way is up, from the people who stand on it.

The camera's frame is turned so that standing people are upright and lifted so that their feet
touch y = 0. The estimate settles while the first seconds with people pass; afterwards it only
creeps, and only when it is clearly off, so that the floor stays where it is.
"""

from __future__ import annotations

import math

import numpy as np

from livemocap.coords import transform
from livemocap.rotation import Array, normalize, quat_from_matrix, shortest_arc

from ..config import TrackingConfig
from ..ground.floor import SOLE_M, SOLE_S, Floor, fit_floor
from .recent import Recent
from .standing import lowest_soles, standing_up

R_WORLD_CAM_LEVEL = np.diag([1.0, -1.0, -1.0])
"""Of a level camera: people who face it face +Z."""

SAMPLE_S = 0.1
"""Least time between two looks at the people."""
SAMPLES = 400
"""How many looks at one person the median takes in."""
ENOUGH = 30
"""Looks at standing people without which the estimate has not settled."""
SETTLING_S = 0.4
"""Time constant while the estimate settles."""
CREEP_TILT_RAD_S, CREEP_HEIGHT_MS = np.radians(0.1), 0.005
"""How fast it changes afterwards."""
CLEARLY_TILT_RAD, CLEARLY_HEIGHT_M = np.radians(1.5), 0.03
"""And how far off it must be before it does."""
_ROUNDS, _LAST_ROUNDS = 1, 8
"""Times that soles off the floor are looked for anew, from where it was thought to be, with each
look and at the end."""
NOTHING = 1e-5
"""Radians and metres that are no difference."""


class WorldEstimator:
    """Keeps one camera's T_world_cam, (4, 4) as it is sent, and says where it is from (`source`).

    `world_cam_wxyz` is its rotation once more, as a quaternion, `floor` the world's.
    """

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self.reset()

    def reset(self) -> None:
        """Another shot: start from the camera that the settings describe."""
        pitch = np.radians(self._config.camera_pitch_deg)
        self._set(np.array([0.0, -np.cos(pitch), -np.sin(pitch)]), self._config.camera_height_m)
        self._bodies_up = self._target_up = self._up
        self._target_height_m = self._height_m
        self._ups = Recent(SAMPLES)
        self._soles = Recent(SAMPLES)
        self._seen_s, self._since_s = 0.0, SAMPLE_S
        self._arrived = True
        self.source = "assumed"

    @property
    def settled(self) -> bool:
        """Whether the estimate only creeps any more."""
        return self._seen_s > self._config.world_settle_s and len(self._ups) >= ENOUGH

    def due(self, dt_s: float) -> bool:
        """Whether it is time to `look` at people again, `dt_s` after the last image with people."""
        if self._config.world == "assume":
            return False
        self._since_s += dt_s
        self._seen_s += dt_s
        return self._since_s >= SAMPLE_S - 1e-9

    def look(self, joints: Array, rest_joints: Array, root: Array, visibility: Array) -> None:
        """Learn from everybody seen in this image.

        Args:
            joints: (P, 55, 3) m in the camera frame; the others as for `standing_up`.
        """
        ups, stands = standing_up(joints, rest_joints, root, visibility)
        self._ups.extend(ups[stands])
        soles, seen = lowest_soles(joints, visibility, self._up)
        self._soles.extend(soles[seen])
        self._aim()
        self._since_s = 0.0

    def conclude(self) -> None:
        """Go all the way to what everything seen so far tells."""
        if len(self._soles):
            self._aim_at_soles(_LAST_ROUNDS)
        self._set(self._target_up, self._target_height_m)

    def _aim(self) -> None:
        """Take the medians; the first ones count at once."""
        self._arrived = False
        if len(self._ups):
            self._bodies_up = normalize(np.median(self._ups.rows, 0))
        if len(self._soles):
            self._aim_at_soles(_ROUNDS)
        else:
            self._target_up = self._bodies_up
        if self.source == "assumed" and (len(self._ups) or len(self._soles)):
            self._set(self._target_up, self._target_height_m)
            self.source = "estimated"

    def _aim_at_soles(self, rounds: int) -> None:
        """Take the floor that most of them lie on, tilted as bodies lean if they do not tell."""
        soles = self._soles.rows
        if self.source == "assumed":
            self._target_up = self._bodies_up
            self._target_height_m = -float(np.median(soles @ self._target_up))
        trust = np.full(len(soles), SAMPLE_S / (SOLE_S * SOLE_M**2))
        guess = Floor(self._target_up, self._target_height_m)
        floor = fit_floor(soles, trust, guess, self._bodies_up, rounds)
        self._target_up, self._target_height_m = floor.up, floor.height_m

    def move(self, dt_s: float) -> None:
        """Go on towards the medians: soon at first, then hardly."""
        if self._arrived:
            return
        share = 0.0 if self.settled else dt_s / (dt_s + SETTLING_S)
        off_rad = math.acos(min(max(float(self._target_up @ self._up), -1.0), 1.0))
        off_m = abs(self._target_height_m - self._height_m)
        if off_rad < NOTHING and off_m < NOTHING:
            self._arrived = True
            return
        tilt = _share(share, off_rad, CLEARLY_TILT_RAD, CREEP_TILT_RAD_S * dt_s)
        lift = _share(share, off_m, CLEARLY_HEIGHT_M, CREEP_HEIGHT_MS * dt_s)
        if tilt or lift:
            self._set(
                normalize((1 - tilt) * self._up + tilt * self._target_up),
                self._height_m + lift * (self._target_height_m - self._height_m),
            )

    def _set(self, up: Array, height_m: float) -> None:
        self._up, self._height_m = up, height_m
        self.floor = Floor(up, height_m)
        R = shortest_arc(R_WORLD_CAM_LEVEL @ up, [0.0, 1.0, 0.0]) @ R_WORLD_CAM_LEVEL
        self.T_world_cam = transform(R, [0.0, height_m, 0.0]).astype(np.float32)
        self.world_cam_wxyz = quat_from_matrix(self.T_world_cam[:3, :3].astype(float))


def _share(share: float, off: float, clearly: float, creep: float) -> float:
    """How much of the way to go: `share`, or at most `creep` of what is clearly off."""
    if share > 0 or off <= clearly:
        return share
    return min(creep / off, 1.0)
