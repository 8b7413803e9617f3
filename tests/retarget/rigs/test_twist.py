from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion
from rigs_made import MadeRig, made_rig, person

from livemocap.rotation import Array, normalize, quat_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import SMPLX
from retarget.rigs.posed import posed
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.solve import fit, solve


def turns(
    made: MadeRig, rotvecs: dict[str, Array], options: RigOptions | None = None
) -> dict[str, Array]:
    """(3, 3) by bone: how a pose of a few joints turns it beyond what the T-pose does."""
    local = np.tile([1.0, 0, 0, 0], (2, 55, 1))
    for joint, rotvec in rotvecs.items():
        local[1, SMPLX.index(joint)] = quat_from_rotvec(rotvec)
    rig = Rig.of(made.skeleton, made.joint_map, options)
    deltas = posed(rig, solve(fit(rig, person()), local, np.zeros((2, 3)))).deltas
    beyond = deltas[1] @ np.swapaxes(deltas[0], -1, -2)
    return dict(zip(made.skeleton.names, beyond, strict=True))


def forearm() -> Array:
    """(3,) unit, in the T-pose."""
    rest = person()
    return normalize(np.diff(rest[SMPLX.indices("left_elbow", "left_wrist")], axis=0)[0])


def upper_arm() -> Array:
    rest = person()
    return normalize(np.diff(rest[SMPLX.indices("left_shoulder", "left_elbow")], axis=0)[0])


@pytest.mark.parametrize("rest", ["T", "A"])
@pytest.mark.parametrize("extra", ["twist", "split"])
def test_forearm_bones_take_their_share_of_the_wrists_twist(extra: str, rest: str) -> None:
    made = made_rig("ue4", rest=rest, axes="random", extras=(extra,))
    found = turns(made, {"left_wrist": 1.2 * forearm()})
    bone, share = {
        "twist": ("lowerarm_l_twist_01", 0.75),
        "split": ("lowerarm_l_to_left_wrist", 0.5),
    }[extra]
    np.testing.assert_allclose(rotvec_from_matrix(found[bone]), share * 1.2 * forearm(), atol=1e-9)
    np.testing.assert_allclose(rotvec_from_matrix(found["hand_l"]), 1.2 * forearm(), atol=1e-9)


def test_a_bent_wrist_does_not_bend_the_forearm() -> None:
    made = made_rig("ue4", extras=("twist", "split"))
    bend = np.cross(forearm(), [0, 1.0, 0])
    found = turns(made, {"left_wrist": 0.9 * normalize(bend)})
    for bone in ("lowerarm_l_twist_01", "lowerarm_l_to_left_wrist", "lowerarm_l"):
        np.testing.assert_allclose(found[bone], np.eye(3), atol=1e-9)


def test_a_shoulder_twists_less_where_its_arm_begins() -> None:
    made = made_rig("ue4", rest="A", extras=("twist",))
    found = turns(made, {"left_shoulder": 0.8 * upper_arm()})
    np.testing.assert_allclose(
        rotvec_from_matrix(found["upperarm_l_twist_01"]), 0.25 * 0.8 * upper_arm(), atol=1e-9
    )


def test_a_lifted_arm_carries_its_twist_bones_along() -> None:
    made = made_rig("ue4", extras=("twist",))
    lift = 0.8 * normalize(np.cross(upper_arm(), [0, 1.0, 0]))
    found = turns(made, {"left_shoulder": lift})
    np.testing.assert_allclose(rotvec_from_matrix(found["upperarm_l_twist_01"]), lift, atol=1e-9)


def test_bends_of_the_spine_are_spread_over_its_bones() -> None:
    made = made_rig("ue4", axes="random", extras=("spine", "neck"))
    found = turns(made, {"spine2": np.array([0.6, 0, 0]), "head": np.array([0, 0.8, 0])})
    spread = {"spine_01_to_spine2": [0.3, 0, 0], "spine_02": [0.6, 0, 0]}
    for bone, rotvec in spread.items():
        np.testing.assert_allclose(rotvec_from_matrix(found[bone]), rotvec, atol=1e-9)
    half = found["spine_03"].T @ found["neck_01_to_head"]
    np.testing.assert_allclose(rotvec_from_matrix(half), [0, 0.4, 0], atol=1e-9)


