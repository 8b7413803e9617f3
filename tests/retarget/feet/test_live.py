"""The foot lock of a stream: rows, gaps and new people."""

from __future__ import annotations

import numpy as np
from stance_figures import stance_slide
from walkers import BUILDS, Walk, frame, moved, onto, standing, walk

from livemocap.rotation import Array
from retarget.feet.legs import FeetAtRest, Legs
from retarget.feet.live import LiveFootLock
from retarget.feet.posed import FeetPose

_PARTS = ("hip", "knee", "ankle", "toe", "heel")


def _together(walks: list[Walk], at: int) -> Legs:
    """(P, 2, ...) one frame of everybody."""
    return Legs(**{p: np.stack([getattr(w.legs, p)[at] for w in walks]) for p in _PARTS})


def _rests(walks: list[Walk]) -> FeetAtRest:
    return FeetAtRest(
        heights=np.stack([w.rest.heights for w in walks]), leg=np.stack([w.rest.leg for w in walks])
    )


def _unseen(legs: Legs, row: int) -> Legs:
    arrays = {p: getattr(legs, p).copy() for p in _PARTS}
    for array in arrays.values():
        array[row] = np.nan
    return Legs(**arrays)


def _through(of: Walk, lock: LiveFootLock, until: int, first: int = 0) -> FeetPose:
    answer = None
    for k in range(first, until):
        answer = lock.step(of.times_s[k], frame(of.legs, k), of.contacts[k : k + 1])
    assert answer is not None
    return answer


def _off(answer: FeetPose, legs: Legs) -> float:
    """m, how far feet are from their pose, the pelvis's own way left out."""
    return float(np.abs(answer.points - answer.pelvis[:, None, None] - legs.points).max())


def test_people_of_a_batch_are_held_as_each_alone() -> None:
    walks = [onto(walk(), BUILDS[name]) for name in ("chibi", "giant", "big feet")]
    lock, alone = LiveFootLock(3, _rests(walks)), [LiveFootLock(1, w.rest) for w in walks]
    contacts = np.stack([w.contacts for w in walks], 1)
    for k in range(90):
        t_s = float(walks[0].times_s[k])
        all_at_once = lock.step(t_s, _together(walks, k), contacts[k])
        for row, (one, someone) in enumerate(zip(alone, walks, strict=True)):
            answer = one.step(t_s, frame(someone.legs, k), someone.contacts[k : k + 1])
            for part in ("thigh", "shin", "foot", "pelvis"):
                mine, theirs = getattr(all_at_once, part)[row], getattr(answer, part)[0]
                np.testing.assert_allclose(mine, theirs, atol=1e-9)


def test_feet_are_held_without_contacts_from_elsewhere() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    lock = LiveFootLock(1, someone.rest)
    points = np.concatenate(
        [lock.step(t, frame(someone.legs, k)).points for k, t in enumerate(someone.times_s)]
    )
    toes, t = someone.contacts[..., 1], someone.times_s
    assert stance_slide(points[:, :, 1], t, toes) < 0.02
    assert stance_slide(someone.legs.points[:, :, 1], t, toes) > 0.08


def test_an_unseen_row_stays_nan_and_leaves_the_others_alone() -> None:
    walks = [onto(walk(), BUILDS["chibi"]), onto(walk(), BUILDS["big feet"])]
    lock, alone = LiveFootLock(2, _rests(walks)), LiveFootLock(1, walks[1].rest)
    contacts = np.stack([w.contacts for w in walks], 1)
    for k in range(80):
        t_s, legs = float(walks[0].times_s[k]), _together(walks, k)
        gone = 20 <= k < 60
        answer = lock.step(t_s, _unseen(legs, 0) if gone else legs, contacts[k])
        expected = alone.step(t_s, frame(walks[1].legs, k), walks[1].contacts[k : k + 1])
        np.testing.assert_allclose(answer.points[1], expected.points[0], atol=1e-9)
        assert np.isnan(answer.points[0]).all() == gone
        if k == 60:
            np.testing.assert_allclose(answer.points[0], legs.points[0], atol=1e-9)
            assert not answer.pelvis[0].any()


