"""How large people are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from seen_people import Actor, seen

from livemocap.messages import PoseFrame, TrackFrame
from tracking.config import TrackingConfig
from tracking.scene.scale import heights_m
from tracking.tracker import Tracker


def shown(frames: list[PoseFrame], **settings: float) -> list[TrackFrame]:
    tracker = Tracker(TrackingConfig(**settings))  # type: ignore[arg-type]
    return [tracker.push(frame)[0] for frame in frames]


def standing(count: int = 10) -> list[PoseFrame]:
    return [seen([Actor(0.5, -4)], k / 10, k) for k in range(count)]


def test_people_are_as_tall_as_said_and_as_far_as_that_makes_them() -> None:
    plain, tall = shown(standing())[-1], shown(standing(), actor_height_m=2.0)[-1]
    factor = 2.0 / heights_m(plain.rest_joints.astype(float))[0]
    assert heights_m(tall.rest_joints.astype(float))[0] == pytest.approx(2.0, abs=1e-4)
    camera = (tall.T_world_cam[:3, 3] - tall.pelvis[0]) / (
        plain.T_world_cam[:3, 3] - plain.pelvis[0]
    )
    np.testing.assert_allclose(camera, factor, rtol=2e-2)


def test_without_a_height_everything_stays_as_it_is() -> None:
    frame = shown(standing(1))[0]
    np.testing.assert_array_equal(frame.rest_joints, standing(1)[0].rest_joints)


def test_two_people_keep_their_heights_beside_each_other() -> None:
    frame = seen([Actor(-0.5, -4), Actor(0.5, -4)])
    rest = frame.rest_joints.copy()
    rest[1] *= 0.8
    heights = heights_m(
        shown([replace(frame, rest_joints=rest)], actor_height_m=1.8)[0].rest_joints
    )
    assert heights.min() / heights.max() == pytest.approx(0.8, abs=1e-4)
    assert np.median(heights) == pytest.approx(1.8, abs=1e-4)


def test_the_scale_stays_after_the_first_seconds() -> None:
    frames = standing(60)
    grown = [
        replace(frame, rest_joints=frame.rest_joints * np.float32(1.0 if k < 40 else 1.3))
        for k, frame in enumerate(frames)
    ]
    first, *_, last = shown(grown, actor_height_m=1.8)
    ratio = heights_m(last.rest_joints.astype(float)) / heights_m(first.rest_joints.astype(float))
    assert ratio[0] > 1.05  # the engine's own change of mind is shown, not scaled away


def test_broken_people_and_empty_images_change_nothing() -> None:
    frame = standing(1)[0]
    broken = replace(frame, rest_joints=np.full_like(frame.rest_joints, np.nan))
    empty = seen([], 0.2, 2)
    frames = shown([frame, broken, empty], actor_height_m=1.8)
    assert np.isfinite(frames[-1].joints).all()


def test_a_height_nobody_has_is_refused() -> None:
    with pytest.raises(ValueError, match="actor_height_m is 180"):
        TrackingConfig(actor_height_m=180)
