"""The user's character files as what takes are exported onto."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy
from motion import smooth_motion
from rigs_made import MadeRig, made_rig

from livemocap.rotation import quat_from_matrix
from retarget.bvh_writing import write_bvh_tree
from retarget.errors import RetargetError
from retarget.fbx import FbxMotion, skeleton_of_rig, write_fbx
from retarget.fbx.tree import Node, encode, read_tree, write_tree
from retarget.rigs.as_bvh import bvh_of_rig
from retarget.rigs.export import BakeWishes, bake
from retarget.rigs.export_file import ChosenRig, rig_of_file
from retarget.rigs.presets import presets
from retarget.rigs.rig_source import FileWishes, rig_source


def write_rig(path: Path, made: MadeRig, rename: dict[str, str] | None = None) -> Path:
    """A BVH of the made rig, which moves a little."""
    person = bake(
        smooth_motion(3),
        Fraction(30),
        ChosenRig("a", made.skeleton, made.joint_map),
        BakeWishes(foot_lock=0),
    )
    tree, moves = bvh_of_rig(person.rig, person.pose)
    names = tuple((rename or {}).get(name, name) for name in tree.names)
    write_bvh_tree(path, replace(tree, names=names), moves, Fraction(30))
    return path


def test_a_bvh_is_mapped_without_help_and_stands_in_metres(tmp_path: Path) -> None:
    made = made_rig("ue4", rest="A", extras=["root"])
    found = rig_of_file(write_rig(tmp_path / "hero.bvh", made))
    assert found.joint_map.bones == made.bones
    way = made.skeleton.heads - made.skeleton.heads[0]
    rows = [found.skeleton.rows[name] for name in made.skeleton.names]
    heads = found.skeleton.heads[rows] - found.skeleton.heads[rows[0]]
    np.testing.assert_allclose(heads, way, atol=1e-6)


def test_a_map_goes_before_what_is_found_and_null_takes_a_bone_away(tmp_path: Path) -> None:
    made = made_rig("ue4")
    path = write_rig(tmp_path / "hero.bvh", made)
    bones = {"left_wrist": made.bones["left_index1"], "left_index1": None, "neck": None}
    (tmp_path / "mine.json").write_text(json.dumps({"bones": bones}))
    found = rig_of_file(path, map_file=tmp_path / "mine.json").joint_map.bones
    assert found["left_wrist"] == made.bones["left_index1"]
    assert not {"left_index1", "neck"} & set(found)
    assert found["right_wrist"] == made.bones["right_wrist"]


def test_a_map_with_a_bone_that_is_not_there_says_which_was_meant(tmp_path: Path) -> None:
    path = write_rig(tmp_path / "hero.bvh", made_rig("ue4"))
    (tmp_path / "mine.json").write_text(json.dumps({"bones": {"head": "haed"}}))
    with pytest.raises(RetargetError, match="no bone 'haed'; did you mean 'head'"):
        rig_of_file(path, map_file=tmp_path / "mine.json")


def test_a_character_without_a_pelvis_is_refused_with_the_words_of_inspect(tmp_path: Path) -> None:
    path = write_rig(tmp_path / "hero.bvh", made_rig("ue4"))
    (tmp_path / "mine.json").write_text(json.dumps({"bones": {"pelvis": None}}))
    with pytest.raises(RetargetError, match="no bone follows the pelvis: this rig cannot be moved"):
        rig_of_file(path, map_file=tmp_path / "mine.json")


def test_joints_that_are_not_sure_are_named(tmp_path: Path) -> None:
    made = made_rig("ue4", fingers=False)
    arm, forearm = made.bones["left_shoulder"], made.bones["left_elbow"]
    found = rig_of_file(write_rig(tmp_path / "hero.bvh", made, {arm: forearm, forearm: arm}))
    assert "left_elbow" not in found.joint_map.bones
    assert any("not sure enough" in note and "left_elbow" in note for note in found.notes)


@pytest.mark.parametrize(
    ("rig", "why"),
    [
        ("mixamoo", "did you mean 'mixamo'"),
        ("qqqq", "no naming is called so"),
        ("hero.fbx", "no such file"),
        ("rigify", "of controls"),
    ],
)
def test_what_is_neither_a_file_nor_a_naming_is_refused(rig: str, why: str) -> None:
    with pytest.raises(RetargetError, match=why):
        rig_source(rig, presets(), FileWishes())


def test_wishes_for_files_do_not_go_with_a_naming() -> None:
    with pytest.raises(RetargetError, match="--armature and --map are for files"):
        rig_source("mixamo", presets(), FileWishes(armature="Hero"))


def test_a_file_decides_how_long_its_bones_are(tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match="--body is for namings"):
        rig_source(str(tmp_path / "hero.bvh"), presets(), FileWishes(), average=True)


def test_a_namings_skeleton_is_as_large_as_the_person_unless_all_shall_be_alike() -> None:
    tall = smooth_motion(2, scale=1.3).rest_joints
    heights = {
        average: np.ptp(
            rig_source("mixamo", presets(), FileWishes(), average=average)
            .of(tall)
            .skeleton.heads[:, 1]
        )
        for average in (False, True)
    }
    assert heights[False] > 1.15 * heights[True]


def with_root_kind(path: Path, bone: str) -> None:
    """Make a bone of an FBX what Unreal makes of its first one."""
    tree = read_tree(path)
    objects: Node = next(node for node in tree.nodes if node.name == "Objects")
    for model in objects.below("Model"):
        if model.values()[1].split("\0")[0] == bone:
            model.properties[2] = encode("Root")
    write_tree(path, tree)


@pytest.mark.blender
@needs_bpy
def test_unreals_root_which_blender_makes_an_object_of_is_a_bone_again(tmp_path: Path) -> None:
    made = made_rig("ue4", rest="A", axes="random", extras=["root", "ik"])
    renamed = tuple("root" if name == "root_bone" else name for name in made.skeleton.names)
    skeleton = skeleton_of_rig(replace(made.skeleton, names=renamed))
    still = np.repeat(skeleton.rest_local_rotation[None], 2, 0)
    path = tmp_path / "mannequin.fbx"
    write_fbx(path, skeleton, FbxMotion(rotations=still), Fraction(30))
    with_root_kind(path, "root")
    found = rig_of_file(path)
    assert found.skeleton.names[0] == "root"
    assert found.joint_map.bones == made.bones
    rows = [found.skeleton.rows[name] for name in renamed]
    np.testing.assert_allclose(found.skeleton.heads[rows], made.skeleton.heads, atol=1e-5)
    np.testing.assert_allclose(found.skeleton.axes[rows], made.skeleton.axes, atol=1e-5)
    parents = [found.skeleton.parents[row] for row in rows]
    named = ["" if p < 0 else found.skeleton.names[p] for p in parents]
    assert named == ["" if p < 0 else renamed[p] for p in made.skeleton.parents]


def write_glb(path: Path, made: MadeRig) -> None:
    """A skinned .glb of one triangle, its nodes' axes those of the rig."""
    s, bones = made.skeleton, len(made.skeleton.names)
    nodes = []
    for row, name in enumerate(s.names):
        parent = s.parents[row]
        turn = s.axes[row] if parent < 0 else s.axes[parent].T @ s.axes[row]
        arm = s.heads[row] if parent < 0 else s.axes[parent].T @ (s.heads[row] - s.heads[parent])
        w, x, y, z = quat_from_matrix(turn).tolist()
        node = {"name": name, "rotation": [x, y, z, w], "translation": arm.tolist()}
        nodes.append(node | ({"children": list(s.children[row])} if s.children[row] else {}))
    nodes.append({"name": "skin", "mesh": 0, "skin": 0})
    bind = np.tile(np.eye(4), (bones, 1, 1))
    bind[:, :3, :3] = np.swapaxes(s.axes, -1, -2)
    bind[:, :3, 3] = -(np.swapaxes(s.axes, -1, -2) @ s.heads[..., None])[..., 0]
    parts = [
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4"),
        np.zeros((3, 4), "<u2"),
        np.tile(np.array([1, 0, 0, 0], "<f4"), (3, 1)),
        np.swapaxes(bind, -1, -2).astype("<f4"),
    ]
    kinds = [(5126, "VEC3", 3), (5123, "VEC4", 3), (5126, "VEC4", 3), (5126, "MAT4", bones)]
    starts = np.cumsum([0, *(part.nbytes for part in parts)]).tolist()
    said = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [*(r for r, p in enumerate(s.parents) if p < 0), bones]}],
        "nodes": nodes,
        "skins": [{"joints": list(range(bones)), "inverseBindMatrices": 3}],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 0, "JOINTS_0": 1, "WEIGHTS_0": 2}}]}
        ],
        "accessors": [
            {"bufferView": n, "componentType": kind, "type": shape, "count": count}
            | ({"min": [0, 0, 0], "max": [1, 1, 0]} if n == 0 else {})
            for n, (kind, shape, count) in enumerate(kinds)
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": part.nbytes}
            for start, part in zip(starts, parts, strict=False)
        ],
        "buffers": [{"byteLength": starts[-1]}],
    }
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    binary = b"".join(part.tobytes() for part in parts)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(binary))
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    path.write_bytes(head + chunks + struct.pack("<I4s", len(binary), b"BIN\0") + binary)


@pytest.mark.blender
@needs_bpy
def test_bones_of_a_gltf_have_the_axes_of_its_nodes(tmp_path: Path) -> None:
    made = made_rig("ue4", rest="A", axes="limb", fingers=False)
    x_along = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    made = replace(made, skeleton=replace(made.skeleton, axes=made.skeleton.axes @ x_along))
    write_glb(tmp_path / "hero.glb", made)
    found = rig_of_file(tmp_path / "hero.glb").skeleton
    rows = [found.rows[name] for name in made.skeleton.names]
    np.testing.assert_allclose(found.heads[rows], made.skeleton.heads, atol=1e-5)
    np.testing.assert_allclose(found.axes[rows], made.skeleton.axes, atol=1e-5)
