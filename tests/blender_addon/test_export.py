"""Exports of baked characters, read by other people's programs: they see what Blender shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import smooth_tracks
from readers.clips import Clip, bpy_clip, bvhio_clip, three_clip, ufbx_clip
from rigs_made import made_rig

from livemocap.take_writer import TakeWriter
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import save_armatures

pytestmark = [pytest.mark.blender, needs_bpy]

FRAMES, SCENE_FPS = 31, Fraction(24000, 1001)
RATES = {"23.976": SCENE_FPS, "29.97": Fraction(30000, 1001), "50": Fraction(50)}
_LIMIT_MM = 0.05

_BEGIN = """
import json, sys
from fractions import Fraction
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
import blender_addon
from blender_addon.export import exporting
from blender_rigs import build_armature
from exported_in_blender import evaluated, untouched
from retarget.rigs.armature_file import load_armatures
blender_addon.register()
folder = Path(sys.argv[1])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.frame_start, scene.render.fps, scene.render.fps_base = 11, 24, 1.001
chosen = bpy.context.window_manager.livemocap_export
chosen.folder = str(folder)

def select(*names):
    for each in bpy.data.objects:
        each.select_set(each.name in names)

def export(**how):
    for name, value in how.items():
        setattr(chosen, name, value)
    return bpy.ops.livemocap.export(wait=True)

def refused(**how):
    try:
        export(**how)
    except RuntimeError as error:  # as scripts see a report of an error
        return str(error)

placed = np.array(Matrix.Translation((1, 2, 0)) @ Matrix.Rotation(0.7, 4, (0, 0, 1))
                  @ Matrix.Scale(0.02, 4))
rig = build_armature("Rig", load_armatures(folder / "made.npz")[0].skeleton, placed)
bpy.context.view_layer.update()
select("Rig")
take = str(folder / "take.mcap")
assert bpy.ops.livemocap.bake_take(filepath=take, to="SELECTED", people="2", wait=True) \
    == {"FINISHED"}
