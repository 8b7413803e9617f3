"""Costs and assignment."""

from __future__ import annotations

import numpy as np

from tracking.associate import (
    assign,
    box_overlap,
    hint_ratio,
    look_ratio,
    pose_ratio,
    root_ratio,
    shape_ratio,
)
from tracking.build import Build, learn
from tracking.motion import UNKNOWN_VARIANCE

HERE, THERE = np.array([[0.1, 0.0, 1.4]]), np.array([[0.5, 0.0, 1.4]])
NOISE = np.full((1, 3), 0.02)
FROM_AHEAD = np.array([[1.0, 1.0, 0.0]])


def test_assignment_leaves_bad_pairs_alone() -> None:
    assert assign(np.array([[5.0, 4.0], [4.0, -9.0]])) == [(0, 1), (1, 0)]
    assert assign(np.array([[5.0, 1.0], [1.0, -9.0]])) == [(0, 0)]
    assert assign(np.zeros((0, 3))) == []


def test_a_sharp_track_beats_a_wide_one_where_it_is_right() -> None:
    sharp = root_ratio(HERE, np.full((1, 3), 0.01**2), HERE, NOISE)
    wide = root_ratio(HERE, np.full((1, 3), 0.2**2), HERE, NOISE)
    assert sharp > wide > 0


def test_a_sharp_track_refuses_what_is_elsewhere() -> None:
    assert root_ratio(HERE, np.full((1, 3), 0.01**2), THERE, NOISE)[0, 0] < -20


def test_a_track_that_knows_nothing_says_nothing_on_average() -> None:
    rng = np.random.default_rng(0)
    seen = HERE + rng.standard_normal((4000, 3)) * np.sqrt(UNKNOWN_VARIANCE)
    ratio = root_ratio(HERE, UNKNOWN_VARIANCE[None], seen, np.full((4000, 3), 0.02))
    assert abs(ratio.mean()) < 0.1


def test_pose_counts_for_a_moment_only() -> None:
    body = np.random.default_rng(0).standard_normal((1, 22, 3))
    now, late = (pose_ratio(body, body, np.array([gap_s])) for gap_s in (0.03, 3.0))
    assert now[0, 0] > 1.5
    assert abs(late[0, 0]) < 0.01


def test_shape_of_zeros_and_unknown_looks_say_nothing() -> None:
    zero = np.zeros((1, 10))
    assert shape_ratio([Build(10)], zero, FROM_AHEAD, np.full(1, 0.1)) == 0
    assert look_ratio([None], [np.ones(4) / 2]) == 0
    assert hint_ratio(np.array([-1]), np.array([-1])) == 0


def test_like_looks_shapes_and_hints_speak_for_a_pair() -> None:
    looks = list(np.eye(2))
    ratio = look_ratio(looks, looks)
    assert ratio[0, 0] > 0 > ratio[0, 1]
    betas, noise = np.array([np.full(10, 1.0), np.full(10, -1.0)]), np.full(2, 0.1)
    builds, views = [Build(10), Build(10)], np.repeat(FROM_AHEAD, 2, 0)
    for _ in range(30):
        learn(builds, betas, views, noise, np.full(2, 1 / 30))
    ratio = shape_ratio(builds, betas, views, noise)
    assert ratio[0, 0] > 0 > ratio[0, 1]
    assert hint_ratio(np.array([4]), np.array([4])) > 0 > hint_ratio(np.array([4]), np.array([5]))


def test_box_overlap_is_intersection_over_union() -> None:
    a = np.array([[0.0, 0.0, 2.0, 2.0]])
    b = np.array([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0], [0.0, 0.0, 2.0, 2.0]])
    np.testing.assert_allclose(box_overlap(a, b), [[1 / 3, 0.0, 1.0]])