def test_after_a_gap_feet_start_at_their_pose() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    lock = LiveFootLock(1, someone.rest)
    assert _off(_through(someone, lock, 100), frame(someone.legs, 99)) > 0.005
    answer = lock.step(someone.times_s[140], frame(someone.legs, 140), someone.contacts[140:141])
    assert _off(answer, frame(someone.legs, 140)) < 1e-9


def test_a_short_gap_changes_little() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    whole, torn = LiveFootLock(1, someone.rest), LiveFootLock(1, someone.rest)
    _through(someone, whole, 96)
    _through(someone, torn, 92)
    a, b = _through(someone, whole, 100, 96), _through(someone, torn, 100, 96)
    assert np.abs(a.points - b.points).max() < 0.01


def test_whoever_is_put_elsewhere_is_not_dragged_back() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    lock = LiveFootLock(1, someone.rest)
    _through(someone, lock, 100)
    far = frame(moved(someone, np.array([4.0, 0, 0])).legs, 100)
    answer = lock.step(someone.times_s[100], far, someone.contacts[100:101])
    assert _off(answer, far) < 1e-9


def test_time_that_runs_back_starts_anew() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    lock = LiveFootLock(1, someone.rest)
    rise = _through(someone, lock, 100).pelvis
    answer = lock.step(-100.0, frame(someone.legs, 3), someone.contacts[3:4])
    assert _off(answer, frame(someone.legs, 3)) < 1e-9
    assert np.abs(answer.pelvis - rise).max() < 0.005


def test_the_same_time_is_answered_as_before() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    lock = LiveFootLock(1, someone.rest)
    answer = _through(someone, lock, 50)
    assert lock.step(someone.times_s[49], frame(someone.legs, 60)) is answer


def test_somebody_new_in_a_row_starts_at_their_pose() -> None:
    someone = moved(onto(walk(), BUILDS["big feet"]), np.array([0, -0.03, 0]))
    lock = LiveFootLock(1, someone.rest)
    assert _through(someone, lock, 100).pelvis[0, 1] > 0.01
    answer = lock.step(
        someone.times_s[100], frame(someone.legs, 100), someone.contacts[100:101], np.array([True])
    )
    np.testing.assert_allclose(answer.points, frame(someone.legs, 100).points, atol=1e-9)
    assert not answer.pelvis.any()


def test_uneven_frames_end_as_even_ones() -> None:
    someone = onto(walk(fps=120.0), BUILDS["big feet"])
    kept = np.flatnonzero(np.random.default_rng(0).random(300) < 0.6)

    def ends(frames: Array) -> Array:
        lock = LiveFootLock(1, someone.rest)
        answers = [
            lock.step(
                float(someone.times_s[k]), frame(someone.legs, k), someone.contacts[k : k + 1]
            )
            for k in frames.tolist()
        ]
        return answers[-1].points

    kept[-1] = 299
    assert np.abs(ends(kept) - ends(np.arange(300))).max() < 0.012


def test_what_comes_later_changes_nothing_before() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    short, long = LiveFootLock(1, someone.rest), LiveFootLock(1, someone.rest)
    early = _through(someone, short, 60)
    for k in range(100):
        answer = long.step(someone.times_s[k], frame(someone.legs, k), someone.contacts[k : k + 1])
        if k == 59:
            np.testing.assert_array_equal(answer.points, early.points)


def test_a_pose_that_floats_is_brought_down_and_stays_down() -> None:
    """As after retargeting: the whole body 3 cm too high, the legs nearly straight."""
    someone = moved(standing(seconds=2.0, height=0.99), np.array([0, 0.03, 0]))
    lock = LiveFootLock(1, someone.rest)
    answer = _through(someone, lock, someone.frames)
    assert abs(answer.pelvis[0, 1] + 0.03) < 1e-3
    np.testing.assert_allclose(answer.points[0, ..., 1], someone.rest.heights, atol=1e-4)
