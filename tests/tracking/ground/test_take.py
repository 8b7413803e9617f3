"""What a bake knows of a whole take: feet that stand, a camera held by hand, one floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ground_walkers import Motion, pelvises, stand, standing, stream, through, times, walk

from livemocap.rotation import Array, normalize
from tracking.ground.block_course import BlockCourse
from tracking.ground.camera_motion import HARDLY, PUSH
from tracking.ground.floor import SOLE_M, Floor, fit_floor
from tracking.ground.least_squares import solve_course
from tracking.ground.root_bake import BakeRoot
from tracking.people import People


def test_a_course_of_blocks_is_what_least_squares_make_of_it() -> None:
    rng = np.random.default_rng(0)
    rows, wanted = [], []
    course = BlockCourse(12, 2)
    for factors in ([1.0], [-1.0, 1.0], [1.0, -2.0, 1.0]):
        n = 13 - len(factors)
        chosen, scale, target = rng.normal(size=(1, 2)), rng.uniform(1, 2, n), rng.normal(size=n)
        course.add(chosen, factors, (scale**2)[:, None, None], target[:, None])
        for t in range(n):
            row = np.zeros((12, 2))
            row[t : t + len(factors)] = np.outer(factors, chosen[0])
            rows.append(scale[t] * row.ravel())
            wanted.append(scale[t] * target[t])
    course.add(np.eye(2), [1.0], np.tile(np.eye(2), (12, 1, 1)))
    rows += list(np.eye(24))
    wanted += [0.0] * 24
    best = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
    np.testing.assert_allclose(course.solve().ravel(), best, atol=1e-9)


def test_a_tilted_floor_is_found_under_feet() -> None:
    rng = np.random.default_rng(1)
    true = Floor(normalize(np.array([0.05, -1.0, -0.1])), 1.5)
    points = rng.uniform([-2, 0, 3], [2, 0, 7], (300, 3))
    points[:, 1] = (true.height_m + points[:, [0, 2]] @ true.up[[0, 2]]) / -true.up[1]
    points[:, 1] += 0.02 * rng.normal(size=300)
    points[::10, 1] -= 0.4  # lifted
    level = Floor(np.array([0.0, -1.0, 0.0]), 1.0)
    found = fit_floor(points, np.full(300, 1 / SOLE_M**2), level, level.up, 8)
    assert np.degrees(np.arccos(found.up @ true.up)) < 0.3
    assert np.abs(found.over(points) - true.over(points)).max() < 0.02


def test_somebody_in_one_place_does_not_tilt_the_floor() -> None:
    points = np.random.default_rng(2).normal([0, 1, 4], 0.03, (30, 3))
    level = Floor(np.array([0.0, -1.0, 0.0]), 1.2)
    found = fit_floor(points, np.full(30, 4.0), level, level.up, 8)
    assert np.degrees(np.arccos(found.up @ level.up)) < 0.5
    np.testing.assert_allclose(found.height_m, 1.0, atol=0.02)


def test_people_of_a_bake_get_to_where_their_feet_are_on_the_floor_of_the_others() -> None:
    images = [_farther(p, key=3, by=0.06) for p in _standing_about()]
    out = through(BakeRoot(), images)
    before, after = (np.log(pelvises(x, 3)[30:, 2] / 5.0).mean() for x in (images, out))
    assert before > 0.05
    assert after < 0.6 * before


def test_a_camera_held_by_hand_is_told_from_people() -> None:
    shake = 0.002 * np.cumsum(np.random.default_rng(5).normal(size=(len(times(6)), 2)), 0)
    still, shaken = _three_people(0 * shake), _three_people(shake)
    calm = through(BakeRoot(), still)
    follows = through(BakeRoot(), shaken)
    places = [np.array([p.places[:, :2] for p in out]) for out in (calm, follows)]
    left = np.diff(places[1] - places[0] - shake[:, None], axis=0)
    assert left.std((0, 2)).max() < 0.5 * np.diff(shake, axis=0).std()


def test_a_camera_of_which_nobody_tells_for_long_is_solved_for() -> None:
    steps = np.random.default_rng(6).exponential(0.03, 999)
    for dt_s in (np.maximum(steps, 0.004), np.full(999, 1 / 120)):
        nothing, told = np.zeros((1000, 2)), np.zeros((999, 1))
        push = np.full((999, 1), PUSH)
        seen = nothing, np.full((1000, 1), HARDLY)
        assert not solve_course(dt_s, seen, (nothing[1:], told), push).any()


def _three_people(shake: Array) -> list[People]:
    """Two walkers and somebody who stands, with noise, before a camera turned by `shake`."""

    def stroller(t_s: float) -> tuple[Array, Array]:
        pelvis, pose = walk(t_s + 0.4)
        return pelvis + np.array([0.8, 0, 1.5]), pose

    images = stream({1: walk, 2: stroller, 3: stand}, times(6))
    turned = [np.pad(one, (0, 1)) for one in shake]
    return [replace(p, places=p.places + one) for p, one in zip(images, turned, strict=True)]


def _standing_about() -> list[People]:
    """Five people who stand on one floor, before a camera 2.1 m above it."""

    spots = [(-1.5, 4.0), (1.5, 4.0), (0.0, 5.0), (-1.5, 6.0), (1.5, 6.0)]
    places = {key: [x_m, 1.2, z_m] for key, (x_m, z_m) in enumerate(spots, 1)}

    def at(place: list[float]) -> Motion:
        return lambda _t_s: (np.array(place), standing())

    return stream({key: at(place) for key, place in places.items()}, times(4))


def _farther(people: People, key: int, by: float) -> People:
    places = people.places.copy()
    places[people.keys == key, 2] += by
    return replace(people, places=places)
