from dataclasses import replace

import numpy as np
import pytest
from motion import rest_joints, smooth_motion

from blender_addon.headless.composition import figures, front, telling_frame
from livemocap.coords import blender_from_world
from livemocap.rotation import quat_from_rotvec

FROM_MINUS_Y = np.array([0.0, -1.0])


def people_at(x_m: list[list[float]]) -> list[np.ndarray]:
    """(T, 55, 3) of people who stand at x in Blender's axes."""
    body = blender_from_world(rest_joints())
    return [body + np.array(xs)[:, None, None] * [1, 0, 0] for xs in x_m]


@pytest.mark.parametrize("turn", [0.0, 1.0, -2.0])
def test_the_camera_stands_where_people_look(turn: float) -> None:
    motion = smooth_motion(10)
    local = np.tile([1.0, 0, 0, 0], (10, 55, 1))
    local[:, 0] = quat_from_rotvec([0, turn, 0])
    x, y = front([replace(motion, local_wxyz=local)])
    looks = blender_from_world([np.sin(turn), 0, np.cos(turn)])[:2]
    assert [x, y] @ looks == pytest.approx(np.cos(np.radians(20)))
    assert np.hypot(x, y) == pytest.approx(1)


def test_the_moment_shown_has_the_people_side_by_side() -> None:
    crossing = people_at([[-2, -1, 0, 0.1], [2, 1, 0, 0]])
    assert telling_frame(crossing, [0, 0], FROM_MINUS_Y) == 0


def test_the_moment_shown_has_as_many_people_as_possible() -> None:
    assert telling_frame(people_at([[-2, -1, 0], [0.1]]), [0, 2], FROM_MINUS_Y) == 2


def test_figures_are_the_present_and_moments_apart_from_them() -> None:
    joints = people_at([[0, 0.1, 1, 2], [3, 3, 3]])
    found = figures(joints, [0, 1], 0, 4, FROM_MINUS_Y)
    assert [(f.person, f.frame) for f in found if not f.is_ghost] == [(0, 0)]
    assert [(f.person, f.frame) for f in found if f.is_ghost] == [(0, 2), (0, 3), (1, 0)]


@pytest.mark.parametrize(("y_m", "shown"), [(-2.0, False), (0.0, False), (2.0, True)])
def test_a_ghost_never_stands_in_front_of_somebody(y_m: float, shown: bool) -> None:
    here, there = people_at([[0], [0]])
    joints = [here, there + np.array([0, y_m, 0])]
    found = figures(joints, [0, 5], 0, 1, FROM_MINUS_Y)
    assert any(f.person == 1 for f in found) == shown
