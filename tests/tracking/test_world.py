"""Where up and the floor are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from seen_people import Actor, T_world_cam, seen

from livemocap.messages import TrackFrame
from livemocap.rotation import geodesic
from livemocap.skeleton import SMPLX
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

FPS = 10.0
_ANKLES = SMPLX.indices("left_ankle", "right_ankle")


def walkers(t_s: float) -> list[Actor]:
    """Three people who stand where they are and sway a little, each in another direction."""
    people = []
    for k in range(3):
        rotvecs = np.zeros((55, 3))
        sway = 2 * t_s + k * 2 * np.pi / 3
        rotvecs[0] = [0.04 * np.sin(sway), 0.5 * k, 0.04 * np.cos(sway)]
        people.append(Actor(k - 1, -3.5 - k, rotvecs=rotvecs))
    return people


def watch(
    camera: np.ndarray, seconds: float = 4.0, config: TrackingConfig | None = None
) -> list[TrackFrame]:
    tracker = Tracker(config or TrackingConfig())
    frames = round(seconds * FPS)
    return [tracker.push(seen(walkers(k / FPS), k / FPS, k, camera))[0] for k in range(frames)]


@pytest.mark.parametrize("pitch_deg", [-10.0, 0.0, 20.0, 40.0])
def test_a_tilted_camera_is_seen_through(pitch_deg: float) -> None:
    true = T_world_cam(height_m=2.0, pitch_deg=pitch_deg)
    last = watch(true)[-1]
    assert last.world_source == "estimated"
    assert np.degrees(geodesic(last.T_world_cam[:3, :3].astype(float), true[:3, :3])) < 2.0
    assert abs(last.T_world_cam[1, 3] - 2.0) < 0.05


def test_feet_stand_on_a_flat_floor_at_zero() -> None:
    last = watch(T_world_cam(height_m=2.0, pitch_deg=25.0))[-1]
    heights = last.joints[:, _ANKLES, 1].min(1)
    np.testing.assert_allclose(heights, 0.08, atol=0.06)


def test_the_first_frame_is_upright_already() -> None:
    true = T_world_cam(height_m=2.0, pitch_deg=25.0)
    first = watch(true, 0.1)[0]
    assert np.degrees(geodesic(first.T_world_cam[:3, :3].astype(float), true[:3, :3])) < 8.0


def test_the_world_stays_where_it_is_once_settled() -> None:
    frames = watch(T_world_cam(height_m=2.0, pitch_deg=15.0), 8.0)
    T = np.array([f.T_world_cam for f in frames], float)
    settled = T[round(4 * FPS) :]
    turned = np.degrees(geodesic(settled[:, :3, :3], settled[0, :3, :3]))
    assert turned.max() < 0.3
    assert np.ptp(settled[:, 1, 3]) < 0.02


def test_a_world_that_is_off_is_corrected_slowly() -> None:
    tracker = Tracker(TrackingConfig())
    cameras = [T_world_cam(2.0, 10.0)] * 40 + [T_world_cam(2.0, 20.0)] * 80
    frames = [
        tracker.push(seen(walkers(0.0), k / FPS, k, camera))[0] for k, camera in enumerate(cameras)
    ]
    T = np.array([f.T_world_cam[:3, :3] for f in frames], float)
    steps = np.degrees(geodesic(T[41:], T[40:-1]))
    assert steps.max() < 0.15 / FPS
    assert 0.2 < np.degrees(geodesic(T[-1], T[40])) < 1.0


def test_people_facing_the_camera_face_plus_z() -> None:
    tracker = Tracker(TrackingConfig())
    tracked = tracker.push(seen([Actor(0, -4)]))[0]
    np.testing.assert_allclose(tracked.joint_rotvecs[0, 0], 0, atol=0.06)


def test_an_assumed_camera_is_taken_as_it_is_told() -> None:
    config = TrackingConfig(world="assume", camera_height_m=1.1, camera_pitch_deg=12.0)
    last = watch(T_world_cam(2.0, 30.0), 0.5, config)[-1]
    assert last.world_source == "assumed"
    np.testing.assert_allclose(last.T_world_cam, T_world_cam(1.1, 12.0), atol=1e-6)


def test_nobody_in_view_leaves_the_camera_level() -> None:
    tracked = Tracker(TrackingConfig()).push(seen([]))[0]
    assert tracked.world_source == "assumed"
    np.testing.assert_allclose(tracked.T_world_cam, T_world_cam(1.5, 0.0), atol=1e-6)


def test_people_whose_legs_are_hidden_do_not_move_the_floor() -> None:
    visibility = np.ones((1, 55), np.float32)
    visibility[:, SMPLX.indices("left_knee", "right_knee", "left_ankle", "right_ankle")] = 0.1
    tracker = Tracker(TrackingConfig())
    for k in range(30):
        tracked = tracker.push(seen([Actor(0, -3)], k / FPS, k, joint_visibility=visibility))[0]
    assert tracked.world_source == "assumed"


def test_a_whole_take_stands_in_one_world_from_its_first_image_on() -> None:
    true = T_world_cam(height_m=2.0, pitch_deg=25.0)
    tracker = Tracker(TrackingConfig(mode="bake"))
    for k in range(40):
        assert tracker.push(seen(walkers(k / FPS), k / FPS, k, true)) == []
    frames = tracker.flush()
    worlds = np.array([frame.T_world_cam for frame in frames])
    assert len(frames) == 40
    assert (worlds == worlds[0]).all()
    assert np.degrees(geodesic(worlds[0, :3, :3].astype(float), true[:3, :3])) < 2.0


def test_every_shot_of_a_take_has_its_own_world() -> None:
    cameras = [T_world_cam(2.0, 25.0)] * 30 + [T_world_cam(1.0, 0.0)] * 30
    tracker = Tracker(TrackingConfig(mode="bake"))
    for k, camera in enumerate(cameras):
        cut = 1.0 if k == 30 else 0.0
        tracker.push(replace(seen(walkers(k / FPS), k / FPS, k, camera), cut=cut))
    heights = [float(frame.T_world_cam[1, 3]) for frame in tracker.flush()]
    np.testing.assert_allclose(heights[:30], 2.0, atol=0.1)
    np.testing.assert_allclose(heights[30:], 1.0, atol=0.1)


def spread_out(sink: float = 0.0) -> list[Actor]:
    """Five people who stand about a room; the one in the middle is judged nearer or farther."""
    spots = [(-1.5, -4.0), (1.5, -4.0), (0.0, -5.0), (-1.5, -6.0), (1.5, -6.0)]
    people = [Actor(x_m, z_m) for x_m, z_m in spots]
    middle, eye = people[2], np.array([0.0, 2.0, 0.0])
    at = eye + (1 + sink) * (np.array([middle.x_m, middle.y_m, middle.z_m]) - eye)
    people[2] = replace(middle, x_m=at[0], y_m=at[1], z_m=at[2])
    return people


@pytest.mark.parametrize("sink", [-0.06, 0.06])
def test_who_is_judged_too_near_or_too_far_comes_to_stand_on_the_floor(sink: float) -> None:
    tracker, camera = Tracker(TrackingConfig()), T_world_cam(2.0, 10.0)
    off = []
    for k in range(120):
        frame = seen(spread_out(sink), k / FPS, k, camera)
        ankles = tracker.push(frame)[0].joints[:, _ANKLES, 1].min(1)
        middle = np.delete(ankles, 2)
        off.append(abs(float(ankles[2] - middle.mean())))
    assert off[-1] < 0.6 * off[0]
    assert np.abs(np.diff(off)).max() < 0.01


def test_people_at_several_distances_tell_how_the_floor_is_tilted() -> None:
    tracker, camera = Tracker(TrackingConfig()), T_world_cam(2.0, 10.0)
    people = [replace(a, rotvecs=leaning(np.radians(5))) for a in spread_out()]
    frames = [tracker.push(seen(people, k / FPS, k, camera))[0] for k in range(40)]
    turned = geodesic(frames[-1].T_world_cam[:3, :3].astype(float), camera[:3, :3])
    assert np.degrees(turned) < 2.5


def leaning(angle_rad: float) -> np.ndarray:
    """(55, 3) of somebody whose whole body leans towards the camera."""
    rotvecs = np.zeros((55, 3))
    rotvecs[0] = [angle_rad, 0, 0]
    return rotvecs
