"""People who are out of sight for a moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from keyed_people import Keyed, Scene, bits, people, shuffled, take
from seen_people import Actor

from livemocap.messages import TRACK_PREDICTED
from livemocap.rotation import inverse, multiply, rotvec_from_quat
from tracking.identity.gaps import Gaps
from tracking.people import People


def filled(images: Sequence[People], look_ahead_s: float = math.inf) -> list[People]:
    gaps = Gaps(look_ahead_s)
    results = [result for one in images for result in gaps.push(one)]
    return results + list(gaps.flush())


def hidden(from_s: float, to_s: float, speed_ms: float = 1.0) -> Scene:
    """Somebody walks across the view, and somebody else stands there, always seen."""

    def scene(t_s: float) -> list[Keyed]:
        turned = np.zeros((55, 3))
        turned[0, 1] = t_s
        walker = Keyed(1, Actor(speed_ms * (t_s - 1), -4.0, rotvecs=turned))
        stander = Keyed(2, Actor(1.5, -5.0))
        return [stander] if from_s <= t_s < to_s else [walker, stander]

    return scene


def walker(images: Sequence[People]) -> list[tuple[float, float, int, bool]]:
    """Time, lateral place, state and freshness wherever the walker is listed."""
    return [
        (one.t_s, float(one.places[row, 0]), int(one.states[row]), bool(one.fresh[row]))
        for one in images
        for row in np.flatnonzero(one.keys == 1)
    ]


@pytest.mark.parametrize("look_ahead_s", [0.4, math.inf])
def test_a_short_gap_is_filled_on_the_straight_way(look_ahead_s: float) -> None:
    rows = walker(filled(take(hidden(1.0, 1.4), 2.5), look_ahead_s))
    assert len(rows) == 75
    assert np.allclose([x for _, x, _, _ in rows], [(t - 1) / 4 for t, *_ in rows], atol=1e-6)
    predicted = [t for t, _, state, _ in rows if state == TRACK_PREDICTED]
    assert predicted == pytest.approx(np.arange(30, 42) / 30)
    assert [fresh for *_, fresh in rows].count(True) == 1


def test_the_pose_goes_over_with_ease() -> None:
    result = filled(take(hidden(1.0, 1.4), 2.0))
    pose = np.array([one.pose_wxyz[0, 0] for one in result])
    turn = rotvec_from_quat(multiply(inverse(pose[0]), pose))[:, 1]
    step = np.diff(turn)[29:42]
    assert step[[0, -1]].max() < 0.02 < 0.04 < step[len(step) // 2]
    assert step.sum() == pytest.approx(13 / 30, abs=1e-6)


def test_somebody_who_does_not_come_back_goes_on_for_a_moment_and_is_gone() -> None:
    rows = walker(filled(take(hidden(1.0, 9.0), 2.0)))
    assert rows[-1][0] == pytest.approx(29 / 30 + 0.3, abs=1e-3)
    steps = np.diff([x for _, x, _, _ in rows])
    assert (steps > 0.1 / 30).all()


def test_motion_begins_anew_after_a_long_gap() -> None:
    rows = walker(filled(take(hidden(1.0, 3.0), 4.0)))
    assert [t for t, _, _, fresh in rows if fresh] == [0.0, 3.0]
    assert all(state != TRACK_PREDICTED for t, _, state, _ in rows if t >= 1.4)


def test_nobody_is_led_over_a_cut() -> None:
    images = take(hidden(1.0, 1.2), 2.0)
    images[33] = replace(images[33], cut=True)
    rows = walker(filled(images))
    assert [t for t, _, _, fresh in rows if fresh] == [0.0, pytest.approx(1.2)]
    assert not [t for t, *_ in rows if 1.09 < t < 1.19]


def test_without_a_look_ahead_nothing_waits_and_motion_goes_on() -> None:
    gaps = Gaps(0.0)
    images = take(hidden(1.0, 1.2), 2.0)
    results = [gaps.push(one) for one in images]
    assert [len(one) for one in results] == [1] * len(images)
    assert len(walker([one for some in results for one in some])) == 60


def test_results_wait_no_longer_than_said() -> None:
    gaps = Gaps(0.1)
    for one in take(hidden(1.0, 1.2), 2.0):
        for result in gaps.push(one):
            assert 0.1 - 1e-6 <= one.t_s - result.t_s < 0.1 + 1 / 30
    assert len(gaps.flush()) == 3


def test_late_knowledge_of_the_return_leaves_no_jump() -> None:
    rows = walker(filled(take(hidden(1.0, 1.3, speed_ms=2.0), 2.5), 0.1))
    assert len(rows) == 75
    assert np.diff([x for _, x, _, _ in rows]).max() < 2 * 0.5 / 30


def test_the_order_of_people_does_not_matter() -> None:
    images = take(hidden(1.0, 1.4), 2.0)
    turned = [shuffled(one, range(len(one.keys))[::-1]) for one in images]
    assert bits(filled(turned)) == bits(filled(images))


def test_images_without_people_come_back_without_people() -> None:
    result = filled([people([], k / 30, k) for k in range(5)], 0.1)
    assert [one.frame.sequence for one in result] == list(range(5))
    assert not any(len(one.keys) for one in result)
