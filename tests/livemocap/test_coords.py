"""Frames: what stays up stays up, left stays left, and round trips return."""

from __future__ import annotations

import numpy as np
import pytest

from livemocap import coords
from livemocap.rotation import matrix_from_rotvec

UP, LEFT, FRONT = np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), np.array([0.0, 0, 1])


def test_blender_has_z_up_and_a_person_at_rest_faces_minus_y() -> None:
    np.testing.assert_array_equal(coords.blender_from_world(UP), [0, 0, 1])
    np.testing.assert_array_equal(coords.blender_from_world(FRONT), [0, -1, 0])
    np.testing.assert_array_equal(coords.blender_from_world(LEFT), [1, 0, 0])


def test_unity_keeps_up_and_front_and_mirrors_left() -> None:
    np.testing.assert_array_equal(coords.unity_from_world(UP), [0, 1, 0])
    np.testing.assert_array_equal(coords.unity_from_world(FRONT), [0, 0, 1])
    np.testing.assert_array_equal(coords.unity_from_world(LEFT), [-1, 0, 0])


def test_unreal_is_in_centimetres_with_z_up_and_the_left_hand_at_plus_x() -> None:
    np.testing.assert_array_equal(coords.unreal_from_world(UP), [0, 0, 100])
    np.testing.assert_array_equal(coords.unreal_from_world(FRONT), [0, 100, 0])
    np.testing.assert_array_equal(coords.unreal_from_world(LEFT), [100, 0, 0])


@pytest.mark.parametrize("R", [coords.R_BLENDER_WORLD, coords.R_UNITY_WORLD, coords.R_UNREAL_WORLD])
def test_a_rotation_moves_points_alike_in_every_frame(R: np.ndarray) -> None:
    turn = matrix_from_rotvec([0.3, -0.8, 0.5])
    point = np.array([0.4, 1.2, -0.7])
    np.testing.assert_allclose(coords.change_axes(R, turn) @ (R @ point), R @ (turn @ point))


def test_invert_undoes_a_transform() -> None:
    T = coords.transform(matrix_from_rotvec([0.1, 2.0, -0.4]), [1, 2, 3])
    points = np.random.default_rng(0).normal(size=(5, 3))
    moved = coords.transform_points(T, points)
    np.testing.assert_allclose(coords.transform_points(coords.invert(T), moved), points, atol=1e-12)


def test_project_puts_the_optical_axis_on_the_principal_point_and_hides_what_is_behind() -> None:
    K = coords.assumed_intrinsics(640, 480)
    pixels = coords.project(K, [[0, 0, 2.0], [0.5, 0, 2.0], [0, 0, -1.0]])
    np.testing.assert_allclose(pixels[0], [320, 240])
    np.testing.assert_allclose(pixels[1], [320 + 1.2 * 640 * 0.25, 240])
    assert np.isnan(pixels[2]).all()


def test_field_of_view_spans_the_long_side() -> None:
    K = coords.intrinsics_from_fov(1920, 1080, 60)
    edge = np.array([np.tan(np.radians(30)), 0, 1])
    np.testing.assert_allclose(coords.project(K, edge), [1920, 540])
