"""Root bones that face where their characters do: nothing but the root bone moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import rest_joints, smooth_motion
from rigs_made import made_rig

from livemocap.rotation import geodesic, matrix_from_quat, quat_from_rotvec
from livemocap.skeleton import SMPLX
from retarget.rigs.heading import heading_plan, with_heading
from retarget.rigs.mapping import map_joints
from retarget.rigs.posed import posed
from retarget.rigs.rig import Rig, RigOptions, RootMotion
from retarget.rigs.solve import fit, solve


def rig_of(root: RootMotion = RootMotion.ROOT_BONE, **how: object) -> Rig:
    made = made_rig(**{"naming": "ue4", "extras": ("root", "twist"), "axes": "random"} | how)
    return Rig.of(made.skeleton, map_joints(made.skeleton), RigOptions(root=root))


@pytest.mark.parametrize("how", [{}, {"rest": "A", "yaw_deg": 70.0}, {"scale": 1.4}], ids=str)
def test_bones_stay_where_they_were_while_the_root_bone_faces_the_same_way(how: dict) -> None:
    rig, motion = rig_of(**how), smooth_motion(61)
    plan = heading_plan(rig)
    assert plan is not None
    pose = solve(fit(rig, rest_joints()), motion.local_wxyz, motion.pelvis)
    changed, root_wxyz = with_heading(plan, pose)
    before = posed(rig, pose)
    assert rig.root_row is not None
    after = posed(rig, changed, root_wxyz=root_wxyz)
    moved = [bone.row for bone in rig.driven]
    assert np.abs(after.heads[:, moved] - before.heads[:, moved]).max() < 1e-9
    assert geodesic(after.deltas[:, moved], before.deltas[:, moved]).max() < 1e-7
    root, hips = after.deltas[:, rig.root_row], before.deltas[:, rig.hips_row]
    np.testing.assert_allclose(root[:, :, 1], np.tile([0, 1, 0], (61, 1)), atol=1e-9)
    faces = np.einsum("ti,ti->t", root[:, :, 2] * [1, 0, 1], hips[:, :, 2] * [1, 0, 1])
    assert (faces > 0.9).all(), "they face the same way"
    assert geodesic(root[0], root[-1]) > 1, "the person has turned"


def test_standing_still_and_leaning_turn_no_root_bone() -> None:
    rig = rig_of()
    plan = heading_plan(rig)
    assert plan is not None
    local = np.tile([1.0, 0, 0, 0], (1, len(SMPLX.names), 1))
    for lean in ([0.0, 0, 0], [0.6, 0, 0], [0, 0, -0.5], [np.pi, 0, 0]):
        local[0, 0] = quat_from_rotvec(lean)
        pose = solve(fit(rig, rest_joints()), local, np.array([[0, 0.95, 0]]))
        _, root_wxyz = with_heading(plan, pose)
        assert geodesic(matrix_from_quat(root_wxyz[0]), np.eye(3)) < 1e-6


@pytest.mark.parametrize("root", [RootMotion.HIPS, RootMotion.OBJECT, RootMotion.IN_PLACE])
def test_where_no_root_bone_carries_the_character_none_turns(root: RootMotion) -> None:
    assert heading_plan(rig_of(root)) is None


def test_hips_that_the_root_bone_does_not_move_are_left_alone() -> None:
    rig = rig_of()
    alone = replace(rig, parents={rig.skeleton.names[rig.hips_row]: None})
    assert heading_plan(alone) is None
