"""Images that wait for their lifter, and lifters that do not do as they should."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from lifted_people import FPS, ScriptedLifter, nothing, standing, waving

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array
from tracking.config import LIMBS
from tracking.lifting.limbs import PARTS
from tracking.lifting.stage import OVERDUE_S, Lifting
from tracking.people import People


def played(stage: Lifting, images: Sequence[People]) -> list[People]:
    results = [result for people in images for result in stage.push(people)]
    return [*results, *stage.flush()]


def times(images: Sequence[People]) -> list[float]:
    return [people.t_s for people in images]


def same(a: People, b: People) -> bool:
    return np.array_equal(a.pose_wxyz, b.pose_wxyz)


def test_configuration_and_parts_name_the_same_limbs() -> None:
    assert set(LIMBS) == set(PARTS)


@pytest.mark.parametrize("look_ahead_s", [0.0, 0.1, 0.5])
def test_an_image_comes_when_the_lifter_has_seen_enough(look_ahead_s: float) -> None:
    stage, held = Lifting(ScriptedLifter(standing, look_ahead_s)), []
    assert stage.look_ahead_s == look_ahead_s
    for people in waving(2.0):
        held.append(people.t_s)
        for result in stage.push(people):
            assert result.t_s == held.pop(0)
        assert people.t_s - held[0] < look_ahead_s if held else True
    assert times(stage.flush()) == held


def test_the_lifter_is_shown_everybody_by_key_also_who_is_hidden() -> None:
    lifter = ScriptedLifter(nothing)
    stage, (one,) = Lifting(lifter), waving(1 / FPS)
    stage.push(one)
    stage.push(replace(one, t_s=0.1, rows=np.array([-1])))
    seen, hidden = lifter.sights
    assert seen.keys.tolist() == hidden.keys.tolist() == [1]
    assert seen.keypoints_px.shape == hidden.keypoints_px.shape == (1, 17, 3)
    assert not hidden.keypoints_px.any()


def test_a_lifter_that_knows_nothing_changes_nothing() -> None:
    images = waving(1.0)
    done = played(Lifting(ScriptedLifter(nothing)), images)
    assert all(same(a, b) for a, b in zip(done, images, strict=True))


def test_a_lifter_that_fails_is_left_alone_and_no_image_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = 0

    def says(sight: Sight) -> Array:
        nonlocal calls
        calls += 1
        if calls == 15:
            raise ArithmeticError("broken")
        return standing(sight)

    images = waving(1.0)
    stage = Lifting(ScriptedLifter(says, 0.1))
    with caplog.at_level(logging.ERROR):
        done = played(stage, images)
    assert times(done) == times(images)
    assert (stage.failures, calls) == (1, 15)
    assert len(caplog.records) == 1
    assert not same(done[13], images[13])
    assert same(done[-1], images[-1])


def test_after_a_flush_the_lifter_is_asked_again() -> None:
    fails = True

    def says(sight: Sight) -> Array:
        if fails:
            raise ArithmeticError("broken")
        return standing(sight)

    stage = Lifting(ScriptedLifter(says))
    played(stage, waving(0.2))
    fails = False
    played(stage, waving(0.2))
    assert stage.failures == 1
    assert stage.lifted == 6


def test_a_lifter_that_failed_keeps_nothing_of_the_stream_before() -> None:
    class FailsOnce(ScriptedLifter):
        def push(self, sight: Sight, /) -> Sequence[Lifted]:
            ready = super().push(sight)
            if len(self.sights) == 30:
                raise ArithmeticError("broken")
            return ready

    stage = Lifting(FailsOnce(standing, 0.5))
    played(stage, waving(1.0))
    before, images = stage.lifted, waving(0.6)
    assert times(played(stage, images)) == times(images)
    assert stage.lifted - before == len(images)


def test_poses_of_the_wrong_shape_count_as_a_failure() -> None:
    stage = Lifting(ScriptedLifter(lambda sight: np.zeros((len(sight.keys), 22, 3))))
    assert len(played(stage, waving(0.5))) == 15
    assert stage.failures == 1


def test_an_image_that_the_lifter_passes_over_goes_on_without() -> None:
    class Forgetful(ScriptedLifter):
        def push(self, sight: Sight, /) -> Sequence[Lifted]:
            return (
                ()
                if len(self.sights) % 3 == 1 and self.sights.append(sight)
                else super().push(sight)
            )

    images = waving(1.0)
    assert times(played(Lifting(Forgetful(standing)), images)) == times(images)


def test_a_lifter_that_never_answers_holds_nothing_up_for_long() -> None:
    class Silent(ScriptedLifter):
        def push(self, sight: Sight, /) -> Sequence[Lifted]:
            return ()

    stage, images = Lifting(Silent(nothing)), waving(3.0)
    early = [result for people in images for result in stage.push(people)]
    assert len(images) - len(early) <= OVERDUE_S * FPS + 1
    assert times([*early, *stage.flush()]) == times(images)


def test_images_that_come_twice_or_late_are_no_news_to_the_lifter() -> None:
    lifter, images = ScriptedLifter(standing), waving(0.5)
    twice = [copy for people in images for copy in (people, people)]
    done = played(Lifting(lifter), twice)
    assert times(done) == times(twice)
    assert [sight.t_s for sight in lifter.sights] == times(images)


def test_a_cut_gives_out_what_waits_and_begins_anew() -> None:
    images = waving(1.0)
    images[20] = replace(images[20], cut=True)
    lifter = ScriptedLifter(standing, 0.2)
    stage = Lifting(lifter)
    before = [result for people in images[:20] for result in stage.push(people)]
    at_cut = stage.push(images[20])
    assert times([*before, *at_cut]) == times(images[:20])
    assert times(
        [result for people in images[21:] for result in stage.push(people)] + stage.flush()
    ) == times(images[20:])


def test_time_that_begins_anew_is_no_trouble() -> None:
    """What association makes of a clock that jumps back: a cut, and later times all the same."""
    images = [
        *waving(0.5),
        *(replace(p, t_s=p.t_s + 0.5, cut=k == 0) for k, p in enumerate(waving(0.5))),
    ]
    assert times(played(Lifting(ScriptedLifter(standing, 0.1)), images)) == times(images)
