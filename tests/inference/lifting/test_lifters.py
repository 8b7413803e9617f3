"""Nets as lifters: at any camera's rate, for anybody who comes and goes, whatever comes in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
import torch
from lift_parity.arrays import filled
from lifting_sights import (
    SIZE_PX,
    MeanCausalNet,
    MeanNet,
    clip,
    joints,
    sight,
    steady,
    through,
)

from inference.lifting.clip import lift_clip
from inference.lifting.net import CausalNet, Net, Normalization
from inference.lifting.pstmo import Pstmo, Size
from inference.lifting.registry import LifterError, Mode, lifter_of, make_lifter
from inference.lifting.torch_nets import CausalTemporalPoses, TemporalPoses, WindowPoses
from inference.lifting.videopose3d import TemporalNet
from inference.lifting.view import normalized
from livemocap.lifter import Lifter


@cache
def seed(name: str) -> tuple[torch.nn.Module, Net]:
    """Small nets of each kind, with weights by the rule."""
    if name == "pstmo":
        net = Pstmo(Size(frames=27, channels=64, hidden=64))
        filled(net, "pstmo", 0)
        return net, WindowPoses(name, net)
    net = TemporalNet((3, 3, 3), channels=64, causal=name == "vp3d-causal")
    filled(net, "vp3d", 0)
    return net, (CausalTemporalPoses if net.causal else TemporalPoses)(name, net)


def lifters(normalization: Normalization = "box") -> dict[str, Lifter]:
    """One of each kind."""
    symmetric, causal, windows = (seed(name)[1] for name in ("vp3d", "vp3d-causal", "pstmo"))
    make = partial(lifter_of, normalization=normalization)
    return {
        "live": make(causal),
        "broadcast": make(symmetric, mode="broadcast", look_ahead_s=0.1),
        "windows": make(windows, mode="broadcast", look_ahead_s=0.1),
        "bake": make(symmetric, mode="bake"),
    }


KINDS = list(lifters())


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("vp3d-causal", "live"),
        ("vp3d-causal", "bake"),
        ("vp3d", "broadcast"),
        ("vp3d", "bake"),
        ("pstmo", "broadcast"),
        ("pstmo", "bake"),
    ],
)
@pytest.mark.parametrize("flip", [False, True])
def test_at_the_nets_own_rate_it_is_the_whole_clip(name: str, mode: Mode, flip: bool) -> None:
    keypoints = clip(50)
    net, poses = seed(name)
    lifter = lifter_of(poses, mode=mode, look_ahead_s=1.0, normalization="image", flip=flip)
    found = joints(through(lifter, steady(keypoints, rate_hz=poses.rate_hz)))
    xy = torch.from_numpy(normalized(keypoints[..., :2], SIZE_PX).astype(np.float32))
    whole = lift_clip(net, xy, flip=flip).numpy()  # pyright: ignore[reportArgumentType]
    np.testing.assert_allclose(found, whole - whole[:, :1], rtol=0, atol=2e-6)


@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 50.0, 60.0])
@pytest.mark.parametrize("mode", ["live", "broadcast", "bake"])
def test_any_camera_rate_gives_what_the_nets_rate_would(rate_hz: float, mode: Mode) -> None:
    """A point swings 100 px at 1 Hz; images come up to a quarter of a frame early or late."""
    net = MeanCausalNet(8) if mode == "live" else MeanNet(4, 4)
    rng = np.random.default_rng(5)
    times = (np.arange(90) + rng.uniform(-0.25, 0.25, 90)) / rate_hz
    lifter = lifter_of(net, mode=mode, look_ahead_s=0.08, normalization="image", flip=False)
    results = through(lifter, [sight(float(t), {7: _swinging(t)}) for t in times])
    offsets = np.arange(-net.past, net.ahead + 1) / 50
    wanted = _swing(times[:, None] + offsets).mean(1) / SIZE_PX[0] * 2
    inside = slice(15, -15)
    np.testing.assert_allclose([r.t_s for r in results], times)
    found = joints(results)[:, 9, 0]
    error = np.abs(found - wanted)[inside].max() / (100 / SIZE_PX[0] * 2)
    assert error < 0.01


def _swing(t_s: np.ndarray) -> np.ndarray:
    return 100 * np.sin(2 * np.pi * t_s)


def _swinging(t_s: float) -> np.ndarray:
    keypoints = clip(1)[0]
    keypoints[9, :2] = 480 + _swing(np.asarray(t_s)), 200
    return keypoints


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_sights_give_the_same_bits(kind: str) -> None:
    sights = steady(clip(30), rate_hz=31.0)
    first, again = (joints(through(lifters()[kind], sights)) for _ in range(2))
    lifter = lifters()[kind]
    through(lifter, steady(clip(9, seed=3), rate_hz=25.0))
    lifter.reset()
    assert np.array_equal(first, again)
    assert np.array_equal(first, joints(through(lifter, sights)))
    assert np.isfinite(first).all()


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_among_others_is_lifted_as_alone(kind: str) -> None:
    """Others come, go and change places meanwhile."""
    anna, bob, carl = clip(40), clip(40, seed=1), clip(40, seed=2)
    crowd = []
    for k in range(40):
        people = {1: anna[k], 2: bob[k]} if k % 2 else {2: bob[k], 1: anna[k]}
        if 10 <= k < 25:
            people[3] = carl[k]
        crowd.append(sight(k / 30, people))
    together = through(lifters()[kind], crowd)
    for key, keypoints, seen in ((1, anna, slice(None)), (3, carl, slice(10, 25))):
        sights = [sight(k / 30, {key: keypoints[k]}) for k in range(40)]
        if key == 3 and kind == "live":
            continue  # the ring's ticks then lie elsewhere
        alone = joints(through(lifters()[kind], sights[seen]), key)
        np.testing.assert_allclose(joints(together[seen], key), alone, rtol=0, atol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_was_gone_begins_anew(kind: str) -> None:
    keypoints = clip(30)
    before, after = keypoints[:12], keypoints[12:]
    sights = [sight(k / 50, {7: p}) for k, p in enumerate(before)]
    sights += [sight((12 + k) / 50, {}) for k in range(3)]
    sights += [sight((15 + k) / 50, {7: p}) for k, p in enumerate(after)]
    results = through(lifters()[kind], sights)
    fresh = through(lifters()[kind], [sight(k / 50, {7: p}) for k, p in enumerate(after)])
    np.testing.assert_allclose(joints(results[15:]), joints(fresh), rtol=0, atol=2e-6)
    assert [r.joints.shape for r in results[12:15]] == [(0, 17, 3)] * 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("jump_s", [-5.0, 8.0])
def test_when_time_jumps_all_begins_anew_and_nothing_is_lost(kind: str, jump_s: float) -> None:
    first, second = steady(clip(12)), steady(clip(12, seed=4))
    second = [replace(s, t_s=s.t_s + jump_s) for s in second]
    results = through(lifters()[kind], [*first, *second])
    assert [r.t_s for r in results] == [s.t_s for s in (*first, *second)]
    alone = joints(through(lifters()[kind], second))
    np.testing.assert_allclose(joints(results[12:]), alone, rtol=0, atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_too_little_to_say_is_nan_and_the_rest_goes_on(kind: str) -> None:
    sights = steady(clip(20))
    sights[8].keypoints_px[0, :, 2] = 0
    sights[9].keypoints_px[0] = np.nan
    sights[10].keypoints_px[0, 3:, 2] = 0
    sights[14].keypoints_px[0, 9:11] = np.nan, np.inf, 0.5
    found = joints(through(lifters()[kind], sights))
    assert np.flatnonzero(np.isnan(found).all((1, 2))).tolist() == [8, 9, 10]
    assert np.isfinite(np.delete(found, [8, 9, 10], 0)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_one_image_is_enough(kind: str) -> None:
    results = through(lifters()[kind], steady(clip(1)))
    assert len(results) == 1
    assert np.isfinite(results[0].joints).all()
    np.testing.assert_array_equal(results[0].joints[:, 0], 0)


@pytest.mark.parametrize("kind", KINDS)
def test_two_images_of_one_time_both_get_an_answer(kind: str) -> None:
    sights = steady(clip(6))
    sights[3] = replace(sights[3], t_s=sights[2].t_s)
    assert np.isfinite(joints(through(lifters()[kind], sights))).all()


def test_a_missing_joint_is_where_it_was() -> None:
    """A net that knows no confidences sees a hidden wrist go along with the body."""
    keypoints = np.repeat(clip(1), 12, 0)
    keypoints[:, :, 0] += 3 * np.arange(12)[:, None]
    hidden = keypoints.copy()
    hidden[4:8, 9] = 0
    for kind in KINDS:
        whole, found = (
            joints(through(lifters("image")[kind], steady(k))) for k in (keypoints, hidden)
        )
        np.testing.assert_allclose(found, whole, rtol=0, atol=2e-5)


def test_a_lifter_waits_no_longer_than_it_says() -> None:
    lifter = lifter_of(MeanNet(4, 40), mode="broadcast", look_ahead_s=0.1)
    newest = {r.t_s: s.t_s for s in steady(clip(30), rate_hz=30.0) for r in lifter.push(s)}
    delays = [came - t_s for t_s, came in newest.items()]
    assert lifter.look_ahead_s == pytest.approx(0.1)
    assert max(delays) == pytest.approx(0.1)


def test_waiting_is_never_longer_than_the_net_can_use() -> None:
    assert lifter_of(MeanNet(4, 3), mode="broadcast", look_ahead_s=9.0).look_ahead_s == 0.06


def test_a_net_that_looks_ahead_is_not_live_but_may_be_late() -> None:
    net = seed("pstmo")[1]
    with pytest.raises(LifterError, match=r"looks 0\.52 s ahead .* Take broadcast"):
        lifter_of(net)
    assert lifter_of(net, look_ahead_s=0.2).look_ahead_s == 0.2


def test_a_causal_net_is_told_from_others() -> None:
    assert isinstance(seed("vp3d-causal")[1], CausalNet)
    assert not isinstance(seed("vp3d")[1], CausalNet)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "vp4d"}, "Did you mean 'vp3d'"),
        ({"mode": "dead"}, "Modes: live"),
        ({"look_ahead_s": -1.0}, "expected 0 or more"),
        ({"look_ahead_s": np.nan}, "expected 0 or more"),
    ],
)
def test_what_cannot_be_made_is_said(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(LifterError, match=says):
        make_lifter(**{"name": "vp3d", **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sight_that_does_not_fit_together_is_refused(kind: str) -> None:
    good = steady(clip(1))[0]
    lifter = lifters()[kind]
    twice = replace(good, keys=np.array([1, 1]), keypoints_px=np.repeat(good.keypoints_px, 2, 0))
    for bad, says in (
        (replace(good, keypoints_px=good.keypoints_px[:, :16]), "coco_keypoints"),
        (replace(good, t_s=float("nan")), "capture time"),
        (replace(good, keys=np.array([1, 2])), r"expected \(2, 17, 3\)"),
        (twice, "somebody twice"),
    ):
        with pytest.raises(ValueError, match=says):
            lifter.push(bad)


@pytest.mark.parametrize("name", ["live", "broadcast", "bake"])
def test_it_does_not_matter_when_time_began_to_be_counted(name: str) -> None:
    """Where a joint is hidden now and then, a share of a microsecond must not show it."""
    keypoints = clip(40)
    keypoints[::3, 9, 2] = 0
    counted = [
        through(
            _mean_lifter(name), [sight(start + k / 50, {7: p}) for k, p in enumerate(keypoints)]
        )
        for start in (0.0, 1.7e9)
    ]
    np.testing.assert_allclose(joints(counted[1]), joints(counted[0]), atol=1e-3)


def _mean_lifter(name: str) -> Lifter:
    net = MeanCausalNet() if name == "live" else MeanNet(4, 4)
    mode: Mode = "live" if name == "live" else "bake" if name == "bake" else "broadcast"
    return lifter_of(net, mode=mode, look_ahead_s=0.08, normalization="image", flip=False)
