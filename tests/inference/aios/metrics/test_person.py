"""Errors of one person, with numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inference.aios.metrics.person import Figure, aligned, full_body, person_errors
from livemocap.rotation import matrix_from_rotvec

RNG = np.random.default_rng(3)
TRUE = Figure(RNG.standard_normal((127, 3)), RNG.standard_normal((40, 3)))
IDS = {
    "all": np.arange(40), "B": np.arange(10), "LH": np.arange(10, 20),
    "RH": np.arange(20, 30), "F": np.arange(30, 40),
}  # fmt: skip
PARTS = {"all", "B", "LH", "RH", "F"}


def changed(*moves: tuple[int | slice, list[float]], vertices: Any = 0) -> Figure:
    """TRUE with some joints, and the vertices, moved by some metres."""
    moved = TRUE.joints.copy()
    for rows, shift in moves:
        moved[rows] += shift
    assert TRUE.vertices is not None
    return Figure(moved, TRUE.vertices + vertices)


def test_a_perfect_person_has_no_error_wherever_it_stands() -> None:
    errors = person_errors(changed((slice(None), [5.0, 0, 7]), vertices=[5.0, 0, 7]), TRUE, IDS)
    for measure in ("MPJPE", "MVE", "PA-MPJPE", "PA-MVE"):
        assert set(errors[measure]) == PARTS
        assert max(errors[measure].values()) == pytest.approx(0, abs=1e-9)


def test_one_joint_22_cm_off_is_10_mm_of_22_body_joints() -> None:
    errors = person_errors(changed((5, [0, 0.22, 0])), TRUE, IDS)["MPJPE"]
    assert errors["B"] == pytest.approx(10)
    assert errors["all"] == pytest.approx(220 / 127)
    assert [errors[part] for part in ("LH", "RH", "F")] == pytest.approx([0, 0, 0], abs=1e-9)


def test_the_bodys_root_is_the_middle_of_the_hips() -> None:
    errors = person_errors(changed((1, [0.02, 0, 0])), TRUE, IDS)
    # the root moves by 10 mm: 20 joints are 10 mm off, the left hip 20 - 10, the right one 10
    assert errors["MPJPE"]["B"] == pytest.approx(10)
    assert [errors["MVE"][part] for part in ("B", "all")] == pytest.approx([10, 10])
    assert errors["MVE"]["LH"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("part", "root", "joints"), [("LH", 20, (25, 40)), ("RH", 21, (40, 55)), ("F", 12, (76, 127))]
)
def test_hands_and_face_are_measured_from_their_own_roots(
    part: str, root: int, joints: tuple[int, int]
) -> None:
    first, end = joints
    moved = person_errors(changed((root, [0, 0, 0.03])), TRUE, IDS)
    assert moved["MPJPE"][part] == pytest.approx(30)
    assert moved["MVE"][part] == pytest.approx(30)
    count = end - first
    one = person_errors(changed((first, [0.1, 0, 0])), TRUE, IDS)["MPJPE"]
    assert one[part] == pytest.approx(100 / count)
    last = person_errors(changed((end - 1, [0.1, 0, 0])), TRUE, IDS)["MPJPE"]
    assert last[part] == pytest.approx(100 / count)
    with_it = person_errors(
        changed((root, [0.2, 0, 0]), (slice(first, end), [0.2, 0, 0])), TRUE, IDS
    )
    assert with_it["MPJPE"][part] == pytest.approx(0, abs=1e-9)


def test_vertices_of_a_part_are_its_own() -> None:
    shift = np.zeros((40, 3))
    shift[12] = [0, 0, 0.05]
    errors = person_errors(changed(vertices=shift), TRUE, IDS)["MVE"]
    assert errors["LH"] == pytest.approx(5)
    assert errors["all"] == pytest.approx(50 / 40)
    assert errors["B"] == errors["F"] == 0


def test_rotation_scale_and_shift_are_nothing_to_the_aligned_measures() -> None:
    turn = matrix_from_rotvec(np.array([0.3, -2.0, 1.0]))
    assert TRUE.vertices is not None
    moved = Figure(TRUE.joints @ turn.T * 1.7 + 3, TRUE.vertices @ turn.T * 0.4 - 2)
    errors = person_errors(moved, TRUE, IDS)
    assert errors["MPJPE"]["B"] > 100
    assert max(errors["PA-MPJPE"].values()) == pytest.approx(0, abs=1e-9)
    assert max(errors["PA-MVE"].values()) == pytest.approx(0, abs=1e-9)


def test_a_mirrored_person_is_not_turned_inside_out() -> None:
    mirrored = Figure(TRUE.joints * [-1, 1, 1], None)
    assert person_errors(mirrored, TRUE, {})["PA-MPJPE"]["all"] > 100


def test_alignment_by_hand() -> None:
    square = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0.0]])
    onto = square / 2
    np.testing.assert_allclose(aligned(square, onto), onto, atol=1e-12)
    np.testing.assert_allclose(aligned(np.zeros((4, 3)), onto), np.tile([0.5, 0.5, 0], (4, 1)))


def test_alignment_is_the_best_there_is() -> None:
    points, onto = RNG.standard_normal((20, 3)), RNG.standard_normal((20, 3))
    best = ((aligned(points, onto) - onto) ** 2).sum()
    for _ in range(200):
        turn = matrix_from_rotvec(0.05 * RNG.standard_normal(3))
        nearby = aligned(points, onto) @ turn.T * (1 + 0.05 * RNG.standard_normal())
        assert ((nearby + 0.05 * RNG.standard_normal(3) - onto) ** 2).sum() >= best


def test_without_vertices_only_joints_are_measured() -> None:
    errors = person_errors(Figure(TRUE.joints, None), TRUE, IDS)
    assert errors["MVE"] == errors["PA-MVE"] == {}
    assert set(errors["MPJPE"]) == PARTS


def test_the_full_body_is_the_body_and_a_third_of_each_of_the_small_parts() -> None:
    assert full_body({"B": 80.2, "F": 36.2, "LH": 45.4, "RH": 46.1})["FB"] == pytest.approx(
        80.2 + (36.2 + 45.4 + 46.1) / 3
    )
    assert "FB" not in full_body({"B": 80.2, "all": 70.0})
