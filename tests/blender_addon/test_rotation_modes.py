"""Curves of rotations in every mode that a bone may have."""

from __future__ import annotations

import numpy as np
import pytest
from motion import smooth_rotvecs

from blender_addon.rigs.rotation_modes import rotation_curves
from livemocap.rotation import geodesic, matrix_from_quat, matrix_from_rotvec, quat_from_rotvec
from retarget.euler import matrix_from_euler

EULERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
MODES = ("QUATERNION", "AXIS_ANGLE", *EULERS)


def matrices(mode: str, values: np.ndarray) -> np.ndarray:
    """As Blender understands them."""
    if mode == "QUATERNION":
        return matrix_from_quat(values)
    if mode == "AXIS_ANGLE":
        return matrix_from_rotvec(values[:, :1] * values[:, 1:])
    columns = ["XYZ".index(axis) for axis in mode[::-1]]
    return matrix_from_euler(values[:, columns], mode[::-1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("joint", [0, 7, 40])
def test_the_rotation_is_the_same_in_every_mode(mode: str, joint: int) -> None:
    quats = quat_from_rotvec(smooth_rotvecs(200, seed=3)[:, joint])
    _, values = rotation_curves(mode, quats)
    assert geodesic(matrices(mode, values), matrix_from_quat(quats)).max() < 1e-6


@pytest.mark.parametrize("mode", MODES)
def test_curves_do_not_jump_through_whole_turns_and_rest(mode: str) -> None:
    angles = np.concatenate([np.zeros(5), np.linspace(0, 15, 300), np.linspace(15, -15, 600)])
    quats = quat_from_rotvec(angles[:, None] * [0.36, 0.48, 0.8])
    quats *= np.where(np.arange(len(quats)) % 3 == 0, -1, 1)[:, None]
    _, values = rotation_curves(mode, quats)
    assert np.abs(np.diff(values, axis=0)).max() < 0.5  # a turn of 0.05 rad, near poles of Eulers
    assert geodesic(matrices(mode, values), matrix_from_quat(quats)).max() < 1e-6


def test_properties_have_the_names_that_blender_gives_them() -> None:
    still = np.tile([1.0, 0, 0, 0], (2, 1))
    assert rotation_curves("QUATERNION", still)[0] == "rotation_quaternion"
    assert rotation_curves("AXIS_ANGLE", still)[0] == "rotation_axis_angle"
    assert {rotation_curves(mode, still)[0] for mode in EULERS} == {"rotation_euler"}
