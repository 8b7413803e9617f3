from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion
from rigs_made import EXTRAS, MadeRig, made_rig, person

from livemocap.rotation import (
    Array,
    matrix_from_quat,
    matrix_from_rotvec,
    quat_from_rotvec,
    rotate,
)
from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.feet.legs import Legs
from retarget.feet.posed import FeetPose
from retarget.rigs.legs import RigLegs, with_legs
from retarget.rigs.posed import posed
from retarget.rigs.rig import Rig, RigOptions, RootMotion
from retarget.rigs.solve import Actor, Cast, fit, solve

MOTION = smooth_motion(8, fps=8)


def cast_as(made: MadeRig, options: RigOptions | None = None) -> Actor:
    return fit(Rig.of(made.skeleton, made.joint_map, options), person() * 1.1)


def rows(actor: Actor, joint: str) -> list[int]:
    bones = actor.rig.joint_map.bones
    return [actor.rig.skeleton.rows[bones[f"{side}_{joint}"]] for side in ("left", "right")]


@pytest.fixture(params=["T", "scrambled"])
def actor(request: pytest.FixtureRequest) -> Actor:
    return cast_as(
        made_rig("ue4", rest=request.param, axes="random", extras=EXTRAS, yaw_deg=50, scale=0.7)
    )


@pytest.mark.parametrize("root", [RootMotion.HIPS, RootMotion.OBJECT, RootMotion.ROOT_BONE])
def test_legs_are_where_the_posed_bones_are(root: RootMotion) -> None:
    made = made_rig("ue4", rest="A", axes="random", extras=EXTRAS, yaw_deg=50, scale=0.7)
    actor = cast_as(made, RigOptions(root=root))
    legs = RigLegs([actor]).at(MOTION.local_wxyz, MOTION.pelvis).legs
    now = posed(actor.rig, solve(actor, MOTION.local_wxyz, MOTION.pelvis))
    for joint in ("hip", "knee", "ankle"):
        heads = now.heads[:, rows(actor, joint)]
        np.testing.assert_allclose(getattr(legs, joint), heads, atol=1e-9, err_msg=joint)
    np.testing.assert_allclose(legs.toe, now.heads[:, rows(actor, "foot")], atol=1e-9)


def turned(legs: Legs, pelvis: Array, *rotvecs: tuple[float, float, float]) -> FeetPose:
    """Legs whose thighs, shins and feet are turned further in the world, hips moved by (3,) m."""
    turns = np.broadcast_to(quat_from_rotvec(np.array(rotvecs)), (*legs.hip.shape[:2], 3, 4))
    thigh, shin, foot = np.moveaxis(turns, -2, 0)
    knee = legs.hip + pelvis + rotate(thigh, legs.thigh)
    ankle = knee + rotate(shin, legs.shin)
    toe = ankle + rotate(foot, legs.toe - legs.ankle)
    return FeetPose(
        thigh=thigh,
        shin=shin,
        foot=foot,
        pelvis=np.broadcast_to(pelvis, (len(knee), 3)),
        ankle=ankle,
        points=np.stack([ankle, toe], -2),
        held=np.ones((len(knee), 2, 2), bool),
    )


def test_actors_own_feet_are_where_their_joints_are(actor: Actor) -> None:
    motion = replace(MOTION, rest_joints=actor.rest_joints)
    points = RigLegs([actor]).at(motion.local_wxyz, motion.pelvis).own_points
    joints = motion.joints()
    for point, joint in enumerate(("ankle", "foot")):
        own = joints[:, SMPLX.indices(f"left_{joint}", f"right_{joint}")]
        np.testing.assert_allclose(points[:, :, point], own, atol=1e-9, err_msg=joint)


def test_feet_come_where_the_lock_wants_them(actor: Actor) -> None:
    at = RigLegs([actor]).at(MOTION.local_wxyz, MOTION.pelvis)
    feet = turned(
        at.legs,
        np.array([0.01, -0.04, 0.02]),
        *[(0.2, 0.1, 0.3), (-0.1, 0.2, 0.1), (0.1, 0.3, -0.1)],
    )
    joints, pelvis = at.with_feet(feet)
    pose = solve(actor, with_legs(MOTION.local_wxyz, joints), pelvis)
    before = posed(actor.rig, solve(actor, MOTION.local_wxyz, MOTION.pelvis))
    now = posed(actor.rig, pose)
    np.testing.assert_allclose(now.heads[:, rows(actor, "ankle")], feet.ankle, atol=1e-9)
    np.testing.assert_allclose(now.heads[:, rows(actor, "foot")], feet.points[:, :, 1], atol=1e-9)
    foot = rows(actor, "ankle")
    wanted = matrix_from_quat(feet.foot) @ before.deltas[:, foot]
    np.testing.assert_allclose(now.deltas[:, foot], wanted, atol=1e-9)
    hips, hand = actor.rig.hips_row, rows(actor, "wrist")
    np.testing.assert_allclose(now.heads[:, hips] - before.heads[:, hips], feet.pelvis, atol=1e-9)
    np.testing.assert_allclose(now.deltas[:, hand], before.deltas[:, hand], atol=1e-9)


