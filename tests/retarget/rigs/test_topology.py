import numpy as np
import pytest
from rigs_made import made_rig

from livemocap.skeleton import BODY_JOINTS, SMPLX
from retarget.rigs.facing import facing, handedness
from retarget.rigs.topology import body_by_shape
from retarget.rigs.tree import JUST_ENOUGH, Found, spine_of

BODY = SMPLX.names[:BODY_JOINTS]


def truth(naming: str, **how: float) -> tuple[Found, Found]:
    """What shape finds, and what is true."""
    rig = made_rig(naming, **how)  # type: ignore[arg-type]
    rows = rig.skeleton.rows
    return body_by_shape(rig.skeleton), {j: (rows[b], 1.0) for j, b in rig.bones.items()}


@pytest.mark.parametrize("seed", range(10))
def test_a_body_is_found_however_its_limbs_point(seed: int) -> None:
    found, true = truth("smplx", rest="scrambled", seed=seed, yaw_deg=36 * seed)  # type: ignore
    sure = {joint: bone for joint, (bone, certainty) in found.items() if certainty >= JUST_ENOUGH}
    assert {j: b for j, b in sure.items() if true[j][0] != b} == {}
    assert len(sure) >= 20


@pytest.mark.parametrize("yaw_deg", [0.0, 90.0, 200.0])
def test_a_rig_faces_where_its_toes_point(yaw_deg: float) -> None:
    rig = made_rig("smplx", yaw_deg=yaw_deg)
    rows = rig.skeleton.rows
    found: Found = {joint: (rows[bone], 1.0) for joint, bone in rig.bones.items()}
    forward = np.array([np.sin(np.radians(yaw_deg)), 0, np.cos(np.radians(yaw_deg))])
    assert facing(rig.skeleton, found) @ forward > 0.9
    assert handedness(rig.skeleton, found) > 0.9


def test_thumbs_and_bends_say_it_where_there_are_no_toes() -> None:
    rig = made_rig("smplx", without=["left_foot", "right_foot"])
    rows = rig.skeleton.rows
    found: Found = {joint: (rows[bone], 1.0) for joint, bone in rig.bones.items()}
    assert facing(rig.skeleton, found)[2] > 0.5


@pytest.mark.parametrize(
    ("bones", "joints"),
    [
        ([], {}),
        ([7], {"spine3": 7}),
        ([7, 8], {"spine1": 7, "spine3": 8}),
        ([1, 2, 3], {"spine1": 1, "spine2": 2, "spine3": 3}),
        ([1, 2, 3, 4, 5], {"spine1": 1, "spine2": 3, "spine3": 5}),
    ],
)
def test_a_spine_of_any_length_keeps_its_ends(bones: list[int], joints: dict[str, int]) -> None:
    assert spine_of(bones) == joints
