"""Bone lengths that stay."""

from __future__ import annotations

import numpy as np
from motion import rest_joints

from tracking.shape import ShapeLock, bone_lengths


def run(scales: np.ndarray, confirm_at: int = 3) -> list[np.ndarray]:
    """The rest joints sent for each sighting of somebody of that size, 30 a second."""
    lock = ShapeLock(rest_joints(scales[0]), np.array([scales[0]]), change_m=0.015, memory_s=4.0)
    sent = [lock.rest_joints]
    for k, scale in enumerate(scales[1:], 2):
        lock.see(rest_joints(scale), np.array([scale]), 1.0, 1 / 30)
        lock.settle(confirmed=k >= confirm_at)
        sent.append(lock.rest_joints)
    return sent


def updates(sent: list[np.ndarray]) -> list[int]:
    return [k for k in range(1, len(sent)) if (sent[k] != sent[k - 1]).any()]


def test_noise_in_the_shape_reaches_nobody_after_confirmation() -> None:
    scales = 1 + 0.03 * np.random.default_rng(0).standard_normal(300)
    assert [k for k in updates(run(scales)) if k > 30] == []


def test_the_shape_is_sent_again_when_the_person_is_confirmed() -> None:
    assert updates(run(np.array([1.0, 1.01, 1.01, 1.01, 1.01]))) == [2]


def test_a_better_estimate_arrives_in_few_updates() -> None:
    sent = run(np.concatenate([np.ones(10), np.full(600, 1.1)]))
    off_m = np.abs(bone_lengths(sent[-1]) - bone_lengths(rest_joints(1.1))).max()
    assert off_m < 0.016
    assert 1 <= len(updates(sent)) <= 5


def test_betas_change_together_with_the_joints() -> None:
    lock = ShapeLock(rest_joints(), np.zeros(10), 0.015, 4.0)
    lock.see(rest_joints(1.2), np.ones(10), 1.0, 0.1)
    assert (lock.betas == 0).all()
    lock.settle(confirmed=True)
    np.testing.assert_allclose(lock.betas, 1.0)
    np.testing.assert_allclose(lock.rest_joints, rest_joints(1.2), atol=1e-6)