@pytest.mark.parametrize("options", [RigOptions(twist=False), RigOptions(spread=False)], ids=str)
def test_shares_can_be_left_out(options: RigOptions) -> None:
    made = made_rig("ue4", extras=("twist", "split", "spine", "neck"))
    bones = Rig.of(made.skeleton, made.joint_map, options).bones
    assert any("twist" in bone for bone in bones) == options.twist
    assert ("neck_01_to_head" in bones) == options.spread


def test_bones_between_constrained_ones_are_left_alone() -> None:
    made = made_rig("ue4", extras=("split", "spine"))
    hand, spine = made.bones["left_wrist"], made.bones["spine2"]
    rig = Rig.of(made.skeleton, made.joint_map, parents={hand: "lowerarm_l", spine: "spine_01"})
    assert "lowerarm_l_to_left_wrist" not in rig.bones
    assert "spine_01_to_spine2" not in rig.bones
    assert "lowerarm_r_to_right_wrist" in rig.bones


def test_bones_that_no_skin_follows_are_left_alone() -> None:
    made = made_rig("ue4", extras=("split", "twist"))
    machinery = "lowerarm_l_to_left_wrist"
    deforms = tuple(name != machinery for name in made.skeleton.names)
    bones = Rig.of(replace(made.skeleton, deforms=deforms), made.joint_map).bones
    assert machinery not in bones
    assert "lowerarm_r_to_right_wrist" in bones


def test_metacarpals_hair_and_controls_are_left_alone() -> None:
    made = made_rig("ue4", extras=("metacarpals", "hair", "ik", "root", "tips", "hip"))
    assert set(Rig.of(made.skeleton, made.joint_map).bones) == set(made.bones.values())


def test_twist_does_not_jump_while_a_wrist_turns_to_and_fro() -> None:
    made = made_rig("ue4", rest="A", axes="random", extras=("twist", "split"))
    motion = smooth_motion(200)
    local = motion.local_wxyz.copy()
    angles = 2.5 * np.sin(np.linspace(0, 12, 200))
    local[:, SMPLX.index("left_wrist")] = quat_from_rotvec(angles[:, None] * forearm())
    rig = Rig.of(made.skeleton, made.joint_map)
    q = solve(fit(rig, person()), local, motion.pelvis).rotations_wxyz
    assert (q[1:] * q[:-1]).sum(-1).min() > 0.95


def test_hands_turned_at_rest_are_no_twist() -> None:
    """The forearm's skin is at ease as the rig was made, with palms forward."""
    made = made_rig("ue4", extras=("twist",))
    heads = made.skeleton.heads.copy()
    names = made.skeleton.names
    hand = [row for row, name in enumerate(names) if name.endswith("_l") and name[-4:-2].isdigit()]
    wrist = heads[made.skeleton.rows["hand_l"]]
    x = forearm()
    turn = np.cross(np.eye(3), x)  # a quarter turn about the forearm
    heads[hand] = wrist + (heads[hand] - wrist) @ (turn + np.outer(x, x))
    other = MadeRig(replace(made.skeleton, heads=heads), made.joint_map)
    rig = Rig.of(other.skeleton, other.joint_map)
    local = np.tile([1.0, 0, 0, 0], (1, 55, 1))
    now = posed(rig, solve(fit(rig, person()), local, np.zeros((1, 3)))).deltas[0]
    hand_turn = rotvec_from_matrix(now[other.skeleton.rows["hand_l"]])
    share = rotvec_from_matrix(now[other.skeleton.rows["lowerarm_l_twist_01"]])
    assert abs(hand_turn @ x) == pytest.approx(np.pi / 2, abs=0.05)
    np.testing.assert_allclose(share, 0.75 * (hand_turn @ x) * x, atol=0.05)
