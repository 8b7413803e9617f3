"""Cameras that follow people slowly, for nets that learnt from cameras that stand."""

from __future__ import annotations

import numpy as np
import pytest
from lifting_sights import clip, sight

from inference.lifting.frames import Normalizer
from inference.lifting.net import Normalization
from livemocap.skeleton import COCO17

WRISTS, SHOULDER, HIP = (9, 10), COCO17.index("left_shoulder"), COCO17.index("left_hip")


def torsos(keypoints: np.ndarray, trained_with: Normalization) -> np.ndarray:
    """(T,) how long the torso looks to a net."""
    normalizer = Normalizer("box", trained_with)
    frames = [normalizer(sight(k / 30, {7: points})) for k, points in enumerate(keypoints)]
    xy = np.array([frame.keypoints[0, :, :2] for frame in frames])
    return np.linalg.norm(xy[:, SHOULDER] - xy[:, HIP], axis=-1)


def raised_arms() -> np.ndarray:
    """Ten frames of somebody who stands, five of them with hands above the head."""
    keypoints = np.repeat(clip(1), 10, 0)
    top = keypoints[0, :, 1].min()
    keypoints[5:, WRISTS, 1] = top - 60
    return keypoints


def test_a_raised_arm_does_not_make_somebody_small() -> None:
    live, steady = torsos(raised_arms(), "box"), torsos(raised_arms(), "image")
    assert live[-1] / live[0] < 0.9
    assert 0.95 < steady[-1] / steady[0] < 1
    np.testing.assert_array_equal(steady[0], live[0])


def test_whoever_comes_near_is_followed() -> None:
    """Nobody gets larger or smaller than they may, and in the end the camera fits them."""
    still = clip(1)[0]
    middle = still[:, :2].mean(0)
    keypoints = np.repeat(still[None], 200, 0)
    keypoints[3:, :, :2] = middle + 1.8 * (still[:, :2] - middle)
    looks = torsos(keypoints, "image")
    assert looks.max() / looks[0] == pytest.approx(1.4, rel=0.02)
    assert looks[-1] / looks[0] == pytest.approx(1, rel=0.02)


def test_a_jump_across_the_image_stays_in_view() -> None:
    keypoints = np.repeat(clip(1), 6, 0)
    keypoints[3:, :, 0] += 500
    normalizer = Normalizer("box", "image")
    frames = [normalizer(sight(k / 30, {7: points})) for k, points in enumerate(keypoints)]
    assert np.abs(frames[3].keypoints[0, :, :2]).max() < 1.2
    assert frames[3].known.all()


def test_whoever_was_gone_gets_a_new_camera() -> None:
    keypoints = raised_arms()
    normalizer = Normalizer("box", "image")
    first = normalizer(sight(0.0, {7: keypoints[0]}))
    hidden = normalizer(sight(0.1, {7: np.zeros((17, 3))}))
    steady, fresh = (normalizer(sight(t_s, {7: keypoints[9]})) for t_s in (0.2, 5.0))
    alone = Normalizer("box", "image")(sight(0.0, {7: keypoints[9]}))
    assert first.known.all()
    assert not hidden.known.any()
    np.testing.assert_array_equal(fresh.keypoints, alone.keypoints)
    assert np.abs(steady.keypoints - alone.keypoints).max() > 0.02
