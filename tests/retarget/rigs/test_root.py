from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion
from rig_angles import rows_of
from rigs_made import MadeRig, made_rig, person

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import Rig, RigOptions, RootMotion
from retarget.rigs.root import leg_scale
from retarget.rigs.solve import RigPose, fit, solve

STANDING = np.tile([1.0, 0, 0, 0], (1, 55, 1))
MODES = list(RootMotion)


def moved(
    made: MadeRig, options: RigOptions | None = None, anchor: tuple[float, ...] = (0, 0, 0)
) -> tuple[Rig, RigPose, Array]:
    """A rig, its pose of a motion, and the actor's (T, 3) pelvis."""
    motion = smooth_motion(20, fps=10)
    rig = Rig.of(made.skeleton, made.joint_map, options)
    pose = solve(fit(rig, person(), anchor), motion.local_wxyz, motion.pelvis)
    return rig, pose, motion.pelvis


def stand(
    made: MadeRig, at: tuple[float, float, float], options: RigOptions | None = None
) -> Array:
    """(B, 3) heads of a rig whose actor stands, the lowest joint 2.5 cm over the floor."""
    rest = person()
    rig = Rig.of(made.skeleton, made.joint_map, options)
    pelvis = rest[:1] - [0, rest[:, 1].min() - 0.025, 0] + at
    return posed_heads(rig, solve(fit(rig, rest), STANDING, pelvis))[0]


def raised(made: MadeRig, height: float) -> MadeRig:
    """The same a little higher at rest."""
    skeleton = replace(made.skeleton, heads=np.add(made.skeleton.heads, [0, height, 0]))
    return MadeRig(skeleton, made.joint_map)


def toes_of(made: MadeRig) -> list[int]:
    rows = rows_of(made.skeleton, made.bones)
    return [rows["left_foot"], rows["right_foot"]]


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_the_way_scales_with_the_legs(scale: float) -> None:
    made = made_rig("ue4", rest="A", scale=scale)
    rig, pose, pelvis = moved(made)
    heads = posed_heads(rig, pose)[:, rig.hips_row]
    np.testing.assert_allclose(heads[:, [0, 2]], scale * pelvis[:, [0, 2]], atol=1e-9)
    assert leg_scale(rig, person()) == pytest.approx(scale)


@pytest.mark.parametrize("scale", [0.4, 1.0, 1.5])
@pytest.mark.parametrize("soles", [0.0, 0.05])
def test_toes_come_to_be_as_high_as_at_rest(soles: float, scale: float) -> None:
    made = raised(made_rig("ue4", rest="A", axes="random", scale=scale, yaw_deg=40), soles * scale)
    heads, toes = stand(made, (0.5, 0, 1)), toes_of(made)
    np.testing.assert_allclose(heads[toes, 1], (0.02 + soles) * scale, atol=1e-9)


def test_ankles_of_a_rig_without_toes_come_to_be_as_high_as_at_rest() -> None:
    made = made_rig("ue4", axes="random", without=["left_foot", "right_foot"], scale=1.3)
    ankle = rows_of(made.skeleton, made.bones)["left_ankle"]
    assert stand(made, (0, 0, 0))[ankle, 1] == pytest.approx(made.skeleton.heads[ankle, 1])


@pytest.mark.parametrize("height", [-0.8, 0.7])
def test_a_rig_that_stands_on_nothing_we_know_stands_as_the_actor(height: float) -> None:
    made = raised(made_rig("ue4", axes="random", scale=0.6), height)
    np.testing.assert_allclose(stand(made, (0, 0, 0))[toes_of(made), 1], 0.6 * 0.025, atol=1e-9)


def test_a_floor_elsewhere_is_the_floor_of_the_rig_too() -> None:
    made = made_rig("ue4", scale=0.5)
    heads = stand(made, (0, 3, 0), RigOptions(floor_m=3.0))
    toe = rows_of(made.skeleton, made.bones)["left_foot"]
    assert heads[toe, 1] == pytest.approx(3 + made.skeleton.heads[toe, 1])


def test_a_known_ground_is_believed() -> None:
    made = made_rig("ue4", scale=0.5)
    heads = stand(made, (0, 0, 0), RigOptions(ground_m=-0.07))
    toes = toes_of(made)
    np.testing.assert_allclose(heads[toes, 1], made.skeleton.heads[toes, 1] + 0.07)


def test_without_knees_the_trunk_gives_the_scale() -> None:
    made = made_rig("ue4", without=["left_knee", "right_knee"], scale=0.7)
    assert leg_scale(Rig.of(made.skeleton, made.joint_map), person()) == pytest.approx(0.7)


