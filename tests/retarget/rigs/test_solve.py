from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion
from rig_angles import actor_joints, blender_matrices, limb_errors_deg, palm_errors_deg, rows_of
from rigs_made import EXTRAS, NAMINGS, MadeRig, made_rig, person

from livemocap.rotation import Array, geodesic, matrix_from_quat, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations
from retarget.motion import PersonMotion
from retarget.rigs.joint_map import JointMap
from retarget.rigs.posed import posed, posed_heads
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.solve import Cast, RigPose, fit, solve

LIMB_DEG, PALM_DEG = 0.1, 3.0
IDENTITY = np.tile([1.0, 0, 0, 0], (1, 55, 1))
FEET_AS_POSED = RigOptions(flat_feet=False)


@pytest.fixture(scope="module")
def motion() -> PersonMotion:
    """Somebody who is built a little otherwise than the rigs."""
    rest = person() * [1.1, 1.0, 1.05]
    rest[SMPLX.indices("left_elbow", "right_elbow")] += [0, -0.03, 0.02]
    return replace(smooth_motion(16, fps=10), rest_joints=rest)


def perform(
    made: MadeRig, motion: PersonMotion, options: RigOptions = FEET_AS_POSED
) -> tuple[Rig, RigPose]:
    rig = Rig.of(made.skeleton, made.joint_map, options)
    return rig, solve(fit(rig, motion.rest_joints), motion.local_wxyz, motion.pelvis)


def assert_aimed(made: MadeRig, motion: PersonMotion) -> None:
    """Limbs and palms point as the actor's."""
    rig, pose = perform(made, motion)
    heads, rows = posed_heads(rig, pose), rows_of(made.skeleton, made.bones)
    limbs = limb_errors_deg(heads, rows, actor_joints(motion))
    palms = palm_errors_deg(heads, rows, actor_joints(motion))
    assert limbs
    assert max(float(angle.max()) for angle in limbs.values()) <= LIMB_DEG
    assert max((float(angle.max()) for angle in palms.values()), default=0.0) <= PALM_DEG


@pytest.mark.parametrize("rest", ["T", "A", "scrambled"])
@pytest.mark.parametrize("axes", ["limb", "world", "random"])
def test_limbs_and_palms_point_as_the_actors(rest: str, axes: str, motion: PersonMotion) -> None:
    assert_aimed(made_rig("mixamo", rest=rest, axes=axes), motion)


@pytest.mark.parametrize("naming", NAMINGS)
def test_rigs_may_have_fewer_bones_or_more(naming: str, motion: PersonMotion) -> None:
    assert_aimed(made_rig(naming, rest="A", axes="random"), motion)


@pytest.mark.parametrize("extra", [*EXTRAS, "all"])
def test_extra_bones_do_not_disturb_limbs(extra: str, motion: PersonMotion) -> None:
    extras = EXTRAS if extra == "all" else (extra,)
    made = made_rig("ue4", rest="scrambled", axes="random", extras=extras)
    assert_aimed(made, motion)


@pytest.mark.parametrize("yaw_deg", [-170, -90, 35, 180])
def test_a_rig_may_face_anywhere_and_be_of_any_size(yaw_deg: float, motion: PersonMotion) -> None:
    made = made_rig("mixamo", rest="A", yaw_deg=yaw_deg, scale=0.02 * abs(yaw_deg))
    assert_aimed(made, motion)


@pytest.mark.parametrize("rotvec", [(-1.57, 0, 0), (0, 0, 1.57), (2.2, 0.4, -0.9)], ids=str)
def test_a_rig_may_lie_down(rotvec: tuple[float, ...], motion: PersonMotion) -> None:
    made = made_rig("vroid", rest="A", axes="random", turn=matrix_from_rotvec(rotvec))
    assert_aimed(made, motion)
    upright, lying = (
        posed(*perform(m, motion)).deltas @ m.skeleton.axes
        for m in (made_rig("vroid", rest="A", axes="random"), made)
    )
    assert np.degrees(geodesic(lying, upright)).max() <= 0.1


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_the_actors_own_skeleton_does_exactly_what_the_actor_does(
    scale: float, motion: PersonMotion
) -> None:
    made = made_rig("smplx", axes="random", scale=scale)
    own = replace(motion, rest_joints=person(), pelvis=motion.pelvis)
    rig, pose = perform(made, own, RigOptions(ground_m=-0.005 * scale))
    rows = rows_of(made.skeleton, made.bones)
    heads = posed_heads(rig, pose)[:, list(rows.values())]
    np.testing.assert_allclose(heads, scale * actor_joints(own)[:, SMPLX.indices(*rows)], atol=1e-9)


def test_who_stands_as_the_rig_does_at_rest_leaves_it_at_rest() -> None:
    made = made_rig("ue4", axes="random", extras=EXTRAS)
    rig = Rig.of(made.skeleton, made.joint_map, RigOptions(ground_m=-0.005))
    actor = fit(rig, person())
    pose = solve(actor, IDENTITY, person()[:1])
    np.testing.assert_allclose(np.abs(pose.rotations_wxyz[0, :, 0]), 1, atol=1e-12)
    np.testing.assert_allclose(pose.hips_m, 0, atol=1e-9)
    np.testing.assert_allclose(posed_heads(actor.rig, pose)[0], made.skeleton.heads, atol=1e-9)


