"""What holds for the root in all three modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from ground_walkers import (
    Motion,
    image,
    mirrored,
    pelvis_of,
    pelvises,
    reaching,
    stand,
    standing,
    stream,
    through,
    times,
    walk,
)

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from tracking.ground.root_bake import BakeRoot
from tracking.ground.root_broadcast import BroadcastRoot
from tracking.ground.root_live import LiveRoot
from tracking.people import People
from tracking.stage import Stage

Make = Callable[[], Stage[People, People]]
MODES: dict[str, Make] = {
    "live": LiveRoot,
    "broadcast": lambda: BroadcastRoot(0.1),
    "bake": BakeRoot,
}


@pytest.fixture(params=MODES, ids=str)
def make(request: pytest.FixtureRequest) -> Make:
    return MODES[request.param]


def two_walkers(t_s: float) -> tuple[Array, Array]:
    pelvis, pose = walk(t_s + 0.3, 1.3, (0, 0, 1.0))
    return pelvis + np.array([1.0, 0, 0]), pose


def jumping(t_s: float) -> tuple[Array, Array]:
    """Stands for a second, is in the air for half of one, stands again, 1 m further on."""
    part = min(max((t_s - 1) / 0.5, 0), 1)
    lift = 0.5 * 9.81 * 0.25**2 * 4 * part * (1 - part)
    return np.array([-0.5 + part, 0.2 - lift, 5.0]), standing()


def errors_m(images: list[People], motion: Motion, key: int = 1) -> Array:
    """(T, 3) of the pelvis."""
    truth = np.array([motion(p.t_s)[0] for p in images])
    return pelvises(images, key) - truth


def shaken(x: Array) -> float:
    """Mean size of second differences."""
    return float(np.linalg.norm(np.diff(x, 2, axis=0), axis=1).mean())


def test_every_image_comes_out_once_and_in_order(make: Make) -> None:
    images = stream({1: walk, 2: stand}, times(1.5))
    out = through(make(), images)
    assert [p.t_s for p in out] == [p.t_s for p in images]
    for before, after in zip(images, out, strict=True):
        assert after.keys is before.keys
        assert np.isfinite(after.places).all()
        assert np.isfinite(after.pose_wxyz).all()


def test_noise_of_a_walker_is_taken_away(make: Make) -> None:
    images = stream({1: walk}, times(4))
    out = through(make(), images)
    assert shaken(errors_m(out, walk)) < 0.25 * shaken(errors_m(images, walk))
    raw, smooth = errors_m(images, walk)[15:], errors_m(out, walk)[15:]
    assert np.abs(smooth[:, 2]).mean() < np.abs(raw[:, 2]).mean()
    assert np.abs(smooth[:, :2]).mean() < 0.01


def test_somebody_who_stands_stands_still_on_noise(make: Make) -> None:
    images = stream({1: stand}, times(4))
    off = pelvises(through(make(), images), 1)[30:]
    raw = pelvises(images, 1)[30:]
    assert (off - off.mean(0)).std() < 0.3 * (raw - raw.mean(0)).std()


def test_baked_rest_is_within_two_millimetres_about_a_second() -> None:
    off = pelvises(through(BakeRoot(), stream({1: stand}, times(6))), 1)
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(off, 0)])
    mean = (sums[30:] - sums[:-30]) / 30
    assert np.sqrt(((off[15:-14] - mean) ** 2).sum(1).mean()) < 0.002


def test_the_order_of_people_does_not_matter(make: Make) -> None:
    images = stream({1: walk, 2: stand, 3: two_walkers}, times(2))
    order = np.random.default_rng(3).permutation(3)
    swapped = [_taken(p, order if k % 3 else np.arange(3)) for k, p in enumerate(images)]
    for a, b in zip(through(make(), images), through(make(), swapped), strict=True):
        back = np.argsort(b.keys)
        np.testing.assert_allclose(b.places[back], a.places, atol=1e-12)
        np.testing.assert_allclose(b.pose_wxyz[back], a.pose_wxyz, atol=1e-9)


def test_people_have_nothing_but_the_floor_in_common(make: Make) -> None:
    together = through(make(), stream({1: walk, 2: stand}, times(2), seed=None))
    alone = through(make(), stream({1: walk}, times(2), seed=None))
    by_floor = 3e-3 if make is BakeRoot else 1e-4
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_allclose(a.places[0], b.places[0], atol=by_floor)


def test_a_mirror_changes_nothing_else(make: Make) -> None:
    images = stream({1: walk, 2: two_walkers}, times(2))
    plain = [mirrored(p) for p in through(make(), images)]
    for a, b in zip(plain, through(make(), [mirrored(p) for p in images]), strict=True):
        np.testing.assert_allclose(b.places, a.places, atol=1e-9)
        np.testing.assert_allclose(np.abs((a.pose_wxyz * b.pose_wxyz).sum(-1)), 1, atol=1e-9)


def test_the_same_input_gives_the_same_output_bit_for_bit(make: Make) -> None:
    images = stream({1: walk, 2: stand}, times(1.5))
    stage = make()
    first, second = through(stage, images), through(stage, images)
    for a, b in zip(first, second, strict=True):
        assert a.places.tobytes() == b.places.tobytes()
        assert a.pose_wxyz.tobytes() == b.pose_wxyz.tobytes()


@pytest.mark.parametrize("rate_hz", [10, 60, 120])
def test_any_rate_will_do(make: Make, rate_hz: float) -> None:
    out = through(make(), stream({1: walk}, times(4, rate_hz)))
    assert np.abs(errors_m(out, walk)[rate_hz:]).max() < 0.08


def test_irregular_stamps_and_dropped_images_are_no_motion(make: Make) -> None:
    rng = np.random.default_rng(4)
    t_s = np.cumsum(rng.choice([1 / 60, 1 / 30, 1 / 15, 0.3], 90, p=[0.4, 0.4, 0.15, 0.05]))
    out = through(make(), stream({1: walk}, t_s))
    assert np.abs(errors_m(out, walk)[20:]).max() < 0.1


def test_a_jump_is_followed_through_the_air(make: Make) -> None:
    out = through(make(), stream({1: jumping}, times(3)))
    off = errors_m(out, jumping)
    assert np.abs(off[:, 0]).max() < 0.12
    assert np.abs(off[:, 1]).max() < 0.12


def test_lying_and_sitting_people_stay_where_they_are(make: Make) -> None:
    turned = np.array([0.5, 0.5, -0.5, 0.5])  # on the back, the head to the side

    def lying(_t_s: float) -> tuple[Array, Array]:
        return np.array([0.0, 0.9, 4.0]), standing(turned)

    def sitting(_t_s: float) -> tuple[Array, Array]:
        return np.array([0.8, 0.6, 5.0]), reaching(
            np.array([[0.09, -0.42, 0.4], [-0.09, -0.42, 0.4]])
        )

    motions = {1: lying, 2: sitting}
    out = through(make(), stream(motions, times(3)))
    for key, motion in motions.items():
        assert np.abs(errors_m(out, motion, key)[20:]).max() < 0.05


def test_a_camera_that_slides_takes_people_along(make: Make) -> None:
    def sliding(t_s: float) -> tuple[Array, Array]:
        return np.array([-1 + 0.5 * t_s, 0.2, 5.0]), standing()

    out = through(make(), stream({1: sliding}, times(4)))
    assert np.abs(errors_m(out, sliding)[30:, :2]).max() < 0.08


def test_somebody_not_seen_goes_on_and_comes_back_without_a_jump(make: Make) -> None:
    t_s = times(3)
    gap = (t_s > 1.5) & (t_s < 1.8)
    rng = np.random.default_rng(0)
    images = [
        image({1: walk}, float(t), rng=rng, unseen=[1] if away else [], first=k == 0)
        for k, (t, away) in enumerate(zip(t_s, gap, strict=True))
    ]
    last = images[int(np.flatnonzero(gap)[0]) - 1]
    frozen = [replace(p, pose_wxyz=last.pose_wxyz) if (p.rows < 0).any() else p for p in images]
    out = through(make(), frozen)
    steps = np.linalg.norm(np.diff(pelvises(out, 1), axis=0), axis=1)[20:]
    assert steps.max() < 0.1
    assert np.abs(errors_m(out, walk)[60:, :2]).max() < 0.05


def test_a_fresh_start_and_a_cut_begin_anew(make: Make) -> None:
    def far(_t_s: float) -> tuple[Array, Array]:
        return np.array([-2.0, 0.2, 9.0]), standing()

    for how in ({"fresh": np.ones(1, bool)}, {"cut": True}):
        images = stream({1: stand}, times(1))
        first = replace(image({1: far}, 1.0), **how)
        rest = [image({1: far}, 1 + k / 30) for k in range(1, 15)]
        out = through(make(), [*images, first, *rest])
        np.testing.assert_allclose(pelvis_of(out[29].places)[0], stand(0)[0], atol=0.12)
        np.testing.assert_allclose(pelvis_of(out[30].places)[0], far(0)[0], atol=1e-3)


def test_nobody_and_newcomers_are_no_trouble(make: Make) -> None:
    t_s = times(2)
    shows = [{}, {1: walk}, {1: walk, 2: stand}, {2: stand}, {}, {3: walk}]
    images = [
        image(shows[int(t * 3)], float(t), rng=np.random.default_rng(k)) for k, t in enumerate(t_s)
    ]
    known: set[int] = set()
    for k, people in enumerate(images):
        fresh = np.array([key not in known for key in people.keys.tolist()], bool)
        images[k] = replace(people, fresh=fresh)
        known.update(people.keys.tolist())
    out = through(make(), images)
    assert [p.keys.tolist() for p in out] == [p.keys.tolist() for p in images]
    for p in out:
        assert np.isfinite(p.places).all()


def test_images_of_the_same_instant_do_no_harm(make: Make) -> None:
    images = stream({1: walk}, np.repeat(times(1), 2))
    out = through(make(), images)
    assert np.isfinite(pelvises(out, 1)).all()
    assert np.abs(errors_m(out, walk)[20:]).max() < 0.15


def test_only_places_and_legs_are_written(make: Make) -> None:
    images = stream({1: walk}, times(2))
    legs = SMPLX.indices(
        *(f"{s}_{n}" for s in ("left", "right") for n in ("hip", "knee", "ankle", "foot"))
    )
    rest = np.delete(np.arange(55), legs)
    for before, after in zip(images, through(make(), images), strict=True):
        np.testing.assert_array_equal(after.pose_wxyz[:, rest], before.pose_wxyz[:, rest])
        for name in ("noise", "rest_joints", "visibility", "states", "rows", "ids", "repairs"):
            assert getattr(after, name) is getattr(before, name)


def _taken(people: People, order: Array) -> People:
    per_person = (
        "keys ids states rows fresh scores places noise pose_wxyz visibility rest_joints betas "
        "expression repairs"
    )
    return replace(people, **{name: getattr(people, name)[order] for name in per_person.split()})
