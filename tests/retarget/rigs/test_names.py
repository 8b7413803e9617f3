import pytest

from retarget.rigs.names import clean_names, read_names

MEANINGS = {
    "mixamorig:LeftUpLeg": ("left", "thigh"),
    "mixamorig:LeftHandIndex1": ("left", "index"),
    "LEFTUPLEG": ("left", "thigh"),
    "leftforearm": ("left", "forearm"),
    "lForearmBend": ("left", "forearm"),
    "rShldrBend": ("right", "shoulder"),
    "L_arm_upper": ("left", "upperarm"),
    "arm.upper.R": ("right", "upperarm"),
    "CC_Base_L_Mid1": ("left", "middle"),
    "CC_Base_Hip": ("", "hip"),
    "Bip01 L Finger02": ("left", "finger"),
    "ValveBiped.Bip01_R_Thigh": ("right", "thigh"),
    "J_Bip_C_UpperChest": ("", "spine"),
    "J_Adj_L_FaceEye": ("left", "eye"),
    "LHipJoint": ("left", "hip"),
    "LeftFootBall": ("left", "toe"),
    "LowerBack": ("", "spine"),
    "L5": ("", "spine"),
    "T12": ("", "spine"),
    "upper_body2": ("", "spine"),
    "lower_body": ("", "hips"),
    "f_index.01.L": ("left", "index"),
    "finger2-1.L": ("left", "finger"),
    "RIGHT_HAND_PINKY_2": ("right", "pinky"),
    "spine_mid": ("", "spine"),
    "左腕": ("left", "arm"),
    "左手首": ("left", "wrist"),
    "右足首": ("right", "ankle"),
    "右親指１": ("right", "thumb"),
    "上半身2": ("", "spine"),
}


@pytest.mark.parametrize(("name", "meaning"), MEANINGS.items(), ids=str)
def test_a_name_says_side_and_part(name: str, meaning: tuple[str, str]) -> None:
    read = read_names([name])[0]
    assert (read.side, read.part) == meaning
    assert not read.aside
    assert not read.strange


@pytest.mark.parametrize(
    "name",
    [
        *("upperarm_twist_01_l", "ik_foot_l", "kneeIK.l", "handslot.l", "LeftToe_End"),
        *("HeadTop_End", "CC_Base_L_ElbowShareBone", "J_Sec_L_Bust1", "hand_weapon_r"),
        *("skirt_L_01", "LeftForeArmRoll", "左腕捩", "左足ＩＫ", "Bip01_R_Toe0Nub"),
        *("elbow_pole.L", "foot_ctrl_r", "hair_03", "upper_arm_tweak.L"),
    ],
)
def test_what_follows_no_joint_stands_aside(name: str) -> None:
    assert read_names([name])[0].aside


@pytest.mark.parametrize("name", ["LeftInHandIndex", "metacarpal2.L", "lCarpal1", "palm.01.L"])
def test_bones_of_the_palm_are_told_from_fingers(name: str) -> None:
    assert read_names([name])[0].metacarpal


@pytest.mark.parametrize(("name", "layer"), [("thigh_fk.L", "fk"), ("DEF-thigh.L", "def")])
def test_a_control_rigs_layers_are_told_apart(name: str, layer: str) -> None:
    assert read_names([name])[0].layer == layer


def test_unknown_words_count_unless_most_names_share_them() -> None:
    parts = ["Hips", "Spine", "Neck", "Head", "Arm_L", "Arm_R", "Leg_L", "Leg_R"]
    shared = read_names([f"Zork_{part}" for part in parts])
    assert {name.strange for name in shared} == {0}
    assert [name.strange for name in read_names([*parts, "Arm_Zork_L"])][-1] == 1


def test_a_side_that_all_names_end_in_is_none() -> None:
    names = ["root_r", "LeftArm_r", "RightArm_r", "LeftLeg_r", "RightLeg_r", "Head_r", "Neck_r"]
    assert [name.side for name in read_names(names)][:3] == ["", "left", "right"]


def test_running_numbers_go_if_all_names_have_them() -> None:
    parts = ["Hips", "Spine", "Neck", "Head", "ArmL", "ArmR", "LegL", "LegR"]
    names = [f"{part}_{k:02d}" for k, part in enumerate(parts)]
    assert clean_names(names)[:2] == ("Hips", "Spine")
    assert clean_names(["Spine_01", "Hips"]) == ("Spine_01", "Hips")
