"""The foot lock of a take: both ways in time, parts, and real walks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stance_figures import direction_error_deg, stance_height_error, stance_slide
from walkers import (
    BUILDS,
    GROWN,
    Build,
    TurnedLegs,
    Walk,
    at_rest,
    frame,
    moved,
    onto,
    standing,
    walk,
)

from livemocap.rotation import Array
from livemocap.skeleton import global_rotations
from retarget.bvh import BvhClip, read_bvh
from retarget.feet.contacts import find_contacts
from retarget.feet.legs import FeetAtRest, Legs
from retarget.feet.live import LiveFootLock
from retarget.feet.take import lock_feet

SHARED = Path(__file__).parents[4] / "shared"
REAL_WALK = SHARED / "rigs" / "cmu_12_01_walk.bvh"


def test_a_foot_is_where_it_will_stand_when_it_lands() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    held = lock_feet(someone.times_s, someone.legs, someone.rest, someone.contacts)
    points, contacts = held.points.reshape(-1, 4, 3), someone.contacts.reshape(-1, 4)
    off = stance_height_error(points, contacts, someone.rest.heights.reshape(4))
    assert off.max() < 1e-3
    assert stance_slide(points, someone.times_s, contacts) < 1e-3


def test_a_hole_cuts_the_take() -> None:
    someone = onto(walk(), BUILDS["big feet"])
    late = someone.times_s + np.where(np.arange(someone.frames) >= 90, 3.0, 0)
    torn = lock_feet(late, someone.legs, someone.rest, someone.contacts)
    before = lock_feet(
        late[:90], frame(someone.legs, slice(90)), someone.rest, someone.contacts[:90]
    )
    np.testing.assert_allclose(torn.points[:90], before.points, atol=1e-9)


def test_a_first_frame_elsewhere_is_left_alone() -> None:
    """Files begin with a pose at the origin now and then."""
    someone = onto(walk(), BUILDS["big feet"])
    step = np.zeros((someone.frames, 3))
    step[0] = [0, 0.4, -9]
    odd = moved(someone, step)
    held = lock_feet(odd.times_s, odd.legs, odd.rest, odd.contacts)
    np.testing.assert_allclose(held.points[0], odd.legs.points[0], atol=1e-9)
    rest = lock_feet(odd.times_s[1:], frame(odd.legs, slice(1, None)), odd.rest, odd.contacts[1:])
    np.testing.assert_allclose(held.points[1:], rest.points, atol=1e-9)


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_takes_may_be_as_short_as_they_like(frames: int) -> None:
    someone = standing()
    cut = slice(frames)
    held = lock_feet(
        someone.times_s[cut], frame(someone.legs, cut), someone.rest, someone.contacts[cut]
    )
    np.testing.assert_allclose(held.points, someone.legs.points[cut], atol=1e-6)


def test_a_pose_that_floats_as_a_whole_is_brought_down() -> None:
    """A chibi's ankles are high: its feet may hang far over the floor in its own measure."""
    someone = moved(onto(walk(), BUILDS["chibi"]), np.array([0, 0.06, 0]))
    held = lock_feet(someone.times_s, someone.legs, someone.rest, someone.contacts)
    contacts = someone.contacts.reshape(-1, 4)
    points = held.points.reshape(-1, 4, 3)
    off = stance_height_error(points, contacts, someone.rest.heights.reshape(4))
    assert np.percentile(off, 95) < 0.005


def test_without_a_floor_feet_keep_the_height_they_stand_at() -> None:
    someone = moved(onto(walk(), BUILDS["big feet"]), np.array([0, 2.0, 0]))
    held = lock_feet(someone.times_s, someone.legs, someone.rest, someone.contacts, floor_m=None)
    toes = someone.contacts[..., 1]
    assert stance_slide(held.points[:, :, 1], someone.times_s, toes) < 1e-3
    assert np.abs(held.points - someone.legs.points).max() < 0.12