assert bpy.ops.livemocap.bake_take(filepath=take, people="1", wait=True) == {"FINISHED"}
"""


def _in(code: str) -> str:
    return _BEGIN + "\n".join(line.removeprefix("    ") for line in code.splitlines())


def _prepared(folder: Path) -> Path:
    """A take of two, and a character whose bones have odd axes, a root and twist bones."""
    writer = TakeWriter(folder / "take.mcap")
    for frame in smooth_tracks(FRAMES):
        writer.write("track", frame)
    writer.close()
    skeleton = made_rig("ue4", rest="A", axes="random", extras=("root", "twist")).skeleton
    save_armatures(folder / "made.npz", [Armature(name="Rig", skeleton=skeleton)])
    return folder


def _count(fps: Fraction) -> int:
    """Keys in a file: from the scene's first frame of the take to its last."""
    last = int((FRAMES - 1) / 30 * float(SCENE_FPS) + 1e-3)
    return int(last / SCENE_FPS * fps + Fraction(1, 1000)) + 1


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Two armatures in both formats at three rates; what was said, and where joints were seen."""
    folder = _prepared(tmp_path_factory.mktemp("exported"))
    code = """
    said = {}
    scene.frame_set(17)
    select("Rig", "take person 1")
    before = untouched(scene)
    for rate, (up, down, count) in json.loads(sys.argv[2]).items():
        for preset in ("MAYA", "BVH"):
            assert export(preset=preset, rate="CUSTOM", custom_rate=rate, range="TAKE",
                          folder=str(folder / rate)) == {"FINISHED"}
            said[f"{rate} {preset}"] = exporting.note()[0]
    assert untouched(scene) == before
    for rate, (up, down, count) in json.loads(sys.argv[2]).items():
        for name in ("Rig", "take person 1"):
            step = Fraction(24000, 1001) / Fraction(up, down)
            evaluated(name, 11, count, step, folder / rate)
    print(json.dumps(said))
    """
    rates = {name: (fps.numerator, fps.denominator, _count(fps)) for name, fps in RATES.items()}
    said = run_blender(_in(code), str(folder), json.dumps(rates), timeout_s=170)
    return folder, json.loads(said.splitlines()[-1])


FILES = {"Rig": "take_Rig", "take person 1": "take_person_1"}
Reader = Callable[[Path, int, Fraction, list[str]], Clip]
_READERS: dict[str, tuple[Reader, ...]] = {
    "fbx": (ufbx_clip, three_clip, bpy_clip),
    "bvh": (three_clip, bvhio_clip),
}
_CASES = [
    pytest.param(rate, name, kind, reader, id=f"{rate}-{name}-{kind}-{reader.__name__}")
    for kind, readers in _READERS.items()
    for reader in readers
    for rate in RATES
    for name in FILES
    # Blender's importer places keys by whole rates
    if (name == "Rig" or rate == "29.97") and (reader is not bpy_clip or rate == "50")
]


@pytest.mark.parametrize(("rate", "name", "kind", "reader"), _CASES)
def test_others_see_every_joint_where_blender_shows_it(
    rate: str, name: str, kind: str, reader: Reader, exported: tuple[Path, dict[str, str]]
) -> None:
    folder, fps, count = exported[0] / rate, RATES[rate], _count(RATES[rate])
    seen = np.load(folder / f"{name}.npz")
    # a BVH has one place, which is that of the hips: the root above them stays behind
    left_out = {"root_bone"} if (kind, name) == ("bvh", "Rig") else set()
    parents = dict(zip(seen["names"].tolist(), seen["parents"].tolist(), strict=True))
    kept = [bone for bone in parents if bone not in left_out]
    clip = reader(folder / f"{FILES[name]}.{kind}", count, fps, kept)
    assert sorted(clip.names) == sorted(kept), "nothing more, nothing less"
    assert clip.parents == ["" if parents[b] in left_out else parents[b] for b in kept]
    assert not clip.found.get("others")
    joints = clip.joints * (1.0 if reader is bpy_clip else 0.01)
    wanted = seen["heads"][:, [list(parents).index(bone) for bone in kept]]
    assert np.linalg.norm(joints - wanted, axis=-1).max() * 1e3 <= _LIMIT_MM
    assert np.ptp(wanted, axis=0).max() > 0.3
    _require_timing(clip.found, count, fps)
    if reader is not bpy_clip:  # that one keeps the file's unit there
        assert clip.found.get("scale", [1, 1, 1]) == pytest.approx([1, 1, 1], abs=1e-7)


def _require_timing(found: dict[str, Any], count: int, fps: Fraction) -> None:
    assert found["frames"] == count
    assert found.get("first_s", 0) == 0
    assert found.get("first_frame", 0) == 0
    if "last_s" in found:
        assert found["last_s"] == pytest.approx((count - 1) / float(fps), rel=1e-6)
    if "frame_time_s" in found:
        assert found["frame_time_s"] == pytest.approx(float(1 / fps), rel=1e-9)
    if "fps" in found:
        assert found["fps"] == pytest.approx(float(fps), rel=1e-5)


def test_it_is_said_what_was_found_when_the_files_were_read_again(
    exported: tuple[Path, dict[str, str]],
) -> None:
    _, said = exported
    for rate, fps in RATES.items():
        assert said[f"{rate} MAYA"].count(f" mm, {_count(fps)} keys, first at 0.") == 2
        assert "BVH has no place for 1 bone of the armature" in said[f"{rate} BVH"]
        for preset in ("MAYA", "BVH"):
            words = said[f"{rate} {preset}"].split()
            worst = [float(words[k + 2]) for k, word in enumerate(words) if word == "worst"]
            assert len(worst) == 2
            assert max(worst) <= _LIMIT_MM


def test_what_is_exported_is_as_chosen(tmp_path: Path) -> None:
    said = run_blender(
        _in("""
    from retarget.fbx.clip import read_clip, seconds

    def clip(name):
        return read_clip(folder / f"{name}.fbx")

    export(preset="UNREAL", who="BAKED", range="TAKE", rate="TAKE")
    assert {each.name for each in folder.glob("*.fbx")} == {"take_Rig.fbx", "take_person_1.fbx"}
    rig = clip("take_Rig")
    for found in (rig, clip("take_person_1")):
        assert (found.parents.count(-1), set(found.kinds)) == (1, {"LimbNode"})
        assert "root" not in found.names, "a single root bone was there already"
    assert abs(seconds(rig.ticks)[1] - 1 / 30) < 1e-9, "the take's rate, not the scene's"
    kept = read_clip(folder / "take_Rig.fbx").heads()

    select("Rig")
    said = [refused(who="SELECTED")]
    export(replace=True, range="SCENE", rate="SCENE")
    assert clip("take_Rig").keys == scene.frame_end - 11 + 1
    said.append(refused(range="PREVIEW"))
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 20, 24
    export(range="PREVIEW")
    assert clip("take_Rig").keys == 5
    export(range="TAKE", preset="CUSTOM", kind="fbx", units="m", root="ALWAYS")
    own = clip("take_Rig")
    assert own.names[0] == "Rig" and own.metres == 1.0
    for bone in bpy.data.objects["Rig"].data.bones:
        bone.use_deform = bone.name not in ("root_bone", "pelvis")
    export(preset="UNREAL", deform_only=True)
    above = clip("take_Rig")
    assert (above.names[0], above.parents.count(-1)) == ("root", 1)
    export(preset="CUSTOM", root="NEVER")
    few = clip("take_Rig")
    assert "pelvis" not in few.names and len(few.names) == len(rig.names) - 2
    rows = [rig.names.index(name) for name in few.names]
    export(rate="TAKE")
    again = clip("take_Rig").heads()
    assert np.abs(again - kept[:len(again)][:, rows]).max() < 1e-5

    said.append(refused(rate="CUSTOM", custom_rate="fast"))
    chosen.rate = "SCENE"
    bpy.data.objects["Rig"].hide_viewport = True
    select("Rig")
    select("take person 1")
    still = bpy.data.objects["take person 1"]
    still.animation_data.action = None
    said.append(refused())
    select()
    assert not bpy.ops.livemocap.export.poll()
    select("take person 1")
    chosen.folder = "//beside"
    said.append(refused())
    print(json.dumps(said))
    """),
        str(_prepared(tmp_path)),
    )
    there, preview, rate, still, beside = json.loads(said.splitlines()[-1])
    assert "take_Rig.fbx is there already: turn on Replace Files" in there
    assert "no preview range" in preview
    assert "'fast' is no rate" in rate
    assert "take person 1 has no animation" in still
    assert "save the file" in beside


def test_meshes_come_along_when_asked_for(tmp_path: Path) -> None:
    said = run_blender(
        _in("""
    from blender_rigs import bind_skin
    select("Rig")
    said = [refused(preset="MAYA", meshes=True, rate="CUSTOM", custom_rate="29.97")]
    bind_skin(rig, ["pelvis", "head"])
    before = untouched(scene)
    from blender_addon.panels.export_panel import LIVEMOCAP_PT_export
    from blender_addon.panels.export_settings import file_plans
    from panel_layout import sentences
    assert "Blender stands still while" in sentences(LIVEMOCAP_PT_export)
    exporting.start(file_plans(bpy.context))
    exporting.tick(1000.0)
    said.append(exporting.current().now)
    exporting.finish()
    assert untouched(scene) == before
    said.append(exporting.note()[0])
    evaluated("Rig", 11, int(sys.argv[2]), Fraction(24, 30), folder)
    print(json.dumps(said))
    """),
        str(_prepared(tmp_path)),
        str(_count(RATES["29.97"])),
    )
    bare, meanwhile, done = json.loads(said.splitlines()[-1])
    assert "Rig moves no mesh" in bare
    assert "take_Rig.fbx: Blender stands still while" in meanwhile, "said before it does"
    assert "worst joint 0.0" in done
    seen = np.load(tmp_path / "Rig.npz")
    for reader in (ufbx_clip, three_clip):
        names = seen["names"].tolist()
        clip = reader(tmp_path / "take_Rig.fbx", len(seen["heads"]), RATES["29.97"], names)
        assert np.linalg.norm(clip.joints - seen["heads"], axis=-1).max() * 1e3 <= _LIMIT_MM
        assert sorted(clip.found["others"]) == ["Rig", "skin"]


def test_an_export_that_is_stopped_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    run_blender(
        _in("""
    import threading
    from blender_addon.panels.export_settings import file_plans
    select("Rig", "take person 1")
    chosen.range, chosen.who = "SCENE", "SELECTED"
    chosen.preset, chosen.replace = "MAYA", True
    scene.frame_end = 400
    before, threads = untouched(scene), threading.active_count()
    for stop_at in (0.0, 0.31, 0.5):  # reading the first, writing it, reading the second
        exporting.start(file_plans(bpy.context))
        while exporting.current().progress <= stop_at:
            exporting.tick(0.0)
        assert bpy.ops.livemocap.export_cancel() == {"FINISHED"}
        assert exporting.note() == ("Cancelled the export", False)
        assert threading.active_count() == threads and untouched(scene) == before
        left = {each.name for each in folder.iterdir()} - {"take.mcap", "made.npz"}
        assert not any(name.endswith(".part") for name in left), left
        for path in folder.glob("*.fbx"):
            path.unlink()
    exporting.start(file_plans(bpy.context))
    exporting.tick(0.0)
    bpy.data.objects.remove(bpy.data.objects["Rig"])
    while exporting.current():
        exporting.tick(0.0)
    assert exporting.note()[1] and "Rig: there is no such armature" in exporting.note()[0]
    assert [each.name for each in bpy.data.scenes] == [scene.name]
    exporting.start(file_plans(bpy.context))
    blender_addon.unregister()
    assert exporting.current() is None
    """),
        str(_prepared(tmp_path)),
    )


def test_while_an_export_is_on_its_way_files_and_undo_know_nothing_of_it(tmp_path: Path) -> None:
    run_blender(
        _in("""
    from blender_addon.export.stage import stage
    from blender_addon.panels.export_settings import file_plans
    select("Rig")
    chosen.range, chosen.who, chosen.preset = "SCENE", "SELECTED", "MAYA"
    scene.frame_end = 3000
    before = untouched(scene)

    def copied():
        with stage("Rig") as (own, armature):
            own.frame_set(12)
            layer = own.view_layers[0]
            return armature.evaluated_get(layer.depsgraph).animation_data.action

    def scenes():
        return [each for each in bpy.data.scenes if each != scene]

    bpy.ops.ed.undo_push(message="before")
    exporting.start(file_plans(bpy.context))
    exporting.tick(0.0)
    copied()["seen"] = True
    for _ in range(3):
        exporting.tick(0.0)
        assert [each.name[0] for each in scenes()] == ["."], "menus would list it"
        assert not scenes()[0].collection.all_objects
        assert copied().get("seen"), "all keys are copied again and again"
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "saved.blend"), copy=True)
    with bpy.data.libraries.load(str(folder / "saved.blend")) as (kept, _):
        assert kept.scenes == [scene.name]
    exporting.tick(0.0)
    assert scenes(), "it goes on"
    bpy.ops.ed.undo_push(message="meanwhile")
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert not scenes(), "Undo brought it back"
    exporting.finish()
    assert not scenes() and untouched(scene) == before
    assert not exporting.note()[1] and (folder / "take_Rig.fbx").is_file()
    """),
        str(_prepared(tmp_path)),
    )


def test_the_export_panel_fits_and_says_what_will_be_written(tmp_path: Path) -> None:
    said = run_blender(
        _in("""
    from blender_addon.panels.export_panel import LIVEMOCAP_PT_export
    from panel_layout import sentences

    def show():
        return sentences(LIVEMOCAP_PT_export)

    chosen.preset, chosen.rate = "UNREAL", "TAKE"
    said = [show()]
    chosen.preset, chosen.rate, chosen.custom_rate = "BVH", "CUSTOM", "29.97"
    chosen.range = "SCENE"
    select("Rig", "take person 1")
    said.append(show())
    from blender_addon.panels.export_settings import file_plans
    exporting.start(file_plans(bpy.context))
    exporting.tick(0.0)
    said.append(show())
    exporting.finish()
    said.append(show())
    refused()
    said.append(show())
    print(json.dumps(said))
    """),
        str(_prepared(tmp_path)),
    )
    unreal, bvh, running, done, failed = json.loads(said.splitlines()[-1])
    assert "FBX 7.4 binary, cm, Y up, all bones, one root bone, 30 fps, first to last key" in unreal
    assert "BVH, cm, Y up, all bones, 29.97 fps, frames 11 to 250" in bvh
    assert "Export 2 Files" in bvh
    assert "livemocap.export_cancel Exporting take_" in running
    assert "re-read: worst joint 0.0" in done
    assert "is there already" in failed
