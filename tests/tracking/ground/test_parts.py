"""Contacts, the filter and its way back, legs that reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ground_walkers import REST, STEP_S, image, standing, stream, times, walk

from livemocap.rotation import Array, multiply, normalize, rotate
from tracking.ground.filtering import Filter, went_back
from tracking.ground.least_squares import solve_course
from tracking.ground.leg_ik import reach_legs
from tracking.ground.legs import feet_of, leg_joints, leg_turns
from tracking.ground.root_bake import BakeRoot
from tracking.ground.root_broadcast import BroadcastRoot
from tracking.ground.root_live import LiveRoot
from tracking.ground.settings import RootSmoothing
from tracking.people import People


def seen_contacts(stage: LiveRoot | BakeRoot, images: list[People]) -> Array:
    """(T, 2, 2) of the only person, ankle and toes of each foot."""
    found = [stage.contacts[0] for people in images if stage.push(people)]
    if isinstance(stage, BakeRoot):
        stage.flush()
        found = [contacts[0] for contacts in stage.contacts]
    return np.array(found)


def walked_contact(t_s: Array) -> Array:
    """(T, 2) whether a foot of `walk` stands, and how far that is from changing, in seconds."""
    phase = (t_s[:, None] / (2 * STEP_S) + [0.0, 0.5]) % 1
    return np.stack([phase < 0.5, 2 * STEP_S * np.minimum(phase % 0.5, 0.5 - phase % 0.5)], -1)


def test_contacts_of_a_walk_are_found() -> None:
    t_s = times(5)
    images = stream({1: walk}, t_s)
    for stage, sure in ((LiveRoot(), 0.85), (BakeRoot(), 0.95)):
        ankles = seen_contacts(stage, images)[30:, :, 0] > 0.5
        stands, apart_s = np.moveaxis(walked_contact(t_s[30:]), -1, 0)
        clear = apart_s > 0.1
        assert (ankles == stands)[clear].mean() > sure


def test_feet_of_somebody_who_stands_stand() -> None:
    images = stream({1: lambda _t: (np.array([0.0, 0.2, 4.0]), standing())}, times(1.5))
    assert seen_contacts(LiveRoot(), images)[20:].min() > 0.8


def test_feet_that_nobody_sees_do_not_stand() -> None:
    images = stream({1: lambda _t: (np.array([0.0, 0.2, 4.0]), standing())}, times(1.5))
    hidden = [replace(p, visibility=np.zeros_like(p.visibility)) for p in images]
    assert seen_contacts(LiveRoot(), hidden)[20:].max() < 0.2


def test_feet_in_the_air_do_not_stand() -> None:
    def falling(t_s: float) -> tuple[Array, Array]:
        return np.array([0.0, -2.0 + 0.5 * 9.81 * t_s**2, 6.0]), standing()

    assert seen_contacts(LiveRoot(), stream({1: falling}, times(0.8)))[15:].max() < 0.2


def test_planted_feet_slide_less_than_their_pose() -> None:
    rng = np.random.default_rng(1)
    images = []
    for k, t in enumerate(times(4).tolist()):
        people = image({1: walk}, t, rng=rng, first=k == 0)
        wobble = standing(np.array([1.0, 0, 0, 0]))
        wobble[[1, 4]] = [1.0, 0.03 * np.sin(9 * t), 0, 0.03 * np.cos(7 * t)]
        pose = people.pose_wxyz.copy()
        pose[0, [1, 4, 7, 10]] = _product(wobble[[1, 4, 4, 4]], pose[0, [1, 4, 7, 10]])
        images.append(replace(people, pose_wxyz=pose))
    stands = walked_contact(times(4))[1:, 0, 0] > 0
    before = _slides(images)[stands][20:].mean()
    for stage in (LiveRoot(), BroadcastRoot(0.1), BakeRoot()):
        out = [result for people in images for result in stage.push(people)] + list(stage.flush())
        assert _slides(out)[stands][20:].mean() < 0.4 * before


def test_looking_back_is_solving_all_at_once() -> None:
    rng = np.random.default_rng(2)
    t_s = np.cumsum(rng.uniform(0.01, 0.05, 40))
    dt_s = np.diff(t_s)
    places, rates = rng.normal(size=(40, 1)), rng.normal(size=(39, 1))
    noise, drift, push = 0.5, 0.3, 2.0
    known = [Filter(places[:1], np.zeros((1, 1)), *(np.full((1, 1), v) for v in (noise, 0.0, 1e9)))]
    expected = []
    for k, dt in enumerate(dt_s.tolist()):
        ahead = known[-1].predicted(dt, np.full((1, 1), push))
        expected.append(ahead)
        ahead = ahead.with_rate(rates[k : k + 1], np.array([[drift / dt]]))
        known.append(ahead.with_place(places[k + 1 : k + 2], np.array([[noise]]), np.inf))
    x, v = known[-1].x, known[-1].v
    course = [x]
    for k in range(38, -1, -1):
        x, v = went_back(known[k], expected[k], (x, v), float(dt_s[k]), 1.0)
        course.append(x)
    whole = solve_course(
        dt_s,
        (places, np.full((40, 1), 1 / noise)),
        (rates, dt_s[:, None] / drift),
        np.full((39, 1), push),
    )
    np.testing.assert_allclose(np.concatenate(course[::-1]), whole, atol=1e-4)


def test_an_outlier_hardly_bends_a_course() -> None:
    places = np.zeros((60, 1))
    places[30] = 10.0
    nothing = np.zeros((59, 1)), np.zeros((59, 1))
    steps, push = np.full(59, 1 / 30), np.full((59, 1), 0.1)
    trust = np.full((60, 1), 1 / 0.01**2)
    plain = solve_course(steps, (places, trust), nothing, push)
    robust = solve_course(steps, (places, trust), nothing, push, glance=6)
    assert np.abs(robust).max() < 0.1 * np.abs(plain).max()


def test_a_leg_reaches_and_keeps_its_knee() -> None:
    people = image({1: walk}, 0.4)
    legs = legs_of(people)
    moved = np.array([[[0.03, 0.0, 0.02], [-0.02, 0.0, -0.04]]])
    after = legs_of(replace(people, pose_wxyz=reach_legs(people.pose_wxyz, legs, moved)))
    wanted = legs[:, 2] + moved - legs[:, 0]
    got = after[:, 2] - after[:, 0]
    cosine = (wanted * got).sum(-1) / np.linalg.norm(wanted, axis=-1) / np.linalg.norm(got, axis=-1)
    np.testing.assert_allclose(cosine, 1, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(got, axis=-1), _reach(legs), atol=1e-9)
    np.testing.assert_allclose(after[:, 0], legs[:, 0], atol=1e-12)


def test_a_leg_that_is_where_it_should_be_stays() -> None:
    people = image({1: walk}, 0.4)
    legs = legs_of(people)
    same = reach_legs(people.pose_wxyz, legs, np.zeros((1, 2, 3)))
    np.testing.assert_allclose(same, people.pose_wxyz, atol=1e-12)


def test_legs_are_where_their_rotations_put_them() -> None:
    people = image({1: walk}, 0.7)
    legs = legs_of(people)
    hip = rotate(people.pose_wxyz[0, 0], REST[1] - REST[0])
    np.testing.assert_allclose(legs[0, 0, 0], hip, atol=1e-12)
    knee = hip + rotate(people.pose_wxyz[0, 1], REST[4] - REST[1])
    np.testing.assert_allclose(legs[0, 1, 0], knee, atol=1e-12)


def test_the_settings_are_all_the_stage_goes_by() -> None:
    images = stream({1: walk}, times(1))
    loose = LiveRoot(RootSmoothing(rejoin_s=0.5))
    a = [loose.push(p)[0].places for p in images][-1]
    b = [LiveRoot().push(p)[0].places for p in images][-1]
    assert np.abs(a - b).max() > 1e-4


def legs_of(people: People) -> Array:
    """(P, 4, 2, 3) m from the pelvis."""
    return leg_joints(leg_turns(people.pose_wxyz), people.rest_joints)


def _reach(legs: Array) -> Array:
    return np.linalg.norm(legs[:, 2] - legs[:, 0], axis=-1)


def _product(a: Array, b: Array) -> Array:
    return multiply(normalize(a), b)


def _slides(images: list[People]) -> Array:
    """(T - 1,) m by which the left ankle moves across the view from image to image."""
    at = []
    for people in images:
        z = np.exp(people.places[:, 2:])
        pelvis = np.concatenate([people.places[:, :2] * z, z], 1)
        feet = feet_of(legs_of(people))
        at.append((pelvis[:, None] + feet)[0, 0])
    return np.linalg.norm(np.diff(at, axis=0)[:, [0, 2]], axis=1)
