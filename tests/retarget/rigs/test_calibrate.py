from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion
from rig_angles import limb_errors_deg, rows_of
from rigs_made import MadeRig, made_rig, person

from livemocap.rotation import Array, geodesic, matrix_from_quat, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations
from retarget.rigs.calibrate import calibration_from_pose
from retarget.rigs.posed import posed, posed_heads
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.skeleton import RigSkeleton
from retarget.rigs.solve import Actor, fit, solve

T_POSE = np.tile([1.0, 0, 0, 0], (1, 55, 1))


def calibrated(made: MadeRig, options: RigOptions | None = None) -> Actor:
    return fit(Rig.of(made.skeleton, made.joint_map, options), person())


def standing(actor: Actor, local: Array = T_POSE) -> RigSkeleton:
    """The rig's bones as they are when the actor stands so."""
    now = posed(actor.rig, solve(actor, local, np.zeros((1, 3))))
    skeleton = actor.rig.skeleton
    return replace(skeleton, heads=now.heads[0], axes=now.deltas[0] @ skeleton.axes)


@pytest.mark.parametrize("rest", ["T", "A", "scrambled"])
def test_nothing_is_left_over_from_the_rest_pose(rest: str) -> None:
    residuals = calibrated(made_rig("ue4", rest=rest, yaw_deg=70)).residuals_deg
    limbs = {f"{s}_{part}" for s in ("left", "right") for part in ("arm", "leg", "fingers", "palm")}
    assert residuals.keys() == limbs
    assert max(residuals.values()) < 1e-6


def test_limbs_that_a_rig_lacks_have_no_residual() -> None:
    residuals = calibrated(made_rig("chibi")).residuals_deg
    assert residuals.keys() == {"left_arm", "right_arm", "left_leg", "right_leg"}


def test_palms_turn_with_the_hand_not_with_the_forearm() -> None:
    """At rest these palms face forward, which the direction of the arm cannot tell."""
    made = made_rig("ue4", axes="random")
    heads = made.skeleton.heads.copy()
    rows = rows_of(made.skeleton, made.bones)
    R = matrix_from_rotvec([-np.pi / 2, 0, 0])
    wrist = heads[rows["left_wrist"]]
    hand = [row for joint, row in rows.items() if joint.startswith("left_") and joint[-1] in "123"]
    heads[hand] = wrist + (heads[hand] - wrist) @ R.T
    other = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    now = standing(calibrated(other))
    expected = standing(calibrated(made))
    np.testing.assert_allclose(now.heads[hand], expected.heads[hand], atol=1e-9)


def test_spines_that_differ_a_little_keep_their_own_bend() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    head = made.skeleton.rows["head"]
    heads[head] += [0, 0, 0.07]  # 28 degrees further forward
    leaning = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    now = standing(calibrated(leaning))
    neck = made.skeleton.rows["neck_01"]
    np.testing.assert_allclose(
        now.heads[head] - now.heads[neck], heads[head] - heads[neck], atol=1e-9
    )


def test_a_neck_that_is_bent_over_at_rest_is_raised() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    neck, head = made.skeleton.rows["neck_01"], made.skeleton.rows["head"]
    heads[head] = heads[neck] + [0, 0.02, 0.15]
    bent = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    now = standing(calibrated(bent))
    up = now.heads[head] - now.heads[neck]
    actor = np.diff(person()[SMPLX.indices("neck", "head")], axis=0)[0]
    np.testing.assert_allclose(np.cross(up, actor), 0, atol=1e-9)


def test_a_spine_that_begins_right_at_the_pelvis_does_not_turn_it() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    heads[made.skeleton.rows["spine_01"]] = heads[made.skeleton.rows["pelvis"]] + [0, 0, -0.0003]
    actor = calibrated(MadeRig(replace(made.skeleton, heads=heads), made.joint_map))
    for joint in ("pelvis", "spine1", "spine3", "head"):
        found = actor.calibration[SMPLX.index(joint)]
        np.testing.assert_allclose(found, np.eye(3), atol=1e-9, err_msg=joint)


def test_flat_feet_keep_the_soles_of_the_rest_pose() -> None:
    made = made_rig("ue4", yaw_deg=35)
    heads = made.skeleton.heads.copy()
    rows = rows_of(made.skeleton, made.bones)
    heads[[rows["left_ankle"], rows["right_ankle"]]] += [0, 0.06, 0]
    high = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    actor = calibrated(high, RigOptions(flat_feet=True))
    foot = actor.calibration[SMPLX.index("left_ankle")]
    np.testing.assert_allclose(foot @ [0, 1, 0], [0, 1, 0], atol=1e-9)
    drop = actor.rig.skeleton.heads[rows["left_foot"]] - heads[rows["left_ankle"]]
    sole, wanted = foot @ drop, np.diff(person()[SMPLX.indices("left_ankle", "left_foot")], axis=0)
    assert np.cross(sole * [1, 0, 1], wanted[0] * [1, 0, 1])[1] == pytest.approx(0, abs=1e-9)
    aimed = calibrated(high, RigOptions(flat_feet=False)).calibration[SMPLX.index("left_ankle")]
    assert np.degrees(geodesic(aimed, foot)) > 10
    assert max(actor.residuals_deg.values()) < 1e-6


