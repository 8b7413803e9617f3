import math
from pathlib import Path

import numpy as np
import pytest
import torch
from lifter_made import SMALL, random_frames, random_net

from inference.errors import WeightsError
from inference.lifting.net import CausalNet, Net
from inference.lifting.own import OwnCausalPoses, OwnPoses, own_net
from inference.lifting.registry import make_lifter
from inference.lifting.train.export import onnx_of
from inference.lifting.train.losses import mean_bones_m, places
from inference.lifting.train.net import AHEAD, LIMBS
from livemocap.lifter import H36M17

PAST = 26


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "lifter.onnx"
    path.write_bytes(onnx_of(random_net(), {"motion": "none"}))
    return path


def causal(weights: Path) -> OwnCausalPoses:
    net = own_net(0.0, weights)
    assert isinstance(net, OwnCausalPoses)
    return net


def test_the_file_says_what_the_net_it_was_made_of_says(weights: Path) -> None:
    frames = random_frames(3, 40)
    with torch.no_grad():
        expected = random_net().raw(torch.from_numpy(frames)).numpy()
    net = causal(weights)
    limbs, _ = net._step(frames, net._step.nothing(3))
    got = limbs[:, PAST:].reshape(expected.shape)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert expected.shape[-1] == len(AHEAD) * LIMBS * 4


def test_frame_by_frame_is_as_all_at_once(weights: Path) -> None:
    net, frames = causal(weights), random_frames(3, 40)
    ring = net.ring()
    got = np.stack([ring.push([7, 8, 9], frames[:, t]) for t in range(40)], 1)
    begun = np.concatenate([np.repeat(frames[:, :1], PAST, 1), frames], 1)
    np.testing.assert_allclose(got, net.poses(begun), atol=1e-5)


@pytest.mark.parametrize(
    ("look_ahead_s", "head"), [(0.0, 0), (0.05, 0), (0.16, 1), (0.2, 1), (math.inf, 2)]
)
def test_so_much_look_ahead_as_there_is_is_used(
    weights: Path, look_ahead_s: float, head: int
) -> None:
    net, frames = own_net(look_ahead_s, weights), random_frames(2, 40)
    with torch.no_grad():
        limbs, _ = random_net()(torch.from_numpy(frames))
    assert isinstance(net, OwnPoses)
    assert (net.ahead, net.past + net.ahead) == (AHEAD[head], PAST)
    np.testing.assert_allclose(net.poses(frames), places(limbs[:, :, head].numpy()), atol=1e-4)


def test_somebody_is_lifted_alike_whoever_comes_and_goes(weights: Path) -> None:
    net, frames = causal(weights), random_frames(3, 24)
    alone, among = net.ring(), net.ring()
    for t in range(24):
        expected = alone.push([5], frames[1:2, t])
        keys = [5] if t < 6 else [9, 5] if t < 12 else [5, 4] if t < 18 else [4, 5, 9]
        rows = [{5: 1, 9: 0, 4: 2}[key] for key in keys]
        got = among.push(keys, frames[rows, t])[keys.index(5)]
        np.testing.assert_allclose(got, expected[0], atol=1e-5)


def test_who_comes_back_begins_anew(weights: Path) -> None:
    net, frames = causal(weights), random_frames(1, 12)
    ring, fresh = net.ring(), net.ring()
    for t in range(10):
        ring.push([1], frames[:, t])
    ring.push([], frames[:0, 0])
    expected = fresh.push([1], frames[:, 11])
    np.testing.assert_array_equal(ring.push([1], frames[:, 11]), expected)


def test_a_look_leaves_no_trace(weights: Path) -> None:
    net, frames = causal(weights), random_frames(2, 12)
    looking, plain = net.ring(), net.ring()
    for t in range(11):
        looking.push([1, 2], frames[:, t + 1], keep=False)
        got, expected = (r.push([1, 2], frames[:, t]) for r in (looking, plain))
        np.testing.assert_array_equal(got, expected)


def test_bones_have_the_average_persons_lengths_whatever_is_seen(weights: Path) -> None:
    poses = causal(weights).poses(random_frames(2, 40))
    bones = np.linalg.norm(poses[..., 1:, :] - poses[..., H36M17.bone_parents, :], axis=-1)
    np.testing.assert_allclose(bones, np.broadcast_to(mean_bones_m(), bones.shape), atol=1e-3)
    assert not poses[..., 0, :].any()


def test_of_nothing_known_something_finite_is_said_and_of_nobody_nothing(weights: Path) -> None:
    net = causal(weights)
    assert np.isfinite(net.poses(np.zeros((1, 27, 17, 3), np.float32))).all()
    assert net.ring().push([], np.zeros((0, 17, 3), np.float32)).shape == (0, 17, 3)


def test_it_is_a_net_as_lifters_want_it_and_has_a_ring_only_if_it_waits_for_nothing(
    weights: Path,
) -> None:
    assert isinstance(own_net(0.0, weights), CausalNet)
    later = own_net(1.0, weights)
    assert isinstance(later, Net)
    assert not isinstance(later, CausalNet)
    assert make_lifter("own", weights=weights).look_ahead_s == 0
    assert make_lifter("own", mode="broadcast", weights=weights).look_ahead_s == pytest.approx(0.16)


def test_files_that_are_no_weights_of_ours_are_refused_with_what_to_do(tmp_path: Path) -> None:
    import inference.landmarks

    with pytest.raises(WeightsError, match="cannot be read"):
        own_net(0.0, tmp_path / "none.onnx")
    (tmp_path / "cut.onnx").write_bytes(onnx_of(random_net(), {})[:5000])
    with pytest.raises(WeightsError, match="damaged"):
        own_net(0.0, tmp_path / "cut.onnx")
    other = Path(inference.landmarks.__file__).parent / "weights" / "hand_recrop.onnx"
    with pytest.raises(WeightsError, match="livemocap train lifter"):
        own_net(0.0, other)


def test_the_small_net_of_these_tests_looks_back_as_far_as_they_think() -> None:
    assert random_net(SMALL).past == PAST
