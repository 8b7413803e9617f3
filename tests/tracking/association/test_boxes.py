"""Who comes back as a box alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from seen_people import Actor, seen

from tracking.association.associator import Associator
from tracking.association.boxes import ENTERING, NOBODY_LOST, place_alone
from tracking.association.detections import Seen, read_detections
from tracking.config import TrackingConfig

WIDTH_PX = 1280
WATCHED, UNWATCHED = np.array([True]), np.array([False])
LIKELY, UNLIKELY = np.array([[3.0]]), np.array([[-1.0]])


def box(left_px: float, right_px: float, betas: float = 0.0) -> Seen:
    frame = seen([Actor(0, -4, betas=betas)])
    one, _ = read_detections(frame, TrackingConfig())
    return replace(one, boxes_px=np.array([[left_px, 100.0, right_px, 400.0]]))


def test_a_box_in_the_middle_may_be_somebody_lost() -> None:
    assert place_alone(LIKELY, WATCHED, box(600, 700), WIDTH_PX) == LIKELY


def test_a_box_at_a_side_is_likelier_somebody_new() -> None:
    for sides in ((0, 90), (1180, 1279)):
        told = place_alone(LIKELY, WATCHED, box(*sides), WIDTH_PX)
        assert told == LIKELY + ENTERING


def test_a_box_that_is_likelier_new_is_not_kept_waiting() -> None:
    assert place_alone(UNLIKELY, WATCHED, box(600, 700), WIDTH_PX) == NOBODY_LOST


def test_whoever_nobody_looked_for_may_be_anywhere() -> None:
    assert place_alone(UNLIKELY, UNWATCHED, box(0, 90), WIDTH_PX) == UNLIKELY


def test_whose_shape_is_known_is_told_by_it() -> None:
    assert place_alone(UNLIKELY, WATCHED, box(0, 90, betas=0.3), WIDTH_PX) == UNLIKELY


def test_a_box_elsewhere_gets_a_new_id_at_once() -> None:
    associator = Associator(TrackingConfig())
    frames = [seen([Actor(-1, -4)] if k < 15 else [], k / 30, k) for k in range(60)]
    for frame in frames:
        associator.push(frame)
    (people,) = associator.push(seen([Actor(1.5, -7)], 2.0, 60))
    assert people.ids.tolist() == [2]
