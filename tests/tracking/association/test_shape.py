"""Bone lengths that stay."""

from __future__ import annotations

import numpy as np
from motion import rest_joints

from livemocap.rotation import Array
from tracking.association.shape import Shapes, bone_lengths


def shape(scale: float) -> Array:
    """(1, 166): somebody of that size, whose one beta is the size."""
    return np.append(rest_joints(scale).ravel(), scale)[None]


def run(scales: Array, confirm_at: int = 3) -> list[Array]:
    """The rest joints sent for each sighting of somebody of that size, 30 a second."""
    people = Shapes.first(shape(scales[0]))
    sent = [people.rest_joints]
    for k, scale in enumerate(scales[1:], 2):
        people.see(shape(scale), np.array([1 / 30]), memory_s=4.0)
        people.settle(np.array([k >= confirm_at]), change_m=0.015)
        sent.append(people.rest_joints)
    return sent


def updates(sent: list[Array]) -> list[int]:
    return [k for k in range(1, len(sent)) if (sent[k] != sent[k - 1]).any()]


def test_noise_in_the_shape_reaches_nobody_after_confirmation() -> None:
    scales = 1 + 0.03 * np.random.default_rng(0).standard_normal(300)
    assert [k for k in updates(run(scales)) if k > 30] == []


def test_the_shape_is_sent_again_when_the_person_is_confirmed() -> None:
    assert updates(run(np.array([1.0, 1.01, 1.01, 1.01, 1.01]))) == [2]


def test_a_better_estimate_arrives_in_few_updates() -> None:
    sent = run(np.concatenate([np.ones(10), np.full(600, 1.1)]))
    off_m = bone_lengths(sent[-1].reshape(1, -1)) - bone_lengths(shape(1.1))
    assert np.abs(off_m).max() < 0.016
    assert 1 <= len(updates(sent)) <= 5


def test_betas_change_together_with_the_joints_and_for_nobody_else() -> None:
    people = Shapes.first(np.concatenate([shape(1.0), shape(1.0)]))
    people.see(np.concatenate([shape(1.2), shape(1.2)]), np.array([0.1, 0.0]), 4.0)
    assert (people.betas == 1.0).all()
    people.settle(np.array([True, False]), 0.015)
    np.testing.assert_allclose(people.betas[:, 0], [1.2, 1.0])
    np.testing.assert_allclose(people.rest_joints, [rest_joints(1.2), rest_joints()], atol=1e-6)
