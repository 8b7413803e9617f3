"""Contacts found in motion whose contacts are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from walkers import GROWN, TurnedLegs, Walk, moved, standing, walk

from retarget.feet.contacts import find_contacts, runs
from retarget.feet.legs import HEEL, TOE, FeetAtRest
from retarget.feet.watch import ContactWatch


def _found(of: Walk, live: bool, floor_m: float = 0.0) -> np.ndarray:
    points = of.legs.points
    if not live:
        return find_contacts(points, of.times_s, of.rest, floor_m)
    watch = ContactWatch(of.rest.for_people(1), floor_m)
    step_s = np.diff(of.times_s, prepend=-0.01)[:, None]
    first = np.arange(of.frames)[:, None] == 0
    return np.concatenate(
        [watch.step(step_s[k], points[k : k + 1], first[k]) for k in range(of.frames)]
    )


BOTH = pytest.mark.parametrize("live", [False, True], ids=["take", "live"])


FPS = pytest.mark.parametrize("fps", [30.0, 120.0])


@FPS
def test_steps_of_a_walk_are_found_within_a_sixteenth_of_a_second(fps: float) -> None:
    someone = walk(fps=fps)
    found = _found(someone, live=False)
    for foot in range(2):
        true, seen = runs(someone.contacts[:, foot, TOE]), runs(found[:, foot, TOE])
        for a, b in zip(true, seen, strict=True):
            assert max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= 0.0625 * fps + 1


@FPS
def test_toes_that_stand_are_found_in_a_stream(fps: float) -> None:
    someone = walk(fps=fps)
    found, true = _found(someone, live=True)[..., TOE], someone.contacts[..., TOE]
    assert found[true].mean() > 0.97
    assert found[~true].mean() < 0.25


@BOTH
def test_a_heel_stands_until_it_rises(live: bool) -> None:
    someone = walk()
    found, true = _found(someone, live)[..., HEEL], someone.contacts[..., HEEL]
    assert (found | ~true)[2:].all()
    assert (found & ~true).mean() < 0.12


@BOTH
def test_who_stands_still_stands_on_all_four(live: bool) -> None:
    assert _found(standing(), live)[2:].all()


@BOTH
def test_nobody_stands_while_they_fly(live: bool) -> None:
    someone = standing(seconds=2.0)
    up = np.maximum(0, 0.3 - 4.905 * (someone.times_s - 1) ** 2)
    jump = moved(someone, np.stack([0 * up, up, 0 * up], -1))
    found = _found(jump, live)
    assert not found[up > 0.12].any()
    assert found[(up == 0) & (np.abs(someone.times_s - 1) > 0.4)][2:].all()


@BOTH
@pytest.mark.parametrize("speed", [0.35, 0.6, 1.5])
def test_a_foot_that_slides_does_not_stand(speed: float, live: bool) -> None:
    someone = standing(seconds=4.0)
    way = speed * np.clip(someone.times_s - 1, 0, 2)
    sliding = (someone.times_s > 1.35) & (someone.times_s < 2.65)
    found = _found(moved(someone, np.stack([0 * way, 0 * way, way], -1)), live)
    assert not found[sliding].any()
    assert found[someone.times_s < 0.8][2:].all()
    assert found[someone.times_s > 3.5].all()


def test_feet_held_high_do_not_stand() -> None:
    assert not _found(moved(standing(), np.array([0, 0.3, 0])), live=True).any()


def test_an_unknown_floor_is_where_feet_rest() -> None:
    someone = moved(walk(), np.array([0, 1.7, 0]))
    found = find_contacts(someone.legs.points, someone.times_s, someone.rest, None)
    assert (found == find_contacts(walk().legs.points, someone.times_s, someone.rest)).mean() > 0.98


@BOTH
def test_a_giant_steps_as_the_one_it_was_captured_from(live: bool) -> None:
    """Retargeting keeps the tempo: four times as long in the same time."""
    someone = walk()
    rest = FeetAtRest(heights=4 * someone.rest.heights, leg=4 * someone.rest.leg)
    giant = replace(someone, legs=_larger(someone.legs, 4), rest=rest)
    assert (_found(giant, live) == _found(someone, live)).mean() > 0.97


@BOTH
def test_a_child_steps_as_its_legs_swing(live: bool) -> None:
    """Small legs are quick: half as long, in the square root of half the time."""
    someone = walk(fps=120.0)
    rest = FeetAtRest(heights=someone.rest.heights / 2, leg=someone.rest.leg / 2)
    times_s = someone.times_s / np.sqrt(2)
    child = Walk(
        times_s=times_s, legs=_larger(someone.legs, 0.5), contacts=someone.contacts, rest=rest
    )
    assert (_found(child, live) == _found(someone, live)).mean() > 0.97


def _larger(legs: TurnedLegs, times: float) -> TurnedLegs:
    places = {n: times * getattr(legs, n) for n in ("hip", "knee", "ankle", "toe", "heel")}
    return TurnedLegs(**places, turns=legs.turns)


def test_flicker_is_closed_in_a_take() -> None:
    someone = standing(fps=120.0)
    up = np.zeros(someone.frames)
    up[100:102] = 0.12 * GROWN.leg
    found = _found(moved(someone, np.stack([0 * up, up, 0 * up], -1)), live=False)
    assert found[2:-2].all()


def test_a_single_frame_says_nothing() -> None:
    someone = standing(fps=1.0, seconds=1.0)
    assert not find_contacts(someone.legs.points, someone.times_s, someone.rest).any()


def test_who_is_fresh_has_no_past() -> None:
    someone = walk()
    watch = ContactWatch(someone.rest.for_people(2))
    pair = np.stack([someone.legs.points] * 2, 1)
    for k in range(20):
        watch.step(np.full(2, 1 / 60), pair[k], np.array([k == 0] * 2))
    far = pair[20] + np.array([[0, 0, 0], [5.0, 0, 0]])[:, None, None]
    found = watch.step(np.full(2, 1 / 60), far, np.array([False, True]))
    np.testing.assert_array_equal(found[0], someone.contacts[20])