def test_feet_left_alone_change_nothing(actor: Actor) -> None:
    at = RigLegs([actor]).at(MOTION.local_wxyz, MOTION.pelvis)
    joints, pelvis = at.with_feet(turned(at.legs, np.zeros(3), *[(0, 0, 0)] * 3))
    local = with_legs(MOTION.local_wxyz, joints)
    np.testing.assert_allclose(local, MOTION.local_wxyz, atol=1e-6)
    np.testing.assert_allclose(pelvis, MOTION.pelvis, atol=1e-12)


def test_a_crowd_has_everybodys_own_legs() -> None:
    actors = [cast_as(made_rig("ue4", scale=0.5)), cast_as(made_rig("chibi", rest="A"))]
    crowd = RigLegs(actors)
    at = crowd.at(MOTION.local_wxyz[:2], MOTION.pelvis[:2])
    legs = at.legs
    for person_, actor in enumerate(actors):
        one = slice(person_, person_ + 1)
        alone = RigLegs([actor]).at(MOTION.local_wxyz[one], MOTION.pelvis[one]).legs
        np.testing.assert_allclose(legs.points[one], alone.points, atol=1e-12)
        np.testing.assert_allclose(
            crowd.at_rest.heights[person_], RigLegs([actor]).at_rest.heights, atol=1e-12
        )
    feet = turned(legs, np.array([0, -0.05, 0]), (0.3, 0, 0), (-0.2, 0, 0), (0, 0.1, 0))
    joints, pelvis = at.with_feet(feet)
    poses = Cast(actors).solve(with_legs(MOTION.local_wxyz[:2], joints), pelvis)
    for person_, pose in enumerate(poses):
        heads = posed(actors[person_].rig, pose).heads
        toes = heads[rows(actors[person_], "foot")]
        np.testing.assert_allclose(toes, feet.points[person_, :, 1], atol=1e-9)


@pytest.mark.parametrize("scale", [0.5, 1.3])
def test_feet_at_rest_are_as_high_as_the_rigs_own(scale: float) -> None:
    made = made_rig("ue4", rest="A", scale=scale)
    rest = RigLegs([cast_as(made)]).at_rest
    assert rest.heights.shape == (2, 2)
    np.testing.assert_allclose(rest.heights[:, 1], 0.02 * scale, atol=1e-9)
    thigh, knee, ankle = (made.heads([f"left_{j}"])[0] for j in ("hip", "knee", "ankle"))
    length = np.linalg.norm(thigh - knee) + np.linalg.norm(knee - ankle)
    assert rest.leg == pytest.approx(length)


def test_flat_feet_are_flat_at_rest() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    ankles = [made.skeleton.rows[f"foot_{s}"] for s in "lr"]
    heads[ankles] += [0, 0.06, 0]
    high = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    rest = RigLegs([cast_as(high, RigOptions(flat_feet=True))]).at_rest
    np.testing.assert_allclose(rest.heights[:, 0], heads[ankles, 1], atol=5e-4)
    np.testing.assert_allclose(rest.heights[:, 1], 0.02, atol=5e-4)


def test_without_toes_the_foots_tail_is_one() -> None:
    made = made_rig("ue4", without=["left_foot", "right_foot"])
    actor = cast_as(made)
    still = np.tile([1.0, 0, 0, 0], (1, 55, 1))
    legs = RigLegs([actor]).at(still, np.zeros((1, 3))).legs
    ankles = rows(actor, "ankle")
    tails = made.skeleton.tails[ankles] - made.skeleton.heads[ankles]
    turned = (actor.calibration[[7, 8]] @ tails[..., None])[..., 0]
    np.testing.assert_allclose(legs.toe[0] - legs.ankle[0], turned, atol=1e-12)


def test_legs_without_knees_cannot_be_held() -> None:
    actor = cast_as(made_rig("ue4", without=["left_knee"]))
    with pytest.raises(RetargetError, match="without bones for left_knee"):
        RigLegs([actor])


def test_a_turned_object_is_no_hindrance() -> None:
    made = made_rig("ue4", axes="random", turn=matrix_from_rotvec([1.5, 0.2, 0.7]))
    actor = cast_as(made)
    legs = RigLegs([actor]).at(MOTION.local_wxyz, MOTION.pelvis).legs
    now = posed(actor.rig, solve(actor, MOTION.local_wxyz, MOTION.pelvis))
    np.testing.assert_allclose(legs.toe, now.heads[:, rows(actor, "foot")], atol=1e-9)
