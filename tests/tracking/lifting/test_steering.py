"""Bones that follow lifted directions, and everything that stays as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lifted_people import FPS, angle_deg, direction, image, joints_of, lifted, waving
from waving_people import bent, posed

from livemocap.lifter import H36M17
from livemocap.messages import FILTERED, LIFTED
from livemocap.rotation import (
    Array,
    matrix_from_quat,
    matrix_from_rotvec,
    quat_from_matrix,
    rotvec_from_matrix,
    shortest_arc,
)
from livemocap.skeleton import BODY_JOINTS, SMPLX
from tracking.config import LIMBS
from tracking.lifting.limbs import JOINTS, PARTS, TORSO
from tracking.lifting.settings import LiftSettings
from tracking.lifting.steering import Steering
from tracking.people import People
from tracking.rotations import global_body, local_body

UNKNOWN = np.full((1, 17, 3), np.nan)
FOREARM = ("left_elbow", "left_wrist")


def steered(
    seen: list[People], said: list[Array], bypass: tuple[str, ...] = (), **settings: float
) -> list[People]:
    steering = Steering(LiftSettings(**settings), bypass)  # type: ignore[arg-type]
    return [steering.steer(people, joints) for people, joints in zip(seen, said, strict=True)]


def exactly(images: list[People]) -> list[Array]:
    return [lifted(people) for people in images]


def noisy(images: list[People], degrees: float, seed: int = 0) -> list[People]:
    """Every joint of the body turned at random, in each image anew."""
    rng = np.random.default_rng(seed)

    def shaken(pose: Array) -> Array:
        local, pose = local_body(pose), pose.copy()
        turns = np.radians(degrees) / np.sqrt(3) * rng.standard_normal((1, BODY_JOINTS, 3))
        turned = matrix_from_quat(local) @ matrix_from_rotvec(turns)
        pose[:, :BODY_JOINTS] = global_body(quat_from_matrix(turned))
        return pose

    return [posed(people, shaken) for people in images]


def jitter_mm(images: list[People]) -> float:
    joints = np.array([joints_of(people)[0, :BODY_JOINTS] for people in images])
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean() * 1e3)


def flipped(people: People, joint: str = "left_elbow") -> People:
    """The forearm the other way round in depth."""
    ray = np.append(people.places[0, :2], 1.0)
    ray /= np.linalg.norm(ray)
    now = direction(people, *FOREARM)
    mirrored = now - 2 * (now @ ray) * ray
    return turned_to(people, SMPLX.index(joint), now, mirrored)


def turned_to(people: People, joint: int, now: Array, then: Array) -> People:
    pose = people.pose_wxyz.copy()
    turn = shortest_arc(now, then)
    pose[0, joint] = quat_from_matrix((turn @ matrix_from_quat(pose[0, joint]))[None])[0]
    return replace(people, pose_wxyz=pose)


def apart_deg(
    some: list[People], others: list[People], bone: tuple[str, str] = FOREARM
) -> list[float]:
    return [
        angle_deg(direction(a, *bone), direction(b, *bone))
        for a, b in zip(some, others, strict=True)
    ]


def test_whoever_nothing_is_known_of_stays_as_seen_bit_for_bit() -> None:
    seen = noisy(waving(1.0), 6)
    done = steered(seen, [UNKNOWN] * len(seen))
    assert all(a is b for a, b in zip(done, seen, strict=True))


def test_smooth_lifted_motion_takes_the_jitter_out_of_the_engine_s() -> None:
    truth = waving(4.0)
    seen = noisy(truth, 6)
    done = steered(seen, exactly(truth), offset_hz=0.5)
    motion = jitter_mm(truth)
    assert jitter_mm(done) - motion < 0.4 * (jitter_mm(seen) - motion)


def test_what_lasts_of_a_difference_is_the_engine_s() -> None:
    """A lifter that always leans to one side does not move anybody in the end."""
    truth = waving(4.0)
    lean = bent(["left_shoulder"], (0.0, 0.0, 0.2))
    said = exactly([posed(people, lean) for people in truth])
    done = steered(truth, said, engine_share=1.0)
    off = apart_deg(done, truth)
    assert max(off) < 3.0


def test_lengths_twist_hands_face_and_places_stay() -> None:
    truth = waving(2.0)
    seen = noisy(truth, 8)
    for before, after in zip(seen, steered(seen, exactly(truth)), strict=True):
        kept = np.setdiff1d(np.arange(55), [*JOINTS, *TORSO])
        assert np.array_equal(after.pose_wxyz[:, kept], before.pose_wxyz[:, kept])
        assert np.array_equal(after.rest_joints, before.rest_joints)
        assert np.array_equal(after.places, before.places)
        turn = matrix_from_quat(after.pose_wxyz[0]) @ matrix_from_quat(
            before.pose_wxyz[0]
        ).swapaxes(-1, -2)
        about = rotvec_from_matrix(turn)
        along = about[SMPLX.index("left_elbow")] @ direction(before, *FOREARM)
        assert abs(along) < 1e-6  # a swing has no part about the bone


@pytest.mark.parametrize("images", [2, 30])
def test_a_depth_flip_is_not_followed_and_one_that_lasts_is_turned_back(images: int) -> None:
    truth = waving(4.0)
    seen = [flipped(p) if 40 <= k < 40 + images else p for k, p in enumerate(truth)]
    gaps = apart_deg(seen, truth)
    assert max(gaps) > 45
    done = steered(seen, exactly(truth))
    off = apart_deg(done, truth)
    assert max(off) < 10
    assert max(off[-15:]) < 2  # and as seen again


def test_a_lasting_difference_that_is_no_flip_is_the_engine_s_in_the_end() -> None:
    truth = waving(4.0)
    said = exactly([posed(people, bent(["left_elbow"], (0.0, 0.0, 1.2))) for people in truth])
    done = steered(truth, said)
    assert angle_deg(direction(done[-1], *FOREARM), direction(truth[-1], *FOREARM)) < 8


def test_a_limb_that_the_engine_does_not_see_is_filled_in() -> None:
    truth = waving(3.0)
    wrong = bent(["left_elbow"], (0.0, -1.0, 0.4))
    visibility = np.ones((1, 55))
    visibility[0, SMPLX.index("left_wrist")] = 0.05
    seen = [
        replace(posed(p, wrong), visibility=visibility) if 30 <= k < 60 else p
        for k, p in enumerate(truth)
    ]
    done = steered(seen, exactly(truth))
    off = apart_deg(done, truth)
    assert max(off[30:60]) < 8


def test_who_is_hidden_moves_on_as_lifted_and_nothing_jumps() -> None:
    """0.3 s without a sighting: the engine's pose stands still, the lifted one goes on."""
    truth, bone = waving(3.0), ("right_elbow", "right_wrist")
    away = range(45, 54)
    seen = [
        replace(p, rows=np.array([-1]), pose_wxyz=truth[44].pose_wxyz) if k in away else p
        for k, p in enumerate(truth)
    ]
    done = steered(seen, exactly(truth))
    assert max(apart_deg(seen, truth, bone)) > 20
    assert max(apart_deg(done, truth, bone)) < 5
    steps = apart_deg(done[1:], done[:-1], bone)
    assert max(steps) < max(apart_deg(truth[1:], truth[:-1], bone)) + 3


