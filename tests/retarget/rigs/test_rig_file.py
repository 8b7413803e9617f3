"""Characters out of files that Blender wrote, and what is said of files that hold none."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import smooth_motion
from rigs_made import MadeRig, made_rig

from retarget.bvh import write_bvh
from retarget.errors import RetargetError
from retarget.motion import resample
from retarget.rates import parse_rate
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
from retarget.rigs.gltf import read_gltf
from retarget.rigs.rig_file import read_armatures, read_rig

_WRITE = """
import sys
from dataclasses import replace
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
from blender_rigs import bind_skin, build_armature
from retarget.rigs.armature_file import load_armatures
folder = Path(sys.argv[1])
skeleton = load_armatures(folder / "made.npz")[0].skeleton
placed = np.array(Matrix.Rotation(1.5707963, 4, "X") @ Matrix.Scale(0.01, 4))

def start(placed=placed):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return build_armature("Knight", skeleton, placed)

rig = start()
bind_skin(rig, ["J_Bip_C_Hips", "J_Bip_C_Head"])
bpy.ops.export_scene.fbx(filepath=str(folder / "knight.fbx"), add_leaf_bones=False)

rig = start(np.eye(4))
bind_skin(rig, list(skeleton.names))
rig.animation_data_create().action = bpy.data.actions.new("Wave")
rig.pose.bones["J_Bip_C_Head"].keyframe_insert("rotation_quaternion", frame=1)
bpy.ops.export_scene.gltf(filepath=str(folder / "knight.glb"))

rig = start()
rig.name = "Generated"
plan = build_armature("metarig", skeleton, np.eye(4))
plan.data["rigify_target_rig"] = rig
mount = build_armature("Horse", skeleton, np.eye(4))
stable = bpy.data.scenes.new("Stable")
cart = bpy.data.objects.new("Cart", None)
cart.location = (0, 0, 5)
cart.hide_viewport = True
stable.collection.objects.link(cart)
bpy.context.scene.collection.objects.unlink(mount)
stable.collection.objects.link(mount)
mount.parent = cart
bpy.data.objects.new("Nothing", bpy.data.armatures.new("Nothing")).use_fake_user = True
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "party.blend"))