@pytest.mark.parametrize("rest", ["A", "scrambled"])
def test_blender_would_put_the_bones_there_too(rest: str, motion: PersonMotion) -> None:
    made = made_rig("makehuman", rest=rest, axes="random", extras=EXTRAS, yaw_deg=50)
    rig, pose = perform(made, motion)
    matrices, now = blender_matrices(rig, pose), posed(rig, pose)
    np.testing.assert_allclose(now.heads, matrices[..., :3, 3], atol=1e-9)
    np.testing.assert_allclose(now.deltas @ made.skeleton.axes, matrices[..., :3, :3], atol=1e-9)


def test_the_order_of_bones_does_not_matter(motion: PersonMotion) -> None:
    straight, shuffled = (
        made_rig("ue4", rest="A", extras=EXTRAS, shuffled=s) for s in (False, True)
    )
    assert straight.skeleton.names != shuffled.skeleton.names
    found = []
    for made in (straight, shuffled):
        rig, pose = perform(made, motion)
        found.append(dict(zip(rig.bones, pose.rotations_wxyz.swapaxes(0, 1), strict=True)))
    assert found[0].keys() == found[1].keys()
    for bone, quats in found[0].items():
        turn = geodesic(matrix_from_quat(quats), matrix_from_quat(found[1][bone]))
        np.testing.assert_allclose(turn, 0, atol=1e-6, err_msg=bone)


def world_turns(made: MadeRig, motion: PersonMotion) -> dict[str, Array]:
    rig, pose = perform(made, motion)
    deltas = posed(rig, pose).deltas
    return {joint: deltas[:, row] for joint, row in rows_of(made.skeleton, made.bones).items()}


@pytest.mark.parametrize(
    "without", [["spine2"], ["neck"], ["left_collar", "right_collar"], ["spine1", "spine2", "neck"]]
)
def test_a_missing_joint_passes_its_rotation_on(without: list[str], motion: PersonMotion) -> None:
    whole = world_turns(made_rig("vrm", axes="random"), motion)
    partial = world_turns(made_rig("vrm", axes="random", without=without), motion)
    assert whole.keys() - partial.keys() == set(without)
    for joint, deltas in partial.items():
        np.testing.assert_allclose(deltas, whole[joint], atol=1e-9, err_msg=joint)


def test_spine_neck_and_collars_turn_exactly_as_the_actors(motion: PersonMotion) -> None:
    turns = world_turns(made_rig("mixamo", rest="A", axes="random", yaw_deg=180), motion)
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    R = matrix_from_rotvec([0, np.pi, 0])
    for joint in ("pelvis", "spine2", "neck", "head", "left_collar"):
        np.testing.assert_allclose(
            turns[joint] @ R, world[:, SMPLX.index(joint)], atol=1e-9, err_msg=joint
        )


def test_quaternions_do_not_jump_through_time(motion: PersonMotion) -> None:
    _, pose = perform(made_rig("ue4", rest="A", axes="random", extras=EXTRAS), smooth_motion(300))
    q = pose.rotations_wxyz
    assert (q[1:] * q[:-1]).sum(-1).min() > 0.9


def test_a_live_crowd_gets_what_each_would_get_alone(motion: PersonMotion) -> None:
    rigs = [
        made_rig("mixamo"),
        made_rig("ue4", rest="A", extras=EXTRAS, axes="random"),
        made_rig("chibi", scale=0.5),
        made_rig("vrm", without=["spine2"], yaw_deg=90),
    ]
    bodies = [motion.rest_joints * size for size in (1, 0.9, 1.1, 1.05)]
    actors = [
        fit(Rig.of(made.skeleton, made.joint_map), body)
        for made, body in zip(rigs, bodies, strict=True)
    ]
    alone = [solve(actor, motion.local_wxyz, motion.pelvis) for actor in actors]
    cast = Cast(actors)
    before = None
    for k in range(len(motion.pelvis)):
        poses = cast.solve(
            np.tile(motion.local_wxyz[k], (4, 1, 1)), np.tile(motion.pelvis[k], (4, 1))
        )
        for pose, take in zip(poses, alone, strict=True):
            same = np.abs((pose.rotations_wxyz * take.rotations_wxyz[k]).sum(-1))
            np.testing.assert_allclose(same, 1, atol=1e-9)
            np.testing.assert_allclose(pose.hips_m, take.hips_m[k], atol=1e-12)
        if before is not None:
            pairs = zip(poses, before, strict=True)
            assert min((p.rotations_wxyz * b.rotations_wxyz).sum(-1).min() for p, b in pairs) > 0.5
        before = poses


