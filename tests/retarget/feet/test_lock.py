"""What both foot locks must do, live and over a take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from stance_figures import direction_error_deg, stance_height_error, stance_slide
from walkers import BUILDS, GROWN, Build, Walk, frame, legs_between, moved, onto, standing, walk

from livemocap.rotation import Array, matrix_from_rotvec, rotate
from retarget.feet.live import LiveFootLock
from retarget.feet.plant import FootLimits
from retarget.feet.posed import FeetPose
from retarget.feet.take import lock_feet

Lock = Callable[[Walk, Array | None, FootLimits | None], FeetPose]


def live(of: Walk, contacts: Array | None = None, limits: FootLimits | None = None) -> FeetPose:
    """Frame by frame."""
    lock = LiveFootLock(1, of.rest, limits=limits)
    answers = []
    for k, t_s in enumerate(of.times_s.tolist()):
        now = None if contacts is None else contacts[k : k + 1]
        answers.append(lock.step(t_s, frame(of.legs, k), now))
    names = ("thigh", "shin", "foot", "pelvis", "ankle", "points", "held")
    return FeetPose(**{n: np.concatenate([getattr(a, n) for a in answers]) for n in names})


def take(of: Walk, contacts: Array | None = None, limits: FootLimits | None = None) -> FeetPose:
    """All at once."""
    return lock_feet(of.times_s, of.legs, of.rest, contacts, limits=limits)


BOTH = pytest.mark.parametrize("lock", [live, take], ids=["live", "take"])


def _jerkiness(points: Array, times_s: Array) -> float:
    """m/s^2, the highest acceleration anywhere."""
    return float(np.abs(np.diff(points, 2, axis=0)).max() / np.diff(times_s).mean() ** 2)


@BOTH
@pytest.mark.parametrize("fps", [30.0, 120.0])
@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_feet_stand_on_other_proportions(build: Build, fps: float, lock: Lock) -> None:
    someone = onto(walk(fps=fps), build)
    held = lock(someone, someone.contacts, None)
    contacts, size = someone.contacts.reshape(-1, 4), build.leg / GROWN.leg
    points, heights = held.points.reshape(-1, 4, 3), someone.rest.heights.reshape(4)
    posed = stance_slide(someone.legs.points.reshape(-1, 4, 3), someone.times_s, contacts)
    assert posed > 0.07
    assert stance_slide(points, someone.times_s, contacts) < 0.02 * max(1, size)
    off = stance_height_error(points, contacts, heights)
    assert off.mean() < 0.002 * max(1, size)
    assert np.percentile(off, 90) < 0.005 * max(1, size)
    errors = direction_error_deg(someone.legs, held.thigh, held.shin)
    assert errors[~someone.contacts.any(-1)].mean() < 3


@BOTH
@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_nothing_pops(build: Build, lock: Lock) -> None:
    """Feet are stopped and let go no harder than the walk itself does it."""
    someone = onto(walk(fps=60), build)
    held = lock(someone, someone.contacts, None)
    posed = _jerkiness(someone.legs.points, someone.times_s)
    assert _jerkiness(held.points, someone.times_s) < 1.5 * posed
    assert _jerkiness(held.pelvis, someone.times_s) < 5 * build.leg
    knees = someone.legs.knee - someone.legs.hip
    turned = rotate(held.thigh, knees)
    assert _jerkiness(turned, someone.times_s) < 2.5 * _jerkiness(knees, someone.times_s) + 20


@BOTH
def test_a_walk_that_is_right_stays_as_it_is(lock: Lock) -> None:
    someone = walk()
    held = lock(someone, someone.contacts, None)
    assert direction_error_deg(someone.legs, held.thigh, held.shin).mean() < 0.5
    assert np.abs(held.points - someone.legs.points).max() < 0.012
    assert np.abs(held.pelvis).max() < 0.004


@BOTH
def test_rotations_lead_to_the_points_that_are_promised(lock: Lock) -> None:
    someone = onto(walk(), BUILDS["big feet"])
    legs, held = someone.legs, lock(someone, someone.contacts, None)

    knee = legs.hip + held.pelvis[:, None] + rotate(held.thigh, legs.knee - legs.hip)
    ankle = knee + rotate(held.shin, legs.ankle - legs.knee)
    toe = ankle + rotate(held.foot, legs.toe - legs.ankle)
    np.testing.assert_allclose(ankle, held.ankle, atol=1e-9)
    np.testing.assert_allclose(toe, held.points[:, :, 1], atol=1e-9)


@BOTH
def test_without_contacts_nothing_changes(lock: Lock) -> None:
    someone = onto(walk(), BUILDS["chibi"])
    held = lock(someone, np.zeros_like(someone.contacts), None)
    np.testing.assert_allclose(held.thigh[..., 1:], 0, atol=1e-6)
    np.testing.assert_allclose(held.points, someone.legs.points, atol=1e-9)
    assert not held.pelvis.any()


@BOTH
def test_at_no_strength_nothing_changes(lock: Lock) -> None:
    someone = onto(walk(), BUILDS["chibi"])
    held = lock(someone, someone.contacts, FootLimits(strength=0.0))
    np.testing.assert_allclose(held.points, someone.legs.points, atol=1e-9)
    np.testing.assert_allclose(held.foot[..., 1:], 0, atol=1e-9)


@BOTH
def test_at_half_strength_feet_slide_half_as_much(lock: Lock) -> None:
    someone = onto(walk(), BUILDS["big feet"])
    toes, t = someone.contacts[..., 1], someone.times_s
    half = lock(someone, someone.contacts, FootLimits(strength=0.5)).points[:, :, 1]
    share = stance_slide(half, t, toes) / stance_slide(someone.legs.points[:, :, 1], t, toes)
    assert 0.4 < share < 0.6


@BOTH
def test_a_jump_flies_as_it_was_jumped(lock: Lock) -> None:
    someone = standing(seconds=2.5)
    up = np.maximum(0, 0.3 - 4.905 * (someone.times_s - 1.2) ** 2)
    jump = moved(someone, np.stack([0 * up, up, 0.5 * np.clip(someone.times_s - 0.95, 0, 0.5)], -1))
    held = lock(jump, None, None)
    flying = up > 0.15
    assert np.abs(held.points - jump.legs.points)[flying].max() < 0.015
    assert not held.held[flying].any()
    assert np.abs(held.pelvis).max() < 0.01


@BOTH
def test_a_kick_is_kicked(lock: Lock) -> None:
    someone = standing(seconds=2.0)
    ankle = someone.legs.ankle.copy()
    kick = np.clip(1 - np.abs(someone.times_s - 1) / 0.25, 0, 1)[:, None] ** 2
    ankle[:, 0] += kick * [0, 0.55, 0.55]
    kicking = legs_between(someone.legs.hip, ankle, someone.legs.turns[:, 2])
    held = lock(replace(someone, legs=kicking), None, None)
    away = np.linalg.norm(held.points - kicking.points, axis=-1)
    assert away[kick[:, 0] > 0.2, 0].max() < 0.02
    assert away[:, 1].max() < 0.002


@BOTH
@pytest.mark.parametrize("speed", [0.35, 0.8])
def test_a_foot_that_slides_on_purpose_keeps_sliding(speed: float, lock: Lock) -> None:
    someone = standing(seconds=4.0)
    way = speed * np.clip(someone.times_s - 1, 0, 2)
    slide = moved(someone, np.stack([0 * way, 0 * way, way], -1))
    held = lock(slide, None, None)
    middle = (slide.times_s > 1.5) & (slide.times_s < 2.6)
    assert np.abs(held.points - slide.legs.points)[middle].max() < 0.015
    assert _jerkiness(held.points, slide.times_s) < 2.5 * _jerkiness(
        slide.legs.points, slide.times_s
    )


@BOTH
def test_contacts_that_are_wrong_do_not_chain_a_foot(lock: Lock) -> None:
    """A stream that says "standing" of somebody who walks off."""
    someone = standing(seconds=4.0)
    way = 1.2 * np.clip(someone.times_s - 1, 0, 3)
    off = moved(someone, np.stack([0 * way, 0 * way, way], -1))
    held = lock(off, np.ones_like(off.contacts), None)
    stray = FootLimits().stray * GROWN.leg
    assert np.abs(held.points - off.legs.points).max() < 1.35 * stray
    assert np.abs(held.points - off.legs.points)[off.times_s > 2].max() < 0.02


@BOTH
def test_who_sits_keeps_their_pelvis_on_the_chair(lock: Lock) -> None:
    someone = standing()
    hip = someone.legs.ankle + np.array([0, 0.4, -0.38])
    sits = replace(someone, legs=legs_between(hip, someone.legs.ankle, someone.legs.turns[:, 2]))
    low = moved(sits, np.array([0, -0.015, 0]))
    held = lock(low, low.contacts, None)
    assert np.abs(held.pelvis).max() < 0.006
    np.testing.assert_allclose(held.points[-1, :, :, 1], someone.rest.heights, atol=1e-3)


@BOTH
def test_who_lies_on_the_floor_is_left_there(lock: Lock) -> None:
    someone = standing()
    turn = matrix_from_rotvec(np.array([-np.pi / 2, 0, 0]))
    upright = someone.legs
    lying = legs_between(
        upright.hip @ turn.T + [0, 0.12, 0],
        upright.ankle @ turn.T + [0, 0.12, 0],
        turn @ upright.turns[:, 2],
    )
    held = lock(replace(someone, legs=lying), None, None)
    assert not held.pelvis.any()
    assert np.abs(held.points - lying.points).max() < 0.12
    assert direction_error_deg(lying, held.thigh, held.shin).max() < 12


@BOTH
def test_a_step_up_is_stood_on(lock: Lock) -> None:
    """A foot that stands well over the floor stands on something."""
    someone = standing()
    ankle = someone.legs.ankle + np.array([[[0, 0.25, 0.1], [0, 0, 0]]])
    stairs = replace(someone, legs=legs_between(someone.legs.hip, ankle, someone.legs.turns[:, 2]))
    held = lock(stairs, stairs.contacts, None)
    assert np.abs(held.points - stairs.legs.points).max() < 1e-3


@BOTH
def test_noise_of_a_stance_is_held_still(lock: Lock) -> None:
    someone, rng = standing(fps=30.0), np.random.default_rng(0)
    noisy = moved(someone, rng.normal(0, 0.004, (someone.frames, 3)))
    held = lock(noisy, noisy.contacts, None)
    points, contacts = held.points.reshape(-1, 4, 3), noisy.contacts.reshape(-1, 4)
    posed = stance_slide(noisy.legs.points.reshape(-1, 4, 3), noisy.times_s, contacts)
    assert posed > 0.1
    assert stance_slide(points[5:], noisy.times_s[5:], contacts[5:]) < 0.003


@BOTH
def test_feet_without_a_heel_stand_by_their_ankles(lock: Lock) -> None:
    someone = onto(walk(), BUILDS["big feet"])
    legs = replace(someone.legs, heel=None)
    heights = someone.rest.heights + np.array([[BUILDS["big feet"].ankle, 0]])
    bare = replace(someone, legs=legs, rest=replace(someone.rest, heights=heights))
    flat = someone.contacts.all(-1, keepdims=True)
    contacts = np.concatenate([flat, someone.contacts[..., 1:]], -1)
    held = lock(bare, contacts, None)
    assert stance_slide(held.points[:, :, 1], bare.times_s, contacts[..., 1]) < 0.02
    assert stance_slide(held.points[:, :, 0], bare.times_s, contacts[..., 0]) < 0.03