def _real(clip: BvhClip, build: Build) -> Walk:
    """A real walk on a made-up build, with the walker's own contacts."""
    names = clip.skeleton.names
    rows = [
        [names.index(side + bone) for bone in ("UpLeg", "Leg", "Foot", "ToeBase")]
        for side in ("Left", "Right")
    ]
    world = global_rotations(clip.local_rotations(), clip.skeleton)[1:]
    rest = clip.rest_joints()
    bones = np.array([[rest[side[k + 1]] - rest[side[k]] for k in range(3)] for side in rows])
    unit = GROWN.leg / np.linalg.norm(bones[:, :2], axis=-1).sum(-1).mean()
    joints, bones = clip.joints()[1:] * unit, bones * unit
    places = [joints[:, [foot[k] for foot in rows]] for k in range(4)]
    thigh, shin, foot = (world[:, [side[k] for side in rows]] for k in range(3))
    times_s = np.arange(len(joints)) * clip.frame_time_s
    hip, knee, ankle, toe = places
    source = Legs(hip=hip, knee=knee, ankle=ankle, toe=toe)
    contacts = find_contacts(
        source.points, times_s, FeetAtRest(heights=np.zeros((2, 2)), leg=np.array(GROWN.leg)), None
    )
    flat_m = np.percentile(ankle[..., 1][contacts.all(-1)], 40)
    carried = build.leg / GROWN.leg
    up = np.array([0, build.ankle - carried * flat_m, 0])
    hips = carried * hip + up
    knees = (
        hips
        + (thigh @ (bones[:, 0] * build.thigh / np.linalg.norm(bones[0, 0]))[..., None])[..., 0]
    )
    ankles = (
        knees + (shin @ (bones[:, 1] * build.shin / np.linalg.norm(bones[0, 1]))[..., None])[..., 0]
    )
    soles = (foot[..., None, :, :] @ build.sole[..., None])[..., 0]
    legs = TurnedLegs(
        hip=hips,
        knee=knees,
        ankle=ankles,
        toe=ankles + soles[..., 1, :],
        turns=np.stack([thigh, shin, foot], -4),
    )
    rest_now = replace(at_rest(build), heights=np.tile([build.ankle, 0.02], (2, 1)))
    return Walk(times_s=times_s, legs=legs, contacts=contacts, rest=rest_now)


def _answered(someone: Walk, live: bool) -> tuple[Array, Array, Array]:
    """Points, thighs and shins of all frames."""
    if not live:
        held = lock_feet(someone.times_s, someone.legs, someone.rest, someone.contacts)
        return held.points, held.thigh, held.shin
    lock = LiveFootLock(1, someone.rest)
    frames = [
        lock.step(t, frame(someone.legs, k), someone.contacts[k : k + 1])
        for k, t in enumerate(someone.times_s.tolist())
    ]
    points, thigh, shin = (
        np.concatenate([getattr(f, n) for f in frames]) for n in ("points", "thigh", "shin")
    )
    return points, thigh, shin


BOTH = pytest.mark.parametrize("live", [False, True], ids=["take", "live"])


@BOTH
@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_a_real_walk_stands_on_other_proportions(build: Build, live: bool) -> None:
    if not REAL_WALK.exists():
        pytest.skip(f"{REAL_WALK.name} is not here")
    someone = _real(read_bvh(REAL_WALK), build)
    points, thigh, shin = _answered(someone, live)
    toes, t = someone.contacts[..., 1], someone.times_s
    assert stance_slide(someone.legs.points[:, :, 1], t, toes) > 0.09
    assert stance_slide(points[:, :, 1], t, toes) < 0.02
    off = stance_height_error(points[:, :, 1], toes, someone.rest.heights[:, 1])
    assert np.percentile(off, 90) < 0.005 * max(1, build.leg)
    errors = direction_error_deg(someone.legs, thigh, shin)
    assert errors[~someone.contacts.any(-1)].mean() < 3


@BOTH
@pytest.mark.parametrize("clip", ["cmu_run", "cmu_dribble", "cmu_walk_brisk"])
def test_quick_motion_keeps_its_swing(clip: str, live: bool) -> None:
    path = SHARED / "mocap" / f"{clip}.bvh"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    someone = _real(read_bvh(path), BUILDS["big feet"])
    points, thigh, shin = _answered(someone, live)
    toes, t = someone.contacts[..., 1], someone.times_s
    assert stance_slide(someone.legs.points[:, :, 1], t, toes) > 0.1
    assert stance_slide(points[:, :, 1], t, toes) < 0.04
    assert direction_error_deg(someone.legs, thigh, shin)[~someone.contacts.any(-1)].mean() < 3
    hardest = np.abs(np.diff(someone.legs.points, 2, axis=0)).max()
    assert np.abs(np.diff(points, 2, axis=0)).max() < 1.2 * hardest
