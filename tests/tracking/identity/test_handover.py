"""Association is told of second thoughts."""

from __future__ import annotations

import numpy as np
import pytest
from seen_people import Actor, seen

from tracking.association.associator import Associator
from tracking.config import TrackingConfig
from tracking.identity.evidence import Evidence
from tracking.identity.handover import hand_over
from tracking.tracker import Tracker

NOTHING = Evidence(
    np.ones(10),
    np.zeros((2, 3, 3)),
    np.zeros((2, 3, 10)),
    np.zeros((2, 8)),
    np.zeros(2),
    np.zeros(2),
)


def two_people() -> Associator:
    who = Associator(TrackingConfig())
    for k in range(20):
        who.push(seen([Actor(-1, -4), Actor(1, -4)], k / 30, k))
    return who


def ids(who: Associator) -> list[int]:
    return sorted(who.known().states())


def test_of_two_who_were_one_the_one_is_left() -> None:
    who = two_people()
    assert hand_over(who, {1: 2, 2: 1}, NOTHING, {1})
    assert ids(who) == [1]


@pytest.mark.parametrize("spoken_of", ["locked", "named"])
def test_nobody_of_whom_a_user_has_spoken_is_given_up(spoken_of: str) -> None:
    who = two_people()
    if spoken_of == "locked":
        who.directions.locked.add(2)
    else:
        who.directions.names[2] = "anna"
    assert not hand_over(who, {1: 2, 2: 1}, NOTHING, {1})
    assert ids(who) == [1, 2]


def test_who_is_forgotten_stays_so_and_is_listed_as_shown() -> None:
    tracker = Tracker(TrackingConfig(mode="broadcast", max_lost_s=2.0))
    tall = Actor(-1.5, -5, betas=1.0)
    for k in range(300):
        there = [Actor(0.3 * min(k / 30, 3), -4, betas=1.2 if 180 <= k < 195 else -1.0)]
        for frame in tracker.push(seen([*([] if 60 < k < 180 else there), tall], k / 30, k)):
            shown = frame.track_ids.tolist()
    in_view = [one["id"] for one in tracker.people.people() if one["state"] == "in view"]
    assert sorted(shown) == in_view
