from __future__ import annotations

import numpy as np
import pytest
from rigs_made import EXTRAS, made_rig

from retarget.errors import RetargetError
from retarget.rigs.joint_map import JointMap, Match
from retarget.rigs.rig import Rig


def changed(joint_map: JointMap, **bones: str) -> JointMap:
    """With other bones for some joints."""
    return JointMap(matches={**joint_map.matches, **{j: Match(b, 1.0) for j, b in bones.items()}})


def test_bones_are_written_after_those_that_move_them() -> None:
    made = made_rig("ue4", extras=EXTRAS, shuffled=True)
    rig = Rig.of(made.skeleton, made.joint_map)
    assert all(bone.parent < place for place, bone in enumerate(rig.driven))
    assert len(set(rig.bones)) == len(rig.bones)
    assert set(made.bones.values()) <= set(rig.bones)


def test_a_bone_is_moved_by_the_nearest_driven_one_above() -> None:
    made = made_rig("ue4", extras=("hip", "metacarpals"))
    rig = Rig.of(made.skeleton, made.joint_map)
    movers = {
        rig.bones[place]: rig.bones[bone.parent]
        for place, bone in enumerate(rig.driven)
        if bone.parent >= 0
    }
    assert movers["thigh_l"] == "pelvis"
    assert movers["index_01_l"] == "hand_l"
    assert "pelvis" not in movers


def test_a_joint_that_smplx_does_not_have_is_refused() -> None:
    made = made_rig()
    with pytest.raises(RetargetError, match=r"'left_arm', which is no joint of SMPL-X"):
        Rig.of(made.skeleton, changed(made.joint_map, left_arm="left_elbow"))


def test_a_bone_that_the_rig_does_not_have_is_refused() -> None:
    made = made_rig()
    with pytest.raises(RetargetError, match=r"'head' moves 'Kopf', which is no bone"):
        Rig.of(made.skeleton, changed(made.joint_map, head="Kopf"))


def test_a_rig_needs_a_pelvis() -> None:
    made = made_rig(without=["pelvis"])
    with pytest.raises(RetargetError, match="no bone follows the pelvis"):
        Rig.of(made.skeleton, made.joint_map)


def test_of_two_joints_on_one_bone_the_last_moves_it() -> None:
    made = made_rig(without=["spine2"])
    shared = changed(made.joint_map, spine2="spine3")
    rig = Rig.of(made.skeleton, shared)
    assert rig.bones.count("spine3") == 1
    assert set(rig.bones) == set(made.bones.values())


def test_bones_that_move_each_other_are_refused() -> None:
    made = made_rig()
    around = {"left_hip": "left_knee"}
    with pytest.raises(RetargetError, match="move each other in a circle: left_hip, left_knee"):
        Rig.of(made.skeleton, made.joint_map, parents=around)


def test_unknown_bones_and_joints_are_named() -> None:
    made = made_rig()
    with pytest.raises(RetargetError, match="there is no bone 'Kopf'"):
        Rig.of(made.skeleton, made.joint_map, parents={"head": "Kopf", "neck": None})
    with pytest.raises(RetargetError, match="there is no joint 'skull'"):
        Rig.of(made.skeleton, made.joint_map, calibration={"skull": np.eye(3)})
