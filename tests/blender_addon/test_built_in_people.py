"""The two people of the built-in stream move like people, round and round."""

import numpy as np
import pytest

from blender_addon.stream.built_in import source
from blender_addon.stream.built_in.body import Body
from blender_addon.stream.built_in.people import LOOP_S, teller, walker
from blender_addon.stream.built_in.source import BuiltInStream
from livemocap import wire
from livemocap.messages import TrackFrame
from livemocap.rotation import Array, geodesic, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

HZ = 60
TIMES_S = np.arange(round(LOOP_S * HZ)) / HZ


@pytest.fixture(scope="module", params=[walker, teller], ids=["walker", "teller"])
def body(request: pytest.FixtureRequest) -> Body:
    return request.param(TIMES_S)


def _steps(values: Array) -> Array:
    """From each instant to the next, and from the last to the first."""
    return np.roll(values, -1, axis=0) - values


def test_nobody_jumps_where_the_loop_begins_anew(body: Body) -> None:
    joints = body.joints()
    hurry = _steps(_steps(joints)) * HZ**2
    assert np.abs(_steps(joints)).max() * HZ < 8, "m/s"
    assert np.abs(hurry).max() < 80, "m/s2"
    assert geodesic(body.local, np.roll(body.local, -1, axis=0)).max() * HZ < 25, "rad/s"


def test_feet_stand_on_the_floor_and_do_not_slide(body: Body) -> None:
    joints = body.joints()
    toes = joints[:, SMPLX.indices("left_foot", "right_foot")]
    ankles = joints[:, SMPLX.indices("left_ankle", "right_ankle")]
    assert toes[..., 1].min() > -0.001
    down = toes[..., 1] < 1e-4
    low = down & np.roll(down, -1, 0)
    assert down.any(1).mean() > 0.97, "heels that land carry for a moment"
    assert low.mean() > 0.45
    slide_mps = np.linalg.norm(_steps(toes), axis=-1)[low] * HZ
    assert slide_mps.max() < 0.05
    assert ankles[..., 1].min() > 0.04


def test_the_walker_makes_their_rounds_and_the_teller_stays() -> None:
    round_trip, stays = walker(TIMES_S).pelvis, teller(TIMES_S).pelvis
    length_m = np.linalg.norm(_steps(round_trip), axis=1).sum()
    assert 19 < length_m < 24
    assert np.hypot(round_trip[:, 0], round_trip[:, 2]).max() < 1.9, "near where rigs are made"
    assert np.ptp(stays, axis=0).max() < 0.1
    assert np.linalg.norm(stays[:, None] - round_trip, axis=-1).min() > 1.0, "nobody is run over"


def test_fingers_and_arms_move(body: Body) -> None:
    for name in ("right_index2", "left_elbow", "right_shoulder", "head"):
        turns = body.local[:, SMPLX.index(name)]
        assert geodesic(turns, turns[:1]).max() > 0.1, name


def test_the_stream_is_made_of_messages_like_any_other() -> None:
    stream = BuiltInStream(b"track")
    frames = []
    while len(frames) < 3:
        for topic, *parts in stream.poll(0.1):
            assert topic == b"track"
            frames.append(wire.decode(parts))
    assert all(isinstance(frame, TrackFrame) for frame in frames)
    assert [frame.sequence for frame in frames] == [0, 1, 2]
    last = frames[-1]
    world = global_rotations(matrix_from_rotvec(last.joint_rotvecs), SMPLX)
    joints = joint_positions(world, last.rest_joints, last.pelvis, SMPLX)
    np.testing.assert_allclose(joints, last.joints, atol=1e-5)


def test_frames_are_stamped_evenly_whoever_asks_late_and_a_long_stall_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: np.floor(now[0] * 64) / 64)  # Windows'
    monkeypatch.setattr(source.time, "sleep", lambda seconds: now.append(now.pop() + seconds))
    stream, stamps = BuiltInStream(b"track"), []
    for late_s in (0, 0, 0.004, 0.3, 0, 0, 0, 5.0, 0, 0):
        now.append(now.pop() + late_s)
        while not (messages := stream.poll(0.1)):
            pass
        frame = wire.decode(messages[0][1:])
        assert isinstance(frame, TrackFrame)
        stamps.append(frame.t_capture_ns)
    steps_s = np.diff(stamps) / 1e9
    stall = steps_s[6]
    np.testing.assert_allclose(np.delete(steps_s, 6), 1 / 60, atol=1e-8)
    assert 5 < stall < 5.4
