"""The user's own FBX characters with another animation, as programs of other makers read them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from fbx_made import dancing, skeleton_of_file, write_odd_chain
from motion import smooth_tracks
from readers.clips import Clip, bpy_clip, ufbx_clip

from livemocap.take import TakeWriter
from retarget.errors import RetargetError
from retarget.fbx.clip import read_clip
from retarget.fbx.models import Scene
from retarget.fbx.rig import motion_of_rig, skeleton_of_rig
from retarget.fbx.rig_copy import write_rig_copy
from retarget.fbx.tree import read_tree
from retarget.rigs.export import BakeWishes, export_onto_rig
from retarget.rigs.presets import presets
from retarget.rigs.rig_file import read_rig
from retarget.rigs.rig_source import FileWishes, rig_source
from retarget.rigs.skeleton import RigSkeleton

FILM = Fraction(24000, 1001)
FRAMES = 30
SHARED = Path(__file__).parents[4] / "shared" / "rigs"
ANIMATION = ("AnimationStack", "AnimationLayer", "AnimationCurveNode", "AnimationCurve")

_CHARACTER = """
    import sys
    import bpy
    from rigs_in_blender import *
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_rig("hero", placed=Matrix.Rotation(0.7, 4, "Z") @ Matrix.Scale(0.02, 4), naming="ue4",
            rest="A", scale=50)
    hero = bpy.data.objects["hero"]
    bpy.ops.mesh.primitive_cube_add(size=1)
    body = bpy.context.object
    body.parent = hero
    body.modifiers.new("skin", "ARMATURE").object = hero
    for bone in hero.data.bones:
        body.vertex_groups.new(name=bone.name).add(range(8), 0.02, "REPLACE")
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="jawOpen").data[0].co.x += 1
    pelvis = hero.pose.bones["pelvis"]
    for frame in (1, 20):
        pelvis.location.x = frame
        pelvis.keyframe_insert("location", frame=frame)
    bpy.ops.export_scene.fbx(filepath=sys.argv[1], add_leaf_bones=False, axis_up=sys.argv[2],
                             axis_forward=sys.argv[3])
"""


def worst_mm(clip: Clip, heads: np.ndarray, metres: float = 1.0) -> float:
    return float(np.linalg.norm(clip.joints * metres - heads, axis=-1).max()) * 1e3


def up_in(path: Path) -> np.ndarray:
    """(3, 3) from a file's axes to +Y up."""
    up = Scene(path, read_tree(path)).settings()["UpAxis"]
    return np.eye(3) if up == 1 else np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


def copy_dancing(source: Path, path: Path, rig: RigSkeleton) -> np.ndarray:
    """Write the copy; returns where the bones are in it, (T, B, 3) m."""
    axes, heads = dancing(rig, FRAMES)
    moves = motion_of_rig(rig, axes, heads)
    write_rig_copy(source, path, skeleton_of_rig(rig), moves, FILM)
    return heads


@pytest.mark.parametrize("order", range(6))
def test_bones_with_pivots_and_any_order_of_turning_go_where_they_should(
    order: int, tmp_path: Path
) -> None:
    write_odd_chain(tmp_path / "a.fbx", seed=order, order=order)
    rig = skeleton_of_file(tmp_path / "a.fbx")
    heads = copy_dancing(tmp_path / "a.fbx", tmp_path / "b.fbx", rig)
    clip = ufbx_clip(tmp_path / "b.fbx", FRAMES, FILM, rig.names)
    assert worst_mm(clip, heads, 0.01) < 0.05
    assert (clip.found["frames"], clip.found["first_s"]) == (FRAMES, 0)
    assert clip.found["fps"] == pytest.approx(float(FILM), rel=2e-6)


@needs_bpy
@pytest.mark.blender
def test_what_a_node_says_and_has_not_switched_on_does_not_count(tmp_path: Path) -> None:
    # as for Blender and Autodesk; ufbx and assimp count it all the same
    write_odd_chain(tmp_path / "a.fbx", seed=3, order=3, active=False)
    rig = skeleton_of_file(tmp_path / "a.fbx")
    heads = copy_dancing(tmp_path / "a.fbx", tmp_path / "b.fbx", rig)
    assert worst_mm(bpy_clip(tmp_path / "b.fbx", FRAMES, FILM, rig.names), heads) < 0.05


def test_progress_rises_to_the_number_of_all_bones(tmp_path: Path) -> None:
    write_odd_chain(tmp_path / "a.fbx", seed=1)
    rig = skeleton_of_file(tmp_path / "a.fbx")
    moves, told = motion_of_rig(rig, *dancing(rig, 3)), []
    write_rig_copy(
        tmp_path / "a.fbx",
        tmp_path / "b.fbx",
        skeleton_of_rig(rig),
        moves,
        FILM,
        progress=lambda *now: told.append(now),
    )
    bones = len(rig.names)
    assert told == [(done, bones) for done in range(bones + 1)]