def test_when_the_lifter_falls_silent_the_engine_takes_over_within_a_sixth_of_a_second() -> None:
    still = [image(waving(0.1)[0].pose_wxyz[0], k / FPS, k == 0) for k in range(60)]
    lean = exactly([posed(p, bent(["left_elbow"], (0.0, 0.0, 0.25))) for p in still])
    done = steered(still, [*lean[:30], *[UNKNOWN] * 30], engine_share=0.0)
    off = np.array([angle_deg(direction(p, *FOREARM), direction(still[0], *FOREARM)) for p in done])
    assert off[29] > 8
    assert np.abs(np.diff(off[29:37])).max() < 0.4 * off[29]
    assert off[36:].max() < 1e-3
    assert np.array_equal(done[40].pose_wxyz, still[40].pose_wxyz)


@pytest.mark.parametrize("limb", LIMBS)
def test_a_limb_that_is_bypassed_stays_bit_for_bit(limb: str) -> None:
    truth = waving(1.0)
    seen = noisy(truth, 8)
    done = steered(seen, exactly(truth), bypass=(limb,))
    joints = (
        TORSO
        if limb == "torso"
        else [JOINTS[k] for k, part in enumerate(PARTS[:-2]) if part == limb]
    )
    for before, after in zip(seen, done, strict=True):
        assert np.array_equal(after.pose_wxyz[:, joints], before.pose_wxyz[:, joints])
        assert (after.provenance[:, joints] == FILTERED).all()
    assert not np.array_equal(done[-1].pose_wxyz, seen[-1].pose_wxyz)


def test_every_joint_that_was_turned_says_so() -> None:
    truth = waving(1.0)
    done = steered(truth, exactly(truth))[-1]
    told = np.full(55, FILTERED)
    told[[*JOINTS, *TORSO]] = LIFTED
    assert done.provenance[0].tolist() == told.tolist()


def test_people_do_not_take_over_what_was_learnt_of_others() -> None:
    """Two who change rows: each is steered as alone."""
    one, two = waving(1.0), noisy(waving(1.0), 10)
    alone = [steered(person, exactly(one)) for person in (one, two)]
    both = Steering(LiftSettings())
    for k, (a, b) in enumerate(zip(one, two, strict=True)):
        order = [0, 1] if k < 15 else [1, 0]
        pair = together(a, b, order)
        said = np.repeat(lifted(a), 2, 0)
        done = both.steer(pair, said)
        for who, expected in enumerate(alone):
            row = order.index(who)
            np.testing.assert_allclose(done.pose_wxyz[row], expected[k].pose_wxyz[0], atol=1e-12)


def together(a: People, b: People, order: list[int]) -> People:
    rows = {
        name: np.concatenate([getattr(a, name), getattr(b, name)])[order]
        for name in ("pose_wxyz", "places", "rest_joints", "visibility", "fresh", "provenance")
    }
    people = image(a.pose_wxyz[0], a.t_s)
    doubled = {
        name: np.repeat(getattr(people, name), 2, 0)
        for name in ("ids", "states", "scores", "noise", "betas", "expression", "repairs")
    }
    keys = np.array([1, 2])[order]
    return replace(people, keys=keys, rows=np.array([0, 1]), **rows, **doubled)


@pytest.mark.parametrize("how", ["a point", "a line", "no shoulders' width"])
def test_a_torso_without_extent_tells_nothing(how: str) -> None:
    images = waving(0.2)
    said = [joints.copy() for joints in exactly(images)]
    for joints in said:
        if how == "a point":
            joints[:] = 0
        elif how == "a line":
            joints[..., [0, 2]] = 0
        else:
            joints[:, H36M17.indices("left_shoulder", "right_shoulder")] = joints[:, 8:9]
    for before, after in zip(images, steered(images, said), strict=True):
        assert np.array_equal(after.pose_wxyz[:, TORSO], before.pose_wxyz[:, TORSO])
        assert (after.provenance[:, TORSO] == FILTERED).all()
