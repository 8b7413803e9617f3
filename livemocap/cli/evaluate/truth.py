"""The exact motion of a rendered clip, in the camera frame."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.coords import project
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations

_KEYS = ("poses", "joints_cam", "K", "R_world_to_cam")


class TruthError(ValueError):
    """A file that does not hold a clip's truth."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Everybody in every frame of a clip, visible or not."""

    joints: Array
    """(T, P, 22, 3) m, camera frame."""
    rotations: Array
    """(T, P, 22, 3, 3) global, camera frame."""
    points_px: Array
    """(T, P, 22, 2)."""

    @classmethod
    def of(cls, poses: Array, joints_cam: Array, K: Array, R_world_to_cam: Array) -> Truth:
        """From (T, P, 55, 3) local axis-angle, global in the world, and joints in camera metres."""
        joints = joints_cam[:, :, :BODY_JOINTS].astype(float)
        world = global_rotations(matrix_from_rotvec(poses.astype(float)), SMPLX)
        rotations = R_world_to_cam.astype(float) @ world[:, :, :BODY_JOINTS]
        return cls(joints, rotations, project(K.astype(float), joints))

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read `CLIP_gt.npz`.

        Raises:
            TruthError: it cannot be read, or has other arrays in it.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                missing = [key for key in _KEYS if key not in file]
                if missing:
                    raise TruthError(
                        f"{path}: has no {', '.join(missing)}, expected a clip's truth with "
                        f"{', '.join(_KEYS)} (such as rendered_three_people_gt.npz)"
                    )
                return cls.of(*(file[key] for key in _KEYS))
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            if isinstance(error, TruthError):
                raise
            raise TruthError(f"{path}: cannot be read as .npz ({error})") from error

    def __len__(self) -> int:
        return len(self.joints)