def test_signs_stay_when_the_actors_flip(motion: PersonMotion) -> None:
    made = made_rig("mixamo")
    actor = fit(Rig.of(made.skeleton, made.joint_map), motion.rest_joints)
    cast = Cast([actor])
    first = cast.solve(motion.local_wxyz[:1], motion.pelvis[:1])[0].rotations_wxyz
    flipped = cast.solve(-motion.local_wxyz[:1], motion.pelvis[:1])[0].rotations_wxyz
    np.testing.assert_allclose(flipped, first, atol=1e-12)
    pose = solve(actor, motion.local_wxyz[:5], motion.pelvis[:5])
    further = solve(actor, -motion.local_wxyz[5:], motion.pelvis[5:], previous=pose)
    assert (pose.rotations_wxyz[-1] * further.rotations_wxyz[0]).sum(-1).min() > 0.5


def test_a_person_known_better_is_calibrated_anew(motion: PersonMotion) -> None:
    made = made_rig("mixamo", rest="A")
    rig = Rig.of(made.skeleton, made.joint_map)
    guess = fit(rig, person())
    assert guess.fits(person() + 0.0005)
    assert not guess.fits(motion.rest_joints)
    cast = Cast([guess, guess])
    better = fit(rig, motion.rest_joints)
    cast.recalibrate(1, better)
    local, pelvis = np.tile(motion.local_wxyz[:1], (2, 1, 1)), np.tile(motion.pelvis[:1], (2, 1))
    old, new = cast.solve(local, pelvis)
    expected = solve(better, motion.local_wxyz[:1], motion.pelvis[:1])
    np.testing.assert_allclose(new.rotations_wxyz, expected.rotations_wxyz[0], atol=1e-12)
    assert np.abs(old.rotations_wxyz - new.rotations_wxyz).max() > 0.005


def test_control_bones_are_written_in_the_space_that_really_moves_them(
    motion: PersonMotion,
) -> None:
    made = made_rig("ue4", rest="A", axes="random")
    free = {bone: None for joint, bone in made.bones.items() if joint != "pelvis"}
    rig = Rig.of(made.skeleton, made.joint_map, FEET_AS_POSED, parents=free)
    pose = solve(fit(rig, motion.rest_joints), motion.local_wxyz, motion.pelvis)
    usual = posed(*perform(made, motion)).deltas
    for place, name in enumerate(rig.bones):
        row = rig.skeleton.rows[name]
        axes = rig.skeleton.axes[row]
        alone = axes @ matrix_from_quat(pose.rotations_wxyz[:, place]) @ axes.T
        np.testing.assert_allclose(alone, usual[:, row], atol=1e-9, err_msg=name)


def test_moving_under_another_bone_undoes_that_ones_rotation(motion: PersonMotion) -> None:
    made = made_rig("ue4", axes="random")
    hand, foot = made.bones["left_wrist"], made.bones["right_ankle"]
    rig = Rig.of(made.skeleton, made.joint_map, parents={hand: foot})
    pose = solve(fit(rig, motion.rest_joints), motion.local_wxyz, motion.pelvis)
    row = made.skeleton.rows[hand]
    np.testing.assert_allclose(
        posed(rig, pose).deltas[:, row], posed(*perform(made, motion)).deltas[:, row], atol=1e-9
    )


def test_bones_that_follow_nothing_are_not_written(motion: PersonMotion) -> None:
    made = made_rig("vroid", extras=("hair", "ik", "tips", "root"))
    rig = Rig.of(made.skeleton, made.joint_map)
    assert set(rig.bones) == set(made.bones.values())


def test_single_precision_is_good_enough(motion: PersonMotion) -> None:
    made = made_rig("ue4", rest="A", extras=EXTRAS)
    actor = fit(Rig.of(made.skeleton, made.joint_map), motion.rest_joints.astype(np.float32))
    local, pelvis = motion.local_wxyz.astype(np.float32), motion.pelvis.astype(np.float32)
    single = solve(actor, local, pelvis)
    double = solve(actor, motion.local_wxyz, motion.pelvis)
    np.testing.assert_allclose(single.rotations_wxyz, double.rotations_wxyz, atol=2e-6)


def test_no_frames_give_no_frames(motion: PersonMotion) -> None:
    made = made_rig("mixamo", extras=("twist",))
    actor = fit(Rig.of(made.skeleton, made.joint_map), person())
    pose = solve(actor, np.zeros((0, 55, 4)), np.zeros((0, 3)))
    assert pose.rotations_wxyz.shape == (0, len(actor.rig.bones), 4)


def test_a_map_of_pelvis_alone_moves_the_whole(motion: PersonMotion) -> None:
    made = made_rig("mixamo")
    only = JointMap(matches={"pelvis": made.joint_map.matches["pelvis"]})
    rig = Rig.of(made.skeleton, only)
    pose = solve(fit(rig, motion.rest_joints), motion.local_wxyz, motion.pelvis)
    world = matrix_from_quat(motion.local_wxyz[:, 0])
    np.testing.assert_allclose(posed(rig, pose).deltas[:, -1], world, atol=1e-9)
