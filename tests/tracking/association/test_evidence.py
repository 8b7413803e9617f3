"""What tells who is who, and assignment."""

from __future__ import annotations

import numpy as np

from tracking.association.build import Builds, view_products, view_terms
from tracking.association.evidence import (
    assign,
    box_overlap,
    hint_ratio,
    look_ratio,
    pose_ratio,
    root_ratio,
    shape_ratio,
)
from tracking.association.motion import UNKNOWN_VARIANCE

HERE, THERE = np.array([[0.1, 0.0, 1.4]]), np.array([[0.5, 0.0, 1.4]])
NOISE = np.full((1, 3), 0.02)
AHEAD, BEHIND = np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, -1.0, 0.0]])
YES, NO = np.array([True]), np.array([False])


def pairs(ratios: list[list[float]]) -> list[tuple[int, int]]:
    rows, columns = assign(np.array(ratios))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def test_assignment_leaves_bad_pairs_alone() -> None:
    assert pairs([[5.0, 4.0], [4.0, -9.0]]) == [(0, 1), (1, 0)]
    assert pairs([[5.0, 1.0], [1.0, -9.0]]) == [(0, 0)]
    assert len(assign(np.zeros((0, 3)))[0]) == 0


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
    body = np.random.default_rng(0).standard_normal((1, 66))
    now, late = (pose_ratio(body, body, np.array([gap_s])) for gap_s in (0.03, 3.0))
    assert now[0, 0] > 1.5
    assert abs(late[0, 0]) < 0.01


def test_who_is_not_known_says_nothing() -> None:
    nothing = Builds.unknown(1, 10).ratio(
        np.ones((1, 10)), view_products(AHEAD, np.ones((1, 10))), np.full(1, 0.1)
    )
    assert nothing == 0
    assert look_ratio(np.ones((1, 4)) / 2, NO, np.ones((1, 4)) / 2, YES) == 0
    assert hint_ratio(np.array([-1]), np.array([-1])) == 0


def test_like_looks_shapes_and_hints_speak_for_a_pair() -> None:
    looks, known = np.eye(2), np.ones(2, bool)
    ratio = look_ratio(looks, known, looks, known)
    assert ratio[0, 0] > 0 > ratio[0, 1]
    betas, noise = np.array([np.full(10, 1.0), np.full(10, -1.0)]), np.full(2, 0.1)
    builds, views = Builds.unknown(2, 10), np.repeat(AHEAD, 2, 0)
    for _ in range(30):
        builds.learn(known, betas, views, noise, np.full(2, 1 / 30))
    ratio = shape_ratio(builds, betas, view_products(views, betas), noise)
    assert ratio[0, 0] > 0 > ratio[0, 1]
    assert hint_ratio(np.array([4]), np.array([4])) > 0 > hint_ratio(np.array([4]), np.array([5]))


def test_a_build_is_told_apart_by_the_side_it_is_seen_from() -> None:
    """Somebody who looks like another from behind is not taken for them."""
    build, noise = Builds.unknown(1, 10), np.array([0.1])
    for view, value in [(AHEAD, 1.0), (BEHIND, 0.2)] * 60:
        build.learn(YES, np.full((1, 10), value), view, noise, np.array([1 / 30]))
    low = np.full((1, 10), 0.2)
    assert build.ratio(low, view_products(BEHIND, low), noise) > 0
    assert build.ratio(low, view_products(AHEAD, low), noise) < -0.5


def test_the_nats_of_a_build_are_those_of_two_bell_curves() -> None:
    rng = np.random.default_rng(2)
    build, view, noise = Builds.unknown(1, 10), np.array([[1.0, 0.6, -0.8]]), np.array([0.1])
    build.learn(YES, rng.standard_normal((1, 10)), AHEAD, noise, np.array([0.1]))
    betas = rng.standard_normal((1, 10))
    mine = (view @ build.covariance[0] @ view.T).item() + 0.1
    anybody = (view**2 @ np.array([0.55, 0.35, 0.35]) ** 2).item() + 0.1
    off = ((betas - view @ build.weights[0]) ** 2).mean()
    nats = 0.5 * (np.log(anybody / mine) - off / mine + (betas**2).mean() / anybody)
    found = build.ratio(betas, view_products(view, betas), noise)
    np.testing.assert_allclose(found, [[nats]], rtol=1e-9)


def test_the_view_is_ahead_for_somebody_who_faces_the_camera_anywhere() -> None:
    pelvis = np.array([[-2.0, 0.0, 4.0], [2.0, 0.0, 4.0], [0.0, 0.0, 3.0]])
    facing = -pelvis / np.sqrt((pelvis**2).sum(1, keepdims=True))
    np.testing.assert_allclose(view_terms(facing, pelvis), [[1, 1, 0]] * 3, atol=1e-9)
    np.testing.assert_allclose(view_terms(-facing, pelvis)[:, 1], -1, atol=1e-9)


def test_box_overlap_is_intersection_over_union() -> None:
    a = np.array([[0.0, 0.0, 2.0, 2.0]])
    b = np.array([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0], [0.0, 0.0, 2.0, 2.0]])
    np.testing.assert_allclose(box_overlap(a, b), [[1 / 3, 0.0, 1.0]])