def test_a_chosen_scale_changes_the_way_but_not_the_height() -> None:
    made = made_rig("ue4", scale=0.5)
    own = posed_heads(*moved(made)[:2])
    rig, pose, pelvis = moved(made, RigOptions(scale=1.0))
    heads = posed_heads(rig, pose)
    np.testing.assert_allclose(heads[..., 1], own[..., 1], atol=1e-9)
    np.testing.assert_allclose(heads[:, rig.hips_row, ::2], pelvis[:, ::2], atol=1e-9)


def test_people_start_where_they_are_anchored() -> None:
    made = made_rig("ue4", scale=0.5)
    start = tuple(smooth_motion(1).pelvis[0].tolist())
    rig, pose, pelvis = moved(made, anchor=start)
    np.testing.assert_allclose(
        posed_heads(rig, pose)[0, rig.hips_row, ::2], pelvis[0, ::2], atol=1e-9
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rotvec", [(0, 0, 0), (1.4, 0.3, -0.2)], ids=["upright", "tilted"])
def test_what_carries_the_character_moves_across_the_floor(
    mode: RootMotion, rotvec: tuple[float, ...]
) -> None:
    made = made_rig(
        "ue4", axes="random", extras=("root",), scale=0.8, turn=matrix_from_rotvec(rotvec)
    )
    rig, pose, _ = moved(made, RigOptions(root=mode))
    free, whole, _ = moved(made)
    heads, expected = posed_heads(rig, pose), posed_heads(free, whole)
    if mode is RootMotion.IN_PLACE:
        expected = expected - (expected - made.skeleton.heads)[:, [rig.hips_row]] * [1, 0, 1]
    body = [row for row, name in enumerate(made.skeleton.names) if name != "root_bone"]
    np.testing.assert_allclose(heads[:, body], expected[:, body], atol=1e-9)
    across = {
        RootMotion.OBJECT: pose.object_m,
        RootMotion.ROOT_BONE: pose.root_m,
        RootMotion.HIPS: pose.hips_m,
    }
    for other, move in across.items():
        assert (np.ptp(move, 0).max() > 0.5) == (other is mode)
    assert np.ptp(heads[:, rig.hips_row, 1]) > 0.05


def test_a_root_bone_stays_on_the_floor_below_the_hips() -> None:
    made = made_rig("ue4", axes="random", extras=("root",))
    rig, pose, _ = moved(made, RigOptions(root=RootMotion.ROOT_BONE))
    heads = posed_heads(rig, pose)
    root = made.skeleton.rows["root_bone"]
    np.testing.assert_allclose(heads[:, root, 1], 0, atol=1e-12)
    np.testing.assert_allclose(heads[:, root, ::2], heads[:, rig.hips_row, ::2], atol=1e-9)


def test_a_rig_without_a_root_bone_says_so() -> None:
    made = made_rig("mixamo")
    with pytest.raises(RetargetError, match=r"no bone lies above 'mixamorig:Hips'"):
        Rig.of(made.skeleton, made.joint_map, RigOptions(root=RootMotion.ROOT_BONE))


@pytest.mark.parametrize("mode", MODES)
def test_hips_that_can_only_be_turned_are_carried_by_the_bone_above(mode: RootMotion) -> None:
    made = made_rig("ue4", axes="random", extras=("root",))
    stuck = tuple(name != "root_bone" for name in made.skeleton.names)
    other = MadeRig(replace(made.skeleton, connected=stuck), made.joint_map)
    free, whole, _ = moved(made, RigOptions(root=mode))
    rig, pose, _ = moved(other, RigOptions(root=mode))
    assert rig.carrier_row == made.skeleton.rows["root_bone"]
    body = [row for row, name in enumerate(made.skeleton.names) if name != "root_bone"]
    np.testing.assert_allclose(
        posed_heads(rig, pose)[:, body], posed_heads(free, whole)[:, body], atol=1e-9
    )


def test_hip_joints_follow_the_actors_wherever_the_hips_bone_is() -> None:
    made = made_rig("ue4", axes="random")
    heads = made.skeleton.heads.copy()
    heads[made.skeleton.rows["pelvis"]] += [0, 0.08, -0.03]
    other = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    thighs = [rows_of(made.skeleton, made.bones)[f"{s}_hip"] for s in ("left", "right")]
    own, shifted = (posed_heads(*moved(m)[:2])[:, thighs] for m in (made, other))
    np.testing.assert_allclose(shifted, own, atol=1e-9)


def test_an_upper_body_still_moves() -> None:
    legs = [name for name in SMPLX.names if name.endswith(("hip", "knee", "ankle", "foot"))]
    made = made_rig("ue4", without=legs, scale=0.5)
    rig, pose, pelvis = moved(made)
    heads = posed_heads(rig, pose)[:, rig.hips_row]
    np.testing.assert_allclose(heads, 0.5 * pelvis, atol=1e-9)
