"""The benchmark's doors: rows in the camera's frame, of the product's own tracker."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from seen_people import HEIGHT, WIDTH, Actor, K, seen

from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from tracking.trackbench import (
    BakeTracker,
    BoxTracker,
    BroadcastTracker,
    LiveTracker,
    rest_of,
)

META = {"fps": 30.0, "K": K, "size": (WIDTH, HEIGHT)}


def bench_frame(k: int, *people: Actor) -> SimpleNamespace:
    frame = seen(people, k / 30, k)
    world = global_rotations(matrix_from_rotvec(frame.joint_rotvecs), SMPLX)
    return SimpleNamespace(
        k=k,
        t=k / 30,
        score=frame.scores,
        box=frame.boxes_px,
        betas=frame.betas,
        rotvec=frame.joint_rotvecs,
        transl=frame.pelvis,
        joints=joint_positions(world, frame.rest_joints, frame.pelvis, SMPLX),
        rest=frame.rest_joints,
    )


@pytest.mark.parametrize("door", [LiveTracker, BoxTracker])
def test_people_who_stand_come_out_as_they_went_in(door: type[LiveTracker]) -> None:
    rotvecs = 0.2 * np.random.default_rng(0).standard_normal((55, 3))
    tracker = door(META)
    for k in range(20):
        frame = bench_frame(k, Actor(-1, -4, rotvecs=rotvecs), Actor(1, -5))
        rows = tracker.update(frame)
    assert [row["track_id"] for row in rows] == [1, 2]
    for row, i in zip(rows, np.argsort(frame.transl[:, 0]), strict=True):
        # who stands on one floor with others is drawn to it by a share of their distance
        stretch = row["transl"][2] / frame.transl[i, 2]
        assert abs(stretch - 1) < 0.003
        np.testing.assert_allclose(row["transl"], stretch * frame.transl[i], atol=1e-4)
        turned, expected = (matrix_from_rotvec(r) for r in (row["rotvec"], frame.rotvec[i]))
        np.testing.assert_allclose(turned, expected, atol=1e-3)
        own = frame.joints[i] - frame.transl[i]
        np.testing.assert_allclose(row["joints"] - row["transl"], own, atol=1e-3)
    assert tracker.flush() == []


def test_boxes_give_back_the_very_detection_they_used() -> None:
    tracker = BoxTracker(META)
    for k in range(10):
        frame = bench_frame(k, Actor(0.1 * k, -4 - 0.1 * (k % 2)))
        (row,) = tracker.update(frame)
        assert row["transl"].tolist() == frame.transl[0].tolist()
    assert tracker.update(bench_frame(10)) == []


def test_bones_at_rest_are_those_that_were_posed() -> None:
    frame = bench_frame(0, Actor(0, -4, rotvecs=np.full((55, 3), 0.3)), Actor(1, -4, scale=1.2))
    rest = rest_of(frame.rotvec, frame.joints)
    np.testing.assert_allclose(rest, frame.rest - frame.rest[:, :1], atol=1e-4)


def test_an_empty_frame_gives_no_rows() -> None:
    assert LiveTracker(META).update(bench_frame(0)) == []


@pytest.mark.parametrize(("door", "late"), [(BroadcastTracker, 5), (BakeTracker, 20)])
def test_doors_that_look_ahead_say_which_frame_a_row_is_of(
    door: type[LiveTracker], late: int
) -> None:
    tracker = door(META)
    found: list[tuple[int, int]] = []
    for k in range(20):
        rows = tracker.update(bench_frame(k, Actor(0.02 * k, -4)))
        found += [(row["frame"], k) for row in rows]
    assert all(k - frame == late for frame, k in found)
    assert len(found) == 20 - late
    found += [(row["frame"], 20) for row in tracker.flush()]
    assert [frame for frame, _ in found] == list(range(20))
