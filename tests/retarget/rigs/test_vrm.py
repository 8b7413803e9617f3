"""The humanoid that VRM files state, of both versions."""

from __future__ import annotations

import pytest

from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.rigs.vrm import humanoid_bones

_LIMB = ["Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes", "Eye"]
_FINGER = [
    f"{finger}{part}"
    for finger in ("Index", "Middle", "Ring", "Little")
    for part in ("Proximal", "Intermediate", "Distal")
]
_THUMB_0 = ["ThumbProximal", "ThumbIntermediate", "ThumbDistal"]
_THUMB_1 = ["ThumbMetacarpal", "ThumbProximal", "ThumbDistal"]
_CENTRE = ["hips", "spine", "chest", "upperChest", "neck", "head", "jaw"]


def stated(thumb: list[str]) -> list[str]:
    sided = [f"{side}{part}" for side in ("left", "right") for part in _LIMB + _FINGER + thumb]
    return _CENTRE + sided


def vrm0(bones: list[str], names: dict[str, str] | None = None) -> dict:
    humans = [{"bone": bone, "node": node} for node, bone in enumerate(bones)]
    return {
        "nodes": [{"name": (names or {}).get(bone, f"node of {bone}")} for bone in bones],
        "extensions": {"VRM": {"humanoid": {"humanBones": humans}}},
    }


def vrm1(bones: list[str]) -> dict:
    humans = {bone: {"node": node} for node, bone in enumerate(bones)}
    return {
        "nodes": [{"name": f"node of {bone}"} for bone in bones],
        "extensions": {"VRMC_vrm": {"humanoid": {"humanBones": humans}}},
    }


@pytest.mark.parametrize(
    ("said", "thumb"), [(vrm0(stated(_THUMB_0)), _THUMB_0), (vrm1(stated(_THUMB_1)), _THUMB_1)]
)
def test_a_complete_humanoid_names_all_joints(said: dict, thumb: list[str]) -> None:
    bones = humanoid_bones(said)
    assert set(bones) == set(SMPLX.names)
    assert len(set(bones.values())) == len(SMPLX.names)
    assert bones["left_collar"] == "node of leftShoulder"
    assert bones["right_pinky2"] == "node of rightLittleIntermediate"
    assert [bones[f"right_thumb{n}"] for n in (1, 2, 3)] == [f"node of right{t}" for t in thumb]


@pytest.mark.parametrize(
    ("back", "joints"),
    [
        (["spine"], {"spine1": "spine"}),
        (["spine", "chest"], {"spine1": "spine", "spine3": "chest"}),
        (
            ["spine", "chest", "upperChest"],
            {"spine1": "spine", "spine2": "chest", "spine3": "upperChest"},
        ),
    ],
)
def test_the_topmost_bone_of_the_back_is_the_one_under_the_arms(back, joints) -> None:
    expected = {joint: f"node of {bone}" for joint, bone in joints.items()}
    assert humanoid_bones(vrm1(back)) == expected


def test_nodes_that_share_their_name_or_have_none_are_left_to_guessing() -> None:
    said = vrm0(["hips", "neck", "head", "jaw"], {"neck": "Bone", "head": "Bone", "jaw": ""})
    assert humanoid_bones(said) == {"pelvis": "node of hips"}


def test_unassigned_bones_are_not_there() -> None:
    said = vrm0(["hips", "neck"])
    said["extensions"]["VRM"]["humanoid"]["humanBones"][1]["node"] = -1
    assert humanoid_bones(said) == {"pelvis": "node of hips"}


def test_other_gltf_files_state_nothing() -> None:
    assert humanoid_bones({"nodes": [{"name": "hips"}]}) == {}
    assert humanoid_bones({"nodes": [], "extensions": {"KHR_lights_punctual": {}}}) == {}


@pytest.mark.parametrize("said", [{"VRM": {}}, {"VRMC_vrm": {"humanoid": []}}])
def test_a_damaged_extension_is_named(said: dict) -> None:
    with pytest.raises(RetargetError, match="damaged VRM extension"):
        humanoid_bones({"nodes": [], "extensions": said})


def test_a_node_that_is_not_in_the_file_is_damage() -> None:
    said = vrm1(["hips"])
    said["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]["head"] = {"node": 9}
    with pytest.raises(RetargetError, match="damaged VRM extension"):
        humanoid_bones(said)
