from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from retarget.euler import continuous_euler, euler_from_matrix, matrix_from_euler

ORDERS = ["".join(order) for order in permutations("XYZ")]


@pytest.mark.parametrize("order", ORDERS)
def test_angles_agree_with_scipy(order: str) -> None:
    rotations = Rotation.random(200, random_state=0)
    np.testing.assert_allclose(
        euler_from_matrix(rotations.as_matrix(), order), rotations.as_euler(order), atol=1e-9
    )


@given(st.sampled_from(ORDERS), st.tuples(*[st.integers(-8, 8)] * 3))
def test_poles_and_right_angles_come_back(order: str, eighths: tuple[int, ...]) -> None:
    matrix = matrix_from_euler(np.array(eighths) * np.pi / 4, order)
    again = matrix_from_euler(euler_from_matrix(matrix, order), order)
    np.testing.assert_allclose(again, matrix, atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_smoothing_the_angles_keeps_the_rotations(order: str) -> None:
    t = np.linspace(0, 20, 2000)
    turning = Rotation.from_rotvec(np.stack([t, 2 * np.sin(t), 0.5 * t], -1)).as_matrix()
    angles = euler_from_matrix(turning, order)
    smooth = continuous_euler(angles)
    np.testing.assert_allclose(matrix_from_euler(smooth, order), turning, atol=1e-9)
    assert np.abs(np.diff(smooth, axis=0)).max() <= np.abs(np.diff(angles, axis=0)).max()
