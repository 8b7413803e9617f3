import json
from pathlib import Path

import pytest
from rigs_made import made_rig

from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.rigs.joint_map import JointMap, Match
from retarget.rigs.mapping import map_joints
from retarget.rigs.presets import fitted, load_preset, presets, recognise, save_preset


def test_the_built_in_namings_are_there() -> None:
    names = {preset.name for preset in presets()}
    promised = "smplx mixamo ue4 ue5 rigify makehuman vrm vroid cmu radical unity"
    assert set(promised.split()) <= names
    for preset in presets():
        assert set(preset.bones) <= set(SMPLX.names)
        bones = [bone for bone in preset.bones.values() if bone]
        assert len(bones) == len(set(bones))
        assert preset.title


def test_a_map_of_ones_own_is_found_again_and_wins(tmp_path: Path) -> None:
    rig = made_rig("ue4")
    matches = {joint: Match(bone, 1.0) for joint, bone in rig.bones.items() if joint != "neck"}
    saved = save_preset(tmp_path / "mine.json", JointMap(matches=matches), "My hero")
    assert load_preset(tmp_path / "mine.json") == saved
    found = map_joints(rig.skeleton, presets(tmp_path))
    assert found.preset == "mine"
    assert "neck" in found.missing
    assert found.bones["left_elbow"] == rig.bones["left_elbow"]


def test_a_naming_needs_its_whole_body() -> None:
    rig = made_rig("ue4", without=["left_elbow", "right_elbow"])
    assert recognise(rig.skeleton, presets()) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not a rig preset"),
        ("[]", "not a rig preset"),
        (json.dumps({"bones": {"left_flipper": "Flipper"}}), "no joint of SMPL-X"),
        (json.dumps({"bones": {"head": 3}}), "must be a name"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(RetargetError, match=complaint):
        presets(tmp_path)


def test_a_little_finger_may_be_called_pinky() -> None:
    rig = made_rig("vrm")
    assert rig.bones["left_pinky1"] == "pinky.proximal.L"
    vrm = next(preset for preset in presets() if preset.name == "vrm")
    rows = fitted(rig.skeleton, vrm)
    assert rows["left_pinky1"] == rig.skeleton.rows["pinky.proximal.L"]
    assert len([joint for joint in rows if "pinky" in joint]) == 6
