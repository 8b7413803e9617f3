"""Laws of rotations, and parity with SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from livemocap import rotation

ROTVECS = arrays(np.float64, (4, 3), elements=st.floats(-3.5, 3.5))


@given(ROTVECS)
def test_rotvec_to_matrix_agrees_with_scipy(rotvecs: np.ndarray) -> None:
    expected = Rotation.from_rotvec(rotvecs).as_matrix()
    np.testing.assert_allclose(rotation.matrix_from_rotvec(rotvecs), expected, atol=1e-12)


@given(ROTVECS)
def test_every_form_comes_back_as_the_same_rotation(rotvecs: np.ndarray) -> None:
    matrix = rotation.matrix_from_rotvec(rotvecs)
    again = rotation.matrix_from_rotvec(rotation.rotvec_from_matrix(matrix))
    np.testing.assert_allclose(again, matrix, atol=1e-7)


@given(ROTVECS, ROTVECS)
def test_multiply_rotates_by_the_second_then_the_first(a: np.ndarray, b: np.ndarray) -> None:
    qa, qb = rotation.quat_from_rotvec(a), rotation.quat_from_rotvec(b)
    both = rotation.matrix_from_quat(rotation.multiply(qa, qb))
    expected = rotation.matrix_from_quat(qa) @ rotation.matrix_from_quat(qb)
    np.testing.assert_allclose(both, expected, atol=1e-12)


@given(ROTVECS)
def test_rotate_agrees_with_the_matrix_and_the_inverse_undoes_it(rotvecs: np.ndarray) -> None:
    quats = rotation.quat_from_rotvec(rotvecs)
    vectors = np.array([[1.0, 2, 3], [0, 0, 1], [-1, 4, 0], [5, 0, 0]])
    turned = rotation.rotate(quats, vectors)
    expected = (rotation.matrix_from_quat(quats) @ vectors[..., None])[..., 0]
    np.testing.assert_allclose(turned, expected, atol=1e-12)
    np.testing.assert_allclose(
        rotation.rotate(rotation.inverse(quats), turned), vectors, atol=1e-12
    )


def test_slerp_halves_the_angle_and_takes_the_shorter_way() -> None:
    a, b = rotation.quat_from_rotvec([[0.2, 0, 0], [0, 0, 1.0]])
    middle = rotation.slerp(a, -b, 0.5)
    total = rotation.geodesic(rotation.matrix_from_quat(a), rotation.matrix_from_quat(b))
    for end in (a, b):
        angle = rotation.geodesic(rotation.matrix_from_quat(end), rotation.matrix_from_quat(middle))
        assert angle == pytest.approx(total / 2, abs=1e-9)


def test_continuous_never_jumps_to_the_antipode() -> None:
    angles = np.linspace(0, 12, 200)
    quats = rotation.quat_from_matrix(
        rotation.matrix_from_rotvec(angles[:, None] * np.array([0.0, 1.0, 0.0]))
    )
    smooth = rotation.continuous(quats)
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.05
    assert np.abs(np.diff(quats, axis=0)).max() > 0.5  # the test would see a jump


@given(arrays(np.float64, (2, 3), elements=st.floats(-2, 2)))
@example(np.array([[2**-9, 2.0, 0], [0, -1, 0]]))
def test_shortest_arc_takes_one_direction_to_the_other(pair: np.ndarray) -> None:
    if np.linalg.norm(pair, axis=-1).min() < 1e-3:
        return
    a, b = rotation.normalize(pair)
    np.testing.assert_allclose(rotation.shortest_arc(a, b) @ a, b, atol=2e-5)


def test_shortest_arc_of_opposite_directions_is_a_half_turn() -> None:
    for axis in np.eye(3):
        arc = rotation.shortest_arc(axis, -axis)
        np.testing.assert_allclose(arc @ axis, -axis, atol=1e-12)
        assert np.linalg.det(arc) == pytest.approx(1)