def test_bones_that_stay_get_no_curves(tmp_path: Path) -> None:
    write_odd_chain(tmp_path / "a.fbx", seed=1)
    rig = skeleton_of_file(tmp_path / "a.fbx")
    axes, heads = (np.broadcast_to(a, (FRAMES, *a.shape)).copy() for a in (rig.axes, rig.heads))
    angle = np.linspace(0, 1, FRAMES)
    turn = np.stack([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    axes[:, -1, :, :2] = axes[:, -1, :, :2] @ turn.transpose(2, 0, 1)
    moves = motion_of_rig(rig, axes, heads)
    write_rig_copy(tmp_path / "a.fbx", tmp_path / "b.fbx", skeleton_of_rig(rig), moves, FILM)
    assert len(list(Scene(Path("b"), read_tree(tmp_path / "b.fbx")).objects("AnimationCurve"))) <= 6


@pytest.fixture(scope="module")
def hero(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """A skinned, animated character out of Blender with some axes up and forward."""

    @cache
    def hero(up: str, forward: str) -> Path:
        path = tmp_path_factory.mktemp("hero") / "hero.fbx"
        run_blender(_CHARACTER, str(path), up, forward)
        return path

    return hero


@needs_bpy
@pytest.mark.blender
@pytest.mark.parametrize("axes", [("Y", "-Z"), ("Z", "Y")], ids="".join)
def test_a_character_keeps_everything_but_its_animation(
    axes: tuple[str, str], hero, tmp_path: Path
) -> None:
    source, path = hero(*axes), tmp_path / "copy.fbx"
    [rig] = read_rig(source)
    heads = copy_dancing(source, path, rig)
    assert worst_mm(bpy_clip(path, FRAMES, FILM, rig.names), heads) < 0.05
    old, new = (Scene(file, read_tree(file)) for file in (source, path))
    assert [n for n in new.part("Objects").children if n.name not in ANIMATION] == [
        n for n in old.part("Objects").children if n.name not in ANIMATION
    ]
    assert len(list(old.objects("AnimationStack"))) == 1
    assert [n.values()[1] for n in new.objects("AnimationStack")] == ["motion\x00\x01AnimStack"]
    counted = {
        kind.values()[0]: kind.first("Count").values()[0]
        for kind in new.part("Definitions").below("ObjectType")
    }
    for kind, count in counted.items():
        assert count == len(list(new.objects(kind))) + (kind == "GlobalSettings"), kind


@needs_bpy
@pytest.mark.blender
def test_a_take_on_the_characters_file_is_the_take_on_its_bones(hero, tmp_path: Path) -> None:
    character = hero("Z", "Y")
    with closing(TakeWriter(tmp_path / "walk.mcap")) as take:
        for frame in smooth_tracks(10, people=(1,)):
            take.write("track", frame)
    source, files = rig_source(str(character), presets(), FileWishes()), []
    for with_mesh in (False, True):
        files += export_onto_rig(
            take.path,
            source,
            ["fbx"],
            None,
            Fraction(30),
            tmp_path / str(with_mesh),
            BakeWishes(),
            with_mesh=with_mesh,
        )
    bare = read_clip(files[0])
    clip = ufbx_clip(files[1], 10, Fraction(30), bare.names)
    turned = clip.joints @ up_in(character).T * 0.01
    assert np.linalg.norm(turned - bare.heads(), axis=-1).max() < 0.05e-3
    assert set(clip.found["others"]) == {"hero", "Cube"}


@needs_bpy
@pytest.mark.blender
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs")
def test_a_character_of_another_program_moves(tmp_path: Path) -> None:
    source = SHARED / "ue4_mannequin_run.fbx"
    [rig] = read_rig(source)
    heads = copy_dancing(source, tmp_path / "copy.fbx", rig)
    assert worst_mm(bpy_clip(tmp_path / "copy.fbx", FRAMES, FILM, rig.names), heads) < 0.05


@pytest.mark.parametrize(
    ("more", "order", "why"),
    [
        ({"Lcl Scaling": (1, 2, 1)}, 0, "'bone2' is scaled unevenly"),
        ({"Lcl Scaling": (-1, -1, -1)}, 0, "'bone2' is scaled unevenly or mirrored"),
        ({"InheritType": (2,)}, 0, "'bone2' leaves out the scale"),
        ({}, 6, "spheric"),
    ],
    ids=["uneven", "mirrored", "own scale", "spheric"],
)
def test_what_we_do_not_animate_is_refused(
    more: dict, order: int, why: str, tmp_path: Path
) -> None:
    write_odd_chain(tmp_path / "fine.fbx", seed=1)
    rig = skeleton_of_file(tmp_path / "fine.fbx")
    write_odd_chain(tmp_path / "a.fbx", seed=1, order=order, **more)
    with pytest.raises(RetargetError, match=why) as failed:
        copy_dancing(tmp_path / "a.fbx", tmp_path / "b.fbx", rig)
    assert "\n" not in str(failed.value)
    assert not (tmp_path / "b.fbx").exists()


def test_a_file_of_other_bones_is_refused(tmp_path: Path) -> None:
    write_odd_chain(tmp_path / "long.fbx", seed=1, bones=6)
    write_odd_chain(tmp_path / "other.fbx", seed=2, bones=6)
    write_odd_chain(tmp_path / "short.fbx", seed=1, bones=5)
    rig = skeleton_of_file(tmp_path / "long.fbx")
    with pytest.raises(RetargetError, match="no node is called 'bone6'"):
        copy_dancing(tmp_path / "short.fbx", tmp_path / "b.fbx", rig)
    with pytest.raises(RetargetError, match="'bone1' was read"):
        copy_dancing(tmp_path / "other.fbx", tmp_path / "b.fbx", rig)


def test_a_damaged_file_is_refused_or_copied(tmp_path: Path) -> None:
    write_odd_chain(tmp_path / "a.fbx", seed=1)
    rig = skeleton_of_file(tmp_path / "a.fbx")
    whole, rng = (tmp_path / "a.fbx").read_bytes(), np.random.default_rng(0)
    refused = 0
    for at in rng.integers(100, len(whole) - 200, 60):
        wrong = bytearray(whole)
        wrong[at] ^= 1 << rng.integers(8)
        (tmp_path / "a.fbx").write_bytes(wrong)
        try:
            copy_dancing(tmp_path / "a.fbx", tmp_path / "b.fbx", rig)
        except RetargetError:
            refused += 1
    assert refused