bpy.ops.wm.read_factory_settings(use_empty=True)
for n in range(3):
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(f"node{n}", None))
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "nodes.blend"))
bpy.data.batch_remove(bpy.data.objects)
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "empty.blend"))
"""

blender = pytest.mark.blender


@pytest.fixture(scope="module")
def made() -> MadeRig:
    return made_rig("vroid", rest="A", extras=("hair",))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, made: MadeRig) -> Path:
    """The same character as .fbx and .glb, in scenes of a .blend, and files without any."""
    folder = tmp_path_factory.mktemp("files")
    save_armatures(folder / "made.npz", [Armature(name="made", skeleton=made.skeleton)])
    run_blender(_WRITE, str(folder))
    return folder


def expect_skeleton(found: Armature, made: MadeRig, lift: float = 0, atol: float = 2e-6) -> None:
    """Every bone with its parent, where it was made."""
    theirs, ours = found.skeleton, made.skeleton
    assert sorted(theirs.names) == sorted(ours.names)
    rows = [theirs.rows[name] for name in ours.names]
    np.testing.assert_allclose(theirs.heads[rows], ours.heads + np.array([0, lift, 0]), atol=atol)
    for row, bone in zip(rows, range(len(rows)), strict=True):
        above, expected = theirs.parents[row], ours.parents[bone]
        assert (above < 0) == (expected < 0)
        assert above < 0 or theirs.names[above] == ours.names[expected]


@blender
@needs_bpy
def test_an_fbx_in_centimetres_lying_on_its_back_stands_as_it_was_made(files, made) -> None:
    (knight,) = read_armatures(files / "knight.fbx")
    assert knight.name == "Knight"
    expect_skeleton(knight, made, atol=1e-5)
    following = zip(knight.skeleton.names, knight.skeleton.deforms, strict=True)
    assert {name for name, deforms in following if deforms} == {"J_Bip_C_Hips", "J_Bip_C_Head"}


@blender
@needs_bpy
def test_a_glb_is_read_at_rest_and_stays_as_it_is(files, made, tmp_path) -> None:
    raw, said = (files / "knight.glb").read_bytes(), read_gltf(files / "knight.glb")
    assert said["animations"]
    said["extensionsRequired"] = ["KHR_texture_basisu"]
    said["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 7}}}]
    said["meshes"][0]["primitives"][0]["material"] = 0
    path = tmp_path / "knight.glb"
    path.write_bytes(_glb(said, raw))
    before = path.read_bytes()
    (knight,) = read_armatures(path)
    expect_skeleton(knight, made, atol=1e-5)
    assert path.read_bytes() == before


@blender
@needs_bpy
def test_a_vrm_brings_the_map_that_it_states_itself(files, made, tmp_path) -> None:
    raw = (files / "knight.glb").read_bytes()
    said = read_gltf(files / "knight.glb")
    names = [node.get("name") for node in said["nodes"]]
    humans = [
        {"bone": "hips", "node": names.index("J_Bip_C_Hips")},
        {"bone": "chest", "node": names.index("J_Bip_C_Chest")},
        {"bone": "leftUpperArm", "node": names.index("J_Bip_L_UpperArm")},
    ]
    said["extensions"] = {"VRM": {"humanoid": {"humanBones": humans}}}
    (tmp_path / "knight.VRM").write_bytes(_glb(said, raw))
    (knight,) = read_armatures(tmp_path / "knight.VRM")
    expect_skeleton(knight, made, atol=1e-5)
    assert knight.humanoid == {
        "pelvis": "J_Bip_C_Hips",
        "spine1": "J_Bip_C_Chest",
        "left_shoulder": "J_Bip_L_UpperArm",
    }


@blender
@needs_bpy
def test_a_blend_gives_the_rigs_of_all_scenes_but_no_plans_of_rigs(files, made) -> None:
    found = {armature.name: armature for armature in read_armatures(files / "party.blend")}
    assert sorted(found) == ["Generated", "Horse"]
    expect_skeleton(found["Generated"], made)
    expect_skeleton(found["Horse"], made, lift=5)
    rows = [found["Generated"].skeleton.rows[name] for name in made.skeleton.names]
    axes = found["Generated"].skeleton.axes[rows]
    np.testing.assert_allclose(axes, made.skeleton.axes, atol=2e-4)


@pytest.fixture(scope="module")
def complaints(files: Path) -> dict[str, str]:
    """What the process inside Blender says of each file that it cannot read."""
    knight = files / "knight.glb"
    odd = read_gltf(knight)
    odd["skins"][0]["joints"] = [9999]
    contents = {
        "broken.fbx": b"no such thing" * 50,
        "broken.blend": b"no such thing" * 50,
        "cut.glb": knight.read_bytes()[:-5000],
        "odd.glb": _glb(odd, knight.read_bytes()),
    }
    for name, content in contents.items():
        (files / name).write_bytes(content)
    names = [*contents, "nodes.blend", "empty.blend"]
    code = """
    import contextlib, io, json, sys
    from blender_addon.headless.inspect_rig import main
    said = {}
    for name in sys.argv[2:]:
        heard = io.StringIO()
        with contextlib.redirect_stderr(heard):
            assert main([f"{sys.argv[1]}/{name}", f"{sys.argv[1]}/none.npz"]) == 2
        said[name] = heard.getvalue()
    with open(f"{sys.argv[1]}/said.json", "w") as file:  # importers print in between
        json.dump(said, file)
    """
    run_blender(code, str(files), *names)
    return json.loads((files / "said.json").read_text())


@blender
@needs_bpy
def test_files_without_an_armature_say_what_is_there_instead(complaints) -> None:
    assert "no armature in this file, only 3 bare nodes" in complaints["nodes.blend"]
    assert complaints["empty.blend"].endswith("there is no armature in this file\n")


@blender
@needs_bpy
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken.fbx", "ASCII FBX"),
        ("broken.blend", "open blend file"),
        ("cut.glb", "length of BIN chunk"),
        ("odd.glb", "KeyError: 9999"),  # and not where in Blender
    ],
)
def test_the_last_line_about_a_file_says_why_it_cannot_be_read(name, says, complaints) -> None:
    assert says in complaints[name].splitlines()[-1]


@blender
@needs_bpy
def test_what_blender_said_is_raised_with_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "text.fbx").write_text("; FBX 7.4.0 project file\n" * 40)
    with pytest.raises(RetargetError, match=r"text\.fbx: ASCII FBX files are not supported"):
        read_rig(tmp_path / "text.fbx")


_MIRRORED = """
import sys
import bpy
import numpy as np
from blender_rigs import build_armature
from retarget.rigs.armature_file import load_armatures
bpy.ops.wm.read_factory_settings(use_empty=True)
skeleton = load_armatures(sys.argv[1] + "/made.npz")[0].skeleton
build_armature("Apfel ミク", skeleton, np.diag([-1.0, 1, 1, 1]))
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1] + "/mirrored.blend")
build_armature("Hero", skeleton, np.eye(4))
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1] + "/both.blend")
"""


@blender
@needs_bpy
def test_a_rig_that_cannot_be_moved_is_left_out_beside_another_and_else_named(
    tmp_path: Path, made: MadeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_armatures(tmp_path / "made.npz", [Armature(name="Knight", skeleton=made.skeleton)])
    run_blender(_MIRRORED, str(tmp_path))
    assert [each.name for each in read_armatures(tmp_path / "both.blend")] == ["Hero"]
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")  # as on Windows
    with pytest.raises(RetargetError, match=r"armature Apfel ミク is mirrored or flattened"):
        read_rig(tmp_path / "mirrored.blend")


def test_a_bvh_is_read_without_blender(tmp_path: Path) -> None:
    motion = smooth_motion(5)
    for units in ("cm", "m"):
        write_bvh(resample(motion, parse_rate("30")), parse_rate("30"), tmp_path / "a.bvh", units)
        (person,) = read_armatures(tmp_path / "a.bvh")
        assert person.name == "a"
        heads = person.skeleton.heads - person.skeleton.heads[0]
        rows = [person.skeleton.rows[name] for name in ("head", "left_wrist", "right_foot")]
        joints = motion.rest_joints - motion.rest_joints[0]
        np.testing.assert_allclose(heads[rows], joints[[15, 20, 11]], atol=1e-6)


@blender
@needs_bpy
def test_blender_sees_a_bvh_as_we_do(tmp_path: Path) -> None:
    fps = parse_rate("30")
    write_bvh(resample(smooth_motion(5), fps), fps, tmp_path / "a.bvh")
    code = """
    import sys
    from pathlib import Path
    from blender_addon.headless.inspect_rig import main
    assert main([sys.argv[1] + "/a.bvh", sys.argv[1] + "/a.npz"]) == 0
    import bpy
    assert bpy.context.scene.render.fps == 24
    """
    run_blender(code, str(tmp_path))
    ours, theirs = read_armatures(tmp_path / "a.bvh"), load_armatures(tmp_path / "a.npz")
    (ours,), (theirs,) = ([a.skeleton for a in found] for found in (ours, theirs))
    rows = [theirs.rows[name] for name in ours.names]
    np.testing.assert_allclose(theirs.heads[rows], ours.heads, atol=1e-5)


def test_a_vrm_without_skin_is_refused_with_the_way_out(tmp_path: Path) -> None:
    said = {"asset": {"version": "2.0"}, "nodes": [{"name": "hips"}, {"name": "head"}]}
    path = tmp_path / "robot.vrm"
    path.write_bytes(_glb(said))
    with pytest.raises(RetargetError, match=r"robot\.vrm: .* no skin .* 2 bare nodes, .* mesh"):
        read_rig(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("rig.obj", b"", r"\.fbx, \.glb, \.gltf, \.vrm, \.bvh, \.blend"),
        ("rig", b"", "no kind of file"),
        ("text.glb", b"hello", "no glTF"),
        ("short.glb", b"glTF\x02", "no glTF"),
        ("list.gltf", b"[]", "no glTF"),
        ("other.bvh", b"hello", "no MOTION"),
    ],
)
def test_a_file_of_another_kind_says_what_is_expected(name, content, says, tmp_path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RetargetError, match=says):
        read_rig(tmp_path / name)


@pytest.mark.parametrize("kind", ["fbx", "glb", "bvh", "blend"])
def test_a_file_that_is_missing_or_a_folder_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match=f"rig.{kind}: no such file"):
        read_rig(tmp_path / f"rig.{kind}")
    (tmp_path / f"rig.{kind}").mkdir()
    with pytest.raises(RetargetError, match="is a folder"):
        read_rig(tmp_path / f"rig.{kind}")


def test_without_blender_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "rig.fbx").write_bytes(b"")
    hide = "import sys; sys.modules['bpy'] = None; import runpy; sys.argv[1:] = ['rig.fbx', 'a']; "
    run = "runpy.run_module('blender_addon.headless.inspect_rig', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", hide + run], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "bpy==4.4.0" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_armatures_survive_the_way_between_processes(tmp_path: Path, made: MadeRig) -> None:
    stuck = tuple(row % 3 == 1 for row in range(len(made.skeleton.names)))
    skeleton = replace(made.skeleton, connected=stuck)
    some = [Armature(name=name, skeleton=skeleton) for name in ("Ä", "b")]
    save_armatures(tmp_path / "a.npz", some)
    first, second = load_armatures(tmp_path / "a.npz")
    assert (first.name, second.name) == ("Ä", "b")
    assert second.skeleton.names == made.skeleton.names
    assert second.skeleton.parents == made.skeleton.parents
    assert second.skeleton.deforms == made.skeleton.deforms
    assert second.skeleton.connected == stuck
    np.testing.assert_array_equal(second.skeleton.axes, made.skeleton.axes)
    (tmp_path / "a.npz").write_bytes(b"hello")
    with pytest.raises(RetargetError, match="no file of armatures"):
        load_armatures(tmp_path / "a.npz")


def _glb(said: dict, like: bytes = b"") -> bytes:
    """A binary glTF of that JSON, with the other chunks of `like`."""
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    rest = like[20 + struct.unpack("<I", like[12:16])[0] :] if like else b""
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
    return head + text + rest
