"""Characters of other people, where they are at hand: no joint may be wrong on any of them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy

from retarget.errors import RetargetError
from retarget.rigs.armature_map import map_armature
from retarget.rigs.inspection import Inspection, as_json, choose
from retarget.rigs.rig_file import read_armatures

SHARED = Path(__file__).parents[4] / "shared" / "rigs"
SKINLESS = "vrm_debug_robot_nodes.vrm"

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs"),
]


def truth() -> dict[str, dict[str, str]]:
    return json.loads((SHARED / "maps.json").read_text()) if SHARED.is_dir() else {}


@pytest.fixture(scope="module")
def inspected() -> dict[str, Inspection]:
    """Every file read once, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(truth(), pool.map(_inspect, truth()), strict=True))


def _inspect(name: str) -> Inspection:
    path = SHARED / name
    return choose([(a, map_armature(a)) for a in read_armatures(path)], path)


@pytest.mark.parametrize("name", truth())
def test_every_joint_is_found_and_none_is_wrong(name: str, inspected) -> None:
    found, expected = inspected[name].joint_map.bones, truth()[name]
    wrong = {j: (found[j], expected[j]) for j in found.keys() & expected if found[j] != expected[j]}
    assert wrong == {}
    assert sorted(expected.keys() - found) == []


@pytest.mark.parametrize("name", truth())
def test_a_calibrated_limb_points_as_the_persons_does(name: str, inspected) -> None:
    residual = inspected[name].residual_deg
    assert {"left_arm", "right_arm", "left_leg", "right_leg"} <= set(residual)
    assert max(deg for limb, deg in residual.items() if not limb.endswith("palm")) <= 0.1
    assert max([deg for limb, deg in residual.items() if limb.endswith("palm")], default=0) <= 3


@pytest.mark.parametrize("name", truth())
def test_a_character_stands_in_our_world_in_metres(name: str, inspected) -> None:
    found = inspected[name]
    skeleton, bones = found.armature.skeleton, found.joint_map.bones
    head, foot = (skeleton.heads[skeleton.rows[bones[joint]]] for joint in ("head", "left_ankle"))
    left, right = (
        skeleton.heads[skeleton.rows[bones[joint]]] for joint in ("left_hip", "right_hip")
    )
    assert 0.7 < head[1] - foot[1] < 1.9
    assert left[0] > right[0]
    np.testing.assert_allclose(np.linalg.det(skeleton.axes), 1, atol=1e-6)


@pytest.mark.parametrize("name", truth())
def test_what_programs_read_is_whole(name: str, inspected) -> None:
    said = as_json(inspected[name])
    assert list(said) == ["preset", "map", "unsure", "missing", "residual_deg"]
    assert len(said["map"]) + len(said["unsure"]) + len(said["missing"]) == 55
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_the_character_without_skin_is_refused() -> None:
    with pytest.raises(RetargetError, match="no skin in this file, only 77 bare nodes"):
        read_armatures(SHARED / SKINLESS)
