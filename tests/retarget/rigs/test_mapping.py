import json
from dataclasses import replace

import numpy as np
import pytest
from rig_families import family_rig
from rig_namings import FAMILIES
from rigs_made import EXTRAS, NAMINGS, MadeRig, made_rig

from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX
from retarget.rigs.joint_map import JointMap
from retarget.rigs.mapping import map_joints
from retarget.rigs.skeleton import RigSkeleton

BODY = SMPLX.names[:BODY_JOINTS]


def wrong(found: JointMap, truth: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Joints that were given another bone than the true one."""
    return {j: (b, truth[j]) for j, b in found.bones.items() if j in truth and truth[j] != b}


def renamed(rig: MadeRig, new: dict[str, str]) -> tuple[RigSkeleton, dict[str, str]]:
    """The same rig with other names, and its truth."""
    names = tuple(new.get(name, name) for name in rig.skeleton.names)
    return replace(rig.skeleton, names=names), {j: new.get(b, b) for j, b in rig.bones.items()}


@pytest.mark.parametrize("rest", ["T", "A"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_bones_of_known_programs_are_all_found(family: str, rest: str) -> None:
    rig = family_rig(FAMILIES[family], rest=rest, yaw_deg=-50 if rest == "A" else 0)
    assert map_joints(rig.skeleton).bones == rig.bones


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"rigify deform", "rigify metarig"}))
def test_names_suffice_where_no_preset_knows_them(family: str) -> None:
    rig = family_rig(FAMILIES[family])
    assert map_joints(rig.skeleton, known=()).bones == rig.bones


@pytest.mark.parametrize("extra", [None, *EXTRAS])
@pytest.mark.parametrize("naming", NAMINGS)
def test_extra_bones_are_left_alone(naming: str, extra: str | None) -> None:
    rig = made_rig(naming, rest="A", axes="random", extras=[extra] if extra else [], shuffled=True)
    found = map_joints(rig.skeleton)
    assert wrong(found, rig.bones) == {}
    assert set(rig.bones) <= set(found.bones)


@pytest.mark.parametrize("rest", ["T", "A", "scrambled"])
@pytest.mark.parametrize("seed", range(4))
def test_names_that_say_nothing_leave_the_body_to_its_shape(rest: str, seed: int) -> None:
    rig = made_rig(
        rest=rest,
        axes="random",
        extras=["tips", "ik", "hair", "root"][seed:],
        fingers=seed != 1,
        scrambled_names=True,
        shuffled=True,
        yaw_deg=90.0 * seed,
        scale=0.6 + 0.4 * seed,
        seed=seed,
    )
    found = map_joints(rig.skeleton)
    assert wrong(found, rig.bones) == {}
    assert sum(joint in found.bones for joint in BODY) >= 20


@pytest.mark.parametrize(
    "extras", [(), ("tips",), ("metacarpals",), ("tips", "metacarpals")], ids=str
)
@pytest.mark.parametrize("rest", ["T", "A", "scrambled"])
def test_five_fingers_are_told_by_their_shape(rest: str, extras: tuple[str, ...]) -> None:
    rig = made_rig(rest=rest, extras=extras, scrambled_names=True, shuffled=True, seed=2)
    found = map_joints(rig.skeleton)
    assert wrong(found, rig.bones) == {}
    fingers = [joint for joint in rig.bones if joint[-1] in "123" and "_" in joint]
    assert len(fingers) == 30
    assert set(fingers) <= set(found.bones)


@pytest.mark.parametrize("turn", [(90, 0, 0), (-90, 0, 0), (0, 0, 90), (180, 0, 0)], ids=str)
def test_a_rig_that_lies_or_hangs_is_found_by_its_names(turn: tuple[float, ...]) -> None:
    rig = made_rig("mixamo", turn=matrix_from_rotvec(np.radians(turn)))
    assert set(rig.bones.items()) <= set(map_joints(rig.skeleton).bones.items())


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("naming", ["smplx", "chibi", "cmu"])
def test_shape_alone_is_never_wrong_whatever_else_hangs_there(naming: str, extra: str) -> None:
    rig = made_rig(naming, extras=[extra], scrambled_names=True, shuffled=True, seed=3)
    found = map_joints(rig.skeleton)
    assert wrong(found, rig.bones) == {}
    assert (
        sum(j in found.bones for j in rig.bones if j in BODY) >= len(set(BODY) & {*rig.bones}) - 2
    )


@pytest.mark.parametrize("naming", ["smplx", "mixamo", "ue4", "makehuman"])
@pytest.mark.parametrize("seed", range(3))
def test_names_dealt_out_at_random_are_not_believed(naming: str, seed: int) -> None:
    rig = made_rig(naming, extras=["twist", "ik"])
    names = list(rig.skeleton.names)
    dealt = np.random.default_rng(seed).permutation(names).tolist()
    skeleton, truth = renamed(rig, dict(zip(names, dealt, strict=True)))
    found = map_joints(skeleton)
    assert wrong(found, truth) == {}
    assert sum(joint in found.bones for joint in BODY) >= 20


@pytest.mark.parametrize("naming", NAMINGS)
def test_sides_named_the_wrong_way_round_are_unsure(naming: str) -> None:
    rig = made_rig(naming)
    other = {
        j: j.replace("left", "*").replace("right", "left").replace("*", "right") for j in rig.bones
    }
    skeleton, _ = renamed(rig, {rig.bones[j]: rig.bones[other[j]] for j in rig.bones})
    found = map_joints(skeleton)
    assert not [joint for joint in found.bones if joint.startswith(("left", "right"))]
    assert {"left_elbow", "right_knee"} <= set(found.unsure)


@pytest.mark.parametrize("part", ["collar", "shoulder", "elbow", "wrist", "hip", "knee", "foot"])
def test_one_pair_named_the_wrong_way_round_is_unsure(part: str) -> None:
    rig = made_rig("ue4", fingers=False)
    left, right = rig.bones[f"left_{part}"], rig.bones[f"right_{part}"]
    skeleton, truth = renamed(rig, {left: right, right: left})
    found = map_joints(skeleton)
    assert wrong(found, truth) == {}
    assert {f"left_{part}", f"right_{part}"} <= set(found.unsure)


def test_fingers_named_in_another_order_are_unsure() -> None:
    rig = made_rig("ue4")
    new = {rig.bones[f"left_index{k}"]: rig.bones[f"left_pinky{k}"] for k in (1, 2, 3)}
    skeleton, truth = renamed(rig, new | {new: old for old, new in new.items()})
    found = map_joints(skeleton)
    assert wrong(found, truth) == {}
    assert "left_index1" in found.unsure
    assert "right_index1" in found.bones


def test_an_upper_and_a_lower_bone_named_the_wrong_way_round_are_unsure() -> None:
    rig = made_rig("ue4", fingers=False)
    arm, forearm = rig.bones["left_shoulder"], rig.bones["left_elbow"]
    skeleton, truth = renamed(rig, {arm: forearm, forearm: arm})
    found = map_joints(skeleton)
    assert wrong(found, truth) == {}
    assert "left_elbow" not in found.bones


def test_every_joint_is_matched_unsure_or_missing() -> None:
    found = map_joints(made_rig("chibi").skeleton)
    sets = [set(found.matches), set(found.unsure), set(found.missing)]
    assert set().union(*sets) == set(SMPLX.names)
    assert sum(map(len, sets)) == len(SMPLX.names)
    assert "neck" in found.missing


def test_which_way_a_body_without_feet_faces_is_not_guessed() -> None:
    rig = made_rig(
        fingers=False,
        scrambled_names=True,
        without=["left_foot", "right_foot", "jaw", "left_eye", "right_eye"],
    )
    straight = replace(rig.skeleton, heads=rig.skeleton.heads * (1, 1, 0))
    found = map_joints(straight)
    assert not [joint for joint in found.bones if joint.startswith(("left", "right"))]
    assert "left_knee" in found.unsure
    assert "spine3" in found.bones


def test_a_crowd_of_props_is_no_body() -> None:
    rng = np.random.default_rng(0)
    names = tuple(f"prop_{k}" for k in range(20))
    skeleton = RigSkeleton(
        names=names,
        parents=(-1, *(int(rng.integers(k)) for k in range(1, 20))),
        heads=rng.normal(size=(20, 3)),
        axes=np.broadcast_to(np.eye(3), (20, 3, 3)),
        tails=rng.normal(size=(20, 3)),
    )
    found = map_joints(skeleton)
    assert len(found.bones) < 6
    assert found.preset is None


@pytest.mark.parametrize("bones", [0, 1, 3])
def test_hardly_any_bones_are_no_body_either(bones: int) -> None:
    skeleton = RigSkeleton(
        names=("Hips", "Spine", "Head")[:bones],
        parents=(-1, 0, 1)[:bones],
        heads=np.zeros((bones, 3)),
        axes=np.broadcast_to(np.eye(3), (bones, 3, 3)),
        tails=np.ones((bones, 3)),
    )
    found = map_joints(skeleton)
    assert set(found.bones.values()) <= set(skeleton.names)
    assert len(found.missing) + len(found.unsure) + len(found.matches) == len(SMPLX.names)


def test_the_map_is_plain_data() -> None:
    found = map_joints(made_rig("mixamo").skeleton)
    assert found.preset == "mixamo"
    assert json.loads(json.dumps(found.bones)) == found.bones
    assert all(0 <= match.certainty <= 1 for match in found.matches.values())
