from __future__ import annotations

import numpy as np
import pytest
from motion import smooth_motion
from rig_angles import blender_matrices
from rigs_made import EXTRAS, made_rig, person

from retarget.rigs.posed import posed, posed_heads
from retarget.rigs.rig import Rig, RigOptions, RootMotion
from retarget.rigs.solve import RigPose, fit, solve


@pytest.fixture(scope="module")
def rig() -> Rig:
    made = made_rig("ue4", rest="A", axes="random", extras=EXTRAS, yaw_deg=60)
    return Rig.of(made.skeleton, made.joint_map)


@pytest.fixture(scope="module")
def pose(rig: Rig) -> RigPose:
    motion = smooth_motion(12)
    return solve(fit(rig, person()), motion.local_wxyz, motion.pelvis)


def test_a_few_bones_come_out_as_they_do_among_all(rig: Rig, pose: RigPose) -> None:
    wanted = [rig.skeleton.rows[name] for name in ("foot_l", "hand_r", "hair_1_3")]
    few, every = posed(rig, pose, wanted), posed(rig, pose)
    np.testing.assert_array_equal(few.heads[:, wanted], every.heads[:, wanted])
    np.testing.assert_array_equal(few.deltas[:, wanted], every.deltas[:, wanted])
    assert np.isnan(few.heads[:, rig.skeleton.rows["foot_r"]]).all()


def test_one_instant_is_posed_as_many_are(rig: Rig, pose: RigPose) -> None:
    one = RigPose(pose.rotations_wxyz[3], pose.hips_m[3], pose.root_m[3], pose.object_m[3])
    np.testing.assert_allclose(posed_heads(rig, one), posed_heads(rig, pose)[3], atol=1e-12)


@pytest.mark.parametrize("mode", list(RootMotion))
def test_translations_are_blenders(mode: RootMotion) -> None:
    made = made_rig("ue4", axes="random", extras=("root", "ik"), yaw_deg=60)
    rig = Rig.of(made.skeleton, made.joint_map, RigOptions(root=mode))
    motion = smooth_motion(5)
    pose = solve(fit(rig, person()), motion.local_wxyz, motion.pelvis)
    np.testing.assert_allclose(
        posed_heads(rig, pose), blender_matrices(rig, pose)[..., :3, 3], atol=1e-9
    )
