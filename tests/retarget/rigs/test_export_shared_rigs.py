"""Exports onto characters of other people, where they are at hand."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy
from motion import smooth_motion
from readers.clips import bvhio_clip, three_clip, ufbx_clip
from rig_angles import limb_errors_deg

from livemocap.skeleton import SMPLX
from retarget.bvh_writing import speakable, write_bvh_tree
from retarget.errors import RetargetError
from retarget.fbx import write_fbx
from retarget.motion import resample
from retarget.rigs.as_bvh import bvh_of_rig, bvh_rows
from retarget.rigs.as_fbx import fbx_of_rig
from retarget.rigs.export import BakedPerson, BakeWishes, bake
from retarget.rigs.export_file import ChosenRig, rig_of_file
from retarget.rigs.posed import posed_heads
from retarget.rigs.rig import RigOptions

SHARED = Path(__file__).parents[4] / "shared" / "rigs"
CONTROLS, SKINLESS = "rigify_human_b42.blend", "vrm_debug_robot_nodes.vrm"
"""The first becomes its deforming bones, the other cannot be moved."""

FPS, FRAMES = Fraction(30000, 1001), 12

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs"),
]


def names() -> list[str]:
    known = json.loads((SHARED / "maps.json").read_text()) if SHARED.is_dir() else {}
    return sorted(set(known) - {SKINLESS})


@cache
def read() -> dict[str, ChosenRig]:
    """Every file read once, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: rig_of_file(SHARED / name), names())
        return dict(zip(names(), found, strict=True))


def posed_person(name: str) -> BakedPerson:
    wishes = BakeWishes(options=RigOptions(flat_feet=False), foot_lock=0.0)
    return bake(smooth_motion(13), FPS, read()[name], wishes)


@pytest.mark.parametrize("name", names())
def test_fbx_is_read_where_the_character_was_posed(name: str, tmp_path: Path) -> None:
    person = posed_person(name)
    skeleton = person.rig.skeleton
    write_fbx(tmp_path / "a.fbx", *fbx_of_rig(person.rig, person.pose), FPS)
    clip = ufbx_clip(tmp_path / "a.fbx", FRAMES, FPS, skeleton.names)
    heads = posed_heads(person.rig, person.pose)
    assert np.linalg.norm(clip.joints * 0.01 - heads, axis=-1).max() < 0.05e-3
    assert clip.parents == ["" if p < 0 else skeleton.names[p] for p in skeleton.parents]
    assert (clip.found["others"], clip.found["scale"]) == ([], [1, 1, 1])
    assert (clip.found["frames"], clip.found["first_s"]) == (FRAMES, 0)
    assert len(clip.names) == len(skeleton.names)


@pytest.mark.parametrize("name", names())
def test_bvh_is_read_where_the_character_was_posed(name: str, tmp_path: Path) -> None:
    person = posed_person(name)
    rows = bvh_rows(person.rig)
    write_bvh_tree(tmp_path / "a.bvh", *bvh_of_rig(person.rig, person.pose), FPS)
    wanted = speakable([person.rig.skeleton.names[row] for row in rows])
    joints = [k for k, row in enumerate(rows) if row in person.rig.rows.values()]
    heads = posed_heads(person.rig, person.pose)[:, rows]
    for reader in (bvhio_clip, three_clip):
        if reader is three_clip and ":" in "".join(wanted):
            continue  # three.js takes what stands before a colon for a folder
        clip = reader(tmp_path / "a.bvh", FRAMES, FPS, wanted)
        off = np.linalg.norm(clip.joints * 0.01 - heads, axis=-1)
        assert off[:, joints].max() < 0.05e-3
        assert clip.found["frames"] == FRAMES


@pytest.mark.parametrize("name", names())
def test_limbs_of_the_character_point_as_the_persons_do(name: str) -> None:
    person = posed_person(name)
    rows = {SMPLX.names[joint]: row for joint, row in person.rig.rows.items()}
    source = resample(smooth_motion(13), FPS).joints()
    errors = limb_errors_deg(posed_heads(person.rig, person.pose), rows, source)
    assert np.mean([error.mean() for error in errors.values()]) <= 0.1


def test_unreals_root_is_a_bone_again() -> None:
    skeleton = read()["ue4_mannequin_run.fbx"].skeleton
    assert skeleton.names[0] == "root"
    assert skeleton.names[skeleton.children[0][0]] == "pelvis"
    assert sum(parent < 0 for parent in skeleton.parents) == 1


def test_a_rig_of_controls_is_written_as_its_deforming_bones() -> None:
    rig = read()[CONTROLS]
    assert "a rig of controls" in rig.notes[0]
    assert {name[:4] for name in rig.skeleton.names} == {"DEF-"}
    assert sum(parent < 0 for parent in rig.skeleton.parents) == 1
    assert len(rig.joint_map.bones) == 52


def test_what_cannot_be_moved_in_a_file_is_refused() -> None:
    with pytest.raises(RetargetError, match="no skin in this file"):
        rig_of_file(SHARED / SKINLESS)