def test_feet_stay_flat_where_legs_stand_apart() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    for side in ("left", "right"):
        rows = rows_of(made.skeleton, made.bones)
        heads[[rows[f"{side}_ankle"], rows[f"{side}_foot"]]] += [
            0.25 if side == "left" else -0.25, 0.0, 0.0
        ]  # fmt: skip
    actor = calibrated(MadeRig(replace(made.skeleton, heads=heads), made.joint_map))
    knee, ankle = (actor.calibration[SMPLX.index(f"left_{j}")] for j in ("knee", "ankle"))
    assert np.degrees(geodesic(knee, np.eye(3))) > 20
    np.testing.assert_allclose(ankle, np.eye(3), atol=1e-9)


def test_a_foot_that_hangs_at_rest_goes_with_its_shin() -> None:
    made = made_rig("ue4")
    rows, heads = rows_of(made.skeleton, made.bones), made.skeleton.heads.copy()
    leg = [rows[f"left_{joint}"] for joint in ("knee", "ankle", "foot")]
    R = matrix_from_rotvec([-1.5, 0, 0])  # the thigh to the front, the foot up
    hip = heads[rows["left_hip"]]
    heads[leg] = hip + (heads[leg] - hip) @ R.T
    for flat in (False, True):
        options = RigOptions(flat_feet=flat)
        actor = calibrated(MadeRig(replace(made.skeleton, heads=heads), made.joint_map), options)
        found = actor.calibration[SMPLX.index("left_ankle")]
        assert np.degrees(geodesic(found, R.T)) < 5


@pytest.mark.parametrize("yaw", [0.0, 2.0])
@pytest.mark.parametrize("rest", ["A", "scrambled"])
def test_a_rig_posed_by_hand_as_the_actor_stands_replaces_the_rest_pose(
    rest: str, yaw: float
) -> None:
    made = made_rig("ue4", rest=rest, axes="random", yaw_deg=-40)
    motion = smooth_motion(3)
    local = motion.local_wxyz[2:]
    usual = calibrated(made)
    R, stands = matrix_from_rotvec([0, yaw, 0]), standing(usual, local)
    turned = replace(stands, heads=stands.heads @ R.T, axes=R @ stands.axes)
    by_hand = calibration_from_pose(made.skeleton, turned, made.joint_map, local[0])
    rig = Rig.of(made.skeleton, made.joint_map, calibration=by_hand)
    again = fit(rig, person())
    for joint in by_hand:
        row = SMPLX.index(joint)
        off = geodesic(again.calibration[row], usual.calibration[row])
        assert np.degrees(off) < 0.5, joint  # hips of other proportions face a trifle elsewhere


def test_a_careless_pose_shows_in_the_residual() -> None:
    made = made_rig("ue4", rest="A")
    careless = calibration_from_pose(made.skeleton, made.skeleton, made.joint_map)
    actor = fit(Rig.of(made.skeleton, made.joint_map, calibration=careless), person())
    residuals = actor.residuals_deg
    assert residuals["left_arm"] == pytest.approx(np.degrees(0.86), abs=1)
    assert residuals["left_leg"] < 1e-6


def test_rolls_of_a_pose_by_hand_are_kept() -> None:
    made = made_rig("ue4", axes="random")
    arm = made.skeleton.rows["upperarm_l"]
    axes = made.skeleton.axes.copy()
    axes[arm] = matrix_from_rotvec([0.7, 0, 0]) @ axes[arm]
    twisted = replace(made.skeleton, axes=axes)
    by_hand = calibration_from_pose(made.skeleton, twisted, made.joint_map)
    rig = Rig.of(made.skeleton, made.joint_map, calibration=by_hand)
    motion = smooth_motion(5)
    actor = fit(rig, person())
    now = posed(rig, solve(actor, motion.local_wxyz, motion.pelvis))
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    expected = world[:, SMPLX.index("left_shoulder")] @ matrix_from_rotvec([0.7, 0, 0])
    np.testing.assert_allclose(now.deltas[:, arm], expected, atol=1e-9)


def test_limbs_aim_past_a_joint_that_the_rig_lacks() -> None:
    made = made_rig("ue4", rest="A", without=["left_elbow"])
    now = standing(calibrated(made))
    errors = limb_errors_deg(now.heads[None], rows_of(made.skeleton, made.bones), person()[None])
    assert max(float(angle.max()) for angle in errors.values()) < 1e-6
    rows = rows_of(made.skeleton, made.bones)
    arm = now.heads[rows["left_wrist"]] - now.heads[rows["left_shoulder"]]
    wanted = np.diff(person()[SMPLX.indices("left_shoulder", "left_wrist")], axis=0)[0]
    np.testing.assert_allclose(np.cross(arm, wanted), 0, atol=1e-9)


def test_bones_of_no_length_are_left_as_they_are() -> None:
    made = made_rig("ue4")
    heads = made.skeleton.heads.copy()
    rows = rows_of(made.skeleton, made.bones)
    heads[rows["left_wrist"]] = heads[rows["left_elbow"]]
    actor = calibrated(MadeRig(replace(made.skeleton, heads=heads), made.joint_map))
    assert np.isfinite(actor.calibration).all()
    pose = solve(actor, smooth_motion(2).local_wxyz, smooth_motion(2).pelvis)
    assert np.isfinite(posed_heads(actor.rig, pose)).all()
